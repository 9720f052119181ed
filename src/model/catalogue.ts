// What is configured, for people to choose from: providers with the models known of each. No keys, no addresses.

import type { ModelFeature, ModelKind, ModelProvider } from './spec.ts'

export interface KnownModel {
  readonly provider: string
  readonly name: string
  readonly kind: ModelKind
  /** Empty for everything but chat models. */
  readonly features: readonly ModelFeature[]
  /** Tokens; null when unknown. */
  readonly contextTokens: number | null
  /** True for the one taken where nobody names a model of the kind. */
  readonly isDefault: boolean
}

export interface KnownProvider {
  readonly name: string
  readonly type: string
  readonly models: readonly KnownModel[]
}

type ModelName = Pick<KnownModel, 'provider' | 'name'>

/** @param defaults those of a provider without a list of models are known by name all the same */
export const listProviders = (
  providers: readonly ModelProvider[],
  defaults: Readonly<Partial<Record<ModelKind, ModelName>>>,
): readonly KnownProvider[] =>
  providers.map((provider) => {
    const chosen = Object.entries(defaults).filter(([, model]) => model.provider === provider.name)
    const kinds = new Map<string, ModelKind>(chosen.map(([kind, { name }]) => [name, kind as ModelKind]))
    for (const name of provider.models()) kinds.set(name, provider.kindOf?.(name) ?? kinds.get(name) ?? 'chat')
    const models = [...kinds].map(([name, kind]): KnownModel => {
      const chat = kind === 'chat' ? provider.chat(name) : undefined
      const wanted = defaults[kind]
      return {
        provider: provider.name,
        name,
        kind,
        features: [...(chat?.features ?? [])],
        contextTokens: chat?.contextTokens ?? null,
        isDefault: wanted?.provider === provider.name && wanted.name === name,
      }
    })
    return { name: provider.name, type: provider.type, models }
  })
