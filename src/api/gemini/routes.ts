// What clients of Google's protocol ask beside answers: counts, vectors and the list of models. Answers themselves are given in front
// of the router. Sources of the forms: ai.google.dev/api/tokens, /api/embeddings and /api/models.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GatewayError } from '../../product/gateway/errors.ts'
import type { GatewayCaller, GatewayModel } from '../../product/gateway/spec.ts'
import { gatewayCallerOf } from '../authenticate.ts'
import { GEMINI_ROUTE } from '../doors/addresses.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { ApiError } from '../errors.ts'
import { FieldReader, isJsonObject } from '../openai/field-reader.ts'
import { readPlainJson } from '../plain-json.ts'
import type { ServerParts } from '../spec.ts'
import { unlessGone } from '../unless-gone.ts'
import { type GeminiAction, readGeminiAddress } from './address.ts'
import { withCamelNames } from './names.ts'
import { readGeminiRequest } from './request.ts'

type Asked = Exclude<GeminiAction, 'generateContent' | 'streamGenerateContent'>

interface Question {
  readonly by: GatewayCaller
  readonly model: string
  readonly body: JsonObject
  readonly signal: AbortSignal
}

/** More are refused. */
const MOST_TEXTS = 2_048

export const geminiRoutes =
  ({ gateway }: Pick<ServerParts, 'gateway'>) =>
  async (server: FastifyInstance) => {
    readPlainJson(server)
    server.setReplySerializer((payload) => JSON.stringify(payload))

    const embed = async ({ by, model, body, signal }: Question, texts: readonly string[]) => {
      const dimensions = new FieldReader().number(body, 'outputDimensionality')
      const { vectors } = await gateway.embed(by, { model, texts, dimensions }, signal)
      return vectors.map((vector) => ({ values: Array.from(vector) }))
    }

    const answers: Readonly<Record<Asked, (question: Question) => Promise<object>>> = {
      async countTokens({ by, model, body, signal }) {
        const inner = isJsonObject(body.generateContentRequest) ? body.generateContentRequest : body
        const counted = await gateway.countTokens(by, { model, request: readGeminiRequest(inner) }, signal)
        return { totalTokens: counted.tokens, ...(counted.estimated && { estimated: true }) }
      },
      async embedContent(question) {
        const [embedding] = await embed(question, [textOf(question.body, 'content')])
        return { embedding }
      },
      async batchEmbedContents(question) {
        const requests = readBatch(question.body)
        const first = requests[0] ?? {}
        const texts = requests.map((request, i) => textOf(request, `requests[${i}].content`))
        return { embeddings: await embed({ ...question, body: first }, texts) }
      },
    }

    server.post(GEMINI_ROUTE, async (request, reply) => {
      const found = readGeminiAddress(request.url)
      const answer = found && Object.hasOwn(answers, found.action) ? answers[found.action as Asked] : undefined
      if (!found || !answer) throw new ApiError('api/not-found')
      const body = withCamelNames(isJsonObject(request.body as Json) ? (request.body as JsonObject) : {})
      return unlessGone(reply, (signal) => answer({ by: gatewayCallerOf(request), model: found.model, body, signal }))
    })

    server.get('/v1beta/models', async (request) => ({
      models: (await gateway.list(gatewayCallerOf(request))).map(toModel),
    }))
    server.get<{ Params: { '*': string } }>(GEMINI_ROUTE, async (request) => show(request, request.params['*']))

    const show = async (request: FastifyRequest, id: string) => {
      const models = await gateway.list(gatewayCallerOf(request))
      const found = models.find((model) => model.id === id)
      if (!found) throw new GatewayError('gateway/unknown-model', { details: { model: id } })
      return toModel(found)
    }
  }

const METHODS: Readonly<Partial<Record<GatewayModel['kind'], readonly string[]>>> = {
  embedding: ['embedContent', 'batchEmbedContents'],
}

const toModel = ({ id, kind }: GatewayModel) => ({
  name: `models/${id}`,
  displayName: id,
  supportedGenerationMethods: METHODS[kind] ?? ['generateContent', 'streamGenerateContent', 'countTokens'],
})

const readBatch = (body: JsonObject): readonly JsonObject[] => {
  const reader = new FieldReader()
  const requests = reader.objects(body, 'requests') ?? []
  if (requests.length === 0) reader.problem('requests', 'must not be empty')
  if (requests.length > MOST_TEXTS) reader.problem('requests', `must have at most ${MOST_TEXTS} texts`)
  reader.finish()
  return requests.flatMap((request) => (request ? [withCamelNames(request)] : []))
}

/** Of the parts of one content; a text alone where a client writes one. */
const textOf = (request: JsonObject, path: string): string => {
  const { content } = request
  const reader = new FieldReader()
  const parts = isJsonObject(content) ? (reader.objects(content, 'parts', path) ?? []) : []
  const text =
    typeof content === 'string'
      ? content
      : parts.map((part, i) => (part ? reader.requiredText(part, 'text', `${path}.parts[${i}]`) : '')).join('\n')
  if (text === '') reader.problem(path, 'must hold a text')
  reader.finish()
  return text
}
