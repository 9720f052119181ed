// A vendor with chat completions, as api.openai.com and its imitators speak them.

import { answerResponses, brokenResponses, checkResponses } from './openai-responses.ts'
import {
  inPieces,
  type Reply,
  sse,
  startVendor,
  TEST_KEY,
  usageOf,
  type VendorAnswer,
  type VendorFormat,
  type VendorRequest,
  type VendorServer,
  vectorOf,
} from './vendor-server.ts'

const ERROR_TYPES: Record<number, [type: string, code: string | null]> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  402: ['insufficient_quota', 'insufficient_quota'],
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
      ...(reply.details && {
        prompt_tokens_details: { cached_tokens: reply.details.cachedTokens ?? 0, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: reply.details.reasoningTokens ?? 0 },
      }),
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

const json = (body: object): VendorAnswer => ({ contentType: 'application/json', body: JSON.stringify(body) })

const embeddings = ({ body }: VendorRequest): VendorAnswer => {
  const texts: string[] = [body.input].flat()
  const toWire = (vector: number[]) =>
    body.encoding_format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
  // Out of order: the index says which text a vector belongs to.
  const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: toWire(vectorOf(text)) })).reverse()
  const tokens = texts.length * 2
  return json({ object: 'list', data, model: body.model, usage: { prompt_tokens: tokens, total_tokens: tokens } })
}

/** Embeddings in Cohere's form, at its own address. */
const cohereEmbeddings = ({ body }: VendorRequest): VendorAnswer =>
  json({
    id: 'e-1',
    embeddings: { float: body.texts.map(vectorOf) },
    texts: body.texts,
    meta: { billed_units: { input_tokens: 2 * body.texts.length } },
  })

/** Documents in the order of their length, longest best, and told in another order. */
const ranking = ({ body }: VendorRequest): VendorAnswer => {
  const longest = Math.max(...body.documents.map((text: string) => text.length))
  const results = body.documents
    .map((text: string, index: number) => ({ index, relevance_score: text.length / (longest + 1) }))
    .sort((a: { relevance_score: number }, b: { relevance_score: number }) => b.relevance_score - a.relevance_score)
    .slice(0, body.top_n)
    .reverse()
  return json({ id: 'rr-1', model: body.model, results, usage: { total_tokens: 2 * body.documents.length } })
}

/** Whatever says `bad` is flagged. */
const moderations = ({ body }: VendorRequest): VendorAnswer => {
  const results = [body.input].flat().map((text: string) => {
    const flagged = text.includes('bad')
    return {
      flagged,
      categories: { hate: flagged, violence: false },
      category_scores: { hate: flagged ? 0.9 : 0.1, violence: 0 },
    }
  })
  return json({ id: 'modr-1', model: body.model, results })
}

/** Bodies of the calls beside chat that the vendor would refuse. */
const checkOther = ({ path, body }: VendorRequest): string | undefined => {
  if (path === '/v1/embeddings') {
    const texts = [body.input].flat()
    if (texts.length === 0 || texts.length > 2_048 || texts.some((text) => typeof text !== 'string' || text === '')) {
      return "'$.input' is invalid."
    }
  }
  if (path === '/v1/embed' && !(body.texts?.length > 0 && body.texts.length <= 96 && body.input_type)) {
    return 'texts and input_type are needed'
  }
  if (path === '/v1/rerank' && (typeof body.query !== 'string' || !(body.documents?.length > 0))) {
    return 'query and documents are needed'
  }
  if (path === '/v1/moderations' && ![body.input].flat().every((text) => typeof text === 'string')) {
    return "'$.input' is invalid."
  }
  if (path === '/v1/responses') return checkResponses({ path, body } as VendorRequest)
  if (path === '/v1/audio/speech' && (typeof body.voice !== 'string' || !body.input || body.input.length > 4_096)) {
    return 'input and voice are needed'
  }
  if (path === '/v1/audio/transcriptions' && !(body.file?.bytes.length > 0)) return 'file is needed'
  return typeof body?.model === 'string' ? undefined : 'you must provide a model parameter'
}

export const openAiFormat: VendorFormat = {
  check(request) {
    const { headers, body, method, path } = request
    if (headers.authorization !== `Bearer ${TEST_KEY}`) {
      return { status: 401, message: `Incorrect API key provided: ${headers.authorization?.slice(7)}.` }
    }
    if (method === 'POST' && path !== '/v1/chat/completions') {
      const message = checkOther(request)
      return message === undefined ? undefined : { status: 400, message }
    }
    if (method === 'POST' && (typeof body?.model !== 'string' || !Array.isArray(body.messages))) {
      return { status: 400, message: 'you must provide a model and messages' }
    }
    return undefined
  },
  answer(request, reply) {
    const { path, method, body } = request
    if (method === 'POST' && path === '/v1/embeddings') return embeddings(request)
    if (method === 'POST' && path === '/v1/responses') return answerResponses(request, reply)
    if (method === 'POST' && path === '/v1/embed') return cohereEmbeddings(request)
    if (method === 'POST' && path === '/v1/rerank') return ranking(request)
    if (method === 'POST' && path === '/v1/moderations') return moderations(request)
    if (method === 'POST' && path === '/v1/audio/transcriptions') return json({ text: reply.text ?? '' })
    if (method === 'POST' && path === '/v1/audio/speech') {
      return { contentType: 'audio/mpeg', body: reply.audio ?? Buffer.from(`mp3 of ${body.voice}: ${body.input}`) }
    }
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
  brokenStream(request, reply, kind) {
    const { body } = request
    if (request.path === '/v1/responses') {
      const code = kind === 'overloaded' ? 'server_error' : 'rate_limit_exceeded'
      return brokenResponses(request, reply, { code, message: 'no more' })
    }
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

export const startOpenAi = (): Promise<VendorServer> => startVendor(openAiFormat)
