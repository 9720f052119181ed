// Lets calls begin: as soon as every limit allows, in fair order where too many are under way, and never beyond a budget.
//
// L1  A claim is taken as a whole or not at all, and given back exactly once: settled or released.
// L2  Nobody overtakes those who wait for the same place, except by priority (fair-queue.ts).
// L3  The queue is bounded; everyone in it leaves: served, refused, too late or gone.
// L4  Where nothing limits a call nothing is allocated for it.

import type { Clock, Log } from '../../base/seams.ts'
import type { ModelUsage } from '../spec.ts'
import { createAllowances, type Meter, type Purse } from './allowances.ts'
import { LimitError } from './errors.ts'
import { FairQueue, type Waiting } from './fair-queue.ts'
import type { Claim, Ledger, Refusal } from './ledger.ts'
import type { LimitNumbers } from './numbers.ts'
import type { RuleBook } from './rules.ts'
import type { Admission, LimitedCall, Limiter, PriceBook, Settlement, Subject } from './spec.ts'

export interface QueueOptions {
  /** Calls that wait in this process. 0: none, what cannot begin at once is refused. Default 1,000. */
  readonly length?: number
  /** Longest wait. Milliseconds, default 30,000. */
  readonly waitMs?: number
  /** A wait that lifts a call by one class. Milliseconds, default 5,000. */
  readonly ageMs?: number
}

export interface LimiterOptions {
  readonly book: RuleBook
  readonly ledger: Ledger
  readonly prices: PriceBook
  readonly clock: Clock
  readonly log: Log
  readonly numbers?: LimitNumbers
  readonly queue?: QueueOptions
  /** Taken for the answer of a call that sets no limit of its own. Tokens, default 4,096. */
  readonly assumedCompletionTokens?: (target: string) => number
}

export interface LimiterWithBooks extends Limiter {
  /** What one budget of one subject has spent, with what is reserved, and the end of the window. */
  spent(ruleId: string, subject: Subject | undefined): Promise<Spent | undefined>
}

export interface Spent {
  readonly spentNanoUsd: number
  /** Milliseconds since the epoch; `Infinity` for all time. */
  readonly resetsAt: number
}

const ASSUMED_TOKENS = 4_096
/** How often places are looked for that others gave back. */
const LOOK_MS = 25

interface Waiter extends Waiting {
  readonly held: Held
  readonly deadline: number | undefined
  /** The queue it is in now. */
  meter: Meter
  done: boolean
  readonly finish: (end: Admission | Error) => void
}

/** What all admissions of a limiter share. */
interface Core {
  readonly prices: PriceBook
  readonly clock: Clock
  readonly ledger: Ledger
  readonly assumed: (target: string) => number
  readonly freed: (meters: readonly Meter[]) => void
  readonly settled: (purses: readonly Purse[]) => void
}

/** The admission of a call that something limits. */
class Held implements Admission, Claim {
  readonly meters: Meter[]
  readonly purses: Purse[]
  readonly windows: number[] = []
  readonly tokens: number
  reserveNanoUsd = 0
  lease: string | undefined = undefined
  readonly call: LimitedCall
  readonly #core: Core
  #end: Settlement | undefined

  constructor(call: LimitedCall, core: Core, needed: { readonly meters: Meter[]; readonly purses: Purse[] }) {
    this.call = call
    this.#core = core
    this.meters = needed.meters
    this.purses = needed.purses
    this.tokens = call.promptTokens + completionTokens(call, core)
    if (needed.purses.length > 0) this.reserveNanoUsd = dearest(call, core)
  }

