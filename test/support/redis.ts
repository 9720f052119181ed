// The Redis that tests may use, when there is one: HEDDLE_TEST_REDIS holds its address, e.g. redis://127.0.0.1:6379.

import { randomBytes } from 'node:crypto'
import { it } from 'vitest'

export const redisUrl = process.env.HEDDLE_TEST_REDIS || undefined

/** Keys of one test file keep out of the way of all others. */
export const redisPrefix = (): string => `heddle-test-${randomBytes(8).toString('hex')}:`

/** Says once per file that Redis was left out, and why. */
export const noteSkippedRedis = (): void => {
  if (!redisUrl) it.skip('on redis: HEDDLE_TEST_REDIS holds no address', () => {})
}
