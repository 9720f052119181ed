// A simulated model vendor: a real HTTP server on loopback that speaks one wire format and fails on command.
// The format builds whole answers as bytes; faults act on those bytes, the same way for every vendor.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the vendor's model says next. */
export interface Reply {
  readonly text?: string
  readonly reasoning?: string
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments: object }[]
  /** Null: the vendor gives no numbers. */
  readonly usage?: { readonly prompt: number; readonly completion: number } | null
  readonly finish?: 'stop' | 'length' | 'content-filter'
  /** Of the usage. */
  readonly details?: {
    readonly cachedTokens?: number
    readonly cacheWriteTokens?: number
    readonly reasoningTokens?: number
  }
  /** Pictures it draws, in base64, where the format has them. */
  readonly images?: readonly string[]
  /** What it says when it reads aloud. */
  readonly audio?: Uint8Array
}

/** Applies to the next request only, or to as many as `times` says. */
export type Fault = FaultKind & { readonly times?: number }

type FaultKind =
  | {
      readonly type: 'status'
      readonly status: number
      readonly message?: string
      readonly headers?: Record<string, string>
      /** In place of the vendor's own error body. */
      readonly body?: string
    }
  /** The connection is destroyed after so many bytes of the body. */
  | { readonly type: 'cut'; readonly afterBytes: number }
  /** The body ends early, but properly. */
  | { readonly type: 'short'; readonly afterBytes: number }
  /** The rest is held back until `release()`. */
  | { readonly type: 'hold'; readonly afterBytes: number }
  /** As `cut`, but the connection is reset, as by a machine that went away. */
  | { readonly type: 'reset'; readonly afterBytes: number }
  /** An error body with the status of a success, as some proxies send it. */
  | { readonly type: 'error-in-answer'; readonly status: number; readonly message?: string }
  /** The first byte of the body comes late, the rest in pieces of 64 bytes with a pause before each; for benches and chaos. */
  | { readonly type: 'slow'; readonly firstMs: number; readonly pieceMs?: number }
  | { readonly type: 'malformed' }
  | { readonly type: 'stream-error'; readonly kind: 'overloaded' | 'rate-limited' }
  | { readonly type: 'silent' }
  /** The body in pieces of so many bytes, each a packet of its own. */
  | { readonly type: 'pieces'; readonly bytes: number }

export interface VendorRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  readonly body: any
  /** The body as it came. */
  readonly text: string
  /** Resolves when the client has hung up before the answer was complete. */
  readonly hungUp: Promise<void>
  /** Tells connections apart. */
  readonly clientPort: number | undefined
}

export interface Refusal {
  readonly status: number
  readonly message: string
}

export interface VendorAnswer {
  readonly contentType: string
  readonly body: string | Uint8Array
}

/** A file of a multipart body, as tests see it in `VendorRequest.body`. */
export interface VendorUpload {
  readonly filename: string
  readonly type: string
  readonly bytes: Uint8Array
}

export interface VendorFormat {
  /** What the vendor would refuse. */
  check(request: VendorRequest): Refusal | undefined
  answer(request: VendorRequest, reply: Reply): VendorAnswer | undefined
  /** A stream that breaks after its first words. */
  brokenStream(request: VendorRequest, reply: Reply, kind: 'overloaded' | 'rate-limited'): VendorAnswer
  errorBody(status: number, message: string): string
}

export interface VendorServer {
  readonly url: string
  readonly requests: readonly VendorRequest[]
  reply(reply: Reply): void
  /** What goes wrong next, one fault a request; several are taken in order. None forgets what was to come. */
  fault(...faults: readonly Fault[]): void
  /** Refuses whatever `check` names, until replaced. */
  refuse(check: (request: VendorRequest) => Refusal | undefined): void
  /** The next request, once its body has arrived. */
  nextRequest(): Promise<VendorRequest>
  release(): void
  close(): Promise<void>
}

export const TEST_KEY = 'test-key-1234567890'

