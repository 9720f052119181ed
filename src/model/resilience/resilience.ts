// Calls that survive their vendors: one attempt after the other until a target commits.
//
// R1  In a round every target is asked once, in order; one whose breaker is open comes after those that are not, and is asked
//     all the same when nothing else is left: the last target is never ejected.
// R2  A refused or slowed key leads to another key of the target at once. What the caller did wrong ends the call.
// R3  Rounds repeat after 1 s, doubling, at most three times, with jitter, not before a vendor's Retry-After, and only while the
//     retry budget lasts: retries are at most a fifth of the calls, so that they never multiply an outage.
// R4  What is thrown in the end is the first target's error, with all attempts in its details.

import { messageOf, PlatformError } from '../../base/errors.ts'
import type { Clock, Log, Random } from '../../base/seams.ts'
import { ModelError } from '../errors.ts'
import { classify, retryAfterOf } from './classify.ts'
import type { Account, Attempt, CallOptions, ErrorClass, Resilience, Survived, Target } from './spec.ts'
import { WatchedTarget } from './watched-target.ts'

export interface ResilienceParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly settings: ResilienceSettings
  /** Told when a breaker changes. */
  readonly onState?: (target: string, state: string) => void
}

export interface ResilienceSettings {
  /** Further rounds after the first. 0 to 10. */
  readonly retries: number
  /** Before the first retry; doubles. Milliseconds. */
  readonly retryMs: number
  /** Longest wait for the first content of an answer. Milliseconds; undefined: the provider's own limits alone. */
  readonly firstTokenMs?: number
}

/** Retries that a call earns, and the most that can be saved. */
const EARNED = 0.2
const MOST_SAVED = 100
/** What a process starts with. */
const FIRST_SAVED = 20
/** Longest wait between rounds, a vendor's wish included. Milliseconds. */
const LONGEST_WAIT_MS = 30_000
/** Of one heartbeat. */
const PINGS_AT_ONCE = 8
/** Targets remembered; names are the operator's, and with providers that serve any name the callers'. */
const MOST_TARGETS = 1_000

export const createResilience = (parts: ResilienceParts): Resilience => {
  const { clock, random, log, settings } = parts
  const watched = new Map<string, WatchedTarget>()
  const states = new Map<string, string>()
  let saved = FIRST_SAVED

  const watch = (target: Target): WatchedTarget => {
    const known = watched.get(target.id)
    if (known) return known
    if (watched.size >= MOST_TARGETS) {
      const idle = [...watched.values()].find(({ pending }) => pending === 0)
      if (idle) watched.delete(idle.id)
    }
    const made = new WatchedTarget(target, parts)
    watched.set(target.id, made)
    return made
  }

  const tellState = (target: WatchedTarget): void => {
    const state = target.breaker.state(clock.elapsed())
    if ((states.get(target.id) ?? 'closed') === state) return
    states.set(target.id, state)
    log.warn('breaker', { target: target.id, state })
    parts.onState?.(target.id, state)
  }

  /** Providers without a way to ask are left alone. */
  const ping = async (group: readonly WatchedTarget[], signal: AbortSignal): Promise<void> => {
    const provider = group[0]?.target.accounts[0]?.provider
    if (!provider?.ping) return
    let failure: unknown
    try {
      await provider.ping(signal)
    } catch (error) {
      // A provider that refuses the question is alive, and what the platform's own end cut short says nothing.
      if (signal.aborted || classify(error, signal) !== 'service') return
      failure = error
    }
    for (const target of group) {
      target.pinged(failure)
      tellState(target)
    }
  }

  /** Those whose breaker lets a call pass first. Open ones keep their order behind. */
  const inOrder = (targets: readonly Target[]): readonly Target[] => {
    if (targets.length === 1) return targets
    const now = clock.elapsed()
    const open = targets.filter((target) => watched.get(target.id)?.breaker.state(now) === 'open')
    return open.length === 0 ? targets : [...targets.filter((target) => !open.includes(target)), ...open]
  }

  return {
    async call<T>(
      targets: readonly Target[],
      attempt: (target: Target, account: Account, signal: AbortSignal) => Promise<T>,
      { signal, totalMs }: CallOptions,
    ): Promise<Survived<T>> {
      const startedAt = clock.elapsed()
      const attempts: Attempt[] = []
      const left = () => (totalMs === undefined ? Number.POSITIVE_INFINITY : startedAt + totalMs - clock.elapsed())
      let first: unknown
      let asked = 0
      saved = Math.min(MOST_SAVED, saved + EARNED)

      const tryOnce = async (target: Target, state: WatchedTarget, account: Account) => {
        const began = clock.elapsed()
        state.pending++
        try {
          const value = await withFirstToken(clock, settings.firstTokenMs, target, signal, (inner) =>
            attempt(target, account, inner),
          )
          state.committed(account)
          attempts.push({ target: target.id, account: account.id, elapsedMs: clock.elapsed() - began })
          let isOver = false
          const over: Survived<T>['over'] = (end) => {
            if (isOver) return
            isOver = true
            state.pending--
            state.over(end, clock.elapsed() - began)
            tellState(state)
          }
          return { ok: true as const, survived: { value, target, account, attempts, over } }
        } catch (error) {
          state.pending--
          const errorClass = classify(error, signal)
          state.failed(account, error, errorClass)
          tellState(state)
          attempts.push(toAttempt(target, account, clock.elapsed() - began, errorClass, error))
          return { ok: false as const, error, errorClass }
        }
      }

      for (let round = 0; ; round++) {
        let wishMs: number | undefined
        let hope = false
        const ordered = inOrder(targets)
        for (const target of ordered) {
          const state = watch(target)
          const tried = new Set<string>()
          const last = target === ordered.at(-1)
          // Takes a probe of a half-open breaker; without one the target waits for its turn, unless it is the last resort.
          if (!state.breaker.admits(clock.elapsed()) && !last) continue
          for (let account = state.nextAccount(target.accounts, tried); account; ) {
            signal.throwIfAborted()
            if (left() <= 0) throw timedOut(target, totalMs ?? 0, attempts)
            tried.add(account.id)
            const outcome = await tryOnce(target, state, account)
            if (outcome.ok) return outcome.survived
            const { error, errorClass } = outcome
            if (errorClass === 'aborted') throw signal.reason
            if (errorClass === 'caller') throw withAttempts(error, attempts)
            first ??= error
            asked++
            if (errorClass === 'service' || (errorClass === 'quota' && isRetryable(error))) hope = true
            if (errorClass === 'quota') wishMs = least(wishMs, retryAfterOf(error))
            // Another key helps against a refused key; not against a vendor that is down or a model that cannot.
            account =
              errorClass === 'auth' || errorClass === 'quota' ? state.nextAccount(target.accounts, tried) : undefined
          }
        }
        if (asked === 0 && round > settings.retries) break
        const waitMs = Math.max(
          settings.retryMs * 2 ** round * (0.8 + 0.4 * random.next()),
          Math.min(wishMs ?? 0, LONGEST_WAIT_MS),
        )
        if (!hope || round >= settings.retries || waitMs >= left() || (wishMs ?? 0) > LONGEST_WAIT_MS || saved < 1)
          break
        saved--
        await clock.sleep(waitMs, signal)
      }
      throw lastWord(first, attempts, targets)
    },

    async heartbeat(silentMs, signal) {
      const silent = [...watched.values()].filter((target) => target.silentForMs() >= silentMs && target.pending === 0)
      // One question a provider, whatever the number of its models.
      const providers = [...new Set(silent.map(({ target }) => target.provider))]
      const groups = providers.map((name) => silent.filter(({ target }) => target.provider === name))
      for (let i = 0; i < groups.length; i += PINGS_AT_ONCE) {
        await Promise.all(groups.slice(i, i + PINGS_AT_ONCE).map((group) => ping(group, signal)))
      }
    },
    health: (target) => watched.get(target)?.health(),
    all: () => [...watched.values()].map((target) => target.health()),
    close: () => watched.clear(),
  }
}

