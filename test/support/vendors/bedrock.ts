// A vendor with Converse and InvokeModel, as Amazon Bedrock speaks them: signatures are checked, streams are binary events.

import { createHash, createHmac } from 'node:crypto'
import { EventStreamCodec } from '@smithy/eventstream-codec'
import {
  inPieces,
  type Reply,
  startVendor,
  TEST_KEY,
  usageOf,
  type VendorAnswer,
  type VendorFormat,
  type VendorRequest,
  type VendorServer,
  vectorOf,
} from './vendor-server.ts'

export const TEST_REGION = 'eu-test-1'
export const TEST_ACCESS_KEY_ID = 'AKIDEXAMPLE'

const ERROR_TYPES: Record<number, string> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The signature as Amazon's reference describes it, written out here so that the client's is not checked with itself. */
const expectedSignature = ({ method, path, headers, text }: VendorRequest, signed: string, secret: string): string => {
  const [route = '', query = ''] = path.split('?')
  const canonicalPath = encodeURIComponent(route).replaceAll('%2F', '/')
  const list = signed.split(';').map((name) => `${name}:${(headers[name] ?? '').trim()}\n`)
  const canonical = [method, canonicalPath, query, list.join(''), signed, hash(text)].join('\n')
  const date = headers['x-amz-date'] ?? ''
  const scope = `${date.slice(0, 8)}/${TEST_REGION}/bedrock/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secret}`)
  return hmac(key, toSign).toString('hex')
}

const whyRefused = (request: VendorRequest): string | undefined => {
  const given = request.headers.authorization ?? ''
  if (given === `Bearer ${TEST_KEY}`) return undefined
  const [, id, region, signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/bedrock\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      given,
    ) ?? []
  if (id !== TEST_ACCESS_KEY_ID || region !== TEST_REGION) return `The security token is invalid: ${given.slice(0, 60)}`
  if (!signed.split(';').includes('host') || !signed.split(';').includes('x-amz-date')) return 'host is not signed'
  return signature === expectedSignature(request, signed, TEST_KEY)
    ? undefined
    : 'The request signature we calculated does not match the signature you provided.'
}

type Block = Record<string, unknown>

const blocksOf = (reply: Reply, forced: string | undefined): Block[] => [
  ...(reply.reasoning === undefined
    ? []
    : [{ reasoningContent: { reasoningText: { text: reply.reasoning, signature: 'sig-1' } } }]),
  ...(reply.text === undefined
    ? []
    : [
        forced === undefined
          ? { text: reply.text }
          : { toolUse: { toolUseId: 'tu_answer', name: forced, input: JSON.parse(reply.text) } },
      ]),
  ...(reply.toolCalls ?? []).map((call, index) => ({
    toolUse: { toolUseId: call.id ?? `tu_${index}`, name: call.name, input: call.arguments },
  })),
]

const stopReason = (reply: Reply, blocks: readonly Block[]): string => {
  if (blocks.some((block) => 'toolUse' in block)) return 'tool_use'
  return reply.finish === 'length' ? 'max_tokens' : reply.finish === 'content-filter' ? 'content_filtered' : 'end_turn'
}

const usageBlock = (reply: Reply) => {
  const usage = usageOf(reply)
  if (!usage) return undefined
  const cached = reply.details?.cachedTokens ?? 0
  const written = reply.details?.cacheWriteTokens ?? 0
  return {
    inputTokens: usage.prompt - cached - written,
    outputTokens: usage.completion,
    totalTokens: usage.prompt + usage.completion,
    ...(reply.details?.cachedTokens !== undefined && { cacheReadInputTokens: cached }),
    ...(reply.details?.cacheWriteTokens !== undefined && { cacheWriteInputTokens: written }),
  }
}

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
)

const message = (kind: 'event' | 'exception', type: string, body: object): Uint8Array =>
  codec.encode({
    headers: {
      [`:${kind}-type`]: { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: kind },
    },
    body: Buffer.from(JSON.stringify({ ...body, p: 'abcdefgh' })),
  })

