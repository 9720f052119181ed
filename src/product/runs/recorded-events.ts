// Events of a run from its records: the steps without the text, for readers of a run that has no process.

import type { FlowEvent, FramePosition } from '../../flow/events.ts'
import type { Form } from '../forms/spec.ts'
import type { RunEvent } from './events.ts'
import type { NodeExecution } from './node-executions.ts'
import { shownForm } from './pausing.ts'
import type { Run } from './store.ts'

export const recordedEvents = (
  run: Run,
  nodes: readonly NodeExecution[],
  forms: readonly Form[],
): readonly RunEvent[] => [
  { type: 'run-start', inputs: run.inputs, at: run.startedAt ?? run.createdAt },
  ...nodes.flatMap(nodeEvents),
  ...forms.map((form) => ({ type: 'form-open', form: shownForm(form) }) as const),
]

const nodeEvents = (node: NodeExecution): readonly RunEvent[] => {
  const identity = {
    executionId: node.id,
    nodeId: node.nodeId,
    nodeType: node.nodeType,
    title: node.title,
    index: node.index,
    // Written from one.
    frame: node.frame as FramePosition,
  }
  const start: FlowEvent = { type: 'node-start', ...identity, predecessorId: node.predecessorId, at: node.startedAt }
  if (node.status === 'running' || node.status === 'paused') return [start]
  return [
    start,
    {
      type: 'node-end',
      ...identity,
      status: node.status,
      inputs: node.inputs,
      processData: node.processData,
      outputs: node.outputs,
      metadata: node.metadata,
      ...(node.error !== null && { failure: { type: node.errorType ?? '', message: node.error } }),
      at: node.finishedAt ?? node.startedAt,
      elapsedMs: node.elapsedMs ?? 0,
    },
  ]
}
