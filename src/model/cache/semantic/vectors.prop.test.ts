// The search for near vectors against a plain comparison of all of them, whatever came and went before, with codes and without.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodePages, rowsOf, slackOf, toProbe } from './codes.ts'
import { VectorBlock } from './vector-block.ts'
import { VectorBlocks } from './vectors.ts'

const NEAREST = 5

/** A stream of numbers in [0, 1), the same for one seed. */
const numbersFrom = (seed: number) => {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

interface Shape {
  readonly dimensions: number
  /** Values that are not zero, 0 to 1. */
  readonly density: number
  /** How much the vectors have in common, 0 to 1: texts of one template are close together. */
  readonly alike: number
}

const makerOf = ({ dimensions, density, alike }: Shape, seed: number) => {
  const next = numbersFrom(seed)
  const draw = () => Array.from({ length: dimensions }, () => (next() < density ? next() - 0.5 : 0))
  const template = draw()
  return (): Float32Array => {
    const values = draw().map((value, i) => alike * (template[i] as number) + (1 - alike) * value)
    values[0] = (values[0] as number) + 0.001
    const length = Math.hypot(...values)
    return Float32Array.from(values, (value) => value / length)
  }
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)

/** The keys may differ where similarities do not: sums are added in another order. */
const expectNearest = async (
  block: VectorBlock | undefined,
  kept: ReadonlyMap<string, Float32Array>,
  wanted: Float32Array,
) => {
  const found = (await block?.nearest(wanted, NEAREST)) ?? []
  const all = [...kept.values()].map((values) => cosine(values, wanted)).sort((a, b) => b - a)
  expect(found.length).toBe(Math.min(NEAREST, kept.size))
  expect(new Set(found.map(({ key }) => key)).size).toBe(found.length)
  for (const [i, { key, question, similarity }] of found.entries()) {
    expect(question).toBe(`about ${key}`)
    expect(Math.abs(similarity - (all[i] as number))).toBeLessThan(1e-5)
    expect(Math.abs(similarity - cosine(kept.get(key) as Float32Array, wanted))).toBeLessThan(1e-5)
  }
}

/** Long enough for a page to hold few rows, so that segments fill up, grow and go. */
const shape: fc.Arbitrary<Shape> = fc.record({
  dimensions: fc.constantFrom(1_000, 1_536, 3_072, 8_192, 8_193),
  density: fc.constantFrom(0.02, 0.2, 1),
  alike: fc.constantFrom(0, 0.5, 0.95),
})
/** So many come, then so many of those that are there go, from a place on. */
const steps = fc.array(fc.record({ come: fc.nat(40), go: fc.nat(40), from: fc.nat(), again: fc.boolean() }), {
  minLength: 1,
  maxLength: 4,
})

describe('the nearest of many vectors', () => {
  it.each([
    ['with codes', () => CodePages.open()],
    ['without', () => undefined],
  ])('are those of a plain comparison, after all that came and went, %s', async (_, open) => {
    const pages = open()
    await fc.assert(
      fc.asyncProperty(shape, steps, fc.nat(), async (shape, steps, seed) => {
        const make = makerOf(shape, seed)
        const block = new VectorBlock(shape.dimensions, 1_000, pages)
        const kept = new Map<string, Float32Array>()
        let last = 0
        for (const { come, go, from, again } of steps) {
          for (let i = 0; i < come; i++) {
            const key = again && i === 0 && last > 0 ? '0' : `${last++}`
            const values = make()
            block.add({ key, question: `about ${key}`, values })
            kept.set(key, values)
          }
          const keys = [...kept.keys()]
          for (let i = 0; i < Math.min(go, keys.length); i++) {
            const key = keys[(from + i) % keys.length] as string
            block.remove(key)
            kept.delete(key)
          }
          expect(block.size).toBe(kept.size)
          await expectNearest(block, kept, make())
        }
        block.close()
      }),
      { numRuns: 30 },
    )
  })

  it('are found where a full block is written over, and in a page that another block gave back', async () => {
    const most = 3 * rowsOf(1_536)
    const make = makerOf({ dimensions: 1_536, density: 0.1, alike: 0.9 }, 7)
    const blocks = new VectorBlocks(most)
    for (const name of ['a', 'b']) {
      const kept = new Map<string, Float32Array>()
      blocks.make(name, 1_536)
      for (let i = 0; i < most + 50; i++) {
        const values = make()
        blocks.add(name, { key: `${i}`, question: `about ${i}`, values })
        kept.set(`${i}`, values)
        if (i >= most) kept.delete(`${i - most}`)
      }
      await expectNearest(blocks.find(name), kept, make())
    }
    expect([blocks.size, blocks.find('a')]).toEqual([most, undefined])
  })

  it('take no more memory however often vectors come and go', () => {
    const make = makerOf({ dimensions: 1_536, density: 1, alike: 0 }, 3)
    const vectors = Array.from({ length: 200 }, make)
    const blocks = new VectorBlocks(1_000)
    const fill = () => {
      blocks.make('a', 1_536)
      for (const [i, values] of vectors.entries()) blocks.add('a', { key: `${i}`, question: '', values })
    }
    fill()
    const { bytes } = blocks
    expect(bytes).toBeGreaterThan(200 * 1_536 * 5)
    for (let i = 0; i < 50; i++) fill()
    expect(blocks.bytes).toBe(bytes)
    for (let i = 0; i < 200; i++) blocks.remove('a', `${i}`)
    expect(blocks.find('a')?.bytes).toBe(0)
    blocks.clear()
    expect(blocks.bytes).toBeLessThan(bytes)
  })

  it('lets others have their turn, and ends when what it searches is let go of', async () => {
    const make = makerOf({ dimensions: 8_000, density: 1, alike: 0 }, 5)
    const block = new VectorBlock(8_000, 2_000, CodePages.open())
    const [one, wanted] = [make(), make()]
    for (let i = 0; i < 1_100; i++) block.add({ key: `${i}`, question: '', values: one })
    const order: string[] = []
    setImmediate(() => {
      order.push('turn')
      block.close()
    })
    order.push(`found ${(await block.nearest(wanted, NEAREST)).length}`)
    expect(order).toEqual(['turn', 'found 5'])
  })
})

describe('codes', () => {
  it('are never further off than their slack', () => {
    const pages = CodePages.open() as CodePages
    const page = pages.take() as number
    fc.assert(
      fc.property(shape, fc.nat(), fc.constantFrom(1, 0.001, 40), (shape, seed, factor) => {
        fc.pre(rowsOf(shape.dimensions) > 0)
        const make = makerOf(shape, seed)
        const [values, wanted] = [make().map((value) => value * factor), make()]
        const { scale, length, error } = pages.write(page, 0, values)
        const probe = toProbe(wanted)
        const near = (pages.scan(probe, page, 1)[0] as number) * scale * probe.scale
        expect(Math.abs(near - cosine(values, wanted))).toBeLessThanOrEqual(slackOf(probe, length, error))
      }),
      { numRuns: 100 },
    )
  })

  it('of the longest vectors do not overflow', () => {
    const pages = CodePages.open() as CodePages
    const page = pages.take() as number
    const values = new Float32Array(8_192).fill(1)
    const { scale } = pages.write(page, 0, values)
    const probe = toProbe(values)
    expect((pages.scan(probe, page, 1)[0] as number) * scale * probe.scale).toBeCloseTo(8_192, 3)
  })
})
