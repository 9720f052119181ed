// What can be asked: providers with their accounts, by the name of a target. Names are found here, nothing is decided.

import type { PriceBook } from '../../model/limit/spec.ts'
import type { Account, Resilience, Target } from '../../model/resilience/spec.ts'
import type { RouteWorld, TargetState } from '../../model/route/spec.ts'
import type { ModelKind, ModelProvider } from '../../model/spec.ts'

export interface Targets {
  /** `provider/model`; undefined when the provider is not configured or does not serve the name as this kind. */
  find(id: string, kind?: ModelKind): Target | undefined
  /** A target by the model's name alone: the first provider that lists it, then the first that serves any name. */
  named(model: string, kind: ModelKind): Target | undefined
  /** Everything that is listed. */
  listed(): readonly { readonly id: string; readonly provider: string; readonly kind: ModelKind }[]
  readonly world: RouteWorld
}

export interface TargetParts {
  /** Accounts of one provider stand together, the first one first. */
  readonly accounts: readonly Account[]
  readonly resilience: Pick<Resilience, 'health'>
  readonly prices: Pick<PriceBook, 'pricesOf'>
  /** 0 to 100. */
  readonly qualityOf: (provider: ModelProvider, model: string) => number | undefined
  readonly now: () => number
  readonly random: () => number
}

const SERVES: Readonly<Record<ModelKind, (provider: ModelProvider, model: string) => unknown>> = {
  chat: (provider, model) => provider.chat(model),
  embedding: (provider, model) => provider.embedding?.(model),
  transcription: (provider, model) => provider.transcription?.(model),
  speech: (provider, model) => provider.speech?.(model),
  rerank: (provider, model) => provider.rerank?.(model),
  moderation: (provider, model) => provider.moderation?.(model),
}

/** Names that callers may make up, where providers serve any. */
const MOST_REMEMBERED = 2_000

export const createTargets = (parts: TargetParts): Targets => {
  const byProvider = new Map<string, Account[]>()
  for (const account of parts.accounts) {
    const known = byProvider.get(account.provider.name)
    if (known) known.push(account)
    else byProvider.set(account.provider.name, [account])
  }
  const remembered = new Map<string, Target>()

  const target = (provider: string, model: string, kind: ModelKind): Target | undefined => {
    const accounts = byProvider.get(provider)
    const first = accounts?.[0]
    if (!first || model === '' || SERVES[kind](first.provider, model) === undefined) return undefined
    return { id: `${provider}/${model}`, provider, model, accounts: accounts ?? [] }
  }

  const find = (id: string, kind: ModelKind = 'chat'): Target | undefined => {
    const key = `${kind} ${id}`
    const known = remembered.get(key)
    if (known) return known
    const cut = id.indexOf('/')
    const found = cut < 0 ? undefined : target(id.slice(0, cut), id.slice(cut + 1), kind)
    if (!found) return undefined
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    remembered.set(key, found)
    return found
  }

  return {
    find,
    named(model, kind) {
      const providers = [...byProvider].map(([name, [first]]) => ({ name, listed: first?.provider.models() ?? [] }))
      const lists = providers.find(({ listed }) => listed.includes(model))
      if (lists) return find(`${lists.name}/${model}`, kind)
      for (const { name, listed } of providers) {
        const found = listed.length === 0 ? find(`${name}/${model}`, kind) : undefined
        if (found) return found
      }
      return undefined
    },
    listed: () =>
      [...byProvider].flatMap(([name, [first]]) =>
        (first?.provider.models() ?? []).map((model) => ({
          id: `${name}/${model}`,
          provider: name,
          kind: first?.provider.kindOf?.(model) ?? 'chat',
        })),
      ),
    world: {
      target(id) {
        const found = find(id)
        const provider = found?.accounts[0]?.provider
        if (!found || !provider) return undefined
        const health = parts.resilience.health(id)
        const prices = parts.prices.pricesOf(id, parts.now())
        const model = provider.chat(found.model)
        return {
          id,
          healthy: health?.state !== 'open',
          pending: health?.pending ?? 0,
          firstTokenMs: health?.firstTokenMs,
          tokenMs: health?.tokenMs,
          promptPrice: prices?.prompt,
          completionPrice: prices?.completion,
          contextTokens: model?.contextTokens,
          features: model?.features,
          quality: parts.qualityOf(provider, found.model),
        } satisfies TargetState
      },
      random: parts.random,
    },
  }
}
