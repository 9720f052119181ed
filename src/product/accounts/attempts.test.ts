// Attempts at passwords, with a clock that the test moves.

import { describe, expect, it } from 'vitest'
import { movableClock } from '../../../test/support/accounts.ts'
import { createAttempts } from './attempts.ts'

const WINDOW = 15 * 60_000

describe('attempts', () => {
  it('are ten for an address in a quarter of an hour, from the first on', () => {
    const clock = movableClock()
    const attempts = createAttempts(clock)
    for (let i = 0; i < 10; i++) {
      attempts.begin('a')
      clock.pass(1_000)
    }
    expect(() => attempts.begin('a')).toThrow('890 seconds')
    attempts.begin('b')
    clock.pass(WINDOW - 10_000)
    attempts.begin('a')
  })

  it('that went well or could not be judged do not count', () => {
    const attempts = createAttempts(movableClock(), { perAddress: 2, perInstallation: 3 })
    for (let i = 0; i < 20; i++) {
      attempts.begin('a').takeBack()
      attempts.begin(`b${i}`).succeed()
    }
    expect(attempts.size).toBe(0)
    attempts.begin('a')
    const twice = attempts.begin('a')
    expect(() => attempts.begin('a')).toThrow()
    twice.takeBack()
    twice.takeBack()
    attempts.begin('a').succeed()
    attempts.begin('a')
    attempts.begin('a')
    expect(() => attempts.begin('a')).toThrow()
  })

  it('are limited for all addresses together, so that memory is, too', () => {
    const clock = movableClock()
    const attempts = createAttempts(clock, { perInstallation: 100 })
    for (let i = 0; i < 100; i++) attempts.begin(`a${i}`)
    for (let i = 100; i < 10_000; i++) expect(() => attempts.begin(`a${i}`)).toThrow()
    expect(attempts.size).toBe(100)
    clock.pass(WINDOW)
    attempts.begin('z')
    expect(attempts.size).toBe(1)
  })

  it('of a window that is over take nothing back from the next', () => {
    const clock = movableClock()
    const attempts = createAttempts(clock, { perAddress: 5, perInstallation: 1 })
    const slow = attempts.begin('a')
    clock.pass(WINDOW)
    attempts.begin('b')
    slow.takeBack()
    expect(() => attempts.begin('c')).toThrow()
  })
})
