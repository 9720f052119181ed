import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../base/seams.ts'
import { ModelError } from '../../errors.ts'
import type { NativeExchange } from '../../native.ts'
import type { NativeEndpoint } from '../../spec.ts'
import { createNativeClient } from './client.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let server: Server | undefined
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

const listen = async (answer: Answer): Promise<string> => {
  server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(request, response))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`
}

const endpoint = (url: string, limits: Partial<NativeEndpoint> = {}): NativeEndpoint => ({
  protocol: 'openai-chat',
  provider: 'p',
  model: 'm',
  url: () => url,
  headers: () => ({ authorization: 'Bearer k' }),
  toError: (status, body) =>
    new ModelError('model/unavailable', { details: { provider: 'p', message: `${status} ${body}` } }),
  failureIn: (body) =>
    (body as { error?: { message: string } }).error
      ? new ModelError('model/unavailable', { details: { provider: 'p', message: 'told inside' }, retryable: true })
      : undefined,
  usageOf: (body) => {
    const usage = (body as { usage?: { prompt_tokens: number; completion_tokens: number } }).usage
    return usage && { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens }
  },
  streamUsage: 'on-request',
  connectTimeoutMs: 2_000,
  idleTimeoutMs: 5_000,
  answerTimeoutMs: 5_000,
  ...limits,
})

const frame = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`
const role = frame({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] })
const word = (content: string) => frame({ choices: [{ index: 0, delta: { content } }] })
const usage = frame({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } })
const events = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })

const send = async (
  answer: Answer,
  more: { streaming?: boolean; hideUsage?: boolean; limits?: Partial<NativeEndpoint> } = {},
) => {
  const client = createNativeClient({ clock: systemClock })
  const controller = new AbortController()
  const url = await listen(answer)
  const call = { body: '{}', streaming: more.streaming ?? true, hideUsage: more.hideUsage ?? false }
  const exchange = client.send(endpoint(url, more.limits), call, controller.signal)
  return { exchange, controller, client }
}

const read = async (exchange: NativeExchange): Promise<string> => {
  const chunks: Uint8Array[] = []
  await exchange.pipe((chunk) => void chunks.push(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

describe('streams', () => {
  test('hand their bytes through unchanged, and tell their usage at the end', async () => {
    const text = `${role}${word('a')}: a comment\n\n${word('ü')}${usage}data: [DONE]\n\n`
    const { exchange } = await send((_, response) => events(response).end(text))
    const begun = await exchange
    expect(await read(begun)).toBe(text)
    expect(begun.usage()).toEqual({ promptTokens: 7, completionTokens: 3 })
    expect(begun.contentType).toBe('text/event-stream')
  })

  test('hide the usage that the caller did not ask for', async () => {
    const { exchange } = await send(
      (_, response) => events(response).end(`${role}${word('a')}${usage}data: [DONE]\n\n`),
      { hideUsage: true },
    )
    const begun = await exchange
    expect(await read(begun)).toBe(`${role}${word('a')}data: [DONE]\n\n`)
    expect(begun.usage()).toEqual({ promptTokens: 7, completionTokens: 3 })
  })

  test('that fail before their first content never begin', async () => {
    const { exchange } = await send((_, response) =>
      events(response).end(`${role}${frame({ error: { message: 'x' } })}`),
    )
    await expect(exchange).rejects.toMatchObject({ code: 'model/unavailable', details: { message: 'told inside' } })
  })

  test('that are cut before their first content never begin', async () => {
    const { exchange } = await send((_, response) => {
      events(response).write(role)
      setImmediate(() => response.destroy())
    })
    await expect(exchange).rejects.toMatchObject({ code: 'model/unavailable', retryable: true })
  })

  test('that are cut later hand over what came, and say so', async () => {
    const { exchange } = await send((_, response) => {
      events(response).write(`${role}${word('a')}`, () => response.destroy())
    })
    const chunks: Uint8Array[] = []
    const begun = await exchange
    await expect(begun.pipe((chunk) => void chunks.push(chunk))).rejects.toMatchObject({ code: 'model/unavailable' })
    expect(Buffer.concat(chunks).toString('utf8')).toBe(`${role}${word('a')}`)
  })

  test('that fail later say so, and the caller has seen it', async () => {
    const text = `${role}${word('a')}${frame({ error: { message: 'late' } })}`
    const { exchange } = await send((_, response) => events(response).end(text))
    const chunks: Uint8Array[] = []
    const begun = await exchange
    await expect(begun.pipe((chunk) => void chunks.push(chunk))).rejects.toMatchObject({ code: 'model/unavailable' })
    expect(Buffer.concat(chunks).toString('utf8')).toBe(text)
  })

  test('that fall silent are given up', async () => {
    const { exchange } = await send((_, response) => void events(response).write(role), {
      limits: { idleTimeoutMs: 300 },
    })
    await expect(exchange).rejects.toMatchObject({ code: 'model/timeout' })
    server?.closeAllConnections()
  })

  test('wait for a slow reader', async () => {
    const long = word('x'.repeat(60_000))
    const { exchange } = await send((_, response) => events(response).end(long.repeat(40)))
    const begun = await exchange
    let open = 0
    let bytes = 0
    await begun.pipe(async (chunk) => {
      open++
      bytes += chunk.byteLength
      await new Promise((resolve) => setImmediate(resolve))
      open--
      expect(open).toBeLessThan(40)
    })
    expect(bytes).toBe(Buffer.byteLength(long) * 40)
  })
})

describe('plain answers', () => {
  test('come whole', async () => {
    const body = '{"choices":[{}], "usage":{"prompt_tokens":1,"completion_tokens":2}}'
    const { exchange } = await send(
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
      { streaming: false },
    )
    const begun = await exchange
    expect(begun.usage()).toEqual({ promptTokens: 1, completionTokens: 2 })
    expect(await read(begun)).toBe(body)
  })

  test.each([
    ['an error inside a success', 200, '{"error":{"message":"x"}}', 'told inside'],
    ['no JSON', 200, '<html>', 'it is not JSON'],
    ['a refusal', 429, '{"slow":"down"}', '429 {"slow":"down"}'],
  ])('%s is a failure', async (_, status, body, message) => {
    const { exchange } = await send((_request, response) => response.writeHead(status).end(body), { streaming: false })
    await expect(exchange).rejects.toMatchObject({ details: { message } })
  })
})

test('an abort cuts the connection at the vendor, and rejects with its own reason', async () => {
  let gone: () => void = () => {}
  const closed = new Promise<void>((resolve) => {
    gone = resolve
  })
  const { exchange, controller } = await send((_, response) => {
    response.on('close', gone)
    events(response).write(`${role}${word('a')}`)
  })
  const begun = await exchange
  const reason = new Error('enough')
  const piped = begun.pipe((): undefined => controller.abort(reason) as undefined)
  await expect(piped).rejects.toBe(reason)
  await closed
})
