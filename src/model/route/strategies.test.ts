// Strategies as properties: shares by weight, nobody unhealthy first, prefixes that stay where they are.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asks, routerOf, seeded, state, worldOf } from '../../../test/support/routing.ts'
import type { RouteFacts, TargetState } from './spec.ts'

const DRAWS = 10_000
const names = (count: number) => Array.from({ length: count }, (_, i) => `p/m${i}`)
const poolOf = (ids: readonly string[], strategy: string) => routerOf({ default: { targets: ids, strategy } })
const countFirst = (draws: number, draw: () => string | undefined): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (let i = 0; i < draws; i++) {
    const first = draw() ?? ''
    counts.set(first, (counts.get(first) ?? 0) + 1)
  }
  return counts
}

describe('round-robin', () => {
  it('gives each its share to within one turn, at any moment', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(weights, (given) => {
        const targets = given.map((weight, i) => ({ target: `p/m${i}`, weight }))
        const router = routerOf({ default: { targets } })
        const world = worldOf(targets.map(({ target }) => state(target)))
        const total = given.reduce((sum, weight) => sum + weight)
        const counts = new Map<string, number>()
        for (let i = 1; i <= 3 * total; i++) {
          const first = router.decide(asks('x'), world).targets[0] ?? ''
          counts.set(first, (counts.get(first) ?? 0) + 1)
          for (const { target, weight } of targets) {
            expect(Math.abs((counts.get(target) ?? 0) - (i * weight) / total)).toBeLessThanOrEqual(
              1.0001 * given.length,
            )
          }
        }
        for (const { target, weight } of targets) expect(counts.get(target)).toBe(3 * weight)
      }),
      { numRuns: 30 },
    )
  })

  it('spreads turns instead of giving them in a row', () => {
    const targets = [
      { target: 'p/a', weight: 3 },
      { target: 'p/b', weight: 1 },
    ]
    const router = routerOf({ default: { targets } })
    const world = worldOf([state('p/a'), state('p/b')])
    const order = Array.from({ length: 8 }, () => router.decide(asks('x'), world).targets[0])
    expect(order).toEqual(['p/a', 'p/a', 'p/b', 'p/a', 'p/a', 'p/a', 'p/b', 'p/a'])
  })

  it('holds its weights over many draws while targets fail and come back', () => {
    const targets = [1, 2, 5].map((weight, i) => ({ target: `p/m${i}`, weight }))
    const router = routerOf({ default: { targets } })
    const random = seeded(7)
    const counts = countFirst(DRAWS, () => {
      const states = targets.map(({ target }) => state(target, { healthy: random() > 0.1 }))
      return router.decide(asks('x'), worldOf(states)).targets[0]
    })
    // By chance one that fails gives its turns to the others; the order of shares and their size stay.
    expect((counts.get('p/m0') ?? 0) / DRAWS).toBeCloseTo(0.15, 1)
    expect((counts.get('p/m1') ?? 0) / DRAWS).toBeCloseTo(0.27, 1)
    expect((counts.get('p/m2') ?? 0) / DRAWS).toBeCloseTo(0.58, 1)
  })

  it('takes nobody’s turn in a preview', () => {
    const router = poolOf(names(3), 'round-robin')
    const world = worldOf(names(3).map((id) => state(id)))
    const looked = Array.from({ length: 5 }, () => router.preview(asks('x'), world).targets[0])
    expect(new Set(looked)).toEqual(new Set(['p/m0']))
    expect(router.decide(asks('x'), world).targets[0]).toBe('p/m0')
  })
})

const states = (ids: readonly string[]) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({
          healthy: fc.boolean(),
          pending: fc.integer({ min: 0, max: 50 }),
          firstTokenMs: fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined }),
          tokenMs: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
          quality: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
          promptPrice: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
          completionPrice: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
        })
        .map((more) => state(id, more)),
    ),
  )

