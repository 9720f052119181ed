// Which price holds when, and bills that were added up by hand: what vendors say was used, at the prices on their pages.

import { describe, expect, it } from 'vitest'
import { knownModel } from '../data/known-models.ts'
import type { KnownModel, Prices } from '../data/spec.ts'
import { anthropicUsageOf } from '../drivers/anthropic/wire.ts'
import { geminiUsageOf } from '../drivers/gemini/wire.ts'
import { chatUsageOf, responseUsageOf } from '../drivers/openai-compatible/usage.ts'
import type { ModelUsage } from '../spec.ts'
import { createPriceBook, toPriceList } from './prices.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const plain = (promptTokens: number, completionTokens: number): ModelUsage => ({
  promptTokens,
  completionTokens,
  totalTokens: promptTokens + completionTokens,
  estimated: false,
})
const model = (prices: Prices, later: KnownModel['later'] = []): KnownModel => ({
  vendor: 'open',
  name: 'm',
  prices,
  later,
})

describe('bills', () => {
  const usage = (told: object | undefined): ModelUsage => {
    const given = Object.fromEntries(Object.entries(told ?? {}).filter(([, value]) => value !== undefined))
    return { promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: false, ...given }
  }
  /** The vendors' own objects, in the form of their API references; dollars added up from the pages of prices. */
  const rows: readonly (readonly [string, Prices, ModelUsage, string])[] = [
    [
      'OpenAI chat: 1,024 of 2,006 prompt tokens from the cache',
      { prompt: 2.5, cachedPrompt: 1.25, completion: 10 },
      usage(
        chatUsageOf({
          usage: {
            prompt_tokens: 2_006,
            completion_tokens: 300,
            total_tokens: 2_306,
            prompt_tokens_details: { cached_tokens: 1_024, audio_tokens: 0 },
            completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
          },
        }),
      ),
      // 982 × 2.5 + 1,024 × 1.25 + 300 × 10 = 6,735 millionths
      '0.006735',
    ],
    [
      'OpenAI responses: reasoning is billed as completion, once',
      { prompt: 2, cachedPrompt: 0.5, completion: 8 },
      usage(
        responseUsageOf({
          usage: {
            input_tokens: 75,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: 1_186,
            output_tokens_details: { reasoning_tokens: 1_024 },
            total_tokens: 1_261,
          },
        }),
      ),
      // 75 × 2 + 1,186 × 8
      '0.009638',
    ],
    [
      'Anthropic: reads and writes of the cache are counted apart from the input',
      { prompt: 3, cachedPrompt: 0.3, cacheWrite: 3.75, completion: 15 },
      usage(
        anthropicUsageOf({
          usage: {
            input_tokens: 21,
            cache_creation_input_tokens: 188_086,
            cache_read_input_tokens: 12_000,
            output_tokens: 393,
          },
        }),
      ),
      // 21 × 3 + 188,086 × 3.75 + 12,000 × 0.3 + 393 × 15 = 63 + 705,322.5 + 3,600 + 5,895
      '0.7148805',
    ],
    [
      'Gemini: thoughts come on top of the candidates, beyond 200,000 the whole call is dearer',
      {
        prompt: 1.25,
        cachedPrompt: 0.125,
        completion: 10,
        longContext: { aboveTokens: 200_000, prompt: 2.5, cachedPrompt: 0.25, completion: 15 },
      },
      usage(
        geminiUsageOf({
          usageMetadata: {
            promptTokenCount: 250_000,
            cachedContentTokenCount: 50_000,
            candidatesTokenCount: 1_000,
            thoughtsTokenCount: 500,
            totalTokenCount: 251_500,
          },
        }),
      ),
      // 200,000 × 2.5 + 50,000 × 0.25 + 1,500 × 15
      '0.535',
    ],
    [
      'Gemini: at 200,000 exactly it is not',
      {
        prompt: 1.25,
        completion: 10,
        longContext: { aboveTokens: 200_000, prompt: 2.5, completion: 15 },
      },
      plain(200_000, 0),
      '0.25',
    ],
    [
      'DeepSeek: hits of its cache by its own name',
      { prompt: 0.28, cachedPrompt: 0.028, completion: 0.42 },
      usage(
        chatUsageOf({
          usage: {
            prompt_tokens: 1_000,
            completion_tokens: 100,
            total_tokens: 1_100,
            prompt_cache_hit_tokens: 960,
            prompt_cache_miss_tokens: 40,
          },
        }),
      ),
      // 40 × 0.28 + 960 × 0.028 + 100 × 0.42 = 11.2 + 26.88 + 42
      '0.00008008',
    ],
    [
      'thinking, sound and pictures with prices of their own',
      { prompt: 1, completion: 4, reasoning: 6, audio: 10, imageOutputUsd: 0.04 },
      { ...plain(1_000, 500), audioTokens: 200, reasoningTokens: 100, images: 2 },
      // 800 × 1 + 200 × 10 + 400 × 4 + 100 × 6 + 80,000
      '0.085',
    ],
  ]
  it.each(rows)('%s', (_, prices, used, dollars) => {
    const book = createPriceBook({ known: () => model(prices) })
    expect(book.costNanoUsd('p/m', used, NOW)).toBe(Math.round(Number(dollars) * 1e9))
    const parts = book.partsOf('p/m', used, NOW)
    expect((parts?.promptNanoUsd ?? 0) + (parts?.completionNanoUsd ?? 0)).toBe(book.costNanoUsd('p/m', used, NOW))
  })
})

