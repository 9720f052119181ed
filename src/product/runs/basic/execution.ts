// One run of a basic app (chat, completion, agent-chat): one call of its model, streamed.
//
// B1  The events end with exactly one `run-end`, whatever the model does. What is no expected failure is thrown: a bug.
// B2  An abort reaches the model call at once, and ends the run as stopped with what was said so far.
// B3  What the app asks for and this run cannot do is said by a notice before the first text.

import { messageOf, PlatformError } from '../../../base/errors.ts'
import { isNumber, toNumber } from '../../../base/number.ts'
import type { Clock, Ids, Log } from '../../../base/seams.ts'
import { own, type ValueObject } from '../../../base/value.ts'
import type { NodeFailure } from '../../../flow/events.ts'
import type { FileValue } from '../../../flow/file.ts'
import { invokeErrorName, ModelError } from '../../../model/errors.ts'
import { mediaParts } from '../../../model/media.ts'
import type { ChatMessage, ChatModel, ChatRequest, MessagePart, ModelDirectory } from '../../../model/spec.ts'
import { estimatePromptTokens } from '../../../model/usage.ts'
import type { FileAccess } from '../../../nodes/spec.ts'
import { readFeatures } from '../../apps/features.ts'
import type { AppFile, ModelConfig } from '../../apps/file/spec.ts'
import { toWireId } from '../../ids.ts'
import type { ExecutionEvent } from '../events.ts'
import { missingParts, type Notice } from './notices.ts'
import { assemblePrompt } from './prompt.ts'
import { Reply } from './reply.ts'

export interface BasicExecutorParts {
  readonly clock: Clock
  readonly ids: Ids
  readonly models: ModelDirectory
  readonly files: (tenantId: string) => FileAccess
  readonly log?: Log
}

export interface BasicExecution {
  /** Has a `modelConfig`. */
  readonly file: AppFile
  /** Checked. */
  readonly inputs: ValueObject
  /** In completion apps normally empty. */
  readonly query: string
  /** Checked files of the message. */
  readonly files: readonly FileValue[]
  /** Earlier turns, oldest first. */
  readonly history: readonly ChatMessage[]
  readonly user: string
  readonly tenantId: string
  readonly signal: AbortSignal
  /** Whose calls are protected and counted for this run. Default: those of the engine, as they are. */
  readonly models?: ModelDirectory
}

export type BasicExecutor = (execution: BasicExecution) => AsyncIterable<ExecutionEvent>

/** Smallest room for an answer when the prompt nearly fills the context. Tokens; source: the app format. */
const MIN_ANSWER_TOKENS = 16

export const createBasicExecutor =
  (parts: BasicExecutorParts): BasicExecutor =>
  (execution) =>
    runBasicApp(parts, execution)

async function* runBasicApp(
  parts: BasicExecutorParts,
  execution: BasicExecution,
): AsyncGenerator<ExecutionEvent, void> {
  const { clock, ids, log } = parts
  const { file, inputs, signal, tenantId } = execution
  const startedMs = clock.elapsed()
  const reply = new Reply({ files: parts.files(tenantId), ids })
  let failure: NodeFailure | undefined
  yield { type: 'run-start', inputs, at: clock.now() }
  try {
    signal.throwIfAborted()
    yield* converse(parts, execution, reply)
  } catch (error) {
    if (!signal.aborted && !(error instanceof PlatformError)) throw error
    failure = signal.aborted ? stopOf(signal) : failureOf(error as PlatformError)
    log?.debug('basic-run-failed', { code: failure.code })
  }
  if (file.mode === 'agent-chat' && reply.text !== '') yield thoughtOf(reply.text, parts)
  yield {
    type: 'run-end',
    status: failure === undefined ? 'succeeded' : signal.aborted ? 'stopped' : 'failed',
    outputs: { answer: reply.text, ...(reply.media.length > 0 && { files: reply.media }) },
    ...(failure && { failure }),
    exceptions: failure && !signal.aborted ? 1 : 0,
    steps: 1,
    usage: reply.usage,
    at: clock.now(),
    elapsedMs: clock.elapsed() - startedMs,
    conversation: {},
  }
}

