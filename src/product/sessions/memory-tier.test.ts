// What the memory of a process keeps, and for how long. What all tiers share is tested in test/contract.

import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { createMemoryTier } from './memory-tier.ts'
import type { Session } from './spec.ts'

const session = (letters = 1): Session => ({
  revision: 1,
  history: [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: 'a'.repeat(letters) },
  ],
})

const open = (options: { ttlMs?: number; maxEntries?: number; maxBytes?: number } = {}) => {
  const clock = createManualClock()
  return { clock, tier: createMemoryTier({ clock, ttlMs: 1_000, maxEntries: 3, maxBytes: 100_000, ...options }) }
}

const kept = async (tier: ReturnType<typeof open>['tier'], keys: string): Promise<string> => {
  const found = await Promise.all([...keys].map(async (key) => ((await tier.get(key)) ? key : '')))
  return found.join('')
}

describe('the memory of a process', () => {
  it('keeps the most recently used, no more than so many', async () => {
    const { tier } = open()
    for (const key of 'abc') await tier.set(key, session())
    await tier.get('a')
    await tier.set('d', session())
    expect(await kept(tier, 'abcd')).toBe('acd')
  })

  it('keeps no more than so many bytes, and nothing that takes a tenth of all', async () => {
    const { tier } = open({ maxEntries: 1_000, maxBytes: 50_000 })
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    for (const key of letters) await tier.set(key, session(2_000))
    const left = await kept(tier, letters)
    expect(left.length).toBeGreaterThan(5)
    expect(left.length).toBeLessThanOrEqual(50_000 / 4_000)
    expect(letters.endsWith(left)).toBe(true)
    await tier.set('A', session(2_500))
    expect(await kept(tier, 'A')).toBe('')
    // What it held before under that name is not the truth any more.
    await tier.set('z', { ...session(2_500), revision: 2 })
    expect(await kept(tier, 'z')).toBe('')
  })

  it('forgets what nobody used for a while, also when nobody asks', async () => {
    const { tier, clock } = open()
    await tier.set('a', session())
    await tier.set('b', session())
    clock.advance(600)
    await tier.get('a')
    clock.advance(600)
    expect(await kept(tier, 'ab')).toBe('a')
    clock.advance(1_000)
    expect(await kept(tier, 'a')).toBe('')
  })

  it('takes nothing when it may keep nothing', async () => {
    const { tier } = open({ maxEntries: 0 })
    await tier.set('a', session())
    expect(await kept(tier, 'a')).toBe('')
  })

  it('takes a new session once the mark of a deletion is gone', async () => {
    const { tier, clock } = open({ ttlMs: 600_000 })
    await tier.delete('a')
    clock.advance(59_999)
    await tier.set('a', session())
    expect(await kept(tier, 'a')).toBe('')
    clock.advance(1)
    await tier.set('a', session())
    expect(await kept(tier, 'a')).toBe('a')
  })
})
