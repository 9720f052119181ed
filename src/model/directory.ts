// From the names in app files to configured models.
//
// D1  A provider is found by its own name, by the operator's alias, or by a name the format uses for the same vendor.
//     Nothing is guessed beyond that: `tongyi` is only what the operator calls so.
// D2  `exact` only when that provider serves that very name; the default model stands in only by the operator's leave.

import type { ChatModel, ModelDirectory, ModelFeature, ModelProvider, ModelReference } from './spec.ts'

interface ModelName {
  readonly provider: string
  readonly name: string
}

export interface ModelDirectoryOptions {
  /** In order of preference; names are unique. */
  readonly providers: readonly ModelProvider[]
  readonly defaultModel?: ModelName
  /** Taken where nobody names a model of the kind. */
  readonly defaults?: {
    readonly embedding?: ModelName
    readonly transcription?: ModelName
    readonly speech?: ModelName
    readonly rerank?: ModelName
    readonly moderation?: ModelName
  }
  /** Whether the default model may stand in for models that are not configured. */
  readonly allowSubstitute: boolean
  /** Name in app files → name of a provider, e.g. `{ tongyi: 'our-qwen' }`. */
  readonly aliases?: Readonly<Record<string, string>>
}

// The format's names for one vendor: its gemini plugin calls its provider google, its plugin for
// OpenAI at Azure names both, and it writes the compatible one with underscores that our configuration need not have.
const SAME_VENDOR: readonly (readonly string[])[] = [
  ['google', 'gemini'],
  ['azureopenai', 'azure'],
  ['openaiapicompatible', 'openaicompatible'],
]

export const createModelDirectory = (options: ModelDirectoryOptions): ModelDirectory => {
  const { providers, allowSubstitute } = options
  const byName = new Map(providers.map((provider) => [provider.name, provider]))
  const byPlainName = new Map<string, ModelProvider>()
  for (const provider of providers) {
    const plain = plainName(provider.name)
    if (!byPlainName.has(plain)) byPlainName.set(plain, provider)
  }
  const aliases = new Map(Object.entries(options.aliases ?? {}).map(([name, target]) => [plainName(name), target]))
  const wanted = options.defaultModel
  const findDefault = (): ChatModel | undefined => wanted && byName.get(wanted.provider)?.chat(wanted.name)

  const findProvider = (written: string): ModelProvider | undefined => {
    for (const name of namesOf(written)) {
      const target = aliases.get(name)
      const found = target === undefined ? byPlainName.get(name) : byName.get(target)
      if (found) return found
    }
    return undefined
  }

  const serving = (reference: Omit<ModelReference, 'mode'> | undefined, fallback: ModelName | undefined) => {
    const name = reference ?? fallback
    return name && { provider: byName.get(name.provider) ?? findProvider(name.provider), name: name.name }
  }

  const explain = (reference: ModelReference, provider: ModelProvider | undefined): string => {
    const whyNot = reason(reference, provider)
    if (!allowSubstitute) return whyNot
    return wanted === undefined
      ? `${whyNot}, and there is no default model to stand in`
      : `${whyNot}, and the default model ${wanted.name} of ${wanted.provider} is not configured either`
  }

  return {
    resolve(reference) {
      const provider = byName.get(reference.provider) ?? findProvider(reference.provider)
      const model = reference.name === '' ? undefined : provider?.chat(reference.name)
      if (model) return { type: 'exact', model }
      const substitute = allowSubstitute ? findDefault() : undefined
      if (substitute) return { type: 'substitute', model: substitute }
      return { type: 'missing', reason: explain(reference, provider) }
    },
    embedding(reference) {
      const found = serving(reference, options.defaults?.embedding)
      return found?.provider?.embedding?.(found.name)
    },
    transcription(reference) {
      const found = serving(reference, options.defaults?.transcription)
      return found?.provider?.transcription?.(found.name)
    },
    speech(reference) {
      const found = serving(reference, options.defaults?.speech)
      return found?.provider?.speech?.(found.name)
    },
    rerank(reference) {
      const found = serving(reference, options.defaults?.rerank)
      return found?.provider?.rerank?.(found.name)
    },
    moderation(reference) {
      const found = serving(reference, options.defaults?.moderation)
      return found?.provider?.moderation?.(found.name)
    },
    get defaultModel() {
      return findDefault()
    },
    list: () =>
      providers.flatMap((provider) =>
        provider.models().map((name) => {
          const kind = provider.kindOf?.(name) ?? 'chat'
          const features = kind === 'chat' ? featuresOf(provider.chat(name)) : []
          return { provider: provider.name, name, kind, features }
        }),
      ),
  }
}

const featuresOf = (model: ChatModel | undefined): readonly ModelFeature[] => [...(model?.features ?? [])]

/** Without case and separators: `openai_api_compatible` and `OpenAI-API-compatible` are one name. */
const plainName = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '')

/** The names by which `org/plugin/provider`, or a short name, may be known here; the most exact first. */
const namesOf = (written: string): readonly string[] => {
  const whole = plainName(written)
  const parts = whole.split('/')
  const names = [whole, parts.at(-1) ?? whole, parts.at(-2) ?? whole]
  const equals = names.flatMap((name) => SAME_VENDOR.find((group) => group.includes(name)) ?? [])
  return [...new Set([...names, ...equals])].filter((name) => name !== '')
}

const reason = (reference: ModelReference, provider: ModelProvider | undefined): string => {
  if (reference.name === '' && reference.provider === '') return 'the app names no model'
  if (reference.name === '') return `the app names the provider ${reference.provider} but no model`
  if (provider) return `the provider ${provider.name} does not serve the model ${reference.name}`
  return `no provider named ${shortName(reference.provider)} is configured`
}

const shortName = (written: string): string => {
  const last = written.split('/').at(-1) ?? ''
  if (last === '') return '(none)'
  return last === written ? written : `${last} (${written})`
}