/** Runs the attempt under a limit of its own, where there is one. */
const withFirstToken = async <T>(
  clock: Clock,
  limitMs: number | undefined,
  target: Target,
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  if (limitMs === undefined) return attempt(signal)
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const late = new ModelError('model/timeout', { details: { provider: target.provider, limitMs }, retryable: true })
  const cancel = clock.after(limitMs, () => controller.abort(late))
  try {
    // The signal stays tied to the caller's after the commit: the answer goes on under it.
    return await attempt(controller.signal)
  } catch (error) {
    signal.removeEventListener('abort', onAbort)
    throw controller.signal.reason === late && !signal.aborted ? late : error
  } finally {
    cancel()
  }
}

const toAttempt = (
  target: Target,
  account: Account,
  elapsedMs: number,
  errorClass: ErrorClass,
  error: unknown,
): Attempt => ({
  target: target.id,
  account: account.id,
  elapsedMs,
  errorClass,
  error: messageOf(error),
  ...(error instanceof PlatformError && { code: error.code }),
})

const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

const isRetryable = (error: unknown): boolean => error instanceof PlatformError && error.retryable

const timedOut = (target: Target, limitMs: number, attempts: readonly Attempt[]): ModelError =>
  new ModelError('model/timeout', { details: { provider: target.provider, limitMs, attempts } })

/** Every key refused is a failure of its own: waiting does not mend it, the operator does. */
const lastWord = (first: unknown, attempts: readonly Attempt[], targets: readonly Target[]): unknown => {
  if (attempts.length > 0 && attempts.every(({ errorClass }) => errorClass === 'auth')) {
    const provider = [...new Set(targets.map((target) => target.provider))].join(', ')
    return new ModelError('model/credentials-exhausted', { details: { provider, attempts }, cause: first })
  }
  return withAttempts(first, attempts)
}

const withAttempts = (error: unknown, attempts: readonly Attempt[]): unknown =>
  error instanceof ModelError && attempts.length > 1
    ? new ModelError(error.code, {
        details: { ...error.details, attempts },
        retryable: error.retryable,
        cause: error,
      })
    : error
