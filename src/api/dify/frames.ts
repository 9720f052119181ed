// Events of a run as the Service API of Dify streams them. Source of names, fields and order: Dify's Service API reference
// and its public server source; docs/service-api.md lists what differs.
//
// D1  Every frame is one JSON object; `workflow_finished` (or `error`) is the last of a run.
// D2  Containers show only their own events, not `node_started`/`node_finished`.

import { Float, float } from '../../base/number.ts'
import { isList, isObject, Opaque, type Value, type ValueObject } from '../../base/value.ts'
import type { FlowEvent, FramePosition, NodeIdentity } from '../../flow/events.ts'

type EventOf<Type extends FlowEvent['type']> = Extract<FlowEvent, { type: Type }>

/** Whose run it is; all ids in their wire form. */
export interface FrameContext {
  readonly mode: 'workflow' | 'advanced-chat'
  readonly taskId: string
  readonly runId: string
  readonly workflowId: string
  readonly messageId: string
  readonly conversationId: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly endUser: { readonly id: string; readonly user: string }
  /** System variables the run was given, under their full names. */
  readonly system: ValueObject
}

export type Frame = ValueObject

/** Turns a run's events into frames. Keeps what later frames need, e.g. notices for the last one. */
export class FrameWriter {
  readonly #context: FrameContext
  readonly #notices: ValueObject[] = []

  constructor(context: FrameContext) {
    this.#context = context
  }

