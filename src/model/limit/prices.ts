// What calls cost: list prices by day, over them what the operator says, in exact arithmetic.
//
// P1  A price has a version; with the version and the usage of a record the cost can be computed again, and old records do not
//     move when prices do.
// P2  Sums are exact: whole pico-dollars a token, rounded once, half to even, to nano-dollars.
// P3  A call looks up one entry of a map; days and patterns are looked at once for each target and version.

import { toNano } from '../../base/money.ts'
import { pricesOn } from '../data/known-models.ts'
import type { KnownModel, Prices } from '../data/spec.ts'
import type { ModelUsage } from '../spec.ts'
import { targetMatcher } from './rules.ts'
import type { PriceBook } from './spec.ts'

/** Pico-dollars a token. */
export interface TokenPrices {
  readonly prompt: number
  readonly cachedPrompt: number
  readonly cacheWrite: number
  readonly audio: number
  readonly completion: number
  readonly reasoning: number
  /** Pico-dollars for one picture that was drawn. */
  readonly image: number
}

export interface PriceList extends TokenPrices {
  readonly version: string
  /** Holds for the whole call when the prompt has more tokens than this. */
  readonly longContext: (TokenPrices & { readonly aboveTokens: number }) | undefined
}

/** What the operator says. */
export interface PriceOverride {
  /** `provider/model`; `*` stands for any characters. The first that matches and has begun wins. */
  readonly target: string
  /** Milliseconds since the epoch; absent: ever. */
  readonly from?: number
  readonly prices: PriceList
}

export interface PriceBookOptions {
  readonly overrides?: readonly PriceOverride[]
  /** What is commonly known about the model behind a target. */
  readonly known?: (target: string) => KnownModel | undefined
  /** Of the list of known models. */
  readonly date?: string
}

export interface DatedPriceBook extends PriceBook {
  /** Undefined when no price is known. */
  listOf(target: string, at: number): PriceList | undefined
  /** The parts of a cost; they add up to `costNanoUsd`. */
  partsOf(target: string, usage: ModelUsage, at: number): CostParts | undefined
}

export interface CostParts {
  readonly promptNanoUsd: number
  readonly completionNanoUsd: number
  readonly list: PriceList
  /** Of `list`: those that hold for a prompt of this length. */
  readonly rates: TokenPrices
}

interface Entry {
  readonly list: PriceList | undefined
  /** From here on, until there: another list may hold. Milliseconds since the epoch. */
  readonly from: number
  readonly to: number
}

/** Targets whose prices are at hand. */
const MOST_TARGETS = 10_000
/** Vendors write their own numbers; sums stay exact whatever these are. */
const MOST_TOKENS = 1_000_000_000

export const createPriceBook = (options: PriceBookOptions): DatedPriceBook => {
  const { overrides = [], known = () => undefined, date = '' } = options
  const own = overrides.map((override) => ({ ...override, matches: targetMatcher(override.target) }))
  const entries = new Map<string, Entry>()

  const look = (target: string, at: number): Entry => {
    const said = own.filter(({ matches }) => matches(target))
    const model = known(target)
    const changes = [
      ...said.map(({ from }) => from ?? Number.NEGATIVE_INFINITY),
      ...(model?.later ?? []).map(({ from }) => Date.parse(from)),
    ]
    const begun = said
      .filter(({ from = Number.NEGATIVE_INFINITY }) => from <= at)
      .sort((a, b) => (b.from ?? Number.NEGATIVE_INFINITY) - (a.from ?? Number.NEGATIVE_INFINITY))
    const prices = model && pricesOn(model, at)
    return {
      list: begun[0]?.prices ?? (prices && toPriceList(prices, date)),
      from: Math.max(Number.NEGATIVE_INFINITY, ...changes.filter((change) => change <= at)),
      to: Math.min(Number.POSITIVE_INFINITY, ...changes.filter((change) => change > at)),
    }
  }
  const listOf = (target: string, at: number): PriceList | undefined => {
    let entry = entries.get(target)
    if (!entry || at < entry.from || at >= entry.to) {
      if (entries.size >= MOST_TARGETS) entries.clear()
      entries.set(target, (entry = look(target, at)))
    }
    return entry.list
  }

  return {
    listOf,
    costNanoUsd(target, usage, at) {
      const list = listOf(target, at)
      return list && costOf(list, usage)
    },
    pricesOf(target, at) {
      const list = listOf(target, at)
      return list && { prompt: list.prompt / 1e6, completion: list.completion / 1e6 }
    },
    partsOf(target, usage, at) {
      const list = listOf(target, at)
      if (!list) return undefined
      const promptNanoUsd = costOf(list, { ...usage, completionTokens: 0, reasoningTokens: 0, images: 0 })
      return {
        promptNanoUsd,
        completionNanoUsd: costOf(list, usage) - promptNanoUsd,
        list,
        rates: ratesFor(list, usage),
      }
    },
  }
}

