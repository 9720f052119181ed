// Node, iteration and loop events as the Service API of Dify words them: the `data` of their frames. Source of names and fields:
// Dify's Service API reference and its public server source; docs/service-api.md lists what differs.
//
// D2  Containers show only their own events, not `node_started`/`node_finished`.

import { priceTexts } from '../../base/cost.ts'
import { Float, float } from '../../base/number.ts'
import { isList, isObject, Opaque, type Value, type ValueObject } from '../../base/value.ts'
import type { FlowEvent, FramePosition, NodeIdentity } from '../../flow/events.ts'

type EventOf<Type extends FlowEvent['type']> = Extract<FlowEvent, { type: Type }>

/** The events that happen at nodes. */
export type NodeEvent = EventOf<
  | 'node-start'
  | 'node-end'
  | 'node-retry'
  | 'iteration-start'
  | 'iteration-next'
  | 'iteration-end'
  | 'loop-start'
  | 'loop-next'
  | 'loop-end'
>

/** Name and `data` of the frame; undefined for what the Service API has no frame for. */
export const nodeFrame = (event: NodeEvent): { readonly name: string; readonly data: ValueObject } | undefined => {
  switch (event.type) {
    case 'node-start':
      return isContainer(event) ? undefined : { name: 'node_started', data: startFields(event) }
    case 'node-end':
      return isContainer(event) ? undefined : { name: 'node_finished', data: endFields(event) }
    case 'node-retry':
      return { name: 'node_retry', data: retryFields(event) }
    case 'iteration-start':
    case 'loop-start':
      return { name: `${kindOf(event)}_started`, data: containerStart(event) }
    case 'iteration-next':
      return { name: 'iteration_next', data: { ...containerFields(event), index: event.round, extras: {} } }
    case 'loop-next':
      return {
        name: 'loop_next',
        data: { ...containerFields(event), index: event.round, pre_loop_output: event.variables, extras: {} },
      }
    case 'iteration-end':
    case 'loop-end':
      return { name: `${kindOf(event)}_completed`, data: containerEnd(event) }
  }
}

const isContainer = (event: NodeIdentity): boolean => event.nodeType === 'iteration' || event.nodeType === 'loop'

const kindOf = (event: { readonly type: string }): string => event.type.slice(0, event.type.indexOf('-'))

export const seconds = (ms: number): number => Math.floor(ms / 1000)

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

// The fields of the two most frequent events stand in one literal each: put together from parts, their objects would be
// slow to make and to write.

const startFields = (event: EventOf<'node-start'>): ValueObject => ({
  id: wireId(event.executionId),
  node_id: event.nodeId,
  node_type: event.nodeType,
  title: event.title,
  index: event.index,
  predecessor_node_id: event.predecessorId,
  inputs: null,
  inputs_truncated: false,
  created_at: seconds(event.at),
  extras: {},
  iteration_id: event.frame.iterationId ?? null,
  loop_id: event.frame.loopId ?? null,
  agent_strategy: null,
})

const endFields = (event: EventOf<'node-end'>): ValueObject => ({
  id: wireId(event.executionId),
  node_id: event.nodeId,
  node_type: event.nodeType,
  title: event.title,
  index: event.index,
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
  iteration_id: event.frame.iterationId ?? null,
  loop_id: event.frame.loopId ?? null,
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
    ...(event.usage && {
      total_tokens: event.usage.totalTokens,
      total_price: event.usage.cost ? priceTexts(event.usage.cost).totalPrice : new Float(0),
      currency: 'USD',
    }),
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

/** Every file among the values, as the API shows files. */
export const filesIn = (value: Value): ValueObject[] => {
  if (value instanceof Opaque) return [value.toObject()]
  if (isList(value)) return value.flatMap(filesIn)
  return isObject(value) ? Object.values(value).flatMap((item) => filesIn(item)) : []
}

/** `node_<uuid>` → `<uuid>`. */
const wireId = (id: string): string => id.slice(id.indexOf('_') + 1)
