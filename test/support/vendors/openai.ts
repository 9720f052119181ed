// A vendor with chat completions, as api.openai.com and its imitators speak them.

import {
  inPieces,
  type Reply,
  sse,
  startVendor,
  TEST_KEY,
  usageOf,
  type VendorFormat,
  type VendorServer,
} from './vendor-server.ts'

const ERROR_TYPES: Record<number, [type: string, code: string | null]> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['invalid_request_error', null],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
  500: ['server_error', null],
  503: ['server_error', null],
}

const finishReason = (reply: Reply): string =>
  reply.toolCalls ? 'tool_calls' : reply.finish === 'content-filter' ? 'content_filter' : (reply.finish ?? 'stop')

const usageBlock = (reply: Reply) => {
  const usage = usageOf(reply)
  return (
    usage && {
      prompt_tokens: usage.prompt,
      completion_tokens: usage.completion,
      total_tokens: usage.prompt + usage.completion,
    }
  )
}

const toolCall = (call: NonNullable<Reply['toolCalls']>[number], index: number) => ({
  id: call.id ?? `call_${index}`,
  type: 'function',
  function: { name: call.name, arguments: JSON.stringify(call.arguments) },
})

type Frames = [undefined, unknown][]

const chunks = (model: string, reply: Reply): Frames => {
  const chunk = (delta: object, finish: string | null = null): [undefined, unknown] => [
    undefined,
    {
      id: 'cc-1',
      object: 'chat.completion.chunk',
      created: 1790002000,
      model,
      choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
      usage: null,
    },
  ]
  const frames: Frames = [chunk({ role: 'assistant', content: '' })]
  for (const piece of inPieces(reply.reasoning ?? '')) frames.push(chunk({ reasoning_content: piece }))
  for (const piece of inPieces(reply.text ?? '')) frames.push(chunk({ content: piece }))
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    const whole = toolCall(call, index)
    frames.push(chunk({ tool_calls: [{ index, ...whole, function: { name: call.name, arguments: '' } }] }))
    for (const piece of inPieces(whole.function.arguments)) {
      frames.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
    }
  }
  frames.push(chunk({}, finishReason(reply)))
  return frames
}

const format: VendorFormat = {
  check({ headers, body, method }) {
    if (headers.authorization !== `Bearer ${TEST_KEY}`) {
      return { status: 401, message: `Incorrect API key provided: ${headers.authorization?.slice(7)}.` }
    }
    if (method === 'POST' && (typeof body?.model !== 'string' || !Array.isArray(body.messages))) {
      return { status: 400, message: 'you must provide a model and messages' }
    }
    return undefined
  },
  answer({ path, method, body }, reply) {
    if (method === 'GET' && path === '/v1/models') {
      const data = [{ id: 'acme-large', object: 'model', created: 1790000000, owned_by: 'acme' }]
      return { contentType: 'application/json', body: JSON.stringify({ object: 'list', data }) }
    }
    if (method !== 'POST' || path !== '/v1/chat/completions') return undefined
    if (body.stream === true) {
      const frames = chunks(body.model, reply)
      const usage = usageBlock(reply)
      if (usage && body.stream_options?.include_usage) {
        frames.push([
          undefined,
          { id: 'cc-1', object: 'chat.completion.chunk', created: 1790002000, model: body.model, choices: [], usage },
        ])
      }
      frames.push([undefined, '[DONE]'])
      return { contentType: 'text/event-stream', body: `: keep-alive\n\n${sse(frames)}` }
    }
    const message = {
      role: 'assistant',
      content: reply.text ?? null,
      refusal: null,
      ...(reply.reasoning !== undefined && { reasoning_content: reply.reasoning }),
      ...(reply.toolCalls && { tool_calls: reply.toolCalls.map(toolCall) }),
    }
    const choice = { index: 0, message, finish_reason: finishReason(reply), logprobs: null }
    const answer = {
      id: 'cc-1',
      object: 'chat.completion',
      created: 1790002000,
      model: body.model,
      choices: [choice],
      usage: usageBlock(reply),
    }
    return { contentType: 'application/json', body: JSON.stringify(answer) }
  },
  brokenStream({ body }, reply, kind) {
    const error =
      kind === 'overloaded'
        ? { message: 'The server had an error', type: 'server_error', param: null, code: null }
        : { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' }
    const frames: Frames = [...chunks(body.model, reply).slice(0, 2), [undefined, { error }]]
    return { contentType: 'text/event-stream', body: sse(frames) }
  },
  errorBody(status, message) {
    const [type, code] = ERROR_TYPES[status] ?? [status >= 500 ? 'server_error' : 'invalid_request_error', null]
    return JSON.stringify({ error: { message, type, param: null, code } })
  },
}

export const startOpenAi = (): Promise<VendorServer> => startVendor(format)