export const startVendor = async (format: VendorFormat): Promise<VendorServer> => {
  const requests: VendorRequest[] = []
  const waiting: ((request: VendorRequest) => void)[] = []
  let reply: Reply = { text: 'Hello.' }
  let faults: Fault[] = []
  let refuse: (request: VendorRequest) => Refusal | undefined = () => undefined
  let release: () => void = () => {}

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming, response)
    const current = faults.shift()
    if (current?.times !== undefined && current.times > 1) faults.unshift({ ...current, times: current.times - 1 })
    let open: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      open = resolve
    })
    release = open
    requests.push(request)
    waiting.shift()?.(request)
    if (current?.type === 'silent') return
    if (current?.type === 'status') {
      const body = current.body ?? format.errorBody(current.status, current.message ?? `status ${current.status}`)
      return send(response, current.status, 'application/json', body, current.headers)
    }
    if (current?.type === 'error-in-answer') {
      const body = format.errorBody(current.status, current.message ?? `status ${current.status}`)
      return send(response, 200, 'application/json', body)
    }
    const refusal = format.check(request) ?? refuse(request)
    if (refusal)
      return send(response, refusal.status, 'application/json', format.errorBody(refusal.status, refusal.message))
    const answer =
      current?.type === 'stream-error'
        ? format.brokenStream(request, reply, current.kind)
        : format.answer(request, reply)
    if (!answer) return send(response, 404, 'application/json', format.errorBody(404, 'no such route'))
    const { body } = answer
    const bytes = current?.type === 'malformed' ? damaged(body) : typeof body === 'string' ? Buffer.from(body) : body
    response.writeHead(200, { 'content-type': answer.contentType })
    response.flushHeaders()
    switch (current?.type) {
      case 'cut':
        return void response.write(bytes.subarray(0, current.afterBytes), () => response.destroy())
      case 'reset':
        return void response.write(bytes.subarray(0, current.afterBytes), () => incoming.socket.resetAndDestroy())
      case 'slow':
        for (let at = 0; at < bytes.length && !response.destroyed; at += 64) {
          await new Promise((resolve) => setTimeout(resolve, at === 0 ? current.firstMs : (current.pieceMs ?? 0)))
          response.write(bytes.subarray(at, at + 64))
        }
        return void response.end()
      case 'short':
        return void response.end(bytes.subarray(0, current.afterBytes))
      case 'hold':
        response.write(bytes.subarray(0, current.afterBytes))
        await held
        return void response.end(bytes.subarray(current.afterBytes))
      case 'pieces':
        for (let at = 0; at < bytes.length; at += current.bytes) {
          await new Promise<void>((resolve) => response.write(bytes.subarray(at, at + current.bytes), () => resolve()))
        }
        return void response.end()
      default:
        return void response.end(bytes)
    }
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    reply: (next) => {
      reply = next
    },
    fault: (...next) => {
      faults = [...next]
    },
    refuse: (check) => {
      refuse = check
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    release: () => release(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** JSON that is none, or bytes of which one is wrong. */
const damaged = (body: string | Uint8Array): Uint8Array => {
  if (typeof body === 'string') return Buffer.from(body.replace('{', '{{'))
  const copy = Uint8Array.from(body)
  const middle = copy.length >> 1
  copy[middle] = (copy[middle] ?? 0) ^ 0xff
  return copy
}

const send = (response: ServerResponse, status: number, type: string, body: string, headers = {}): void => {
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(body)
}

const readRequest = async (incoming: IncomingMessage, response: ServerResponse): Promise<VendorRequest> => {
  const hungUp = new Promise<void>((resolve) => {
    response.on('close', () => {
      if (!response.writableEnded) resolve()
    })
  })
  const clientPort = incoming.socket.remotePort
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece as Buffer)
  const bytes = Buffer.concat(pieces)
  const type = incoming.headers['content-type'] ?? ''
  const text = type.startsWith('multipart/') ? '' : bytes.toString('utf8')
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: type.startsWith('multipart/') ? await readForm(bytes, type) : parseBody(text),
    text,
    hungUp,
    clientPort,
  }
}

const parseBody = (text: string): unknown => (text === '' ? undefined : JSON.parse(text))

const readForm = async (
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<Record<string, string | VendorUpload>> => {
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  const fields: Record<string, string | VendorUpload> = {}
  for (const [name, value] of form) {
    fields[name] =
      typeof value === 'string'
        ? value
        : { filename: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) }
  }
  return fields
}

/** What a simulated vendor makes of a text: four numbers that float32 holds exactly. */
export const vectorOf = (text: string): number[] => {
  const points = Array.from(text, (point) => point.codePointAt(0) ?? 0)
  return [text.length, points[0] ?? 0, points.reduce((sum, point) => sum + point, 0), 0.5]
}

/** A text in pieces as a vendor streams it. */
export const inPieces = (text: string): string[] => text.match(/[\s\S]{1,4}/gu) ?? []

export const usageOf = (reply: Reply): { prompt: number; completion: number } | undefined =>
  reply.usage === null ? undefined : (reply.usage ?? { prompt: 11, completion: 7 })

export const sse = (frames: readonly (readonly [event: string | undefined, data: unknown])[], newline = '\n'): string =>
  frames
    .map(([event, data]) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data)
      return `${event === undefined ? '' : `event: ${event}${newline}`}data: ${text}${newline}${newline}`
    })
    .join('')