  write(event: FlowEvent): readonly Frame[] {
    switch (event.type) {
      case 'run-start':
        return [this.#started(event)]
      case 'node-start':
        return isContainer(event) ? [] : [this.#node('node_started', { ...startFields(event) })]
      case 'node-end':
        return isContainer(event) ? [] : [this.#node('node_finished', endFields(event))]
      case 'node-retry':
        return [this.#node('node_retry', retryFields(event))]
      case 'iteration-start':
      case 'loop-start':
        return [this.#node(`${kindOf(event)}_started`, containerStart(event))]
      case 'iteration-next':
        return [this.#node('iteration_next', { ...containerFields(event), index: event.round, extras: {} })]
      case 'loop-next':
        return [
          this.#node('loop_next', {
            ...containerFields(event),
            index: event.round,
            pre_loop_output: event.variables,
            extras: {},
          }),
        ]
      case 'iteration-end':
      case 'loop-end':
        return [this.#node(`${kindOf(event)}_completed`, containerEnd(event))]
      case 'text-delta':
        return [this.#text(event)]
      case 'reasoning-delta':
        return [this.#reasoning(event)]
      case 'notice':
        this.#notices.push({ code: event.code, message: event.message, node_id: event.nodeId ?? null })
        return []
      case 'run-end':
        return this.#ended(event)
      // What the Service API has no word for.
      case 'node-skip':
      case 'node-progress':
      case 'variable-update':
        return []
    }
  }

  /** The frame for a failure outside the graph. */
  error(status: number, code: string, message: string): Frame {
    const { mode, messageId, conversationId, createdAt } = this.#context
    const about =
      mode === 'workflow'
        ? { task_id: this.#context.taskId, workflow_run_id: this.#context.runId }
        : { message_id: messageId, conversation_id: conversationId, created_at: seconds(createdAt) }
    return { event: 'error', ...about, status, code, message }
  }

  /** `data` of `workflow_finished`, which blocking workflow calls answer with. */
  finished(event: EventOf<'run-end'>): ValueObject {
    const { runId, workflowId, createdAt, endUser } = this.#context
    return {
      id: runId,
      workflow_id: workflowId,
      status: event.status,
      outputs: event.outputs,
      error: event.failure?.message ?? null,
      elapsed_time: float(event.elapsedMs / 1000),
      total_tokens: event.usage.totalTokens,
      total_steps: event.steps,
      created_by: { id: endUser.id, user: endUser.user },
      created_at: seconds(createdAt),
      finished_at: seconds(event.at),
      exceptions_count: event.exceptions,
      files: filesIn(event.outputs),
      ...(this.#notices.length > 0 && { notices: this.#notices }),
    }
  }

  /** `metadata` of a chat message. */
  metadata(event: EventOf<'run-end'>): ValueObject {
    return {
      usage: usageObject(event),
      retriever_resources: [],
      ...(this.#notices.length > 0 && { notices: this.#notices }),
    }
  }

  #envelope(event: string, withRun: boolean): ValueObject {
    const { mode, taskId, runId, messageId, conversationId, createdAt } = this.#context
    if (mode === 'workflow') return { event, task_id: taskId, workflow_run_id: runId }
    return {
      event,
      task_id: taskId,
      message_id: messageId,
      conversation_id: conversationId,
      created_at: seconds(createdAt),
      ...(withRun && { workflow_run_id: runId }),
    }
  }

  #node(event: string, data: ValueObject): Frame {
    return { ...this.#envelope(event, true), data }
  }

  #started(event: EventOf<'run-start'>): Frame {
    const { runId, workflowId, system } = this.#context
    const inputs = { ...event.inputs, ...system }
    const data = { id: runId, workflow_id: workflowId, inputs, created_at: seconds(event.at), reason: 'initial' }
    return this.#node('workflow_started', data)
  }

  #text(event: EventOf<'text-delta'>): Frame {
    const selector = [...event.selector]
    if (this.#context.mode === 'workflow') {
      return this.#node('text_chunk', { text: event.text, from_variable_selector: selector })
    }
    return {
      ...this.#envelope('message', false),
      id: this.#context.messageId,
      answer: event.text,
      from_variable_selector: selector,
    }
  }

  #reasoning(event: EventOf<'reasoning-delta'>): Frame {
    const messageId = this.#context.mode === 'workflow' ? null : this.#context.messageId
    const data = { message_id: messageId, reasoning: event.text, node_id: event.nodeId, is_final: event.final }
    return { ...this.#envelope('reasoning_chunk', this.#context.mode === 'workflow'), data }
  }

  #ended(event: EventOf<'run-end'>): Frame[] {
    const finished = this.#node('workflow_finished', this.finished(event))
    if (this.#context.mode === 'workflow') return [finished]
    if (event.status === 'failed') {
      return [finished, this.error(400, 'invalid_param', event.failure?.message ?? 'The run failed.')]
    }
    const end = {
      ...this.#envelope('message_end', false),
      id: this.#context.messageId,
      metadata: this.metadata(event),
      files: filesIn(event.outputs),
    }
    return [end, finished]
  }
}

const isContainer = (event: NodeIdentity): boolean => event.nodeType === 'iteration' || event.nodeType === 'loop'

const kindOf = (event: { readonly type: string }): string => event.type.slice(0, event.type.indexOf('-'))

const seconds = (ms: number): number => Math.floor(ms / 1000)

const framePlace = (frame: FramePosition): ValueObject => ({
  iteration_id: frame.iterationId ?? null,
  loop_id: frame.loopId ?? null,
})

const nodeFields = (event: NodeIdentity): ValueObject => ({
  id: wireId(event.executionId),
  node_id: event.nodeId,
  node_type: event.nodeType,
  title: event.title,
  index: event.index,
})

const startFields = (event: EventOf<'node-start'>): ValueObject => ({
  ...nodeFields(event),
  predecessor_node_id: event.predecessorId,
  inputs: null,
  inputs_truncated: false,
  created_at: seconds(event.at),
  extras: {},
  ...framePlace(event.frame),
  agent_strategy: null,
})

const endFields = (event: EventOf<'node-end'>): ValueObject => ({
  ...nodeFields(event),
  predecessor_node_id: null,
  inputs: event.inputs,
  inputs_truncated: false,
  process_data: event.processData,
  process_data_truncated: false,
  outputs: event.outputs,
  outputs_truncated: false,
  status: event.status,
  error: event.failure?.message ?? null,
  elapsed_time: float(event.elapsedMs / 1000),
  execution_metadata: executionMetadata(event),
  created_at: seconds(event.at - event.elapsedMs),
  finished_at: seconds(event.at),
  files: filesIn(event.outputs),
  ...framePlace(event.frame),
})

const retryFields = (event: EventOf<'node-retry'>): ValueObject => ({
  ...nodeFields(event),
  predecessor_node_id: null,
  inputs: event.inputs,
  inputs_truncated: false,
  process_data: {},
  process_data_truncated: false,
  outputs: {},
  outputs_truncated: false,
  status: 'retry',
  error: event.failure.message,
  elapsed_time: new Float(0),
  execution_metadata: null,
  created_at: seconds(event.at),
  finished_at: seconds(event.at),
  files: [],
  ...framePlace(event.frame),
  retry_index: event.retry,
})

const executionMetadata = (event: EventOf<'node-end'>): ValueObject => {
  const { iterationId, iterationIndex, loopId, loopIndex } = event.frame
  return {
    ...event.metadata,
    ...(event.usage && { total_tokens: event.usage.totalTokens, total_price: '0', currency: 'USD' }),
    ...(iterationId !== undefined && { iteration_id: iterationId, iteration_index: iterationIndex ?? 0 }),
    ...(loopId !== undefined && { loop_id: loopId, loop_index: loopIndex ?? 0 }),
  }
}

/** In events of containers, the id is the node's. */
const containerFields = (event: NodeIdentity & { readonly at: number }): ValueObject => ({
  id: event.nodeId,
  node_id: event.nodeId,
  node_type: event.nodeType,
  title: event.title,
  created_at: seconds(event.at),
})

const containerStart = (event: EventOf<'iteration-start' | 'loop-start'>): ValueObject => ({
  ...containerFields(event),
  extras: {},
  metadata: { [`${kindOf(event)}_length`]: event.length },
  inputs: event.inputs,
  inputs_truncated: false,
})

const containerEnd = (event: EventOf<'iteration-end' | 'loop-end'>): ValueObject => ({
  ...containerFields(event),
  outputs: event.outputs,
  outputs_truncated: false,
  inputs: event.inputs,
  inputs_truncated: false,
  extras: {},
  status: event.status,
  error: null,
  elapsed_time: float(event.elapsedMs / 1000),
  total_tokens: totalTokens(event.metadata),
  execution_metadata: event.metadata,
  finished_at: seconds(event.at),
  steps: event.steps,
})

const totalTokens = (metadata: ValueObject): Value => metadata.total_tokens ?? 0

const usageObject = (event: EventOf<'run-end'>): ValueObject => ({
  prompt_tokens: event.usage.promptTokens,
  prompt_unit_price: '0',
  prompt_price_unit: '0',
  prompt_price: '0',
  completion_tokens: event.usage.completionTokens,
  completion_unit_price: '0',
  completion_price_unit: '0',
  completion_price: '0',
  total_tokens: event.usage.totalTokens,
  total_price: '0',
  currency: 'USD',
  latency: float(event.elapsedMs / 1000),
})

/** Every file among the values, as the API shows files. */
const filesIn = (value: Value): ValueObject[] => {
  if (value instanceof Opaque) return [value.toObject()]
  if (isList(value)) return value.flatMap(filesIn)
  return isObject(value) ? Object.values(value).flatMap((item) => filesIn(item)) : []
}

/** `node_<uuid>` → `<uuid>`. */
const wireId = (id: string): string => id.slice(id.indexOf('_') + 1)
