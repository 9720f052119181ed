// Whatever comes in whatever order: never beyond a limit, never below nothing, and all of it given back in the end.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callOf, createLimitRig, per, settled, subjectsOf, usageOf } from '../../../test/support/limits.ts'
import type { Admission, LimitedCall, Priority } from './spec.ts'

const TENANTS = ['a', 'b']
const TARGETS = ['p/dear', 'p/cheap', 'p/free']
const PRICES: Readonly<Record<string, number>> = { 'p/dear': 10, 'p/cheap': 1, 'p/free': 0 }
const PRIORITIES: readonly Priority[] = ['interactive', 'normal', 'batch']

const step = fc.oneof(
  fc.record({
    type: fc.constant('ask' as const),
    tenant: fc.constantFrom(...TENANTS),
    user: fc.constantFrom('x', 'y'),
    target: fc.constantFrom(...TARGETS),
    prompt: fc.nat(40),
    completion: fc.nat(40),
    priority: fc.constantFrom(...PRIORITIES),
    aborted: fc.boolean(),
  }),
  fc.record({ type: fc.constant('end' as const), which: fc.nat(50), share: fc.nat(100), how: fc.nat(3) }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(1_200_000) }),
  fc.record({ type: fc.constant('leave' as const), which: fc.nat(50) }),
)

interface Asked {
  readonly call: LimitedCall
  readonly leaving: AbortController
  admission: Admission | undefined
  over: boolean
  /** Nano-dollars in the books for it, and the hour they were taken in. */
  money: number
  hour: number
}

describe('the limiter', () => {
  it('keeps every promise over any order of events', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(900),
        async (steps, places, budget) => {
          const { limiter, clock } = createLimitRig(
            {
              limits: [
                { id: 'all', subject: { kind: 'all' }, concurrent: 3 },
                { id: 'user', subject: { kind: 'user' }, concurrent: places, tokens: per(400, 600_000) },
              ],
              budgets: [{ id: 'b', subject: { kind: 'tenant' }, window: 'hour', limitNanoUsd: budget }],
            },
            { queue: { length: 5, waitMs: 400_000 } },
          )
          const hourNow = () => Math.floor(clock.now() / 3_600_000)
          const asked: Asked[] = []
          const running = (of: (call: LimitedCall) => boolean) =>
            asked.filter(({ admission, over, call }) => admission && !over && of(call)).length
          const check = async () => {
            await settled()
            expect(running(() => true)).toBeLessThanOrEqual(3)
            for (const tenant of TENANTS) {
              for (const user of ['x', 'y']) {
                const id = `${tenant}/${user}`
                expect(running(({ subjects }) => subjects.some((subject) => subject.id === id))).toBeLessThanOrEqual(
                  places,
                )
              }
              const mine = asked.filter(({ call, hour }) => call.subjects[0]?.id === tenant && hour === hourNow())
              const money = mine.reduce((sum, one) => sum + one.money, 0)
              const spent = await limiter.spent('b', { kind: 'tenant', id: tenant })
              expect(spent?.spentNanoUsd).toBe(money)
              expect(money).toBeLessThanOrEqual(budget)
            }
          }
          for (const now of steps) {
            if (now.type === 'ask') {
              const { tenant, user, target, prompt, completion, priority } = now
              const call = callOf({
                subjects: subjectsOf(tenant, undefined, user),
                targets: [target],
                promptTokens: prompt,
                maxCompletionTokens: completion,
                priority,
              })
              const one: Asked = {
                call,
                leaving: new AbortController(),
                admission: undefined,
                over: false,
                money: 0,
                hour: 0,
              }
              asked.push(one)
              const begin = (admission: Admission) => {
                one.admission = admission
                one.money = (PRICES[target] as number) * (prompt + completion)
                one.hour = hourNow()
              }
              try {
                const answer = limiter.admit(call, one.leaving.signal)
                if (answer instanceof Promise) answer.then(begin, () => {})
                else begin(answer)
              } catch (error) {
                expect(error).toMatchObject({ code: expect.stringMatching(/^limit\//) })
              }
            } else if (now.type === 'end') {
              const one = asked.filter(({ admission, over }) => admission && !over)[now.which]
              if (one) end(one, now.share, now.how)
            } else if (now.type === 'leave') {
              asked.filter(({ admission }) => !admission)[now.which]?.leaving.abort(new Error('left'))
            } else {
              clock.advance(now.ms)
            }
            await check()
          }
          for (const one of asked) one.leaving.abort(new Error('left'))
          await settled()
          for (const one of asked) if (one.admission && !one.over) end(one, 0, 0)
          await check()
          // All places are free again.
          const last = [1, 2, 3].map((i) =>
            limiter.admit(callOf({ subjects: subjectsOf(`z${i}`), targets: ['p/free'] })),
          )
          expect(last.every((admission) => !(admission instanceof Promise))).toBe(true)
        },
      ),
      { numRuns: 150 },
    )
  })
})

const end = (one: Asked, share: number, how: number): void => {
  const { call, admission } = one
  const target = call.targets[0] as string
  const used = usageOf(
    Math.floor((call.promptTokens * share) / 100),
    Math.floor(((call.maxCompletionTokens as number) * share) / 100),
  )
  one.over = true
  if (how === 0) {
    one.money = 0
    admission?.release()
  } else if (how === 1) admission?.settle(target, undefined)
  else {
    one.money = (PRICES[target] as number) * (used.promptTokens + used.completionTokens)
    admission?.settle(target, used)
  }
  if (how === 3) admission?.release()
}
