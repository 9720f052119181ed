// A vendor with the Messages API, as api.anthropic.com speaks it, strictness included.

import {
  inPieces,
  type Reply,
  sse,
  startVendor,
  TEST_KEY,
  usageOf,
  type VendorFormat,
  type VendorRequest,
  type VendorServer,
} from './vendor-server.ts'

const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

type Block = { type: string; [key: string]: unknown }

const blocksOf = (reply: Reply, forcedTool: string | undefined): Block[] => {
  const blocks: Block[] = []
  if (reply.reasoning !== undefined) blocks.push({ type: 'thinking', thinking: reply.reasoning, signature: 'sig-1' })
  if (reply.text !== undefined) {
    blocks.push(
      forcedTool === undefined
        ? { type: 'text', text: reply.text }
        : { type: 'tool_use', id: 'tu_answer', name: forcedTool, input: JSON.parse(reply.text) },
    )
  }
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    blocks.push({ type: 'tool_use', id: call.id ?? `tu_${index}`, name: call.name, input: call.arguments })
  }
  return blocks
}

const stopReason = (reply: Reply, blocks: readonly Block[]): string => {
  if (blocks.some((block) => block.type === 'tool_use')) return 'tool_use'
  return reply.finish === 'length' ? 'max_tokens' : reply.finish === 'content-filter' ? 'refusal' : 'end_turn'
}

type Frames = [string, unknown][]

const frame = (type: string, rest: object = {}): [string, unknown] => [type, { type, ...rest }]

const blockFrames = (block: Block, index: number): Frames => {
  const start = (content: object) => frame('content_block_start', { index, content_block: content })
  const delta = (content: object) => frame('content_block_delta', { index, delta: content })
  const stop = frame('content_block_stop', { index })
  if (block.type === 'text') {
    const pieces = inPieces(String(block.text)).map((text) => delta({ type: 'text_delta', text }))
    return [start({ type: 'text', text: '' }), ...pieces, stop]
  }
  if (block.type === 'thinking') {
    const pieces = inPieces(String(block.thinking)).map((thinking) => delta({ type: 'thinking_delta', thinking }))
    const signature = delta({ type: 'signature_delta', signature: block.signature })
    return [start({ type: 'thinking', thinking: '', signature: '' }), ...pieces, signature, stop]
  }
  const pieces = inPieces(JSON.stringify(block.input)).map((piece) =>
    delta({ type: 'input_json_delta', partial_json: piece }),
  )
  return [start({ ...block, input: {} }), delta({ type: 'input_json_delta', partial_json: '' }), ...pieces, stop]
}

/** What the cache served and stored is counted apart. */
const promptUsage = ({ details }: Reply, prompt: number) => ({
  input_tokens: prompt - (details?.cachedTokens ?? 0) - (details?.cacheWriteTokens ?? 0),
  ...(details?.cachedTokens !== undefined && { cache_read_input_tokens: details.cachedTokens }),
  ...(details?.cacheWriteTokens !== undefined && { cache_creation_input_tokens: details.cacheWriteTokens }),
})

const startFrames = (model: string, reply: Reply): Frames => {
  const usage = usageOf(reply)
  const message = {
    id: 'm_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(usage && { usage: { ...promptUsage(reply, usage.prompt), output_tokens: 1 } }),
  }
  return [frame('message_start', { message }), frame('ping')]
}

const forcedTool = (request: VendorRequest): string | undefined => {
  const choice = request.body.tool_choice
  if (choice?.type === 'tool') return choice.name
  return undefined
}