describe('prices', () => {
  const override = (target: string, prompt: number, from?: string) => ({
    target,
    prices: toPriceList({ prompt, completion: 1 }, `own ${prompt}`),
    ...(from !== undefined && { from: Date.parse(from) }),
  })
  const at = (day: string) => Date.parse(`${day}T00:00:00Z`)

  it('change at the beginning of their day and not before', () => {
    const later = [{ from: '2027-01-01', prices: { prompt: 2, completion: 2 } }]
    const book = createPriceBook({ known: () => model({ prompt: 1, completion: 1 }, later) })
    const cost = (time: number) => book.costNanoUsd('p/m', plain(1_000, 0), time)
    expect([at('2027-01-01') - 1, at('2027-01-01'), at('2026-01-01')].map(cost)).toEqual([
      1_000_000, 2_000_000, 1_000_000,
    ])
  })

  it('of the operator win; the latest that has begun, at equal times the first', () => {
    const book = createPriceBook({
      overrides: [
        override('p/*', 5),
        override('p/m', 6, '2026-12-01'),
        override('p/m', 7),
        override('p/*', 8, '2027-02-01'),
      ],
      known: () => model({ prompt: 1, completion: 1 }),
      date: '2026-11-20',
    })
    const versions = ['2026-11-20', '2026-12-24', '2027-03-01'].map((day) => book.listOf('p/m', at(day))?.version)
    expect(versions).toEqual(['own 5', 'own 6', 'own 8'])
    expect(book.listOf('q/m', NOW)?.version).toBe('2026-11-20')
    expect(book.pricesOf('p/m', at('2026-12-24'))).toEqual({ prompt: 6, completion: 1 })
  })

  it('that nobody knows are unknown, not zero', () => {
    const book = createPriceBook({})
    expect(book.costNanoUsd('p/m', plain(1, 1), NOW)).toBeUndefined()
    expect(book.partsOf('p/m', plain(1, 1), NOW)).toBeUndefined()
  })

  it('of well-known models are at hand, without the noise of fractions', () => {
    const book = createPriceBook({ known: (target) => knownModel(undefined, target.slice(target.indexOf('/') + 1)) })
    expect(book.listOf('anthropic/claude-sonnet-4-5', NOW)).toMatchObject({
      prompt: 3_000_000,
      cachedPrompt: 300_000,
      cacheWrite: 3_750_000,
      completion: 15_000_000,
    })
    expect(book.costNanoUsd('openai/gpt-4o-mini', plain(1_000_000, 1_000_000), NOW)).toBe(750_000_000)
  })
})
