// A vendor with generateContent, as Google's API speaks it; its streams use CRLF and have no terminator.

import {
  inPieces,
  type Reply,
  sse,
  startVendor,
  TEST_KEY,
  usageOf,
  type VendorFormat,
  type VendorServer,
  vectorOf,
} from './vendor-server.ts'

const STATUS_NAMES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}
const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', 'content-filter': 'SAFETY' } as const

type Part = Record<string, unknown>

const chunk = (model: string, parts: readonly Part[], rest: object = {}) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }],
  modelVersion: model,
  responseId: 'r-1',
})

const callParts = (reply: Reply): Part[] =>
  (reply.toolCalls ?? []).map(({ name, arguments: args }) => ({
    functionCall: { name, args },
    thoughtSignature: 'sig-1',
  }))

const usageBlock = (reply: Reply) => {
  const usage = usageOf(reply)
  if (!usage) return {}
  const total = usage.prompt + usage.completion
  return {
    usageMetadata: {
      promptTokenCount: usage.prompt,
      // Thinking is counted apart.
      candidatesTokenCount: usage.completion - (reply.details?.reasoningTokens ?? 0),
      totalTokenCount: total,
      ...(reply.details?.cachedTokens !== undefined && { cachedContentTokenCount: reply.details.cachedTokens }),
      ...(reply.details?.reasoningTokens !== undefined && { thoughtsTokenCount: reply.details.reasoningTokens }),
    },
  }
}

const textParts = (reply: Reply): Part[] => [
  ...inPieces(reply.reasoning ?? '').map((text) => ({ text, thought: true })),
  ...inPieces(reply.text ?? '').map((text) => ({ text })),
]

const badSchema = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  ('$ref' in schema || 'additionalProperties' in schema || Object.values(schema).some(badSchema))

const format: VendorFormat = {
  check({ headers, body, path, method }) {
    if (headers['x-goog-api-key'] !== TEST_KEY)
      return { status: 401, message: `key ${headers['x-goog-api-key']} is not valid` }
    if (method === 'GET') return undefined
    if (path.endsWith(':batchEmbedContents')) {
      const [, resource] = /^\/v1beta\/(.+):/.exec(path) ?? []
      const requests: { model?: string; content?: { parts?: unknown[] } }[] = body?.requests ?? []
      if (requests.length > 100) return { status: 400, message: 'at most 100 requests can be in one batch' }
      return requests.every(({ model, content }) => model === resource && (content?.parts?.length ?? 0) > 0)
        ? undefined
        : { status: 400, message: 'model or content is wrong' }
    }
    if (path.endsWith(':countTokens')) {
      const [, resource] = /^\/v1beta\/(.+):/.exec(path) ?? []
      const { model, contents } = body?.generateContentRequest ?? {}
      return model === resource && contents?.length > 0 ? undefined : { status: 400, message: 'model is wrong' }
    }
    if (!Array.isArray(body?.contents) || body.contents.length === 0) {
      return { status: 400, message: 'GenerateContentRequest.contents: contents is not specified' }
    }
    if (body.contents.some((content: { parts: unknown[] }) => content.parts.length === 0)) {
      return { status: 400, message: 'parts must not be empty' }
    }
    if (badSchema(body.generationConfig?.responseSchema) || badSchema(body.tools)) {
      return { status: 400, message: 'Invalid JSON payload received. Unknown name in schema' }
    }
    return undefined
  },
  answer({ path, body, method }, reply) {
    if (method === 'GET' && path.startsWith('/v1beta/models')) {
      return { contentType: 'application/json; charset=UTF-8', body: JSON.stringify({ models: [] }) }
    }
    const [, model = '', action] = /^\/v1beta\/models\/(.+?):(\w+)(?:\?alt=sse)?$/.exec(path) ?? []
    const finishReason = FINISH[reply.finish ?? 'stop']
    if (action === 'streamGenerateContent' && path.endsWith('?alt=sse')) {
      const frames = [
        ...textParts(reply).map((part) => chunk(model, [part])),
        { ...chunk(model, callParts(reply), { finishReason }), ...usageBlock(reply) },
      ]
      return {
        contentType: 'text/event-stream',
        body: sse(
          frames.map((data) => [undefined, data] as const),
          '\r\n',
        ),
      }
    }
    if (action === 'countTokens') {
      return { contentType: 'application/json', body: JSON.stringify({ totalTokens: JSON.stringify(body).length }) }
    }
    if (action === 'batchEmbedContents') {
      const embeddings = body.requests.map((request: { content: { parts: { text: string }[] } }) => ({
        values: vectorOf(request.content.parts[0]?.text ?? ''),
      }))
      return { contentType: 'application/json; charset=UTF-8', body: JSON.stringify({ embeddings }, null, 2) }
    }
    if (action !== 'generateContent' || body === undefined) return undefined
    const whole = {
      ...chunk(model, [...textParts(reply), ...callParts(reply)], { finishReason }),
      ...usageBlock(reply),
    }
    return { contentType: 'application/json; charset=UTF-8', body: JSON.stringify(whole, null, 2) }
  },
  brokenStream(_request, reply, kind) {
    const [code, status] = kind === 'overloaded' ? [503, 'UNAVAILABLE'] : [429, 'RESOURCE_EXHAUSTED']
    const frames = [
      ...textParts(reply)
        .slice(0, 1)
        .map((part) => chunk('m', [part])),
      { error: { code, message: 'no more', status } },
    ]
    return {
      contentType: 'text/event-stream',
      body: sse(
        frames.map((data) => [undefined, data] as const),
        '\r\n',
      ),
    }
  },
  errorBody: (status, message) =>
    JSON.stringify({ error: { code: status, message, status: STATUS_NAMES[status] ?? 'UNKNOWN', details: [] } }),
}

export const startGemini = (): Promise<VendorServer> => startVendor(format)
