// The models that the configuration chooses for each purpose: whether their providers are there and serve them.

export const MODEL_KINDS = ['chat', 'embedding', 'transcription', 'speech', 'rerank', 'moderation'] as const
type ModelKind = (typeof MODEL_KINDS)[number]

/** The provider of the built-in models, which need no key. It cannot be configured. */
export const OFFLINE_PROVIDER = 'offline'
const OFFLINE_MODELS: ReadonlyMap<string, ModelKind> = new Map([
  ['heddle-offline', 'chat'],
  ['heddle-embed', 'embedding'],
  ['heddle-rerank', 'rerank'],
])

/** What each type of provider serves. */
const SERVED = {
  'openai-compatible': MODEL_KINDS,
  openai: MODEL_KINDS,
  azure: ['chat', 'embedding'],
  anthropic: ['chat'],
  gemini: ['chat', 'embedding'],
  bedrock: ['chat', 'embedding'],
  ollama: ['chat', 'embedding'],
  local: ['embedding'],
} as const satisfies Record<string, readonly ModelKind[]>

interface ModelName {
  readonly provider: string
  readonly name: string
}

export interface ChosenModels {
  readonly default: ModelName
  readonly embedding: ModelName
  readonly transcription?: ModelName
  readonly speech?: ModelName
  readonly rerank: ModelName
  readonly moderation?: ModelName
}

/** As the file writes them: `provider/model`. */
interface WrittenModels {
  readonly default: string
  readonly embedding: string
  readonly transcription?: string
  readonly speech?: string
  readonly rerank: string
  readonly moderation?: string
  readonly aliases: Readonly<Record<string, string>>
}

export type Providers = Readonly<
  Record<
    string,
    {
      readonly type: keyof typeof SERVED
      readonly models?: readonly (string | { readonly name: string; readonly kind?: ModelKind })[]
    }
  >
>

type Problem = 'config/unknown-provider' | 'config/unknown-model' | 'config/wrong-kind'

export const checkModels = (
  models: WrittenModels,
  providers: Providers,
  report: (path: string, code: Problem, details: Record<string, unknown>) => void,
): ChosenModels => {
  const known = [OFFLINE_PROVIDER, ...Object.keys(providers)]
  const check = (path: string, provider: string): void => {
    if (!known.includes(provider)) report(path, 'config/unknown-provider', { provider, known: known.join(', ') })
  }
  const choose = (key: keyof ChosenModels, written: string): ModelName => {
    const path = `models.${key}`
    const cut = written.indexOf('/')
    const chosen = { provider: written.slice(0, cut), name: written.slice(cut + 1) }
    const kind = key === 'default' ? 'chat' : key
    check(path, chosen.provider)
    const problem = whyNotServed(chosen, kind, providers)
    if (problem) report(path, problem, { provider: chosen.provider, model: chosen.name, kind })
    return chosen
  }
  for (const [alias, target] of Object.entries(models.aliases)) check(`models.aliases.${alias}`, target)
  return {
    default: choose('default', models.default),
    embedding: choose('embedding', models.embedding),
    ...(models.transcription !== undefined && { transcription: choose('transcription', models.transcription) }),
    ...(models.speech !== undefined && { speech: choose('speech', models.speech) }),
    rerank: choose('rerank', models.rerank),
    ...(models.moderation !== undefined && { moderation: choose('moderation', models.moderation) }),
  }
}

/** Undefined when the provider may serve the model as this kind; without a list any name may be served. */
const whyNotServed = ({ provider, name }: ModelName, kind: ModelKind, providers: Providers): Problem | undefined => {
  if (provider === OFFLINE_PROVIDER) return judge(OFFLINE_MODELS.get(name), kind)
  const config = Object.hasOwn(providers, provider) ? providers[provider] : undefined
  if (!config) return undefined
  const served: readonly ModelKind[] = SERVED[config.type]
  if (!served.includes(kind)) return 'config/wrong-kind'
  if (!config.models) return undefined
  const listed = config.models.map((item) => (typeof item === 'string' ? { name: item } : item))
  const found = listed.find((item) => item.name === name)
  return judge(found && (found.kind ?? (served.includes('chat') ? 'chat' : served[0])), kind)
}

/** Whether a provider that is configured serves the name, as whatever kind. */
export const servesName = ({ provider, name }: ModelName, providers: Providers): boolean => {
  if (provider === OFFLINE_PROVIDER) return OFFLINE_MODELS.has(name)
  const listed = Object.hasOwn(providers, provider) ? providers[provider]?.models : []
  return !listed || listed.some((item) => (typeof item === 'string' ? item : item.name) === name)
}

const judge = (found: ModelKind | undefined, wanted: ModelKind): Problem | undefined =>
  found === undefined ? 'config/unknown-model' : found === wanted ? undefined : 'config/wrong-kind'
