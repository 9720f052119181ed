// Forms that people answer while runs wait: reading them, answering them, and what happens when nobody does.
//
// F1  A form is answered once. The answer is written first, then its run goes on: what is written is not lost, whoever ends.
// F2  The time of a form runs out in whatever process watches; several may.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import { type Caller, systemCaller } from '../caller.ts'
import type { RunId } from '../ids.ts'
import { FormError } from './errors.ts'
import type { Form, Forms } from './spec.ts'
import type { FormPlace, FormStore } from './store.ts'
import { checkSubmission, timeoutAnswer } from './submission.ts'

export interface FormsParts {
  readonly store: FormStore
  readonly runs: {
    /** Lets a paused run go on with the answers there are. Never starts it twice. */
    goOn(caller: Caller, runId: RunId): Promise<unknown>
    /** @throws RunError `run/too-many` (retryable) when no run more may go on now */
    requireRoom(): void
  }
  readonly clock: Clock
  readonly log: Log
}

/** Timers are set for at most so long: the next look finds what came meanwhile, from other processes too. */
const LONGEST_WAIT_MS = 60_000
const RETRY_MS = 1_000
/** Forms of one look. */
const BATCH = 100
/** Taken up at the start. */
const MOST_UNHEARD = 1_000

export const createForms = ({ store, runs, clock, log }: FormsParts): Forms => {
  let cancel = () => {}
  let closed = false
  let looking: Promise<void> = Promise.resolve()

  const requireOpen = (form: Form | undefined): Form => {
    if (!form) throw new FormError('form/not-found')
    if (form.status === 'submitted') throw new FormError('form/submitted')
    if (form.status !== 'open' || form.expiresAt <= clock.now()) throw new FormError('form/expired')
    return form
  }

  const goOn = (place: Pick<FormPlace, 'tenantId' | 'runId'>): Promise<unknown> =>
    runs.goOn(systemCaller(place.tenantId), place.runId)

  const expire = async (place: FormPlace): Promise<void> => {
    const caller = systemCaller(place.tenantId)
    const form = await store.get(caller, place.id)
    if (form && (await store.answer(caller, place.id, timeoutAnswer(form.request), null))) await goOn(place)
  }

  /** @returns milliseconds until the next look */
  const look = async (): Promise<number> => {
    const due = await store.due(BATCH)
    for (const place of due) {
      if (closed) return LONGEST_WAIT_MS
      runs.requireRoom()
      await expire(place)
    }
    if (due.length === BATCH) return 0
    const next = await store.nextExpiry()
    return next === undefined ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, Math.max(0, next - clock.now()))
  }

  const lookAndWait = async (): Promise<void> => {
    const waitMs = await look().catch((error: unknown) => {
      log.warn('forms-not-watched', { reason: messageOf(error) })
      return RETRY_MS
    })
    if (closed) return
    cancel = clock.after(Math.max(1, waitMs), () => {
      looking = lookAndWait()
    })
  }

  return {
    open: async (caller, appId, token) => requireOpen(await store.byToken(caller, appId, token)),
    openForMember: async (caller, id) => requireOpen(await store.get(caller, id)),

    async submit(caller, form, submission) {
      const answer = checkSubmission(form.request, submission)
      runs.requireRoom()
      if (!(await store.answer(caller, form.id, answer, submission.by))) {
        requireOpen(await store.get(caller, form.id))
        throw new FormError('form/submitted')
      }
      await goOn({ tenantId: caller.tenantId, runId: form.runId })
    },

    list: (caller, query) => store.list(caller, query),
    ofRuns: (caller, runIds) => store.ofRuns(caller, runIds),

    async watch() {
      for (const place of await store.unheard(MOST_UNHEARD)) {
        await goOn(place).catch((error: unknown) => {
          log.error('run-not-resumed', { runId: place.runId, reason: messageOf(error) })
        })
      }
      looking = lookAndWait()
      await looking
    },

    async close() {
      closed = true
      cancel()
      await looking
    },
  }
}
