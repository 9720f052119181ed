// Warming up: what is told of it, and that it never waits for what never comes.

import { expect, it } from 'vitest'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { nextTurn, silentLog } from '../../base/seams.ts'
import { warmUp } from './warm-up.ts'

const never = () => new Promise<void>(() => {})

it('says which models are warm, and why others are not', async () => {
  const clock = createManualClock()
  const logged: unknown[] = []
  const log = { ...silentLog, warn: (event: string, fields?: object) => logged.push([event, fields]) }
  const targets = [
    { target: 'p/good', warm: async () => {} },
    { target: 'p/bad', warm: async () => Promise.reject(new Error('refused')) },
    { target: 'p/deaf', warm: never },
  ]
  const warming = warmUp(targets, { clock, log, timeoutMs: 500 })
  expect(warming.status().map(({ status }) => status)).toEqual(['pending', 'pending', 'pending'])
  await nextTurn()
  clock.advance(500)
  await warming.done
  expect(warming.status()).toEqual([
    { target: 'p/good', status: 'warm', elapsedMs: 0 },
    { target: 'p/bad', status: 'failed', elapsedMs: 0, error: 'refused' },
    { target: 'p/deaf', status: 'failed', elapsedMs: 500, error: 'it was not ready within 500 ms' },
  ])
  expect(logged).toHaveLength(2)
})

it('warms a few at a time, and stops when it is closed', async () => {
  let begun = 0
  const warm = () => {
    begun++
    return never()
  }
  const targets = Array.from({ length: 9 }, (_, i) => ({ target: `p/${i}`, warm }))
  const warming = warmUp(targets, { clock: createManualClock(), log: silentLog, timeoutMs: 500 })
  await nextTurn()
  expect(begun).toBe(4)
  warming.close()
  await warming.done
  expect(begun).toBe(4)
})