it.each(['round-robin', 'latency', 'cost', 'performance', 'affinity', 'in-order'])(
  '%s never puts an unhealthy target before a healthy one, and loses nobody',
  (strategy) => {
    const ids = names(5)
    fc.assert(
      fc.property(states(ids), fc.integer(), fc.string(), (found, seed, text) => {
        const { targets } = poolOf(ids, strategy).decide(asks(text), worldOf(found, seeded(seed)))
        expect([...targets].sort()).toEqual(ids)
        const health = targets.map((id) => found.find((one) => one.id === id)?.healthy)
        expect(health.lastIndexOf(true)).toBeLessThan(health.includes(false) ? health.indexOf(false) : ids.length)
      }),
      { numRuns: 100 },
    )
  },
)

describe('latency', () => {
  const shares = (found: readonly TargetState[], facts: RouteFacts = asks('x')) => {
    const router = poolOf(
      found.map(({ id }) => id),
      'latency',
    )
    const world = worldOf(found, seeded(3))
    const counts = countFirst(DRAWS, () => router.decide(facts, world).targets[0])
    return found.map(({ id }) => (counts.get(id) ?? 0) / DRAWS)
  }

  it('never draws the slowest of three, and the fastest whenever it is drawn', () => {
    const [fast = 0, middle = 0, slow] = shares([
      state('p/a', { firstTokenMs: 100, tokenMs: 10 }),
      state('p/b', { firstTokenMs: 200, tokenMs: 10 }),
      state('p/c', { firstTokenMs: 5_000, tokenMs: 10 }),
    ])
    expect(slow).toBe(0)
    expect(fast).toBeCloseTo(2 / 3, 1)
    expect(middle).toBeCloseTo(1 / 3, 1)
  })

  it('counts calls under way: cost is the expected time × (pending + 1)', () => {
    const busy = state('p/a', { firstTokenMs: 100, tokenMs: 0, pending: 3 })
    expect(shares([busy, state('p/b', { firstTokenMs: 399, tokenMs: 0 })])).toEqual([0, 1])
    expect(shares([busy, state('p/b', { firstTokenMs: 401, tokenMs: 0 })])).toEqual([1, 0])
  })

  it('expects as many tokens as the caller allows', () => {
    const found = [
      state('p/start', { firstTokenMs: 100, tokenMs: 30 }),
      state('p/flow', { firstTokenMs: 1_000, tokenMs: 5 }),
    ]
    const short = asks({ messages: [], parameters: { max_tokens: 5 } })
    expect(shares(found, short)).toEqual([1, 0])
    expect(shares(found)).toEqual([0, 1])
  })

  it('gives a new target neither everything nor nothing', () => {
    const known = [100, 200, 300].map((firstTokenMs, i) => state(`p/${i}`, { firstTokenMs, tokenMs: 10 }))
    const [, , , fresh = 0] = shares([...known, state('p/new')])
    expect(fresh).toBeGreaterThan(0.15)
    expect(fresh).toBeLessThan(0.35)
  })

  it('spreads evenly where nothing is known', () => {
    for (const share of shares(names(4).map((id) => state(id)))) expect(share).toBeGreaterThan(0.1)
  })

  it('is monotone: who gets slower is never drawn more often', () => {
    const shareAt = (firstTokenMs: number) =>
      shares([
        state('p/a', { firstTokenMs, tokenMs: 1 }),
        ...[200, 400].map((ms) => state(`p/${ms}`, { firstTokenMs: ms, tokenMs: 1 })),
      ])[0] ?? 0
    const drawn = [100, 250, 350, 500].map(shareAt)
    expect(drawn).toEqual(drawn.toSorted((a, b) => b - a))
  })
})

