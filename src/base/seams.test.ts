import { expect, it } from 'vitest'
import { createIds } from './seams.ts'

it('makes ids in order, also within a millisecond and when the clock goes back', () => {
  const times = [1000, 1000, 1000, 999, 1001, 1001]
  const ids = createIds({ now: () => times.shift() ?? 1001 })
  const made = Array.from({ length: 10_000 }, () => ids.next('run'))
  expect(made.toSorted()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
})

it('writes UUIDs of version 7 with the time in front', () => {
  const ids = createIds({ now: () => 0x0123456789ab }, (size) => new Uint8Array(size).fill(0xff))
  expect(ids.next('run')).toMatch(/^run_01234567-89ab-7[0-9a-f]{3}-bfff-ffffffffffff$/)
})
