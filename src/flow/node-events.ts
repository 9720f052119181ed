// The events of one execution of a node. Written out field by field: they are the bulk of what a run allocates, and objects
// that always get the same fields in the same order are the cheapest.

import type { Clock } from '../base/seams.ts'
import type { Value, ValueObject } from '../base/value.ts'
import type { FlowEvent, FramePosition, NodeFailure, NodeIdentity, NodeStatus } from './events.ts'
import type { NodeFailed, NodeSuccess } from './spec.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type EventOf<Type extends FlowEvent['type']> = Extract<FlowEvent, { type: Type }>

/** What of an execution its events tell. */
interface Execution {
  readonly owner: { readonly clock: Clock }
  readonly node: { readonly id: string; readonly type: string; readonly title: string }
  readonly inFrame: { readonly position: FramePosition }
  readonly executionId: string
  readonly order: number
  readonly startedMs: number
  readonly retries: number
  readonly container:
    | { readonly kind: 'iteration' | 'loop'; readonly length: number; readonly inputs: ValueObject }
    | undefined
  identity(): NodeIdentity
}

/** What an outcome adds to the event of its end. */
export type Ended = Omit<NodeSuccess, 'type'> & { readonly failure?: NodeFailure }

const NOTHING: ValueObject = Object.freeze({})

export const nodeStart = (node: Execution, predecessorId: string | null): FlowEvent => ({
  type: 'node-start',
  executionId: node.executionId,
  nodeId: node.node.id,
  nodeType: node.node.type,
  title: node.node.title,
  index: node.order,
  frame: node.inFrame.position,
  predecessorId,
  at: node.owner.clock.now(),
})

export const nodeRetry = (node: Execution, outcome: NodeFailed): FlowEvent => ({
  type: 'node-retry',
  executionId: node.executionId,
  nodeId: node.node.id,
  nodeType: node.node.type,
  title: node.node.title,
  index: node.order,
  frame: node.inFrame.position,
  retry: node.retries,
  failure: outcome.failure,
  inputs: outcome.inputs ?? NOTHING,
  at: node.owner.clock.now(),
})

export const nodeEnd = (node: Execution, status: NodeStatus, outcome: Ended, handle: string): FlowEvent => {
  const { clock } = node.owner
  const event: Mutable<EventOf<'node-end'>> = {
    type: 'node-end',
    executionId: node.executionId,
    nodeId: node.node.id,
    nodeType: node.node.type,
    title: node.node.title,
    index: node.order,
    frame: node.inFrame.position,
    status,
    inputs: outcome.inputs ?? NOTHING,
    processData: outcome.processData ?? NOTHING,
    outputs: outcome.outputs,
    metadata: outcome.metadata ?? NOTHING,
    at: clock.now(),
    elapsedMs: clock.elapsed() - node.startedMs,
  }
  if (handle !== 'source') event.handle = handle
  if (outcome.failure) event.failure = outcome.failure
  if (outcome.usage) event.usage = outcome.usage
  return event
}

export const containerStart = (
  node: Execution,
  kind: 'iteration' | 'loop',
  length: number,
  inputs: ValueObject,
): FlowEvent => ({
  type: `${kind}-start`,
  ...node.identity(),
  length,
  inputs,
  at: node.owner.clock.now(),
})

export const iterationNext = (node: Execution, round: number): FlowEvent => ({
  type: 'iteration-next',
  executionId: node.executionId,
  nodeId: node.node.id,
  nodeType: node.node.type,
  title: node.node.title,
  index: node.order,
  frame: node.inFrame.position,
  round,
  at: node.owner.clock.now(),
})

export const loopNext = (node: Execution, round: number, variables: ValueObject): FlowEvent => ({
  type: 'loop-next',
  executionId: node.executionId,
  nodeId: node.node.id,
  nodeType: node.node.type,
  title: node.node.title,
  index: node.order,
  frame: node.inFrame.position,
  round,
  variables,
  at: node.owner.clock.now(),
})

export const containerEnd = (node: Execution, status: NodeStatus, outcome: Ended): FlowEvent => {
  const { container } = node
  const { clock } = node.owner
  return {
    type: `${container?.kind ?? 'iteration'}-end`,
    ...node.identity(),
    status: status === 'succeeded' ? 'succeeded' : 'failed',
    outputs: outcome.outputs,
    steps: container?.length ?? 0,
    ...(outcome.failure && { failure: outcome.failure }),
    metadata: outcome.metadata ?? NOTHING,
    inputs: container?.inputs ?? NOTHING,
    at: clock.now(),
    elapsedMs: clock.elapsed() - node.startedMs,
  }
}

export const variableUpdate = (node: Execution, selector: readonly [string, string], value: Value): FlowEvent => ({
  type: 'variable-update',
  selector,
  value,
  nodeId: node.node.id,
  frame: node.inFrame.position,
})