  settle(target: string, usage: ModelUsage | undefined): Settlement {
    if (this.#end) return this.#end
    const end = settlementOf(this.call, this.#core, target, usage)
    const tokens = usage ? usage.promptTokens + usage.completionTokens : this.tokens
    this.#close(end, tokens)
    return end
  }

  release(): void {
    if (!this.#end) this.#close(NOTHING, 0)
  }

  #close(end: Settlement, tokens: number): void {
    this.#end = end
    this.#core.ledger.settle(this, tokens, end.costNanoUsd ?? 0)
    this.#core.settled(this.purses)
    this.#core.freed(this.meters)
  }
}

const NOTHING: Settlement = Object.freeze({ costNanoUsd: 0, estimated: false })

const completionTokens = (call: LimitedCall, { assumed }: Core): number =>
  call.maxCompletionTokens ?? assumed(call.targets[0] ?? '')

const estimateOf = (promptTokens: number, tokens: number): ModelUsage => ({
  promptTokens,
  completionTokens: tokens,
  totalTokens: promptTokens + tokens,
  estimated: true,
})

const dearest = (call: LimitedCall, core: Core): number => {
  const at = core.clock.now()
  let most = 0
  for (const target of call.targets) {
    const usage = estimateOf(call.promptTokens, call.maxCompletionTokens ?? core.assumed(target))
    most = Math.max(most, core.prices.costNanoUsd(target, usage, at) ?? 0)
  }
  return most
}

const settlementOf = (call: LimitedCall, core: Core, target: string, usage: ModelUsage | undefined): Settlement => {
  const counted = usage ?? estimateOf(call.promptTokens, call.maxCompletionTokens ?? core.assumed(target))
  return { costNanoUsd: core.prices.costNanoUsd(target, counted, core.clock.now()), estimated: counted.estimated }
}

export const createLimiter = (options: LimiterOptions): LimiterWithBooks => new RealLimiter(options)

class RealLimiter implements LimiterWithBooks {
  readonly #options: LimiterOptions
  readonly #allowances: ReturnType<typeof createAllowances>
  readonly #core: Core
  readonly #length: number
  readonly #waitMs: number
  readonly #ageMs: number
  readonly #queues = new Map<Meter, FairQueue<Waiter>>()
  /** Somebody of the queue is just being let in. */
  readonly #serving = new Set<Meter>()
  #waiting = 0
  #looking: (() => void) | undefined
  #closed = false

  constructor(options: LimiterOptions) {
    const { book, ledger, prices, clock, queue, assumedCompletionTokens } = options
    this.#options = options
    this.#allowances = createAllowances({ book, clock })
    this.#length = queue?.length ?? 1_000
    this.#waitMs = queue?.waitMs ?? 30_000
    this.#ageMs = queue?.ageMs ?? 5_000
    this.#core = {
      prices,
      clock,
      ledger,
      assumed: assumedCompletionTokens ?? (() => ASSUMED_TOKENS),
      freed: (meters) => {
        if (this.#waiting > 0) for (const meter of meters) if (meter.waiting > 0) this.#serve(meter)
      },
      settled: (purses) => options.numbers?.spent(purses),
    }
  }

  admit(call: LimitedCall, signal?: AbortSignal): Admission | Promise<Admission> {
    if (signal?.aborted) throw signal.reason
    if (call.deadline !== undefined && call.deadline <= this.#core.clock.elapsed()) throw this.#refuse(LATE, call)
    const meters: Meter[] = []
    const purses: Purse[] = []
    this.#allowances.collect(call.subjects, call.targets[0] ?? '', meters, purses)
    if (meters.length === 0 && purses.length === 0) return freeAdmission(call, this.#core)
    const held = new Held(call, this.#core, { meters, purses })
    if (this.#waiting > 0) {
      const crowded = meters.find((meter) => meter.waiting > 0)
      if (crowded) return this.#wait(held, crowded, signal)
    }
    const refusal = this.#core.ledger.take(held)
    if (refusal === undefined) return held
    if (!(refusal instanceof Promise)) return this.#refused(held, refusal, signal)
    return refusal.then((late) => {
      if (signal?.aborted) {
        if (!late) held.release()
        throw signal.reason
      }
      return late ? this.#refused(held, late, signal) : held
    })
  }

  async spent(ruleId: string, subject: Subject | undefined): Promise<Spent | undefined> {
    const rule = this.#options.book.rules.budgets.find(({ id }) => id === ruleId)
    if (!rule) return undefined
    const purse = this.#allowances.purse(rule, subject)
    const spentNanoUsd = await this.#core.ledger.spent(purse)
    return { spentNanoUsd, resetsAt: purse.span.to }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#looking?.()
    for (const queue of [...this.#queues.values()])
      for (const waiter of [...queue.items()]) this.#leave(waiter, this.#refuse(FULL, waiter.held.call))
    await this.#core.ledger.close()
  }

  #refused(held: Held, refusal: Refusal, signal: AbortSignal | undefined): Promise<Admission> {
    if (refusal.reason === 'concurrency' && refusal.meter) {
      // An allowance of none never comes free.
      if (this.#length > 0 && refusal.meter.concurrent > 0) return this.#wait(held, refusal.meter, signal)
    }
    throw this.#refuse(refusal, held.call)
  }

  #refuse(refusal: Refusal | typeof LATE | typeof FULL, call: LimitedCall): LimitError {
    this.#options.numbers?.refused(refusal.reason, call.priority)
    return toError(refusal)
  }

  #wait(held: Held, meter: Meter, signal: AbortSignal | undefined): Promise<Admission> {
    const { call } = held
    if (this.#closed || this.#waiting >= this.#length) throw this.#refuse(FULL, call)
    const { clock } = this.#core
    const since = clock.elapsed()
    return new Promise((resolve, reject) => {
      const leftMs = Math.min(this.#waitMs, (call.deadline ?? Number.POSITIVE_INFINITY) - since)
      const cancel = clock.after(leftMs, () => this.#leave(waiter, this.#refuse(this.#tooLate(waiter), call)))
      const abort = () => this.#leave(waiter, signal?.reason as Error)
      signal?.addEventListener('abort', abort, { once: true })
      const waiter: Waiter = {
        held,
        meter,
        done: false,
        deadline: call.deadline,
        tenant: call.subjects[0]?.id ?? '',
        priority: call.priority,
        cost: held.tokens,
        since,
        finish: (end) => {
          cancel()
          signal?.removeEventListener('abort', abort)
          if (end === held) resolve(held)
          else reject(end)
        },
      }
      this.#waiting++
      this.#options.numbers?.waiting(call.priority, 1)
      this.#enqueue(waiter, meter)
      if (this.#core.ledger.shared) this.#look()
    })
  }

  #tooLate({ deadline, meter }: Waiter): Refusal | typeof LATE {
    if (deadline !== undefined && deadline <= this.#core.clock.elapsed()) return LATE
    return { reason: 'concurrency', meter, retryAfterMs: undefined }
  }

  #enqueue(waiter: Waiter, meter: Meter): void {
    let queue = this.#queues.get(meter)
    if (!queue) this.#queues.set(meter, (queue = new FairQueue(this.#ageMs)))
    waiter.meter = meter
    meter.waiting++
    queue.add(waiter)
  }

  #dequeue(waiter: Waiter, served: boolean): void {
    const { meter } = waiter
    const queue = this.#queues.get(meter)
    if (!queue) return
    meter.waiting--
    queue.remove(waiter, served)
    if (queue.size === 0) this.#queues.delete(meter)
  }

  #leave(waiter: Waiter, end: Admission | Error): void {
    if (waiter.done) return
    waiter.done = true
    this.#waiting--
    this.#options.numbers?.waiting(waiter.priority, -1)
    this.#dequeue(waiter, end === waiter.held)
    waiter.finish(end)
  }

  /** Lets in whoever is next, until nobody waits here or nobody else fits. */
  #serve(meter: Meter): void {
    if (this.#serving.has(meter)) return
    this.#serving.add(meter)
    let going = true
    while (going) {
      const waiter = this.#queues.get(meter)?.next(this.#core.clock.elapsed())
      if (!waiter) break
      const refusal = this.#core.ledger.take(waiter.held)
      if (refusal instanceof Promise) {
        void refusal.then((late) => {
          this.#serving.delete(meter)
          if (this.#answered(waiter, late)) this.#serve(meter)
        })
        return
      }
      going = this.#answered(waiter, refusal)
    }
    this.#serving.delete(meter)
  }

  /** @returns whether the next of the same queue may try */
  #answered(waiter: Waiter, refusal: Refusal | undefined): boolean {
    const { meter } = waiter
    if (waiter.done) {
      // It went while its claim was under way.
      if (!refusal) waiter.held.release()
      return true
    }
    if (!refusal) this.#leave(waiter, waiter.held)
    else if (refusal.reason !== 'concurrency') this.#leave(waiter, this.#refuse(refusal, waiter.held.call))
    else if (refusal.meter === meter || !refusal.meter) return false
    else {
      this.#dequeue(waiter, false)
      this.#enqueue(waiter, refusal.meter)
    }
    return true
  }

  /** Others give places back without a word. */
  #look(): void {
    if (this.#looking || this.#closed) return
    this.#looking = this.#core.clock.after(LOOK_MS, () => {
      this.#looking = undefined
      for (const meter of [...this.#queues.keys()]) this.#serve(meter)
      if (this.#waiting > 0) this.#look()
    })
  }
}

/** Nothing was taken, so nothing has to be given back. */
const freeAdmission = (call: LimitedCall, core: Core): Admission => ({
  settle: (target, usage) => settlementOf(call, core, target, usage),
  release: () => {},
})

const LATE = { reason: 'deadline' } as const
const FULL = { reason: 'queue-full' } as const

const toError = (refusal: Refusal | typeof LATE | typeof FULL): LimitError => {
  switch (refusal.reason) {
    case 'deadline':
      return new LimitError('limit/deadline')
    case 'queue-full':
      return new LimitError('limit/queue-full', { retryable: true, details: { retryAfterMs: 1_000 } })
    case 'unavailable':
      return new LimitError('limit/unavailable', { retryable: true, details: { retryAfterMs: 1_000 } })
    case 'concurrency': {
      const subject = nameOf(refusal.meter?.rule.subject.kind)
      const details = { subject, amount: refusal.meter?.concurrent, retryAfterMs: 1_000 }
      return new LimitError('limit/concurrency-exceeded', { retryable: true, details })
    }
    case 'budget': {
      const { rule } = refusal.purse ?? {}
      const details = { subject: nameOf(rule?.subject.kind), window: rule?.window === 'total' ? 'time' : rule?.window }
      return new LimitError('limit/budget-exceeded', withWait(details, refusal.retryAfterMs))
    }
    case 'requests':
    case 'tokens': {
      const { rule } = refusal.meter ?? {}
      const rate = rule?.[refusal.reason]
      const subject = nameOf(rule?.subject.kind)
      const details = { unit: refusal.reason, subject, amount: rate?.amount, periodMs: rate?.periodMs }
      return new LimitError('limit/rate-exceeded', withWait(details, refusal.retryAfterMs))
    }
  }
}

const nameOf = (kind: string | undefined): string => (kind === undefined || kind === 'all' ? 'installation' : kind)

const withWait = (details: Readonly<Record<string, unknown>>, retryAfterMs: number | undefined) =>
  retryAfterMs === undefined || !Number.isFinite(retryAfterMs)
    ? { retryable: false, details }
    : { retryable: true, details: { ...details, retryAfterMs } }
