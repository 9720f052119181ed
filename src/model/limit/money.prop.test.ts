// Costs against fractions of whole numbers, which know no rounding.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPerMillion, formatUsd, nanoDollars, picoPerToken } from '../../base/money.ts'
import type { ModelUsage } from '../spec.ts'
import { costOf, type PriceList } from './prices.ts'

/** Dollars for a million tokens as a decimal text of up to six places, with its value in millionths. */
const price = fc.record({ whole: fc.nat(2_000), millionths: fc.nat(999_999) }).map(({ whole, millionths }) => ({
  text: `${whole}.${String(millionths).padStart(6, '0')}`,
  value: BigInt(whole) * 1_000_000n + BigInt(millionths),
}))

const tokens = fc.oneof(fc.nat(2_000), fc.nat(5_000_000), fc.nat(1_000_000_000))

/** Half to even, by comparing twice the rest with the divisor. */
const divided = (a: bigint, b: bigint): bigint => {
  const whole = a / b
  const twice = (a % b) * 2n
  return twice > b || (twice === b && whole % 2n === 1n) ? whole + 1n : whole
}

describe('costs', () => {
  it('are the exact sum, rounded once', () => {
    const prices = fc.tuple(price, price, price, price, price, price, price)
    fc.assert(
      fc.property(
        prices,
        prices,
        fc.tuple(tokens, tokens, tokens, tokens, tokens, tokens, fc.nat(20)),
        fc.nat(300_000),
        (base, long, amounts, aboveTokens) => {
          const [plain, cached, written, audio, said, thought, images] = amounts
          const names = ['prompt', 'cachedPrompt', 'cacheWrite', 'audio', 'completion', 'reasoning', 'image'] as const
          const rates = (list: typeof base) =>
            Object.fromEntries(names.map((name, i) => [name, Number(picoPerToken(list[i]?.text ?? ''))]))
          const list = {
            ...rates(base),
            version: 'v',
            longContext: { ...rates(long), aboveTokens },
          } as unknown as PriceList
          const promptTokens = Math.min(plain + cached + written + audio, 1_000_000_000)
          fc.pre(plain + cached + written + audio <= 1_000_000_000 && said + thought <= 1_000_000_000)
          const usage: ModelUsage = {
            promptTokens,
            completionTokens: said + thought,
            totalTokens: 0,
            estimated: false,
            cachedTokens: cached,
            cacheWriteTokens: written,
            audioTokens: audio,
            reasoningTokens: thought,
            images,
          }
          const used = promptTokens > aboveTokens ? long : base
          // Tokens times millionths of a dollar for a million: 10⁻¹² dollars.
          const exact = amounts.reduce((sum, amount, i) => sum + BigInt(amount) * (used[i]?.value ?? 0n), 0n)
          expect(BigInt(costOf(list, usage))).toBe(divided(exact, 1_000n))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('round halves to even', () => {
    const list = (pico: number): PriceList => ({
      ...{ prompt: pico, cachedPrompt: 0, cacheWrite: 0, audio: 0, completion: 0, reasoning: 0, image: 0 },
      ...{ version: '', longContext: undefined },
    })
    const cost = (pico: number) =>
      costOf(list(pico), { promptTokens: 1, completionTokens: 0, totalTokens: 1, estimated: false })
    expect([499, 500, 501, 1_500, 2_500, 2_501].map(cost)).toEqual([0, 0, 1, 2, 2, 3])
  })

  it('count whatever vendors write at most once and never below nothing', () => {
    const any = fc.oneof(fc.double(), fc.integer(), fc.constant(undefined)) as fc.Arbitrary<number>
    const rate = 1_000_000
    const list: PriceList = {
      ...{
        prompt: rate,
        cachedPrompt: rate,
        cacheWrite: rate,
        audio: rate,
        completion: rate,
        reasoning: rate,
        image: 0,
      },
      ...{ version: '', longContext: undefined },
    }
    fc.assert(
      fc.property(
        any,
        any,
        any,
        any,
        any,
        any,
        (p, c, cachedTokens, cacheWriteTokens, audioTokens, reasoningTokens) => {
          const usage = { promptTokens: p, completionTokens: c, totalTokens: 0, estimated: false }
          const cost = costOf(list, { ...usage, cachedTokens, cacheWriteTokens, audioTokens, reasoningTokens })
          const whole = (x: number) => (x > 0 ? Math.min(Math.trunc(x), 1e9) : 0)
          expect(cost).toBe((whole(p) + whole(c)) * 1_000)
        },
      ),
    )
  })
})

describe('money as text', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (nano) => {
        expect(nanoDollars(formatUsd(nano))).toBe(nano)
      }),
    )
    expect([0, 1, 1_500_000_000, -20, 12_000_000_000n].map(formatUsd)).toEqual([
      '0',
      '0.000000001',
      '1.5',
      '-0.00000002',
      '12',
    ])
    expect(formatPerMillion(75_000)).toBe('0.075')
  })

  it.each(['', '.5', '1.', '-1', '1e3', ' 1', '0.0000001', '1,5'])('%j is no price of ours', (text) => {
    expect(picoPerToken(text)).toBeUndefined()
  })
})
