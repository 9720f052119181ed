// Events of a run as the Service API of Dify streams them. Source of names, fields and order: Dify's Service API reference
// and its public server source; docs/service-api.md lists what differs.
//
// D1  Every frame is one JSON object. A frame depends on its event and the run's facts alone, so that a reader that comes
//     back gets the very frames it missed.
// D2  `sequence` numbers the frames of a run: it grows from frame to frame, with gaps where an event has no frame.

import { priceTexts } from '../../base/cost.ts'
import { float } from '../../base/number.ts'
import type { ValueObject } from '../../base/value.ts'
import type { AppMode } from '../../product/apps/file/spec.ts'
import { toWireId } from '../../product/ids.ts'
import type { AgentThought, Notice, RunEnd, RunEvent, RunPaused } from '../../product/runs/events.ts'
import type { RunFacts, SequencedEvent } from '../../product/runs/live-run.ts'
import { failureBody } from './failures.ts'
import { formDefinition, formEnd, pauseReason } from './form-frames.ts'
import { filesIn, nodeFrame, seconds } from './node-frames.ts'

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

export type Frame = ValueObject

/** Most frames of one event; the numbers of frames leave room for as many. */
export const FRAMES_PER_EVENT = 2

/** Whose run it is; all ids in their wire form. */
export interface FrameContext {
  readonly mode: AppMode
  readonly taskId: string
  readonly runId: string
  readonly workflowId: string
  readonly messageId: string
  readonly conversationId: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** Whoever started it sees its forms in the console. */
  readonly inConsole: boolean
  readonly endUser: { readonly id: string; readonly user: string }
  /** System variables the run was given, under their full names. */
  readonly system: ValueObject
}

export const frameContext = (facts: RunFacts): FrameContext => ({
  mode: facts.mode,
  taskId: facts.taskId,
  runId: toWireId(facts.runId),
  workflowId: toWireId(facts.versionId),
  messageId: facts.messageId ? toWireId(facts.messageId) : '',
  conversationId: facts.conversationId ? toWireId(facts.conversationId) : '',
  createdAt: seconds(facts.createdAt),
  inConsole: facts.source === 'console',
  endUser: { id: toWireId(facts.endUserId), user: facts.user },
  system: Object.fromEntries(
    Object.entries(facts.system).flatMap(([name, value]) =>
      name === 'conversation_id' ? [] : [[`sys.${name}`, value] as const],
    ),
  ),
})

/** The frames of an event, numbered. */
export const framesOf = (context: FrameContext, { event, sequence }: SequencedEvent): readonly Frame[] =>
  // The frames were just made, so that they can be numbered in place.
  toFrames(context, event).map((frame, i) => Object.assign(frame, { sequence: sequence * FRAMES_PER_EVENT + i + 1 }))

const toFrames = (context: FrameContext, event: RunEvent): readonly Frame[] => {
  switch (event.type) {
    case 'run-start':
      return hasGraph(context) ? [startFrame(context, event)] : []
    case 'node-start':
    case 'node-end':
    case 'node-retry':
    case 'iteration-start':
    case 'iteration-next':
    case 'iteration-end':
    case 'loop-start':
    case 'loop-next':
    case 'loop-end': {
      const frame = nodeFrame(event)
      return frame ? [withRun(context, frame.name, frame.data)] : []
    }
    case 'text-delta':
      return [textFrame(context, event)]
    case 'reasoning-delta':
      return hasGraph(context) ? [reasoningFrame(context, event)] : []
    case 'agent-thought':
      return [{ ...envelope(context, 'agent_thought'), ...thoughtFields(event.thought) }]
    case 'answer-replace':
      return [{ ...envelope(context, 'message_replace'), answer: event.text, reason: event.reason }]
    case 'speech-delta':
      return [{ ...envelope(context, 'tts_message'), audio: event.base64 }]
    case 'speech-end':
      return [{ ...envelope(context, 'tts_message_end'), audio: '' }]
    case 'form-open':
      return [withRun(context, 'human_input_required', formDefinition(event.form, context.inConsole))]
    case 'form-end': {
      const { name, data } = formEnd(event)
      return [withRun(context, name, data)]
    }
    case 'run-pause':
      return [withRun(context, 'workflow_paused', pausedData(context, event))]
    case 'run-end':
      return endFrames(context, event)
    // What the Service API has no word for. Notices stand in the end.
    case 'notice':
    case 'node-skip':
    case 'node-progress':
    case 'variable-update':
      return []
  }
}

const hasGraph = ({ mode }: FrameContext): boolean => mode === 'workflow' || mode === 'advanced-chat'

const envelope = (context: FrameContext, event: string): ValueObject => {
  const { mode, taskId, runId, messageId, conversationId, createdAt } = context
  if (mode === 'workflow') return { event, task_id: taskId, workflow_run_id: runId }
  const about = { event, task_id: taskId, message_id: messageId }
  return mode === 'completion'
    ? { ...about, created_at: createdAt }
    : { ...about, conversation_id: conversationId, created_at: createdAt }
}

const withRun = (context: FrameContext, event: string, data: ValueObject): Frame => {
  const { mode, taskId, runId } = context
  if (mode === 'workflow') return { event, task_id: taskId, workflow_run_id: runId, data }
  return { ...envelope(context, event), workflow_run_id: runId, data }
}

const startFrame = (context: FrameContext, event: EventOf<'run-start'>): Frame =>
  withRun(context, 'workflow_started', {
    id: context.runId,
    workflow_id: context.workflowId,
    inputs: { ...event.inputs, ...context.system },
    created_at: seconds(event.at),
    reason: event.resumed ? 'resumption' : 'initial',
  })

