// The caches in front of chat models, put together: exact, then similar, then one fresh answer for everybody who asks.
//
// H1  Between the last look for a flight and the start of one nothing is awaited, so equal questions at the same time ask once.
// H2  Only complete answers in words are kept, and only under the key of the question they were given to.
// H3  Flights carry fresh answers alone: who joins one gets what a miss would have got.
// H4  An answer on its way while entries are invalidated is not kept: nobody knows on which side of the change it was made.

import { isAbort } from '../../base/errors.ts'
import type { Clock, Log, Random } from '../../base/seams.ts'
import type { ChatStreamPart } from '../spec.ts'
import type { Background } from './background.ts'
import { answerOf, mayKeep, whyNotAsked } from './cacheable.ts'
import { replay, toEntry } from './entry.ts'
import { CacheError } from './errors.ts'
import type { ExactTiers } from './exact.ts'
import { Flight } from './flight.ts'
import { keyOf, neighbourhoodOf } from './key.ts'
import type { CacheNumbers } from './numbers.ts'
import { type AnswerJudge, sameAnswer } from './semantic/compare.ts'
import type { Candidate, Finding, SemanticTier } from './semantic/semantic.ts'
import type { CacheAnswer, CacheEntry, CacheMode, CacheQuestion, FreshAnswer } from './spec.ts'

export interface LookupSettings {
  /** How long an answer is a hit. Milliseconds. */
  readonly ttlMs: number
  /** How long after that it is still served while a fresh one is fetched. Milliseconds. */
  readonly staleWhileRevalidateMs: number
  /** How long after that it stands in when no fresh one can be had. Milliseconds. */
  readonly staleIfErrorMs: number
  /** Of served similar answers, those that are compared with a fresh one, 0 to 1. */
  readonly auditShare: number
  /** Of one answer that is shared while it is on its way. */
  readonly maxAnswerBytes: number
}

export interface LookupParts {
  readonly exact: ExactTiers
  readonly semantic: SemanticTier | undefined
  /** Absent: answers are compared as texts and data. */
  readonly judge: AnswerJudge | undefined
  readonly background: Background
  readonly numbers: CacheNumbers
  readonly clock: Pick<Clock, 'now'>
  readonly random: Random
  readonly log: Log
  readonly settings: LookupSettings
}

type Fresh = (signal: AbortSignal) => Promise<FreshAnswer>

interface Asked {
  readonly question: CacheQuestion
  readonly key: string
  readonly fresh: Fresh
  readonly signal: AbortSignal | undefined
}

interface Flying {
  readonly flight: Flight
  /** Whether anyone on board wants the answer kept. */
  write: boolean
}

type Use = 'hit' | 'revalidate' | 'on-error'

export class Lookup {
  readonly #parts: LookupParts
  readonly #flights = new Map<string, Flying>()
  #epoch = 0

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  async through(question: CacheQuestion, fresh: Fresh, signal?: AbortSignal): Promise<CacheAnswer> {
    const { mode, request, scope } = question
    if (scope === '' || scope.startsWith('/')) throw new CacheError('cache/no-scope')
    signal?.throwIfAborted()
    const off = !mode.read && !mode.write
    const why = off ? undefined : whyNotAsked(request)
    if (off || why) {
      this.#parts.numbers.asked(scope, 'off')
      const { target, parts } = await fresh(signal ?? NEVER)
      const status = off ? 'off' : 'miss'
      return { status, explanation: off ? 'off' : `miss; not-cacheable=${why}`, target, parts }
    }
    const answer = await this.#answer({ question, fresh, signal, key: keyOf(question) })
    this.#parts.numbers.asked(scope, answer.status)
    return answer
  }

  /** Answers that are on their way now will not be kept. */
  invalidated(): void {
    this.#epoch++
  }

  async #answer(asked: Asked): Promise<CacheAnswer> {
    const { question, key, signal } = asked
    const { mode, scope } = question
    let stale: CacheEntry | undefined
    if (mode.read) {
      const kept = await this.#parts.exact.find(scope, key)
      signal?.throwIfAborted()
      const use = kept && this.#useOf(kept, mode)
      if (kept && (use === 'hit' || use === 'revalidate')) {
        if (use === 'revalidate') this.#refresh(asked)
        return this.#hit(kept, `exact; age=${this.#ageOf(kept)}${use === 'hit' ? '' : '; stale'}`, signal)
      }
      if (use === 'on-error') stale = kept
    }
    const finding = this.#mayJoin(asked) ? undefined : await this.#lookNear(asked)
    signal?.throwIfAborted()
    if (finding && mode.read) {
      const similar = await this.#serveSimilar(asked, finding)
      if (similar) return similar
      signal?.throwIfAborted()
    }
    // Another's answer may have been kept since the first look.
    const late = mode.read && !stale ? this.#parts.exact.near(key) : undefined
    if (late && this.#useOf(late, mode) === 'hit') return this.#hit(late, `exact; age=${this.#ageOf(late)}`, signal)
    return this.#fly(asked, finding, stale)
  }

