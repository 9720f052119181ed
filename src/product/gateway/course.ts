// The course of one call, from the moment somebody answers: its answer for the door, its notes, and its record when it is over.

import { PlatformError } from '../../base/errors.ts'
import type { Clock } from '../../base/seams.ts'
import type { MemberReport } from '../../model/fuse/spec.ts'
import type { Admission } from '../../model/limit/spec.ts'
import type { Attempt, Survived } from '../../model/resilience/spec.ts'
import type { Decision } from '../../model/route/spec.ts'
import type { ChatStreamPart, ModelUsage } from '../../model/spec.ts'
import type { Begun } from './attempt.ts'
import { type AnswerEnd, book, watched } from './booking.ts'
import type { CallRecords } from './records.ts'
import type { CallNotes, CallRecord, GatewayAnswer, GatewayCall, GatewayCaller, NativeAnswer } from './spec.ts'

/** One call under way: what its record will say. */
export interface Course {
  readonly id: string
  readonly by: GatewayCaller
  readonly call: GatewayCall
  readonly startedAt: number
  readonly begun: number
  readonly decision: Decision
}

/** Somebody answers, and what was reserved for it. */
export interface Answered {
  readonly survived: Survived<Begun>
  readonly admission: Admission
}

/** Characters of a JSON body that make a token, when nothing is known of its text. */
export const BODY_CHARACTERS_PER_TOKEN = 4
/** Bytes of a streamed frame, which carries about one token. For answers that nobody counted. */
const FRAME_BYTES = 160

export const createCourses = ({ clock, records }: { readonly clock: Clock; readonly records: CallRecords }) => {
  const recordEnd = (course: Course, end: Partial<CallRecord> & Pick<CallRecord, 'status'>): void => {
    const { by, call, decision } = course
    records.add({
      id: course.id,
      by,
      door: call.door,
      model: call.model,
      target: null,
      router: decision.router,
      rule: decision.rule,
      reasons: decision.reasons,
      cache: 'off',
      attempts: [],
      usage: undefined,
      costNanoUsd: undefined,
      errorCode: null,
      startedAt: course.startedAt,
      elapsedMs: clock.elapsed() - course.begun,
      firstTokenMs: null,
      ...end,
    })
  }

  const recordFailure = (
    course: Course,
    error: unknown,
    signal: AbortSignal,
    cache: CallRecord['cache'] = 'off',
  ): void =>
    recordEnd(course, {
      status: signal.aborted ? 'aborted' : 'failed',
      errorCode: error instanceof PlatformError ? error.code : null,
      attempts: attemptsIn(error),
      cache,
    })

  /** What an answered call leaves behind when it is over. */
  const bookCall = (course: Course, survived: Survived<Begun>, admission: Admission, cache: CallRecord['cache']) => {
    const firstTokenMs = clock.elapsed() - course.begun
    return book(
      admission,
      survived,
      () => survivedFirstMs(survived, firstTokenMs),
      ({ end, costNanoUsd }) =>
        recordEnd(course, {
          status: end.outcome === 'complete' ? 'succeeded' : end.outcome === 'aborted' ? 'aborted' : 'failed',
          target: survived.target.id,
          attempts: survived.attempts,
          usage: end.usage,
          costNanoUsd,
          cache,
          errorCode: end.error instanceof PlatformError ? end.error.code : null,
          firstTokenMs: course.call.streaming ? firstTokenMs : null,
        }),
    )
  }

  const estimate = (call: GatewayCall, said: number): ModelUsage => {
    const promptTokens = Math.ceil(call.characters / BODY_CHARACTERS_PER_TOKEN)
    const completionTokens = Math.ceil(said)
    return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, estimated: true }
  }

  const observe = (
    course: Course,
    { survived, admission }: Answered,
    signal: AbortSignal,
    cache: CallRecord['cache'],
  ): AsyncIterable<ChatStreamPart> => {
    if (survived.value.type !== 'parts') throw new TypeError('bytes are no parts')
    const over = bookCall(course, survived, admission, cache)
    return watched(survived.value.parts, signal, over, (said) => estimate(course.call, said / 4))
  }

  const notesOf = (course: Course, given: Partial<CallNotes> & Pick<CallNotes, 'target'>): CallNotes => ({
    id: course.id,
    decision: course.decision,
    cache: { status: 'off', explanation: '' },
    dropped: [],
    attempts: [],
    members: noMembers,
    ...given,
  })

  const answerOf = (course: Course, asked: Answered, signal: AbortSignal): GatewayAnswer => {
    const { survived, admission } = asked
    if (survived.value.type !== 'native') {
      const { dropped } = survived.value
      const notes = notesOf(course, { target: survived.target.id, attempts: survived.attempts, dropped })
      return { type: 'parts', notes, parts: observe(course, asked, signal, 'off') }
    }
    const { exchange } = survived.value
    const over = bookCall(course, survived, admission, 'off')
    const answer: NativeAnswer = {
      status: exchange.status,
      contentType: exchange.contentType,
      async pipe(sink) {
        let bytes = 0
        const end = (outcome: AnswerEnd['outcome'], error?: unknown): AnswerEnd => {
          const { promptTokens, completionTokens } = exchange.usage()
          const told = promptTokens !== undefined && completionTokens !== undefined
          const usage: ModelUsage = told
            ? {
                ...exchange.usage(),
                promptTokens,
                completionTokens,
                totalTokens: promptTokens + completionTokens,
                estimated: false,
              }
            : estimate(course.call, bytes / FRAME_BYTES)
          return { outcome, usage, ...(error !== undefined && { error }) }
        }
        try {
          await exchange.pipe((chunk) => {
            bytes += chunk.byteLength
            return sink(chunk)
          })
          over(end('complete'))
        } catch (error) {
          over(end(signal.aborted ? 'aborted' : 'cut', error))
          throw error
        }
      },
    }
    return {
      type: 'native',
      notes: notesOf(course, { target: survived.target.id, attempts: survived.attempts }),
      answer,
    }
  }

  return { recordEnd, recordFailure, observe, notesOf, answerOf }
}

const noMembers = (): readonly MemberReport[] => []

/** Latency of the target alone where it is known: of bytes that passed through. */
const survivedFirstMs = ({ value }: Survived<Begun>, fallback: number): number =>
  value.type === 'native' ? value.exchange.firstContentMs : fallback

const attemptsIn = (error: unknown): readonly Attempt[] =>
  error instanceof PlatformError && Array.isArray(error.details.attempts) ? (error.details.attempts as Attempt[]) : []
