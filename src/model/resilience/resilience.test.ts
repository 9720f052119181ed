import { describe, expect, test } from 'vitest'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { silentLog } from '../../base/seams.ts'
import { ModelError, type ModelErrorCode } from '../errors.ts'
import type { ModelProvider } from '../spec.ts'
import { createResilience } from './resilience.ts'
import type { Target } from './spec.ts'

const provider = (name: string): ModelProvider => ({ name, type: 'scripted', chat: () => undefined, models: () => [] })

const target = (name: string, keys = 1): Target => ({
  id: `${name}/m`,
  provider: name,
  model: 'm',
  accounts: Array.from({ length: keys }, (_, i) => ({
    id: i === 0 ? name : `${name}#${i + 1}`,
    provider: provider(name),
  })),
})

const failure = (code: ModelErrorCode, details: Record<string, unknown> = {}, retryable = true): ModelError =>
  new ModelError(code, { details: { provider: 'p', message: 'm', limitMs: 1, model: 'm', ...details }, retryable })

const down = () => failure('model/unavailable')

interface Setting {
  readonly targets: readonly Target[]
  /** What each attempt does, in order; the last one goes on. */
  readonly script: Readonly<Record<string, readonly (Error | 'ok')[]>>
  readonly retries?: number
  readonly totalMs?: number
}

/** Runs a call with a clock that moves whenever somebody waits for it. */
const setUp = ({ targets, script, retries = 3, totalMs }: Setting) => {
  const clock = createManualClock()
  const waits: number[] = []
  const asked: string[] = []
  const left = new Map(Object.entries(script).map(([id, steps]) => [id, [...steps]]))
  const resilience = createResilience({
    clock: {
      ...clock,
      sleep: async (ms) => {
        waits.push(ms)
        clock.advance(ms)
      },
    },
    random: { next: () => 0.5 },
    log: silentLog,
    settings: { retries, retryMs: 1_000 },
  })
  const signal = new AbortController()
  const call = () =>
    resilience.call(
      targets,
      async (_, account) => {
        asked.push(account.id)
        const steps = left.get(account.id) ?? []
        const step = steps.length > 1 ? steps.shift() : steps[0]
        if (step instanceof Error) throw step
        return account.id
      },
      { signal: signal.signal, ...(totalMs !== undefined && { totalMs }) },
    )
  return { call, asked, waits, resilience, clock, signal }
}

const failed = (promise: Promise<unknown>): Promise<ModelError> =>
  promise.then(
    () => {
      throw new Error('it answered')
    },
    (error: unknown) => error as ModelError,
  )

describe('one target', () => {
  test('is asked again after 1, 2 and 4 seconds, and then no more', async () => {
    const { call, asked, waits } = setUp({ targets: [target('a')], script: { a: [down()] } })
    const error = await failed(call())
    expect(error.code).toBe('model/unavailable')
    expect(asked).toHaveLength(4)
    expect(waits).toEqual([1_000, 2_000, 4_000])
    expect(error.details.attempts).toHaveLength(4)
  })

  test('answers as soon as it can', async () => {
    const { call, waits } = setUp({ targets: [target('a')], script: { a: [down(), 'ok'] } })
    const { value, attempts } = await call()
    expect(value).toBe('a')
    expect(attempts.map(({ errorClass }) => errorClass)).toEqual(['service', undefined])
    expect(waits).toEqual([1_000])
  })

  test('is not asked again before it said', async () => {
    const slow = failure('model/rate-limited', { retryAfterMs: 7_500 })
    const { call, waits } = setUp({ targets: [target('a')], script: { a: [slow, 'ok'] } })
    await call()
    expect(waits).toEqual([7_500])
  })

  test('is not waited for when it asks for more than half a minute', async () => {
    const slow = failure('model/rate-limited', { retryAfterMs: 600_000 })
    const { call, waits } = setUp({ targets: [target('a')], script: { a: [slow] } })
    expect((await failed(call())).code).toBe('model/rate-limited')
    expect(waits).toEqual([])
  })

  test('is not asked again when the account has no money left', async () => {
    const empty = failure('model/quota-exceeded', {}, false)
    const { call, asked } = setUp({ targets: [target('a')], script: { a: [empty] } })
    expect((await failed(call())).code).toBe('model/quota-exceeded')
    expect(asked).toEqual(['a'])
  })

  test('is not waited for beyond the time of the whole call', async () => {
    const { call, asked } = setUp({ targets: [target('a')], script: { a: [down()] }, totalMs: 2_500 })
    expect((await failed(call())).code).toBe('model/unavailable')
    expect(asked).toEqual(['a', 'a'])
  })

  test('is asked although its breaker is open: there is no other', async () => {
    const { call, resilience } = setUp({
      targets: [target('a')],
      script: { a: [...Array(5).fill(down()), 'ok'] },
      retries: 0,
    })
    for (let i = 0; i < 5; i++) await failed(call())
    expect(resilience.health('a/m')?.state).toBe('open')
    expect((await call()).value).toBe('a')
  })
})

describe('what the caller did wrong', () => {
  test('ends the call, and is nobody’s fault', async () => {
    const wrong = failure('model/bad-request', { message: 'temperature must be below 2' }, false)
    const { call, asked, resilience } = setUp({
      targets: [target('a'), target('b')],
      script: { a: [wrong], b: ['ok'] },
    })
    for (let i = 0; i < 10; i++) expect((await failed(call())).code).toBe('model/bad-request')
    expect(new Set(asked)).toEqual(new Set(['a']))
    expect(resilience.health('a/m')).toMatchObject({ state: 'closed', failures: 0 })
  })

  test('is another matter where another model may take it', async () => {
    const long = failure('model/bad-request', { kind: 'context_length_exceeded', message: 'too many' }, false)
    const { call } = setUp({ targets: [target('a'), target('b')], script: { a: [long], b: ['ok'] } })
    expect((await call()).value).toBe('b')
  })
})

