// Requests as they stand on the wire: any method, address, header and byte, also where a well-behaved client would refuse to
// send them. Every one has a deadline, so that a server that hangs is a failure and not a wait.

import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'

export interface WireRequest {
  readonly method: string
  /** As it is sent: nothing is escaped or tidied. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** The length is not told beforehand. */
  readonly chunked?: boolean
}

export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const DEADLINE_MS = 20_000

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

export const closeConnections = (): void => agent.destroy()

/** @throws Error when there is no whole answer before the deadline */
export const send = (url: string, { method, path, headers = {}, body, chunked }: WireRequest): Promise<WireAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    let isAnswered = false
    const length =
      body === undefined
        ? {}
        : chunked
          ? { 'transfer-encoding': 'chunked' }
          : { 'content-length': String(Buffer.byteLength(body)) }
    const call = request({ agent, hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      isAnswered = true
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString() })
        // What is left of a body that was refused half way.
        call.destroy()
      })
    })
    const deadline = setTimeout(() => {
      call.destroy()
      reject(new Error(`no answer in ${DEADLINE_MS} ms to ${method} ${path.slice(0, 200)}`))
    }, DEADLINE_MS)
    call.on('close', () => clearTimeout(deadline))
    call.on('error', (error) => {
      if (!isAnswered) reject(error)
    })
    if (body !== undefined) call.write(body)
    call.end()
  })

/** Sends bytes on a connection of their own, then ends its side; gives what came back until the server closed too. */
export const sendBytes = (url: string, bytes: string | Uint8Array, end = true): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    let received = ''
    const socket = connect(Number(port), hostname, () => {
      if (end) socket.end(bytes)
      else socket.write(bytes)
    })
    const deadline = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection is open after ${DEADLINE_MS} ms: ${String(bytes).slice(0, 200)}`))
    }, DEADLINE_MS)
    socket.setEncoding('latin1')
    socket.on('data', (piece) => {
      received += piece
    })
    // A server that has no use for the rest may reset the connection.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(deadline)
      resolve(received)
    })
  })