const failureOf = (error: PlatformError): NodeFailure => ({
  type: invokeErrorName(error),
  message: messageOf(error),
  code: error.code,
})

const stopOf = ({ reason }: AbortSignal): NodeFailure => {
  const told = typeof reason === 'string' || (reason instanceof Error && reason.name !== 'AbortError')
  return { type: '', message: told ? messageOf(reason) : 'The user asked for it.', code: 'flow/stopped' }
}

const thoughtOf = (thought: string, { clock, ids }: BasicExecutorParts): ExecutionEvent => ({
  type: 'agent-thought',
  thought: {
    id: toWireId(ids.next('thought')),
    position: 1,
    thought,
    observation: '',
    tool: '',
    toolLabels: {},
    toolInput: '',
    fileIds: [],
    createdAt: clock.now(),
  },
})

async function* converse(
  parts: BasicExecutorParts,
  execution: BasicExecution,
  reply: Reply,
): AsyncGenerator<ExecutionEvent, void> {
  const { file, files, models = parts.models, signal } = execution
  const { modelConfig: config } = file
  if (!config) throw new TypeError('A basic run needs an app with a model_config.')
  for (const notice of missingParts(file, config)) yield toEvent(notice)
  const { model, notice } = findModel(models, config)
  if (notice) yield toEvent(notice)
  const media = await readMedia(parts, execution, model)
  if (media.length < files.length) yield toEvent(leftOut(files.length - media.length, model))
  const request = buildRequest(execution, config, model, media)
  yield* reply.read(request, model.stream(request, signal))
}

const toEvent = (notice: Notice): ExecutionEvent => ({ type: 'notice', ...notice })

const leftOut = (count: number, model: ChatModel): Notice => ({
  code: 'model/files-left-out',
  message: `${model.provider}/${model.name} cannot look at ${count} of the files; they were left out.`,
})

const findModel = (models: ModelDirectory, config: ModelConfig): { model: ChatModel; notice?: Notice } => {
  const { provider, name, mode } = config.model
  const match = models.resolve({ provider, name, mode })
  const wanted = `${provider}/${name}`
  if (match.type === 'missing') {
    throw new ModelError('model/not-configured', { details: { model: wanted, reason: match.reason } })
  }
  if (match.type === 'exact') return { model: match.model }
  const message = `${wanted} is not configured; ${match.model.provider}/${match.model.name} answers in its place.`
  return { model: match.model, notice: { code: 'model/substitute', message } }
}

const readMedia = (
  parts: BasicExecutorParts,
  { file, files, tenantId, signal }: BasicExecution,
  model: ChatModel,
): Promise<readonly MessagePart[]> => {
  const access = parts.files(tenantId)
  const sources = files.map((given) => ({
    kind: given.fields.type,
    filename: given.fields.filename,
    read: () => access.read(given, signal),
  }))
  return mediaParts(sources, model, readFeatures(file).fileUpload.detail)
}

const buildRequest = (
  { file, inputs, query, history, user }: BasicExecution,
  config: ModelConfig,
  model: ChatModel,
  media: readonly MessagePart[],
): ChatRequest => {
  const { mode } = file
  const { messages, stop } = assemblePrompt({ mode, config, model, inputs, query, media, context: '', history })
  return {
    messages,
    parameters: fitAnswer(config.model.parameters, estimatePromptTokens({ messages }), model.contextTokens),
    ...(stop.length > 0 && { stop }),
    user,
    caller: 'answer',
  }
}

/** Asks for a shorter answer where the prompt leaves less room than the app wants. */
const fitAnswer = (parameters: ValueObject, promptTokens: number, contextTokens: number | undefined): ValueObject => {
  const wanted = own(parameters, 'max_tokens')
  if (contextTokens === undefined || !isNumber(wanted)) return parameters
  const room = Math.max(contextTokens - promptTokens, MIN_ANSWER_TOKENS)
  return toNumber(wanted) > room ? { ...parameters, max_tokens: room } : parameters
}