describe('several keys', () => {
  test('a refused one is left at once, without waiting', async () => {
    const { call, waits } = setUp({
      targets: [target('a', 3)],
      script: { a: [failure('model/auth')], 'a#2': [failure('model/rate-limited')], 'a#3': ['ok'] },
    })
    expect((await call()).value).toBe('a#3')
    expect(waits).toEqual([])
  })

  test('a refused one rests for the next calls', async () => {
    const { call, asked, resilience } = setUp({
      targets: [target('a', 2)],
      script: { a: [failure('model/auth')], 'a#2': ['ok'] },
    })
    for (let i = 0; i < 6; i++) await call()
    expect(asked.filter((id) => id === 'a')).toHaveLength(1)
    expect(resilience.health('a/m')?.accounts.map(({ usable }) => usable)).toEqual([false, true])
    expect(resilience.health('a/m')?.state).toBe('closed')
  })

  test('all refused is a failure of its own', async () => {
    const { call, asked, waits } = setUp({
      targets: [target('a', 2), target('b')],
      script: { a: [failure('model/auth')], 'a#2': [failure('model/auth')], b: [failure('model/auth')] },
    })
    const error = await failed(call())
    expect(error.code).toBe('model/credentials-exhausted')
    expect(new Set(asked)).toEqual(new Set(['a', 'a#2', 'b']))
    expect(waits).toEqual([])
  })

  test('share the calls', async () => {
    const { call, asked } = setUp({ targets: [target('a', 2)], script: { a: ['ok'], 'a#2': ['ok'] } })
    for (let i = 0; i < 10; i++) (await call()).over({ outcome: 'complete' })
    expect(asked.filter((id) => id === 'a')).toHaveLength(5)
  })
})

describe('several targets', () => {
  test('the next one answers at once when the first fails', async () => {
    const { call, waits } = setUp({ targets: [target('a'), target('b')], script: { a: [down()], b: ['ok'] } })
    expect((await call()).value).toBe('b')
    expect(waits).toEqual([])
  })

  test('one whose breaker is open is asked last', async () => {
    const { call, asked } = setUp({ targets: [target('a'), target('b')], script: { a: [down()], b: ['ok'] } })
    for (let i = 0; i < 12; i++) (await call()).over({ outcome: 'complete' })
    expect(asked.filter((id) => id === 'a')).toHaveLength(5)
    expect(asked.filter((id) => id === 'b')).toHaveLength(12)
  })

  test('one that is well again is asked first again', async () => {
    const { call, clock, asked } = setUp({
      targets: [target('a'), target('b')],
      script: { a: [...Array(5).fill(down()), 'ok'], b: ['ok'] },
    })
    for (let i = 0; i < 5; i++) (await call()).over({ outcome: 'complete' })
    clock.advance(6_000)
    asked.length = 0
    for (let i = 0; i < 5; i++) (await call()).over({ outcome: 'complete' })
    expect(asked).toEqual(['a', 'a', 'a', 'a', 'a'])
  })

  test('the first one’s error is told when all fail', async () => {
    const { call } = setUp({
      targets: [target('a'), target('b')],
      script: { a: [failure('model/timeout')], b: [down()] },
      retries: 0,
    })
    const error = await failed(call())
    expect(error.code).toBe('model/timeout')
    expect(error.details.attempts).toMatchObject([{ target: 'a/m' }, { target: 'b/m', code: 'model/unavailable' }])
  })
})

test('an outage is not multiplied: retries are few among many calls', async () => {
  const { call, asked } = setUp({ targets: [target('a')], script: { a: [down()] } })
  for (let i = 0; i < 200; i++) await failed(call())
  // Twenty to begin with, and one for five calls.
  expect(asked.length - 200).toBeLessThanOrEqual(20 + 200 / 5)
})

test('an abort ends the call with its own reason, and says nothing about the target', async () => {
  const { call, signal, resilience } = setUp({ targets: [target('a')], script: { a: [down()] } })
  const reason = new Error('enough')
  signal.abort(reason)
  await expect(call()).rejects.toBe(reason)
  expect(resilience.health('a/m')?.failures).toBe(0)
})

test('a stream that was cut counts against its target', async () => {
  const { call, resilience } = setUp({ targets: [target('a')], script: { a: ['ok'] } })
  const { over } = await call()
  expect(resilience.health('a/m')?.pending).toBe(1)
  over({ outcome: 'cut' })
  over({ outcome: 'complete' })
  expect(resilience.health('a/m')).toMatchObject({ pending: 0, calls: 1, failures: 1 })
})

test('a heartbeat asks the silent, and revives who is well', async () => {
  const pings: string[] = []
  const alive = target('a')
  const [account] = alive.accounts
  const pinged: Target = {
    ...alive,
    accounts: [
      { id: 'a', provider: { ...(account?.provider as ModelProvider), ping: async () => void pings.push('a') } },
    ],
  }
  const { call, resilience, clock } = setUp({ targets: [pinged], script: { a: [down()] }, retries: 0 })
  for (let i = 0; i < 5; i++) await failed(call())
  expect(resilience.health('a/m')?.state).toBe('open')
  clock.advance(1_000)
  await resilience.heartbeat(500, new AbortController().signal)
  expect(pings).toEqual(['a'])
  expect(resilience.health('a/m')?.state).toBe('half-open')
  await resilience.heartbeat(500, new AbortController().signal)
  expect(pings).toEqual(['a'])
})
