import { describe, expect, test } from 'vitest'
import { Breaker } from './breaker.ts'

/** In the middle of the jitter: times are the documented ones. */
const middle = { next: () => 0.5 }
const open = (): Breaker => {
  const breaker = new Breaker(middle)
  for (let i = 0; i < 5; i++) breaker.failed(i)
  return breaker
}

describe('opens', () => {
  test('after five failures in a row, and not after four', () => {
    const breaker = new Breaker(middle)
    for (let i = 0; i < 4; i++) breaker.failed(i)
    expect(breaker.state(4)).toBe('closed')
    breaker.failed(4)
    expect(breaker.state(5)).toBe('open')
  })

  test('when half of at least ten calls failed, and not with fewer calls', () => {
    const breaker = new Breaker(middle)
    for (let i = 0; i < 4; i++) {
      breaker.failed(i)
      breaker.succeeded(i)
    }
    breaker.failed(8)
    expect(breaker.state(8)).toBe('closed')
    breaker.failed(9)
    expect(breaker.state(9)).toBe('open')
  })

  test('not for failures that are older than ten seconds', () => {
    const breaker = new Breaker(middle)
    for (let i = 0; i < 4; i++) breaker.failed(i)
    breaker.succeeded(5)
    expect(breaker.window(20_000)).toEqual({ calls: 0, failures: 0 })
    for (let i = 0; i < 4; i++) breaker.failed(20_000 + i)
    expect(breaker.state(20_010)).toBe('closed')
  })
})

describe('an open breaker', () => {
  test('stays open for five seconds, then lets three calls through and no fourth', () => {
    const breaker = open()
    expect(breaker.admits(5_003)).toBe(false)
    expect(breaker.opensInMs(1_004)).toBe(4_000)
    expect([1, 2, 3, 4].map(() => breaker.admits(5_005))).toEqual([true, true, true, false])
    expect(breaker.state(5_005)).toBe('half-open')
  })

  test('closes after three successes', () => {
    const breaker = open()
    for (let i = 0; i < 3; i++) {
      expect(breaker.state(6_000)).toBe('half-open')
      expect(breaker.admits(6_000)).toBe(true)
      breaker.succeeded(6_000)
    }
    expect(breaker.state(6_000)).toBe('closed')
  })

  test('opens again for twice as long at one failure, at most for two minutes', () => {
    const breaker = open()
    let now = 4
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      const wait = breaker.opensInMs(now)
      waits.push(wait)
      now += wait
      expect(breaker.admits(now)).toBe(true)
      breaker.failed(now)
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000])
  })

  test('waits as long as the vendor asked', () => {
    const breaker = new Breaker(middle)
    for (let i = 0; i < 5; i++) breaker.failed(0, 30_000)
    expect(breaker.opensInMs(0)).toBe(30_000)
  })

  test('is tried at once when a heartbeat came back', () => {
    const breaker = open()
    breaker.revive(100)
    expect(breaker.state(100)).toBe('half-open')
  })

  test('gives the place of a probe back that told nothing', () => {
    const breaker = open()
    for (let i = 0; i < 3; i++) expect(breaker.admits(6_000)).toBe(true)
    breaker.forget()
    expect(breaker.admits(6_000)).toBe(true)
  })
})
