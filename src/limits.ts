// Limits, budgets and prices, put together: what the gateway asks before a call and tells after it.

import type { Metrics } from './base/metrics.ts'
import { nanoDollars, picoPerToken } from './base/money.ts'
import type { Seams } from './base/seams.ts'
import type { Config } from './config.ts'
import type { PriceConfig } from './config-limits.ts'
import type { Database } from './db/spec.ts'
import { knownModel, vendorOfType } from './model/data/known-models.ts'
import { sheet } from './model/data/models-2026-11.ts'
import type { Vendor } from './model/data/spec.ts'
import { createMemoryLedger } from './model/limit/drivers/memory.ts'
import type { Ledger } from './model/limit/ledger.ts'
import { createLimiter, type LimiterWithBooks } from './model/limit/limiter.ts'
import { createLimitNumbers } from './model/limit/numbers.ts'
import { createPriceBook, type DatedPriceBook, type PriceList, type PriceOverride } from './model/limit/prices.ts'
import { createRuleBook } from './model/limit/rules.ts'
import { toModelCall } from './model/metered.ts'
import type { CallRecord } from './product/gateway/spec.ts'
import { type Limits, openLimits } from './product/limits/limits.ts'
import { toBudgetRule, toLimitRule, withUniqueIds } from './product/limits/settings.ts'
import { openSpendKeeper } from './product/limits/spend-keeper.ts'
import { createLimitStore } from './product/limits/store.ts'
import type { UsageRecorder } from './product/usage/recorder.ts'

export interface LimitHouse {
  readonly limiter: LimiterWithBooks
  /** What tenants set. */
  readonly limits: Limits
  close(): Promise<void>
}

export interface LimitSurroundings {
  readonly db: Database
  readonly prices: DatedPriceBook
  readonly metrics: Metrics
}

export const openLimitHouse = async (
  config: Pick<Config, 'gateway' | 'redis'>,
  seams: Seams,
  { db, prices, metrics }: LimitSurroundings,
): Promise<LimitHouse> => {
  const { clock, log } = seams
  const { limits: someLimits, budgets: someBudgets, queue } = config.gateway
  const book = createRuleBook()
  book.set('configuration', {
    limits: withUniqueIds(someLimits.map((setting) => toLimitRule(setting, undefined))),
    budgets: withUniqueIds(someBudgets.map((setting) => toBudgetRule(setting, undefined))),
  })
  const store = createLimitStore({ db, clock })
  const ledger = await openLedger(config, seams, { db, metrics })
  const numbers = createLimitNumbers(metrics)
  const limiter = createLimiter({ book, ledger, prices, clock, log, numbers, queue })
  const limits = await openLimits({ store, book, limiter, clock, log })
  return {
    limiter,
    limits,
    async close() {
      limits.close()
      await limiter.close()
    },
  }
}

/** A call of the gateway in the usage of its tenant, or told to whoever counts it himself. */
export const countGatewayCalls =
  (usage: Pick<UsageRecorder, 'beside'>) =>
  ({ by, door, target, router, cache, usage: used, costNanoUsd }: CallRecord): void => {
    if (target === null) return
    // What a cache answered was paid before.
    const isFresh = cache === 'off' || cache === 'miss'
    const tokens = (isFresh && used) || NOTHING
    const cost = isFresh ? costNanoUsd : 0
    if (isFresh && !used && cost === undefined) return
    const cut = target.indexOf('/')
    const model = { provider: target.slice(0, cut), name: target.slice(cut + 1) }
    const call = {
      ...toModelCall(model, { ...tokens, estimated: used?.estimated ?? isFresh }),
      ...(cost !== undefined && { costNanoUsd: cost }),
    }
    if (by.note) return by.note(call)
    const owner = { appId: by.appId, endUserId: null, externalUser: by.user, keyId: by.keyId, door, router, cache }
    usage.beside(by.caller, owner)(call)
  }

