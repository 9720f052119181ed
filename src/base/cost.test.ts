import { describe, expect, it } from 'vitest'
import { addCosts, nanoUsdOf, priceTexts, type TokenCost } from './cost.ts'

const cost = (nano: number, pico: number): TokenCost => ({
  promptNanoUsd: nano,
  completionNanoUsd: 2 * nano,
  promptPicoUsd: pico,
  completionPicoUsd: pico,
})
const [some, same, other] = [cost(5, 3), cost(7, 3), cost(11, 4)]

describe('costs', () => {
  it.each<[string, readonly (TokenCost | undefined)[], TokenCost | undefined]>([
    ['nothing is known', [undefined, undefined], undefined],
    ['one is known', [undefined, some, undefined], some],
    ['one list held', [some, same], cost(12, 3)],
    ['two lists held', [some, other], cost(16, 0)],
    ['two lists held, one of them twice', [some, other, same], cost(23, 0)],
  ])('add up in any order: %s', (_, costs, sum) => {
    expect(costs.reduce(addCosts, undefined)).toEqual(sum)
    expect(costs.toReversed().reduce(addCosts, undefined)).toEqual(sum)
  })

  it('are exact texts', () => {
    expect(
      priceTexts({ promptNanoUsd: 1, completionNanoUsd: 6_150, promptPicoUsd: 75_000, completionPicoUsd: 1 }),
    ).toEqual({
      promptUnitPrice: '0.075',
      promptPrice: '0.000000001',
      completionUnitPrice: '0.000001',
      completionPrice: '0.00000615',
      priceUnit: '0.000001',
      totalPrice: '0.000006151',
    })
    expect(new Set(Object.values(priceTexts(undefined)))).toEqual(new Set(['0']))
    expect([nanoUsdOf(undefined), nanoUsdOf(some)]).toEqual([null, 15])
  })
})