describe('cost and performance', () => {
  const first = (strategy: string, found: readonly TargetState[], text = 'x') =>
    poolOf(
      found.map(({ id }) => id),
      strategy,
    ).decide(asks(text), worldOf(found)).targets

  it('the cheapest for this request comes first, unknown prices last', () => {
    const found = [
      state('p/unknown'),
      state('p/reader', { promptPrice: 1, completionPrice: 20 }),
      state('p/writer', { promptPrice: 10, completionPrice: 5 }),
      state('p/free', { promptPrice: 0, completionPrice: 0, healthy: false }),
    ]
    expect(first('cost', found)).toEqual(['p/writer', 'p/reader', 'p/unknown', 'p/free'])
    expect(first('cost', found, 'word '.repeat(4_000))).toEqual(['p/reader', 'p/writer', 'p/unknown', 'p/free'])
  })

  it('equal prices are decided by latency', () => {
    const price = { promptPrice: 1, completionPrice: 1 }
    const found = [state('p/slow', { ...price, firstTokenMs: 500 }), state('p/fast', { ...price, firstTokenMs: 50 })]
    expect(first('cost', found)).toEqual(['p/fast', 'p/slow'])
  })

  it('quality comes first, then latency; unknown quality last', () => {
    const found = [
      state('p/unknown', { firstTokenMs: 1 }),
      state('p/good', { quality: 80, firstTokenMs: 10 }),
      state('p/best-slow', { quality: 90, firstTokenMs: 900 }),
      state('p/best-fast', { quality: 90, firstTokenMs: 90 }),
    ]
    expect(first('performance', found)).toEqual(['p/best-fast', 'p/best-slow', 'p/good', 'p/unknown'])
  })
})

describe('affinity', () => {
  const KEYS = 3_000
  const texts = Array.from({ length: KEYS }, (_, i) => asks(`talk ${i}`))
  const homes = (targets: readonly object[], found: readonly TargetState[]) => {
    const router = routerOf({ default: { targets, strategy: 'affinity' } })
    const world = worldOf(found)
    return texts.map((facts) => router.decide(facts, world).targets[0])
  }
  const even = (count: number) => {
    const ids = names(count)
    return homes(
      ids.map((target) => ({ target })),
      ids.map((id) => state(id)),
    )
  }

  it('moves about one key in n to a target that is added, and no other', () => {
    const [before, after] = [even(4), even(5)]
    const moved = after.filter((home, i) => home !== before[i])
    expect(new Set(moved)).toEqual(new Set(['p/m4']))
    expect(moved.length / KEYS).toBeGreaterThan(0.17)
    expect(moved.length / KEYS).toBeLessThan(0.23)
  })

  it('moves the keys of a target that fails to all others, and they come back', () => {
    const ids = names(4).map((target) => ({ target }))
    const well = names(4).map((id) => state(id))
    const ill = well.map((one) => (one.id === 'p/m1' ? { ...one, healthy: false } : one))
    const [before, during] = [homes(ids, well), homes(ids, ill)]
    const moved = during.flatMap((home, i) => (home === before[i] ? [] : [home]))
    expect(before.filter((home) => home === 'p/m1')).toHaveLength(moved.length)
    expect(new Set(moved).size).toBe(3)
    expect(homes(ids, well)).toEqual(before)
  })

  it('shares keys by weight', () => {
    const targets = [1, 3].map((weight, i) => ({ target: `p/m${i}`, weight }))
    const found = homes(
      targets,
      names(2).map((id) => state(id)),
    )
    expect(found.filter((home) => home === 'p/m1').length / KEYS).toBeCloseTo(0.75, 1)
  })

  it('passes over who has more than 1.25 times the mean under way, but for a few calls', () => {
    const ids = names(3).map((target) => ({ target }))
    const pending = (counts: readonly number[]) => counts.map((count, i) => state(`p/m${i}`, { pending: count }))
    const calm = homes(ids, pending([0, 0, 0]))
    expect(homes(ids, pending([4, 0, 0]))).toEqual(calm)
    // The mean is 8, the bound 10.
    expect(homes(ids, pending([10, 7, 7]))).toEqual(calm)
    const busy = homes(ids, pending([11, 7, 6]))
    expect(busy).not.toContain('p/m0')
    const others = calm.flatMap((home, i) => (home === 'p/m0' ? [] : [[home, busy[i]]]))
    expect(others.every(([home, now]) => home === now)).toBe(true)
  })
})
