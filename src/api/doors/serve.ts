// The chat doors: from a request on the socket to the gateway and back. In front of the router, since everything that outside
// programs ask of models passes here.
//
// S1  Who calls is asked before the body is read, as everywhere.
// S2  Bodies are bounded; what is not UTF-8, no JSON or no object is refused in the door's own words.
// S3  A caller who leaves ends the vendor's call at once.

import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../../base/errors.ts'
import { checkDepth } from '../../base/json.ts'
import type { Clock, Ids, Log } from '../../base/seams.ts'
import type { Keys } from '../../product/auth/keys.ts'
import type { Gateway, GatewayCall, GatewayCaller } from '../../product/gateway/spec.ts'
import { ApiError, invalidParam } from '../errors.ts'
import { identifyGateway } from '../gateway-key.ts'
import { type Doors, type FoundDoor, findDoor } from './addresses.ts'
import { readOptions, wantsDryRun } from './options.ts'
import type { DoorCall, JsonObject } from './spec.ts'
import { splice } from './splice.ts'
import { notesHeaders, writeNative, writeStream, writeWhole } from './write.ts'

export interface DoorParts {
  readonly doors: Doors
  readonly gateway: Gateway
  readonly keys: Keys
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly bodyBytes: number
  /** `*` is any. */
  readonly corsOrigins: readonly string[]
}

export interface DoorServer {
  /** @returns false when the request is for another part of the server */
  take(request: IncomingMessage, response: ServerResponse): boolean
  /** The same for a request whose body was read already. */
  answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void>
}

export const createDoorServer = (parts: DoorParts): DoorServer => {
  const { doors, gateway, clock, ids, log } = parts

  const serve = async (
    found: FoundDoor,
    request: IncomingMessage,
    response: ServerResponse,
    given: string | undefined,
  ): Promise<void> => {
    const requestId = ids.next('req')
    const { door } = found
    const controller = new AbortController()
    const onClose = () => {
      if (!response.writableFinished) controller.abort(new DOMException('The caller has gone.', 'AbortError'))
    }
    response.on('close', onClose)
    const headers: Record<string, string> = { 'x-request-id': requestId, ...originHeaders(parts.corsOrigins, request) }
    try {
      const identified = identifyGateway(parts.keys, request.headers, request.url ?? '')
      const known = identified instanceof Promise ? await identified : identified
      const text = given ?? (await readBody(request, parts.bodyBytes))
      const body = parseBody(text)
      const call = door.open(body, found.address)
      const by: GatewayCaller = call.user === undefined ? known : withUser(known, call.user)
      const asked = toGatewayCall(found, call, { text, body }, request)
      if (wantsDryRun(request.headers)) {
        return writeJson(response, 200, headers, { dry_run: true, decision: gateway.decide(by, asked) })
      }
      const answer = await gateway.chat(by, asked, controller.signal)
      const { notes } = answer
      if (answer.type === 'native') {
        return await writeNative(response, answer.answer, { ...headers, ...notesHeaders(notes) }, call.streaming)
      }
      const identity = { id: requestId.slice(requestId.indexOf('_') + 1), createdAt: clock.now(), model: call.model }
      // After a cached or fused answer has begun, more is known than before.
      const late = () => ({ ...headers, ...notesHeaders(notes) })
      if (!call.streaming) return await writeWhole(response, call, answer.parts, identity, late)
      return await writeStream(response, { door, call, requestId }, answer.parts, identity, late)
    } catch (error) {
      if (controller.signal.aborted || response.destroyed) return
      const failure = door.toError(error, requestId)
      if (failure.status >= 500)
        log.warn('gateway-failed', { requestId, url: pathOf(request), reason: messageOf(error) })
      if (response.headersSent) return void response.destroy()
      if (failure.status === 401) headers['www-authenticate'] = 'Bearer realm="api"'
      writeJson(response, failure.status, { ...headers, ...failure.headers }, failure.body)
      // What was not read of the body must not be taken for the next request.
      if (!request.complete) response.once('finish', () => request.destroy())
    } finally {
      response.off('close', onClose)
    }
  }

  return {
    take(request, response) {
      if (request.method !== 'POST') return false
      const found = findDoor(doors, request.url ?? '')
      if (!found) return false
      void serve(found, request, response, undefined)
      return true
    },
    async answer(request, response, body) {
      const found = findDoor(doors, request.url ?? '')
      if (!found) throw new ApiError('api/not-found')
      await serve(found, request, response, body)
    },
  }
}

const withUser = (by: GatewayCaller, user: string): GatewayCaller => ({ ...by, user })

const toGatewayCall = (
  { door }: FoundDoor,
  call: DoorCall,
  { text, body }: { readonly text: string; readonly body: JsonObject },
  request: IncomingMessage,
): GatewayCall => {
  let neutral: ReturnType<DoorCall['read']> | undefined
  return {
    model: call.model,
    door: door.protocol,
    streaming: call.streaming,
    characters: text.length,
    maxTokens: call.maxTokens,
    body: call.passThrough === false ? undefined : (model, askUsage) => splice(text, body, model, askUsage),
    request: () => (neutral ??= readDeep(call, body)),
    verdicts: (family) => call.verdicts(family),
    options: readOptions(request.headers, call),
  }
}

/** Bodies that pass through are only as deep as their vendor likes; those that are read are bounded. */
const readDeep = (call: DoorCall, body: JsonObject): ReturnType<DoorCall['read']> => {
  try {
    checkDepth(body)
  } catch (error) {
    throw invalidParam('', `The body is ${messageOf(error)}.`)
  }
  return call.read()
}

const readBody = (request: IncomingMessage, limitBytes: number): Promise<string> => {
  const type = request.headers['content-type']
  if (type !== undefined && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new ApiError('api/unsupported-media-type', { details: { type } })
  }
  const tooLarge = () => new ApiError('api/body-too-large', { details: { limitBytes } })
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge()
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength
      if (size > limitBytes) {
        request.pause()
        reject(tooLarge())
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
      if (!isUtf8(bytes)) reject(invalidParam('', 'The body is not UTF-8.'))
      else resolve(bytes.toString('utf8'))
    })
    request.on('error', reject)
    request.on('aborted', () => reject(new DOMException('The caller has gone.', 'AbortError')))
  })
}

const parseBody = (text: string): JsonObject => {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw invalidParam('', `The body is not JSON: ${messageOf(error)}`)
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidParam('', 'The body must be an object.')
  }
  return body as JsonObject
}

const writeJson = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): void => {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

/** The doors stand in front of the router, and so of its plugin for browsers. */
const originHeaders = (origins: readonly string[], request: IncomingMessage): Record<string, string> => {
  const { origin } = request.headers
  if (origins.length === 0 || origin === undefined) return {}
  if (origins.includes('*')) return { 'access-control-allow-origin': '*' }
  return origins.includes(origin) ? { 'access-control-allow-origin': origin, vary: 'Origin' } : {}
}

/** Without the query: it may hold a key. */
const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? ''
