// A server with Ollama's native API. It has no keys; this one stands behind a proxy that asks for one.

import {
  inPieces,
  type Reply,
  startVendor,
  TEST_KEY,
  usageOf,
  type VendorFormat,
  type VendorServer,
  vectorOf,
} from './vendor-server.ts'

const line = (model: string, message: object, rest: object = {}) => ({
  model,
  created_at: '2026-11-20T12:00:00.123456789Z',
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...rest,
})

const callsOf = (reply: Reply) =>
  reply.toolCalls
    ? { tool_calls: reply.toolCalls.map(({ name, arguments: args }) => ({ function: { name, arguments: args } })) }
    : {}

const ending = (reply: Reply) => {
  const usage = usageOf(reply)
  return {
    done: true,
    done_reason: reply.finish === 'length' ? 'length' : 'stop',
    total_duration: 1234567890123456,
    ...(usage && { prompt_eval_count: usage.prompt, eval_count: usage.completion }),
  }
}

const lines = (model: string, reply: Reply): object[] => [
  ...inPieces(reply.reasoning ?? '').map((thinking) => line(model, { thinking })),
  ...inPieces(reply.text ?? '').map((content) => line(model, { content })),
  ...(reply.toolCalls ? [line(model, callsOf(reply))] : []),
]

const ndjson = (values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const json = (value: object) => ({ contentType: 'application/json', body: JSON.stringify(value) })

const format: VendorFormat = {
  check({ headers, method, body, path }) {
    if (headers.authorization !== `Bearer ${TEST_KEY}`)
      return { status: 401, message: `unauthorized: ${headers.authorization}` }
    if (method === 'POST' && path === '/api/chat' && !Array.isArray(body?.messages))
      return { status: 400, message: 'missing messages' }
    return undefined
  },
  answer({ path, method, body }, reply) {
    if (method === 'GET' && path === '/api/version') return json({ version: '0.12.0' })
    if (method === 'GET' && path === '/api/tags') {
      return json({
        models: [
          { name: 'llama3.2:latest', model: 'llama3.2:latest' },
          { name: 'old:7b', model: 'old:7b' },
        ],
      })
    }
    if (path === '/api/show') {
      if (body.model === 'old:7b') return json({ details: { family: 'llama' } })
      return json({ capabilities: ['completion', 'tools'], model_info: { 'llama.context_length': 131072 } })
    }
    if (path === '/api/embed') {
      const texts: string[] = [body.input].flat()
      return json({ model: body.model, embeddings: texts.map(vectorOf), prompt_eval_count: texts.length * 2 })
    }
    if (method !== 'POST' || path !== '/api/chat') return undefined
    // The real server streams unless told otherwise.
    if (body.stream !== false) {
      const all = [...lines(body.model, reply), line(body.model, {}, ending(reply))]
      return { contentType: 'application/x-ndjson', body: ndjson(all) }
    }
    const thinking = reply.reasoning === undefined ? {} : { thinking: reply.reasoning }
    return json(line(body.model, { content: reply.text ?? '', ...thinking, ...callsOf(reply) }, ending(reply)))
  },
  brokenStream({ body }, reply, kind) {
    const error = kind === 'overloaded' ? 'model runner has unexpectedly stopped' : 'too many concurrent requests'
    return { contentType: 'application/x-ndjson', body: ndjson([...lines(body.model, reply).slice(0, 1), { error }]) }
  },
  errorBody: (_status, message) => JSON.stringify({ error: message }),
}

export const startOllama = (): Promise<VendorServer> => startVendor(format)