  #mayJoin({ question, key }: Asked): boolean {
    return question.mode.read && this.#flights.has(key)
  }

  async #fly(asked: Asked, finding: Finding | undefined, stale: CacheEntry | undefined): Promise<CacheAnswer> {
    const { question, key, signal } = asked
    const known = this.#mayJoin(asked) ? this.#flights.get(key) : undefined
    if (known && question.mode.write) known.write = true
    const flying = known ?? this.#start(asked, finding, false)
    const seat = flying.flight.take(signal)
    try {
      const target = await seat.opened()
      if (known) return { status: 'joined', explanation: 'joined', target, parts: seat.parts }
      const explanation = finding?.note ? `miss; ${finding.note}` : 'miss'
      return { status: 'miss', explanation, target, parts: seat.parts }
    } catch (error) {
      if (!stale || isAbort(error) || signal?.aborted) throw error
      return this.#hit(stale, `exact; age=${this.#ageOf(stale)}; stale; after-error`, signal)
    }
  }

  #start({ question, key, fresh }: Asked, finding: Finding | undefined, audit: boolean): Flying {
    const epoch = this.#epoch
    const flying: Flying = {
      write: question.mode.write,
      flight: new Flight({
        fresh,
        maxBytes: this.#parts.settings.maxAnswerBytes,
        onAnswer: (parts, target) => {
          if (target !== question.target || !mayKeep(parts)) return
          const { candidate } = finding ?? {}
          if (candidate && (audit || question.mode.semantic === 'bounded')) {
            this.#parts.background.run('compare', (signal) =>
              this.#learn(question, { candidate, parts, audit }, signal),
            )
          }
          if (flying.write && epoch === this.#epoch) this.#keep({ question, key, parts, vector: finding?.vector })
        },
        onClosed: () => {
          if (this.#flights.get(key) === flying) this.#flights.delete(key)
        },
      }),
    }
    if (!this.#flights.has(key)) this.#flights.set(key, flying)
    return flying
  }

  #keep(answered: Omit<Parameters<typeof toEntry>[0], 'createdAt'>): void {
    const entry = toEntry({ ...answered, createdAt: this.#parts.clock.now() })
    this.#parts.exact.keep(entry)
    this.#parts.semantic?.add(entry)
  }

  async #lookNear({ question, signal }: Asked): Promise<Finding | undefined> {
    const { semantic } = this.#parts
    const mode = question.mode.semantic ?? 'off'
    const neighbourhood = semantic && mode !== 'off' ? neighbourhoodOf(question) : undefined
    return neighbourhood && semantic?.look({ question, ...neighbourhood }, signal)
  }

  async #serveSimilar(asked: Asked, { candidate, vector }: Finding): Promise<CacheAnswer | undefined> {
    if (!candidate?.judgement.serve) return undefined
    const { question, signal } = asked
    const kept = await this.#parts.exact.find(question.scope, candidate.key)
    if (!kept) this.#parts.semantic?.remove(neighbourhoodOf(question)?.fingerprint ?? '', candidate.key)
    if (!kept || this.#useOf(kept, question.mode) !== 'hit') return undefined
    candidate.category.served()
    if (this.#parts.random.next() < this.#parts.settings.auditShare) {
      this.#beside(asked, { candidate, vector, note: '' }, true)
    }
    const how = `semantic; similarity=${candidate.similarity.toFixed(2)}; age=${this.#ageOf(kept)}`
    return { ...this.#hit(kept, how, signal), status: 'semantic-hit' }
  }

  #refresh(asked: Asked): void {
    if (!this.#flights.has(asked.key)) this.#beside(asked, undefined, false)
  }

  /** A fresh answer for which nobody waits. */
  #beside(asked: Asked, finding: Finding | undefined, audit: boolean): void {
    this.#parts.background.run(audit ? 'audit' : 'refresh', async (signal) => {
      const seat = this.#start(asked, finding, audit).flight.take(signal)
      await seat.opened()
      for await (const _part of seat.parts) signal.throwIfAborted()
    })
  }

  async #learn(
    question: CacheQuestion,
    { candidate, parts, audit }: { candidate: Candidate; parts: readonly ChatStreamPart[]; audit: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { exact, judge, clock, numbers } = this.#parts
    const kept = await exact.find(question.scope, candidate.key)
    if (!kept) return
    const text = neighbourhoodOf(question)?.text ?? ''
    const asTexts = sameAnswer(kept.parts, parts)
    const right =
      asTexts || !judge
        ? asTexts
        : await judge({ question: text, kept: answerOf(kept.parts), fresh: answerOf(parts) }, signal)
    const { key, similarity, category, judgement } = candidate
    category.learn({ similarity, right }, { key, passed: judgement.passes, audit, now: clock.now() })
    if (audit) numbers.audited(right)
  }

  #useOf({ createdAt }: CacheEntry, { maxAgeMs }: CacheMode): Use | undefined {
    const { ttlMs, staleWhileRevalidateMs, staleIfErrorMs } = this.#parts.settings
    const ageMs = this.#parts.clock.now() - createdAt
    // Who names an age wants nothing older, whatever happens.
    if (maxAgeMs !== undefined) return ageMs <= Math.min(maxAgeMs, ttlMs) ? 'hit' : undefined
    if (ageMs <= ttlMs) return 'hit'
    if (ageMs <= ttlMs + staleWhileRevalidateMs) return 'revalidate'
    return ageMs <= ttlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs) ? 'on-error' : undefined
  }

  /** Whole seconds. */
  #ageOf({ createdAt }: CacheEntry): number {
    return Math.max(0, Math.floor((this.#parts.clock.now() - createdAt) / 1_000))
  }

  #hit(kept: CacheEntry, explanation: string, signal: AbortSignal | undefined): CacheAnswer {
    return { status: 'hit', explanation, target: kept.target, parts: replay(kept.parts, signal) }
  }
}

/** For calls without a signal of their own. */
const NEVER = new AbortController().signal