const checkMessages = (messages: unknown): string | undefined => {
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required'
  let expected = 'user'
  for (const message of messages) {
    if (message.role !== expected) return `messages: roles must alternate, expected ${expected}`
    expected = expected === 'user' ? 'assistant' : 'user'
    const blocks = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content
    if (blocks.length === 0) return 'messages: content must not be empty'
    for (const block of blocks) {
      if (block.type === 'text' && block.text.trim() === '') return 'messages: text content blocks must be non-empty'
      if (block.type === 'tool_use' && typeof block.input !== 'object') return 'messages: input must be an object'
    }
  }
  const last = messages.at(-1)
  const text = typeof last.content === 'string' ? last.content : (last.content.at(-1)?.text ?? '')
  if (last.role === 'assistant' && /\s$/.test(text))
    return 'messages: final assistant content cannot end with trailing whitespace'
  return undefined
}

const format: VendorFormat = {
  check({ headers, body, path, method }) {
    const key = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '')
    if (key !== TEST_KEY) return { status: 401, message: `invalid x-api-key: ${key}` }
    if (!headers['anthropic-version']) return { status: 400, message: 'anthropic-version: header is required' }
    if (method === 'GET') return undefined
    if (path === '/v1/messages/count_tokens') {
      if ('max_tokens' in body || 'stream' in body) return { status: 400, message: 'Extra inputs are not permitted' }
      const problem = checkMessages(body.messages)
      return problem === undefined ? undefined : { status: 400, message: problem }
    }
    if (typeof body?.max_tokens !== 'number') return { status: 400, message: 'max_tokens: Field required' }
    if (body.temperature > 1) return { status: 400, message: 'temperature: range: 0..1' }
    if (body.temperature !== undefined && body.top_p !== undefined) {
      return { status: 400, message: '`temperature` and `top_p` cannot both be specified for this model.' }
    }
    if (body.thinking?.type === 'enabled' && body.max_tokens <= body.thinking.budget_tokens) {
      return { status: 400, message: '`max_tokens` must be greater than `thinking.budget_tokens`' }
    }
    const problem = checkMessages(body.messages)
    return problem === undefined ? undefined : { status: 400, message: problem }
  },
  answer(request, reply) {
    const { path, method, body } = request
    if (method === 'GET' && path.startsWith('/v1/models')) {
      return { contentType: 'application/json', body: JSON.stringify({ data: [], has_more: false }) }
    }
    if (method === 'POST' && path === '/v1/messages/count_tokens') {
      return { contentType: 'application/json', body: JSON.stringify({ input_tokens: JSON.stringify(body).length }) }
    }
    if (method !== 'POST' || path !== '/v1/messages') return undefined
    const blocks = blocksOf(reply, forcedTool(request))
    const usage = usageOf(reply)
    const stop_reason = stopReason(reply, blocks)
    if (body.stream === true) {
      const delta = { stop_reason, stop_sequence: null }
      const frames: Frames = [
        ...startFrames(body.model, reply),
        ...blocks.flatMap(blockFrames),
        frame('message_delta', { delta, ...(usage && { usage: { output_tokens: usage.completion } }) }),
        frame('message_stop'),
      ]
      return { contentType: 'text/event-stream; charset=utf-8', body: sse(frames) }
    }
    const message = {
      id: 'm_1',
      type: 'message',
      role: 'assistant',
      model: body.model,
      content: blocks,
      stop_reason,
      stop_sequence: null,
      ...(usage && { usage: { ...promptUsage(reply, usage.prompt), output_tokens: usage.completion } }),
    }
    return { contentType: 'application/json', body: JSON.stringify(message) }
  },
  brokenStream({ body }, reply, kind) {
    const error =
      kind === 'overloaded'
        ? { type: 'overloaded_error', message: 'Overloaded' }
        : { type: 'rate_limit_error', message: 'Too many tokens' }
    const frames: Frames = [
      ...startFrames(body.model, reply),
      ...blocksOf(reply, undefined).flatMap(blockFrames).slice(0, 2),
      frame('error', { error }),
    ]
    return { contentType: 'text/event-stream', body: sse(frames) }
  },
  errorBody: (status, message) =>
    JSON.stringify({
      type: 'error',
      error: { type: ERROR_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error'), message },
      request_id: 'req_1',
    }),
}

export const startAnthropic = (): Promise<VendorServer> => startVendor(format)
