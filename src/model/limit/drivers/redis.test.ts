// Limits shared by processes, on a real Redis: exact together, safe when one of them is killed, and what happens while it is away.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { WorkerOptions } from '../../../../test/support/limit-worker.ts'
import { callOf, createLimitRig, per, subjectsOf, tokenPrices, usageOf } from '../../../../test/support/limits.ts'
import { noteSkippedRedis, redisPrefix, redisUrl } from '../../../../test/support/redis.ts'
import { createIds, type Log, silentLog, systemClock } from '../../../base/seams.ts'
import type { Ledger } from '../ledger.ts'
import { createLimiter, type LimiterWithBooks } from '../limiter.ts'
import { createRuleBook, type Rules } from '../rules.ts'
import { createMemoryLedger } from './memory.ts'
import { createRedisLedger } from './redis.ts'

const script = fileURLToPath(new URL('../../../../test/support/limit-process.mjs', import.meta.url))

noteSkippedRedis()

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Worker {
  readonly child: ChildProcess
  readonly lines: string[]
  readonly ended: Promise<unknown>
  go(): void
  /** Resolves with the first line that begins so. */
  said(start: string): Promise<string>
}

const startWorker = (what: string, options: WorkerOptions): Worker => {
  const child = spawn(process.execPath, [script, what, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  let wake = () => {}
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  reader.on('line', (line) => {
    lines.push(line)
    wake()
  })
  const ended = once(reader, 'close')
  closing.push(() => child.kill('SIGKILL'))
  return {
    child,
    lines,
    ended,
    go: () => void child.stdin?.write('go\n'),
    async said(start) {
      for (;;) {
        const found = lines.find((line) => line.startsWith(start))
        if (found) return found
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

const startWorkers = async (count: number, what: string, options: WorkerOptions): Promise<Worker[]> => {
  const workers = Array.from({ length: count }, (_, i) => startWorker(what, { ...options, seed: i + 1 }))
  await Promise.all(workers.map((worker) => worker.said('ready')))
  return workers
}

const open = (url: string, prefix: string, rules: Partial<Rules>, more: { log?: Log; leaseMs?: number } = {}) => {
  const clock = systemClock
  const log = more.log ?? silentLog
  const fallback = createMemoryLedger({ clock })
  const ledger: Ledger = createRedisLedger({ url, prefix, clock, ids: createIds(clock), fallback, ...more, log })
  const book = createRuleBook()
  const probe = { id: 'probe', subject: { kind: 'key', id: 'probe' }, window: 'total', limitNanoUsd: 1 } as const
  book.set('test', { limits: [], budgets: [], ...rules })
  book.set('probe', { limits: [], budgets: [probe] })
  const limiter = createLimiter({ book, ledger, prices: tokenPrices, clock, log })
  closing.push(() => limiter.close())
  return limiter
}

const whenReady = async (limiter: LimiterWithBooks): Promise<void> => {
  while (!(await limiter.spent('probe', undefined).catch(() => undefined))) await systemClock.sleep(5)
}

const codeOf = async (asked: () => unknown): Promise<string> => {
  try {
    await asked()
    return 'admitted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe.runIf(redisUrl)('limits in Redis', () => {
  const url = redisUrl as string

  it('let through what is allowed to all processes together, within a hundredth', async () => {
    const rules: Rules = {
      limits: [{ id: 'r', subject: { kind: 'tenant' }, requests: per(500, 1_000, 20) }],
      budgets: [],
    }
    const workers = await startWorkers(4, 'rate', { url, prefix: redisPrefix(), rules, durationMs: 2_500 })
    for (const worker of workers) worker.go()
    const told = await Promise.all(
      workers.map(async (worker) => (await worker.said('accepted')).split(' ').map(Number)),
    )
    const accepted = told.reduce((sum, [, count = 0]) => sum + count, 0)
    const tookMs = Math.max(...told.map((one) => one[3] as number)) - Math.min(...told.map((one) => one[2] as number))
    const allowed = 20 + tookMs / 2
    expect(accepted / allowed).toBeGreaterThan(0.99)
    expect(accepted / allowed).toBeLessThan(1.01)
  }, 60_000)

  it('never give out more than a budget has, also when processes are killed', async () => {
    const limitNanoUsd = 8_000
    const prefix = redisPrefix()
    const rules: Rules = {
      limits: [],
      budgets: [{ id: 'b', subject: { kind: 'tenant' }, window: 'month', limitNanoUsd }],
    }
    const workers = await startWorkers(4, 'budget', { url, prefix, rules, calls: 250 })
    for (const worker of workers) worker.go()
    // Two die in the middle of their work, with calls under way.
    for (const [i, worker] of workers.slice(0, 2).entries()) {
      while (worker.lines.filter((line) => line.startsWith('begin')).length < 30 + 20 * i) await systemClock.sleep(2)
      worker.child.kill('SIGKILL')
    }
    await Promise.all(workers.map((worker) => worker.ended))
    let spent = 0
    let cut = 0
    for (const { lines } of workers) {
      const costs = new Map<string, number>()
      for (const line of lines) {
        const [what = '', call = '', cost] = line.split(' ')
        if (what === 'begin') cut++
        if (what === 'end') cut--
        if (what === 'begin' || what === 'end') costs.set(call, Number(cost))
      }
      for (const cost of costs.values()) spent += cost
    }
    expect(cut).toBeGreaterThan(0)
    expect(spent).toBeLessThanOrEqual(limitNanoUsd)
    const limiter = open(url, prefix, rules)
    await whenReady(limiter)
    const books = (await limiter.spent('b', subjectsOf('t')[0]))?.spentNanoUsd ?? 0
    expect(books).toBeGreaterThanOrEqual(spent)
    expect(books).toBeLessThanOrEqual(limitNanoUsd)
    // There was more to do than money for it.
    expect(books).toBeGreaterThan(limitNanoUsd * 0.9)
  }, 60_000)

  it('give the places of a killed process back when its lease ends', async () => {
    const prefix = redisPrefix()
    const rules: Rules = { limits: [{ id: 'c', subject: { kind: 'tenant' }, concurrent: 1 }], budgets: [] }
    const first = open(url, prefix, rules, { leaseMs: 300 })
    const second = open(url, prefix, rules, { leaseMs: 300 })
    await Promise.all([whenReady(first), whenReady(second)])
    const held = await first.admit(callOf({ subjects: subjectsOf('t') }))
    const waits = second.admit(callOf({ subjects: subjectsOf('t') }))
    // Renewed for as long as it lasts …
    await systemClock.sleep(500)
    let isIn = false
    void Promise.resolve(waits).then(() => {
      isIn = true
    })
    await systemClock.sleep(0)
    expect(isIn).toBe(false)
    held.release()
    ;(await waits).release()
    // … and no longer than the process.
    const [other] = await startWorkers(1, 'hold', { url, prefix, rules, leaseMs: 300 })
    other?.go()
    await other?.said('holds')
    other?.child.kill('SIGKILL')
    const next = first.admit(callOf({ subjects: subjectsOf('t') }))
    ;(await next).release()
  }, 60_000)

  it('answer as the books in memory do', async () => {
    const prefix = redisPrefix()
    const rules: Rules = {
      limits: [
        { id: 'r', subject: { kind: 'tenant' }, requests: per(3, 60_000) },
        { id: 't', subject: { kind: 'key' }, tokens: per(100, 3_600_000) },
      ],
      budgets: [{ id: 'b', subject: { kind: 'user' }, window: 'day', limitNanoUsd: 100 }],
    }
    const limiter = open(url, prefix, rules)
    await whenReady(limiter)
    const rig = createLimitRig(rules)
    const calls = [
      callOf({ promptTokens: 30, maxCompletionTokens: 30 }),
      callOf({ promptTokens: 200, maxCompletionTokens: 0 }),
      callOf({ promptTokens: 30, maxCompletionTokens: 30 }),
      callOf({ promptTokens: 5, maxCompletionTokens: 5, targets: ['p/dear'] }),
      callOf({ subjects: subjectsOf('t1', 'k2', 'u2') }),
      callOf({ subjects: subjectsOf('t1', 'k3', 'u3') }),
      callOf({ subjects: subjectsOf('t1', 'k4', 'u4') }),
    ]
    const answersOf = async (one: LimiterWithBooks) => {
      const answers: unknown[] = []
      for (const call of calls) {
        try {
          const admission = await one.admit(call)
          const used = call.promptTokens === 30 ? usageOf(30, 10) : undefined
          answers.push(admission.settle(call.targets[0] as string, used))
        } catch (error) {
          const { code, details, retryable } = error as { code: string; details: object; retryable: boolean }
          answers.push({ code, retryable, ...details, retryAfterMs: undefined })
        }
      }
      return answers
    }
    expect(await answersOf(limiter)).toEqual(await answersOf(rig.limiter))
    const user = subjectsOf('t1', 'k1', 'u1')[2]
    const spent = await limiter.spent('b', user)
    expect(spent).toEqual({ spentNanoUsd: 80, resetsAt: expect.any(Number) })
    expect(spent?.spentNanoUsd).toBe((await rig.limiter.spent('b', user))?.spentNanoUsd)
  })

  it('name the exact wait', async () => {
    const limiter = open(url, redisPrefix(), {
      limits: [{ id: 'r', subject: { kind: 'tenant' }, requests: per(1, 10_000) }],
    })
    await whenReady(limiter)
    const before = performance.now()
    await limiter.admit(callOf())
    const error = (await Promise.resolve()
      .then(() => limiter.admit(callOf()))
      .catch((reason) => reason)) as { details: { retryAfterMs: number } }
    const passed = performance.now() - before
    expect(error.details.retryAfterMs).toBeLessThanOrEqual(10_000)
    expect(error.details.retryAfterMs).toBeGreaterThanOrEqual(10_000 - passed)
  })
})

describe('limits while Redis is away', () => {
  it('count speed in the process and give out no money', async () => {
    const events: string[] = []
    const log: Log = { ...silentLog, warn: (event) => void events.push(event) }
    // Nothing listens there.
    const limiter = open(
      'redis://127.0.0.1:1',
      'x:',
      {
        limits: [{ id: 'r', subject: { kind: 'tenant' }, requests: per(2, 60_000) }],
        budgets: [{ id: 'b', subject: { kind: 'key' }, window: 'day', limitNanoUsd: 1_000_000 }],
      },
      { log },
    )
    const noBudget = { subjects: subjectsOf('t1') }
    expect(await codeOf(() => limiter.admit(callOf()))).toBe('limit/unavailable')
    expect(await codeOf(() => limiter.admit(callOf({ targets: ['p/free'] })))).toBe('admitted')
    expect(await codeOf(() => limiter.admit(callOf(noBudget)))).toBe('admitted')
    expect(await codeOf(() => limiter.admit(callOf(noBudget)))).toBe('limit/rate-exceeded')
    while (events.length === 0) await systemClock.sleep(5)
    await systemClock.sleep(300)
    expect(events).toEqual(['limit-store-lost'])
  })
})