const blockMessages = (block: Block, contentBlockIndex: number): Uint8Array[] => {
  const event = (type: string, rest: object = {}) => message('event', type, { contentBlockIndex, ...rest })
  const delta = (content: object) => event('contentBlockDelta', { delta: content })
  const stop = event('contentBlockStop')
  const use = block.toolUse as { toolUseId: string; name: string; input: object } | undefined
  if (use) {
    const { input, ...start } = use
    const text = JSON.stringify(input)
    // A call without arguments has no delta at all.
    const pieces = text === '{}' ? [] : inPieces(text).map((piece) => delta({ toolUse: { input: piece } }))
    return [event('contentBlockStart', { start: { toolUse: start } }), ...pieces, stop]
  }
  if (block.reasoningContent) {
    const { text, signature } = (block.reasoningContent as { reasoningText: { text: string; signature: string } })
      .reasoningText
    const pieces = inPieces(text).map((piece) => delta({ reasoningContent: { text: piece } }))
    return [...pieces, delta({ reasoningContent: { signature } }), stop]
  }
  return [...inPieces(String(block.text)).map((text) => delta({ text })), stop]
}

const stream = (messages: readonly Uint8Array[]): VendorAnswer => ({
  contentType: 'application/vnd.amazon.eventstream',
  body: Buffer.concat(messages),
})

const json = (body: object): VendorAnswer => ({ contentType: 'application/json', body: JSON.stringify(body) })

const invoke = ({ path, body }: VendorRequest): VendorAnswer => {
  if (path.includes('cohere'))
    return json({ embeddings: { float: body.texts.map(vectorOf) }, response_type: 'embeddings_by_type' })
  return json({ embedding: vectorOf(body.inputText), inputTextTokenCount: 2 })
}

const checkMessages = (messages: unknown): string | undefined => {
  if (!Array.isArray(messages) || messages.length === 0) return 'messages must not be empty'
  let expected = 'user'
  for (const { role, content } of messages) {
    if (role !== expected) return 'A conversation must alternate between user and assistant roles.'
    expected = expected === 'user' ? 'assistant' : 'user'
    if (!Array.isArray(content) || content.length === 0) return 'The content field in the Message object is empty.'
    for (const block of content)
      if (block.text?.trim() === '') return 'The text field in the ContentBlock object is blank.'
  }
  return undefined
}

const format: VendorFormat = {
  check(request) {
    const refused = whyRefused(request)
    if (refused !== undefined) return { status: 403, message: refused }
    if (!request.path.includes('/converse')) return undefined
    const problem = checkMessages(request.body?.messages)
    return problem === undefined ? undefined : { status: 400, message: problem }
  },
  answer(request, reply) {
    const { path, method, body } = request
    if (method === 'GET' && path.startsWith('/foundation-models')) return json({ modelSummaries: [] })
    const [, , action] = /^\/model\/([^/]+)\/([\w-]+)$/.exec(path) ?? []
    if (action === 'invoke') return invoke(request)
    if (method !== 'POST' || (action !== 'converse' && action !== 'converse-stream')) return undefined
    const blocks = blocksOf(reply, body.toolConfig?.toolChoice?.tool?.name)
    const usage = usageBlock(reply)
    const reason = stopReason(reply, blocks)
    if (action === 'converse') {
      const output = { message: { role: 'assistant', content: blocks } }
      return json({ output, stopReason: reason, ...(usage && { usage }), metrics: { latencyMs: 1 } })
    }
    return stream([
      message('event', 'messageStart', { role: 'assistant' }),
      ...blocks.flatMap(blockMessages),
      message('event', 'messageStop', { stopReason: reason }),
      message('event', 'metadata', { ...(usage && { usage }), metrics: { latencyMs: 1 } }),
    ])
  },
  brokenStream(_request, reply, kind) {
    const type = kind === 'overloaded' ? 'serviceUnavailableException' : 'throttlingException'
    return stream([
      message('event', 'messageStart', { role: 'assistant' }),
      ...blocksOf(reply, undefined).flatMap(blockMessages).slice(0, 1),
      message('exception', type, { message: 'no more' }),
    ])
  },
  errorBody: (status, text) =>
    JSON.stringify({ message: text, __type: ERROR_TYPES[status] ?? 'InternalServerException' }),
}

export const startBedrock = (): Promise<VendorServer> => startVendor(format)
