// What happens between a caller's inputs and the events of its run: moderation of what comes in, stored answers, the app
// itself, moderation of what goes out, reading aloud. Workflows run bare: of these features the format gives them only speech.

import type { ValueObject } from '../../base/value.ts'
import type { Resume } from '../../flow/spec.ts'
import { type Features, readFeatures } from '../apps/features.ts'
import type { Caller } from '../caller.ts'
import type { RunUsage } from '../usage/recorder.ts'
import type { AnnotationHit, ExecutionEvent } from './events.ts'
import { type Moderation, moderateInput, moderateOutput, readModeration } from './features/moderation.ts'
import { presetAnswer } from './features/preset-answer.ts'
import { readAloud } from './features/read-aloud.ts'
import type { LiveRun } from './live-run.ts'
import type { RunsParts, StartRun } from './spec.ts'
import type { Turn } from './turn.ts'

/** For the run's keeper: the answer that follows is not the app's own. */
export interface Preempt {
  readonly type: 'preempt'
  readonly annotation?: AnnotationHit
}

export type PipelineEvent = ExecutionEvent | Preempt

export interface Prepared {
  readonly caller: Caller
  readonly request: StartRun
  /** Checked. */
  readonly inputs: ValueObject
  readonly turn: Turn | undefined
  readonly usage: RunUsage
  readonly moderation: Moderation | undefined
  readonly features: Features
  /** The run goes on after a pause: what comes before the app itself is done. */
  readonly resume?: Resume
}

/** @throws RunError `run/moderation-unavailable` when the app wants a kind of moderation that is not there */
export const prepareFeatures = ({ app }: StartRun): Pick<Prepared, 'features' | 'moderation'> => {
  const features = readFeatures(app.file)
  return { features, moderation: app.file.mode === 'workflow' ? undefined : readModeration(app.file.features) }
}

export const runPipeline = (parts: RunsParts, run: LiveRun, prepared: Prepared): AsyncIterable<PipelineEvent> => {
  const { features, request } = prepared
  const answered = request.app.file.mode === 'workflow' ? execute(parts, run, prepared) : chat(parts, run, prepared)
  const { enabled, autoPlay, voice } = features.textToSpeech
  const speech = enabled && autoPlay === 'enabled' ? parts.models.speech() : undefined
  return speech ? readAloud<Preempt>(answered, { speech, voice, log: parts.log }) : answered
}

async function* chat(parts: RunsParts, run: LiveRun, prepared: Prepared): AsyncGenerator<PipelineEvent, void, void> {
  const { caller, inputs, moderation, request } = prepared
  const query = request.query ?? ''
  if (prepared.resume) {
    yield* answer(parts, run, prepared)
    return
  }
  const reply = moderation && moderateInput(moderation, { inputs, query })
  if (reply !== undefined) {
    yield { type: 'preempt' }
    yield* presetAnswer(reply, parts)
    return
  }
  const hit =
    query === '' ? undefined : await parts.annotations.match(caller, request.app.app.id, query, run.signal).catch(none)
  if (hit) {
    yield { type: 'preempt', annotation: hit }
    yield* presetAnswer(hit.answer, parts)
    return
  }
  yield* answer(parts, run, prepared)
}

async function* answer(parts: RunsParts, run: LiveRun, prepared: Prepared): AsyncGenerator<ExecutionEvent, void, void> {
  const { moderation } = prepared
  if (!moderation) {
    yield* execute(parts, run, prepared)
    return
  }
  // A hit ends the model's call, not the run.
  const inner = new AbortController()
  const signal = AbortSignal.any([run.signal, inner.signal])
  yield* moderateOutput(execute(parts, run, prepared, signal), moderation, (reason) => inner.abort(reason))
}

/** Without its answers the app still has its own. The failure was logged where it happened. */
const none = (): undefined => undefined

const execute = (
  parts: RunsParts,
  run: LiveRun,
  { caller, inputs, request, resume, turn, usage }: Prepared,
  signal: AbortSignal = run.signal,
): AsyncIterable<ExecutionEvent> => {
  const { file, plan } = request.app
  const { runId, endUserId } = run.facts
  const by = { caller, appId: request.app.app.id, runId, endUserId, user: request.user }
  const models = parts.modelsOf(by, usage.note)
  const who = { user: request.user, tenantId: caller.tenantId, models }
  const shared = { ...who, file, inputs, history: turn?.history ?? [], signal }
  if (!plan) return parts.answer({ ...shared, query: request.query ?? '', files: request.files ?? [] })
  const conversation = turn?.conversation?.variables ?? {}
  return parts.execute({ ...shared, plan, system: run.facts.system, conversation, ...(resume && { resume }) })
}
