// The gateway as nodes and features of apps see it: a directory of models like any other, whose chat calls go the way of every
// call. Each model answers under its own name; where another stood in, notes, books and costs know.

import type { TokenCost } from '../../base/cost.ts'
import type { Clock } from '../../base/seams.ts'
import type { CacheMode } from '../../model/cache/spec.ts'
import { collectResult } from '../../model/fold.ts'
import type { DatedPriceBook } from '../../model/limit/prices.ts'
import { meterEmbedding, type NoteCall } from '../../model/metered.ts'
import type {
  ChatModel,
  ChatRequest,
  ChatStreamPart,
  ModelDirectory,
  ModelFeature,
  ModelMatch,
  ModelReference,
  ModelUsage,
} from '../../model/spec.ts'
import { costAt, PAID_BEFORE, withCost } from './answer-cost.ts'
import type { Routers } from './naming.ts'
import type { CallNotes, Gateway, GatewayCall, GatewayCaller } from './spec.ts'
import type { Targets } from './targets.ts'

/** How an app file names a router: `router/NAME`. */
const ROUTER_PROVIDER = 'router'

export interface RunModelParts {
  readonly prices: Pick<DatedPriceBook, 'partsOf'>
  readonly clock: Pick<Clock, 'now'>
  readonly gateway: Pick<Gateway, 'chat'>
  readonly directory: ModelDirectory
  readonly routers: Routers
  readonly targets: Targets
  readonly cacheMode?: CacheMode
}

/** @param note is told of calls that the gateway does not book itself: vectors. */
export const gatewayModels = (parts: RunModelParts, by: GatewayCaller, note: NoteCall): ModelDirectory => {
  const { directory } = parts
  const through = (model: ChatModel): ChatModel => chatModel(parts, by, model, `${model.provider}/${model.name}`)

  const router = (reference: ModelReference): ModelMatch | undefined => {
    if (reference.provider.split('/').at(-1) !== ROUTER_PROVIDER) return undefined
    const found = parts.routers.find(by.caller, reference.name)
    if (!found) return undefined
    const features = new Set<ModelFeature>()
    for (const id of found.targets)
      for (const feature of parts.targets.world.target(id)?.features ?? []) features.add(feature)
    return {
      type: 'exact',
      model: chatModel(parts, by, { provider: ROUTER_PROVIDER, name: found.name, features }, found.name),
    }
  }

  return {
    resolve(reference) {
      const match = router(reference) ?? directory.resolve(reference)
      if (match.type === 'missing' || match.model.provider === ROUTER_PROVIDER) return match
      return { type: match.type, model: through(match.model) }
    },
    get defaultModel() {
      return directory.defaultModel && through(directory.defaultModel)
    },
    embedding(reference) {
      const model = directory.embedding(reference)
      return model && meterEmbedding(model, note)
    },
    transcription: (reference) => directory.transcription(reference),
    speech: (reference) => directory.speech(reference),
    rerank: (reference) => directory.rerank(reference),
    moderation: (reference) => directory.moderation(reference),
    list: () => directory.list(),
  }
}

/** Undefined: no price is known. What several models said together has no price of its own. */
const costOf = (parts: RunModelParts, { target, cache }: CallNotes, usage: ModelUsage): TokenCost | undefined => {
  const { clock, prices, targets } = parts
  const cost = targets.find(target) && costAt(prices, { target, usage, at: clock.now() })
  return cost && (cache.status === 'off' || cache.status === 'miss' ? cost : PAID_BEFORE)
}

type Described = Pick<ChatModel, 'provider' | 'name' | 'features' | 'contextTokens'>

const chatModel = (parts: RunModelParts, by: GatewayCaller, described: Described, name: string): ChatModel => {
  const ask = async (
    request: ChatRequest,
    streaming: boolean,
    signal: AbortSignal | undefined,
  ): Promise<AsyncIterable<ChatStreamPart>> => {
    const call = toCall(parts, request, { name, streaming })
    const answer = await parts.gateway.chat(by, call, signal ?? new AbortController().signal)
    if (answer.type === 'parts') return withCost(answer.parts, (usage) => costOf(parts, answer.notes, usage))
    throw new TypeError('a call without a body was passed through')
  }
  return {
    provider: described.provider,
    name: described.name,
    features: described.features,
    ...(described.contextTokens !== undefined && { contextTokens: described.contextTokens }),
    async *stream(request, signal) {
      yield* await ask(request, true, signal)
    },
    generate: async (request, signal) => collectResult(await ask(request, false, signal), described.provider),
  }
}

const toCall = (
  { cacheMode }: RunModelParts,
  request: ChatRequest,
  { name, streaming }: { readonly name: string; readonly streaming: boolean },
): GatewayCall => ({
  model: name,
  door: 'node',
  streaming,
  characters: charactersOf(request),
  maxTokens: maxTokensOf(request),
  body: undefined,
  request: () => request,
  // App files name parameters of many vendors at once; drivers take what theirs knows, as the format means it.
  verdicts: () => [],
  options: {
    strict: false,
    cache: cacheMode,
    metadata: {},
    priority: 'interactive',
    only: undefined,
    timeoutMs: undefined,
  },
})

const charactersOf = ({ messages }: ChatRequest): number => {
  let count = 0
  for (const { content } of messages) {
    if (typeof content === 'string') count += content.length
    else for (const part of content) count += part.type === 'text' ? part.text.length : 0
  }
  return count
}

const maxTokensOf = ({ parameters }: ChatRequest): number | undefined => {
  const given = parameters?.max_tokens ?? parameters?.max_completion_tokens
  return typeof given === 'number' && given > 0 ? given : undefined
}