const NOTHING = { promptTokens: 0, completionTokens: 0, estimated: false }

/** Redis where there is one: exact over all processes. Otherwise this process counts, and what was spent is kept in the database. */
const openLedger = async (
  { redis }: Pick<Config, 'redis'>,
  { clock, ids, log }: Seams,
  { db, metrics }: Pick<LimitSurroundings, 'db' | 'metrics'>,
): Promise<Ledger> => {
  const { url, prefix } = redis
  if (url === undefined) {
    const keeper = await openSpendKeeper({ store: createLimitStore({ db, clock }), db, clock, log })
    return createMemoryLedger({ clock, keeper })
  }
  // The client is only loaded by those who use it.
  const { createRedisLedger } = await import('./model/limit/drivers/redis.ts')
  return createRedisLedger({ url, prefix, clock, ids, log, metrics, fallback: createMemoryLedger({ clock }) })
}

/** Prices of the configuration over those of the list of known models. */
export const createPrices = ({ gateway, providers }: Pick<Config, 'gateway' | 'providers'>): DatedPriceBook => {
  const vendors = new Map(Object.entries(providers).map(([name, provider]) => [name, vendorOf(provider)]))
  return createPriceBook({
    overrides: gateway.prices.map(toOverride),
    date: sheet.date,
    known(target) {
      const cut = target.indexOf('/')
      const provider = target.slice(0, cut)
      return vendors.has(provider) ? knownModel(vendors.get(provider), target.slice(cut + 1)) : undefined
    },
  })
}

/** Undefined: anybody's models may be served there. */
const vendorOf = (provider: Config['providers'][string]): Vendor | undefined => {
  const { type, baseUrl } = provider as { readonly type: string; readonly baseUrl?: string }
  if (type !== 'openai-compatible') return vendorOfType(type)
  if (baseUrl === undefined) return 'openai'
  const { hostname } = new URL(baseUrl)
  if (hostname === 'api.openai.com' || hostname.endsWith('.openai.azure.com')) return 'openai'
  // Models that somebody runs in their own house have no list price.
  return isOwnHouse(hostname) ? 'open' : undefined
}

const isOwnHouse = (hostname: string): boolean =>
  !hostname.includes('.') || /^[\d.]+$/.test(hostname) || /\.(?:local|internal|lan|localhost)$/.test(hostname)

const toOverride = (given: Readonly<PriceConfig> | Config['gateway']['prices'][number]): PriceOverride => {
  const { target, from, longContext, imageOutputUsd } = given
  const base = ratesOf(given, given)
  const image = Number((nanoDollars(imageOutputUsd ?? '0') ?? 0n) * 1_000n)
  const prices: PriceList = {
    ...base,
    image,
    // It says the prices themselves, so that a cost can be computed again when the configuration has changed.
    version: `config:${[given.prompt, given.cachedPrompt, given.cacheWrite, given.completion].map((one) => one ?? '').join('/')}`,
    longContext: longContext && {
      ...ratesOf(longContext, { ...given, ...longContext }),
      image,
      aboveTokens: longContext.aboveTokens,
    },
  }
  return { target, prices, ...(from !== undefined && { from: Date.parse(from) }) }
}

type GivenRates = Pick<Config['gateway']['prices'][number], 'prompt' | 'cachedPrompt' | 'cacheWrite' | 'completion'>
type OtherRates = Pick<Config['gateway']['prices'][number], 'reasoning' | 'audio'>

const ratesOf = (rates: GivenRates, others: OtherRates) => {
  const pico = (text: string): number => Number(picoPerToken(text) ?? 0n)
  return {
    prompt: pico(rates.prompt),
    cachedPrompt: pico(rates.cachedPrompt ?? rates.prompt),
    cacheWrite: pico(rates.cacheWrite ?? rates.prompt),
    audio: pico(others.audio ?? rates.prompt),
    completion: pico(rates.completion),
    reasoning: pico(others.reasoning ?? rates.completion),
  }
}