const ratesFor = (list: PriceList, { promptTokens }: Pick<ModelUsage, 'promptTokens'>): TokenPrices => {
  const long = list.longContext
  return long !== undefined && count(promptTokens) > long.aboveTokens ? long : list
}

/** Nano-dollars. */
export const costOf = (list: PriceList, usage: ModelUsage): number => {
  const promptTokens = count(usage.promptTokens)
  const prices = ratesFor(list, usage)
  // What a vendor counts twice is billed once, by the first class that names it.
  const cached = Math.min(count(usage.cachedTokens), promptTokens)
  const written = Math.min(count(usage.cacheWriteTokens), promptTokens - cached)
  const audio = Math.min(count(usage.audioTokens), promptTokens - cached - written)
  const plain = promptTokens - cached - written - audio
  const completionTokens = count(usage.completionTokens)
  const reasoning = Math.min(count(usage.reasoningTokens), completionTokens)
  const said = completionTokens - reasoning
  const images = count(usage.images)
  const pico =
    plain * prices.prompt +
    cached * prices.cachedPrompt +
    written * prices.cacheWrite +
    audio * prices.audio +
    said * prices.completion +
    reasoning * prices.reasoning +
    images * prices.image
  return toNano(
    pico,
    () =>
      BigInt(plain) * BigInt(prices.prompt) +
      BigInt(cached) * BigInt(prices.cachedPrompt) +
      BigInt(written) * BigInt(prices.cacheWrite) +
      BigInt(audio) * BigInt(prices.audio) +
      BigInt(said) * BigInt(prices.completion) +
      BigInt(reasoning) * BigInt(prices.reasoning) +
      BigInt(images) * BigInt(prices.image),
  )
}

const count = (tokens: number | undefined): number =>
  tokens !== undefined && tokens > 0 ? Math.min(Math.trunc(tokens), MOST_TOKENS) : 0

/** The sheet writes dollars for a million as numbers; six decimals are all a list price has, and that much is exact. */
const pico = (dollars: number): number => Math.round(dollars * 1e6)

export const toPriceList = (prices: Prices, version: string): PriceList => {
  const { longContext } = prices
  const image = pico((prices.imageOutputUsd ?? 0) * 1e6)
  const rates = (some: Omit<Prices, 'longContext'>) => ({
    prompt: pico(some.prompt),
    cachedPrompt: pico(some.cachedPrompt ?? some.prompt),
    cacheWrite: pico(some.cacheWrite ?? some.prompt),
    audio: pico(some.audio ?? some.prompt),
    completion: pico(some.completion),
    reasoning: pico(some.reasoning ?? some.completion),
    image,
  })
  return {
    ...rates(prices),
    version,
    longContext: longContext && {
      ...rates({ ...(prices.audio !== undefined && { audio: prices.audio }), ...longContext }),
      aboveTokens: longContext.aboveTokens,
    },
  }
}
