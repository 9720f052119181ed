// What callers of the limiter see, on the books in memory and a clock that stands still.

import { describe, expect, it } from 'vitest'
import { callOf, createLimitRig, per, settled, subjectsOf, usageOf } from '../../../test/support/limits.ts'
import { createManualClock, type ManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { createMemoryLedger } from './drivers/memory.ts'
import type { Ledger } from './ledger.ts'
import type { LimitRule } from './rules.ts'
import type { Admission, LimitedCall, Priority } from './spec.ts'

const ofKeys: LimitRule = { id: 'keys', subject: { kind: 'key' }, requests: per(2, 1_000) }
const oneAtOnce: LimitRule = { id: 'one', subject: { kind: 'all' }, concurrent: 1 }

describe('rates', () => {
  it('refuse what comes too fast and say when it may come', () => {
    const { clock, now, refusal } = createLimitRig({ limits: [ofKeys] })
    now().release()
    clock.advance(100)
    now().release()
    clock.advance(100)
    expect(refusal()).toMatchObject({
      code: 'limit/rate-exceeded',
      retryable: true,
      message: 'Too many requests for the key: 2 in 1000 ms are allowed.',
      details: { retryAfterMs: 300 },
    })
    clock.advance(299.9)
    expect(refusal().details.retryAfterMs).toBeCloseTo(0.1, 6)
    clock.advance(0.1)
    now()
  })

  it('count each subject for itself, and all of `all` together', () => {
    const { now, refusal } = createLimitRig({
      limits: [ofKeys, { id: 'all', subject: { kind: 'all' }, requests: per(3, 1_000) }],
    })
    now()
    now()
    expect(refusal().code).toBe('limit/rate-exceeded')
    now({ subjects: subjectsOf('t1', 'k2') })
    expect(refusal({ subjects: subjectsOf('t2', 'k1') }).message).toContain('installation')
  })

  it('of one tenant do not touch another', () => {
    const { now, refusal } = createLimitRig({
      limits: [{ id: 'r', subject: { kind: 'user', tenant: 't1' }, requests: per(1, 1_000) }],
    })
    now()
    refusal()
    now({ subjects: subjectsOf('t2', 'k', 'u1') })
    now({ subjects: subjectsOf('t2', 'k', 'u1') })
    now({ subjects: subjectsOf('t11', 'k', 'u1') })
  })

  it('of a target count only calls that try it first', () => {
    const { now, refusal } = createLimitRig({
      limits: [{ id: 'r', subject: { kind: 'tenant' }, target: 'p/d*', requests: per(1, 1_000) }],
    })
    now({ targets: ['p/dear', 'p/cheap'] })
    expect(refusal({ targets: ['p/dear'] }).code).toBe('limit/rate-exceeded')
    now({ targets: ['p/cheap', 'p/dear'] })
  })

  it('in tokens take what may be used, and give back what was not', () => {
    const { clock, now, refusal } = createLimitRig({
      limits: [{ id: 'r', subject: { kind: 'tenant' }, tokens: per(100, 100_000) }],
    })
    const first = now({ promptTokens: 20, maxCompletionTokens: 60 })
    expect(refusal({ promptTokens: 30, maxCompletionTokens: 0 }).details.retryAfterMs).toBe(10_000)
    first.settle('p/cheap', usageOf(20, 10))
    now({ promptTokens: 70, maxCompletionTokens: 0 }).release()
    now({ promptTokens: 70, maxCompletionTokens: 0 }).settle('p/cheap', undefined)
    expect(refusal({ promptTokens: 1, maxCompletionTokens: 0 }).details.retryAfterMs).toBe(1_000)
    clock.advance(1_000)
    now({ promptTokens: 1, maxCompletionTokens: 0 })
  })

  it('say that waiting is no use where a call is larger than all that may be taken', () => {
    const { refusal } = createLimitRig({
      limits: [{ id: 'r', subject: { kind: 'tenant' }, tokens: per(100, 1_000) }],
    })
    const error = refusal({ promptTokens: 101, maxCompletionTokens: 0 })
    expect(error).toMatchObject({ code: 'limit/rate-exceeded', retryable: false })
    expect(error.details).not.toHaveProperty('retryAfterMs')
  })

  it('take nothing from the others where one refuses', () => {
    const { now, refusal } = createLimitRig({
      limits: [
        { id: 'wide', subject: { kind: 'tenant' }, requests: per(2, 1_000) },
        { id: 'narrow', subject: { kind: 'user' }, requests: per(1, 1_000) },
      ],
    })
    now()
    for (let i = 0; i < 5; i++) refusal()
    now({ subjects: subjectsOf('t1', 'k1', 'u2') })
  })

  it('name the longest wait of all that refuse', () => {
    const { now, refusal } = createLimitRig({
      limits: [
        { id: 'fast', subject: { kind: 'user' }, requests: per(1, 1_000) },
        { id: 'slow', subject: { kind: 'tenant' }, requests: per(1, 60_000) },
      ],
    })
    now()
    expect(refusal().details.retryAfterMs).toBe(60_000)
  })

  it('go on with what was taken when the numbers of the rule change', () => {
    const { book, now, refusal } = createLimitRig({ limits: [ofKeys] })
    now()
    now()
    book.set('test', { limits: [{ ...ofKeys, requests: per(4, 1_000) }], budgets: [] })
    // Two at 500 ms each are to be given back; four at 250 ms fit.
    expect(refusal().details.retryAfterMs).toBe(250)
    book.set('test', { limits: [], budgets: [] })
    now()
  })
})

describe('places', () => {
  const places = (priority: Priority = 'normal', tenant = 't1'): Partial<LimitedCall> => ({
    subjects: subjectsOf(tenant),
    priority,
  })
  const rigOf = (queue: Parameters<typeof createLimitRig>[1] = {}) => {
    const rig = createLimitRig({ limits: [oneAtOnce] }, queue)
    const order: string[] = []
    const admissions = new Map<string, Admission>()
    const ask = (name: string, changes: Partial<LimitedCall> = {}, signal?: AbortSignal) => {
      Promise.resolve(rig.limiter.admit(callOf(changes), signal)).then(
        (admission) => {
          order.push(name)
          admissions.set(name, admission)
        },
        (error) => order.push(`${name}: ${error.code ?? error.message}`),
      )
    }
    const drain = async () => {
      await settled()
      for (let i = 0; i < order.length; i++) {
        admissions.get(order[i] as string)?.release()
        await settled()
      }
      return order
    }
    return { ...rig, order, ask, drain }
  }

  it('come free in the order of the classes, and in each in the order of coming', async () => {
    const { ask, drain } = rigOf()
    ask('first')
    ask('batch', places('batch'))
    ask('normal', places('normal'))
    ask('interactive', places('interactive'))
    ask('normal 2', places('normal'))
    ask('interactive 2', places('interactive'))
    expect(await drain()).toEqual(['first', 'interactive', 'interactive 2', 'normal', 'normal 2', 'batch'])
  })

  it('go to tenants in turn, however many calls one has waiting', async () => {
    const { ask, drain } = rigOf()
    const large = { promptTokens: 4_096, maxCompletionTokens: 0 }
    ask('first')
    for (let i = 0; i < 4; i++) ask(`a${i}`, { ...places('normal', 'a'), ...large })
    for (let i = 0; i < 2; i++) ask(`b${i}`, { ...places('normal', 'b'), ...large })
    expect((await drain()).join(' ')).toBe('first a0 b0 a1 b1 a2 a3')
  })

  it('go by tokens among tenants, not by calls', async () => {
    const { ask, drain } = rigOf()
    ask('first')
    for (let i = 0; i < 3; i++)
      ask(`large${i}`, { ...places('normal', 'a'), promptTokens: 8_192, maxCompletionTokens: 0 })
    for (let i = 0; i < 6; i++)
      ask(`small${i}`, { ...places('normal', 'b'), promptTokens: 2_048, maxCompletionTokens: 0 })
    const order = (await drain()).slice(1, 7)
    expect(order.filter((name) => name.startsWith('small'))).toHaveLength(5)
  })

  it('are not kept from a batch for ever', async () => {
    const { ask, clock, drain } = rigOf({ queue: { ageMs: 1_000 } })
    ask('first')
    ask('batch', places('batch'))
    clock.advance(2_000)
    ask('interactive', places('interactive'))
    expect(await drain()).toEqual(['first', 'batch', 'interactive'])
  })

  it('are not overtaken by whoever comes when one is just free', async () => {
    const { ask, drain, now, limiter, order } = rigOf()
    const first = now()
    ask('waits')
    first.release()
    ask('comes')
    await settled()
    expect(order).toEqual(['waits'])
    expect(await drain()).toEqual(['waits', 'comes'])
    await limiter.close()
  })

  it('that another limit blocks do not hold up the rest', async () => {
    const rig = createLimitRig({ limits: [{ id: 'c', subject: { kind: 'tenant' }, concurrent: 1 }] })
    rig.now(places('normal', 'a'))
    const waits = rig.limiter.admit(callOf(places('normal', 'a')))
    expect(waits).toBeInstanceOf(Promise)
    rig.now(places('normal', 'b'))
    await Promise.all([expect(waits).rejects.toMatchObject({ code: 'limit/queue-full' }), rig.limiter.close()])
  })

  it('are refused when too many wait, when the deadline comes, and when the wait is too long', async () => {
    const { ask, clock, drain, refusal } = rigOf({ queue: { length: 2, waitMs: 5_000 } })
    ask('first')
    ask('late', { deadline: 1_000 })
    ask('long')
    expect(refusal().code).toBe('limit/queue-full')
    expect(refusal({ deadline: 0 }).code).toBe('limit/deadline')
    clock.advance(5_000)
    expect(await drain()).toEqual(['first', 'late: limit/deadline', 'long: limit/concurrency-exceeded'])
  })

  it('are given to the next when somebody goes while waiting', async () => {
    const { ask, drain } = rigOf()
    const leaving = new AbortController()
    ask('first')
    ask('gone', {}, leaving.signal)
    ask('stays')
    leaving.abort(new Error('left'))
    expect(await drain()).toEqual(['first', 'gone: left', 'stays'])
  })

  it('without a queue are refused at once', () => {
    const { now, refusal } = createLimitRig({ limits: [oneAtOnce] }, { queue: { length: 0 } })
    const first = now()
    expect(refusal()).toMatchObject({ code: 'limit/concurrency-exceeded', retryable: true })
    first.settle('p/cheap', usageOf(1, 1))
    first.release()
    now()
    expect(refusal().code).toBe('limit/concurrency-exceeded')
  })

  it('ask the other limits again when the turn has come', async () => {
    const rig = createLimitRig({
      limits: [oneAtOnce, { id: 'r', subject: { kind: 'tenant' }, requests: per(2, 1_000) }],
    })
    const first = rig.now()
    const second = rig.limiter.admit(callOf()) as Promise<Admission>
    const third = rig.limiter.admit(callOf()) as Promise<Admission>
    third.catch(() => {})
    first.release()
    ;(await second).release()
    await expect(third).rejects.toMatchObject({ code: 'limit/rate-exceeded' })
    await rig.limiter.close()
  })
})

describe('books that answer later', () => {
  /** The books in memory, a moment away. */
  const slow = (clock: ManualClock): Ledger => {
    const inner = createMemoryLedger({ clock })
    return { ...inner, shared: true, take: async (claim) => inner.take(claim) }
  }

  it('get back what was taken for somebody who went meanwhile', async () => {
    const clock = createManualClock()
    const { limiter } = createLimitRig({ limits: [oneAtOnce] }, { clock, ledger: slow(clock) })
    const atOnce = new AbortController()
    const gone = limiter.admit(callOf(), atOnce.signal)
    atOnce.abort(new Error('left'))
    await expect(gone).rejects.toThrow('left')
    const first = await limiter.admit(callOf())
    const leaving = new AbortController()
    const waits = Promise.resolve(limiter.admit(callOf(), leaving.signal))
    waits.catch(() => {})
    await settled()
    // Its turn has come, and while the books are asked it goes.
    first.release()
    leaving.abort(new Error('left'))
    await expect(waits).rejects.toThrow('left')
    await settled()
    ;(await limiter.admit(callOf())).release()
    await limiter.close()
  })
})

describe('budgets', () => {
  const budget = (limitNanoUsd: number, window: 'hour' | 'day' | 'month' | 'total' = 'hour') => ({
    budgets: [{ id: 'b', subject: { kind: 'tenant' as const }, window, limitNanoUsd }],
  })
  const tenant = { kind: 'tenant', id: 't1' } as const

  it('hold back the dearest that a call may cost until it is known', async () => {
    const { limiter, now, refusal } = createLimitRig(budget(300))
    const first = now({ targets: ['p/cheap', 'p/dear'] })
    expect(await limiter.spent('b', tenant)).toMatchObject({ spentNanoUsd: 200 })
    expect(refusal({ targets: ['p/dear'] })).toMatchObject({
      code: 'limit/budget-exceeded',
      retryable: true,
      details: { retryAfterMs: 3_600_000 },
    })
    expect(first.settle('p/cheap', usageOf(10, 5))).toEqual({ costNanoUsd: 15, estimated: false })
    expect(first.settle('p/dear', usageOf(10, 5))).toEqual({ costNanoUsd: 15, estimated: false })
    first.release()
    expect(await limiter.spent('b', tenant)).toMatchObject({ spentNanoUsd: 15 })
    now({ targets: ['p/dear'] })
  })

  it('count what nobody could count as the estimate, and what was not used as nothing', async () => {
    const { limiter, now } = createLimitRig(budget(1_000))
    expect(now().settle('p/dear', undefined)).toEqual({ costNanoUsd: 200, estimated: true })
    now().release()
    expect(await limiter.spent('b', tenant)).toMatchObject({ spentNanoUsd: 200 })
  })

  it('begin anew with their window; what was reserved before it counts there', async () => {
    const { clock, limiter, now, refusal } = createLimitRig(budget(20))
    const early = now()
    clock.advance(3_599_999)
    expect(refusal().details.retryAfterMs).toBe(1)
    clock.advance(1)
    now()
    early.settle('p/dear', usageOf(10, 10))
    expect(await limiter.spent('b', tenant)).toMatchObject({ spentNanoUsd: 20 })
  })

  it('of all time never come back, and what is dearer than all of it never fits', () => {
    const total = createLimitRig(budget(20, 'total'))
    total.now()
    expect(total.refusal()).toMatchObject({ code: 'limit/budget-exceeded', retryable: false })
    expect(createLimitRig(budget(19)).refusal()).toMatchObject({ retryable: false })
  })

  it('let through what costs nothing', () => {
    const { now } = createLimitRig(budget(0))
    now({ targets: ['p/free'] })
    expect(now({ targets: ['p/unknown'] }).settle('p/unknown', usageOf(1, 1))).toEqual({
      costNanoUsd: undefined,
      estimated: false,
    })
  })

  it('are asked along the whole chain before anything is taken', async () => {
    const { limiter, now, refusal } = createLimitRig({
      limits: [ofKeys],
      budgets: [
        { id: 'wide', subject: { kind: 'tenant' }, window: 'day', limitNanoUsd: 1_000 },
        { id: 'narrow', subject: { kind: 'user' }, window: 'day', limitNanoUsd: 20 },
      ],
    })
    now()
    expect(refusal().message).toContain('user')
    expect(await limiter.spent('wide', tenant)).toMatchObject({ spentNanoUsd: 20 })
    now({ subjects: subjectsOf('t1', 'k1', 'u2') })
  })

  it.each([
    ['hour', '2026-03-05T11:00:00Z'],
    ['day', '2026-03-06T00:00:00Z'],
    ['month', '2026-04-01T00:00:00Z'],
  ] as const)('of a %s end with the calendar in UTC', async (window, end) => {
    const rig = createLimitRig(budget(20, window))
    rig.clock.advance(Date.parse('2026-03-05T10:20:30Z') - rig.clock.now())
    expect(await rig.limiter.spent('b', tenant)).toEqual({ spentNanoUsd: 0, resetsAt: Date.parse(end) })
  })
})

describe('without a rule', () => {
  it('calls go through and are priced', () => {
    const { now } = createLimitRig({})
    const admission = now({ targets: ['p/dear'] })
    expect(admission.settle('p/dear', usageOf(1, 1))).toEqual({ costNanoUsd: 20, estimated: false })
    admission.release()
  })

  it('a call that was given up is not begun', () => {
    const { limiter } = createLimitRig({})
    expect(() => limiter.admit(callOf(), AbortSignal.abort(new Error('left')))).toThrow('left')
  })
})