const textFrame = (context: FrameContext, event: EventOf<'text-delta'>): Frame => {
  const selector = [...event.selector]
  if (context.mode === 'workflow') {
    return withRun(context, 'text_chunk', { text: event.text, from_variable_selector: selector })
  }
  return {
    ...envelope(context, context.mode === 'agent-chat' ? 'agent_message' : 'message'),
    id: context.messageId,
    answer: event.text,
    ...(context.mode === 'advanced-chat' && { from_variable_selector: selector }),
  }
}

const reasoningFrame = (context: FrameContext, event: EventOf<'reasoning-delta'>): Frame => {
  const messageId = context.mode === 'workflow' ? null : context.messageId
  const data = { message_id: messageId, reasoning: event.text, node_id: event.nodeId, is_final: event.final }
  return { ...envelope(context, 'reasoning_chunk'), data }
}

/** Fields of `agent_thought`, also in lists of messages. */
export const thoughtFields = (thought: AgentThought): ValueObject => ({
  id: thought.id,
  position: thought.position,
  thought: thought.thought,
  observation: thought.observation,
  tool: thought.tool,
  tool_labels: thought.toolLabels,
  tool_input: thought.toolInput,
  message_files: [...thought.fileIds],
})

const endFrames = (context: FrameContext, end: RunEnd): readonly Frame[] => {
  if (context.mode === 'workflow') return [withRun(context, 'workflow_finished', finishedData(context, end))]
  const failed = end.status === 'failed'
  // An answer that was given without the graph has no run to speak of.
  if (context.mode !== 'advanced-chat' || end.preempted) {
    return [failed ? failureFrame(context, end) : messageEnd(context, end)]
  }
  const finished = withRun(context, 'workflow_finished', finishedData(context, end))
  return failed ? [finished, failureFrame(context, end)] : [messageEnd(context, end), finished]
}

const messageEnd = (context: FrameContext, end: RunEnd): Frame => ({
  ...envelope(context, 'message_end'),
  id: context.messageId,
  metadata: messageMetadata(end),
  files: filesIn(end.outputs),
})

const failureFrame = (context: FrameContext, end: RunEnd): Frame => {
  const { status, code, message } = failureBody(context.mode, end)
  return errorFrame(context, status, code, message)
}

/** The frame for a failure; a stream that is open can only say so in a frame of its own. */
export const errorFrame = (context: FrameContext, status: number, code: string, message: string): Frame => {
  const { mode, messageId, conversationId, createdAt } = context
  const error = { status, code, message }
  if (mode === 'workflow') {
    return { event: 'error', task_id: context.taskId, workflow_run_id: context.runId, ...error }
  }
  const conversation = mode === 'completion' ? {} : { conversation_id: conversationId }
  return { event: 'error', message_id: messageId, ...conversation, created_at: createdAt, ...error }
}

/** `data` of `workflow_finished`, which blocking workflow calls answer with. */
export const finishedData = (context: FrameContext, end: RunEnd): ValueObject => ({
  id: context.runId,
  workflow_id: context.workflowId,
  status: end.status,
  outputs: end.outputs,
  error: end.failure?.message ?? null,
  elapsed_time: float(end.elapsedMs / 1000),
  total_tokens: end.usage.totalTokens,
  total_steps: end.steps,
  created_by: { id: context.endUser.id, user: context.endUser.user },
  created_at: context.createdAt,
  finished_at: seconds(end.at),
  exceptions_count: end.exceptions,
  files: filesIn(end.outputs),
  ...noticesOf(end.notices),
})

/** `data` of `workflow_paused`. */
const pausedData = (context: FrameContext, pause: RunPaused): ValueObject => ({
  workflow_run_id: context.runId,
  outputs: {},
  created_at: context.createdAt,
  ...standing(pause),
})

/** How a run that waits stands, in all its descriptions. */
export const standing = (pause: RunPaused): ValueObject => ({
  paused_nodes: pause.nodeIds,
  reasons: pause.forms.map(pauseReason),
  status: 'paused',
  elapsed_time: float(pause.elapsedMs / 1000),
  total_tokens: pause.usage.totalTokens,
  total_steps: pause.steps,
})

/** `metadata` of a message. */
export const messageMetadata = (end: AnswerNumbers): ValueObject => ({
  usage: usageObject(end),
  retriever_resources: end.citations,
  ...(end.annotation && { annotation_reply: { id: toWireId(end.annotation.id), account: end.annotation.author } }),
  ...noticesOf(end.notices),
})

const noticesOf = (notices: readonly Notice[]): ValueObject =>
  notices.length === 0
    ? {}
    : { notices: notices.map(({ code, message, nodeId }) => ({ code, message, node_id: nodeId ?? null })) }

/** What an answer's metadata are made from. */
type AnswerNumbers = Pick<RunEnd, 'usage' | 'elapsedMs' | 'citations' | 'notices' | 'annotation'>

const usageObject = (end: AnswerNumbers): ValueObject => {
  const prices = priceTexts(end.usage.cost)
  return {
    prompt_tokens: end.usage.promptTokens,
    prompt_unit_price: prices.promptUnitPrice,
    prompt_price_unit: prices.priceUnit,
    prompt_price: prices.promptPrice,
    completion_tokens: end.usage.completionTokens,
    completion_unit_price: prices.completionUnitPrice,
    completion_price_unit: prices.priceUnit,
    completion_price: prices.completionPrice,
    total_tokens: end.usage.totalTokens,
    total_price: prices.totalPrice,
    currency: 'USD',
    latency: float(end.elapsedMs / 1000),
  }
}
