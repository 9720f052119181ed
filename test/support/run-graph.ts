// Runs a small graph with some kinds through the real engine and keeps what it said.

import { createIds, systemClock } from '../../src/base/seams.ts'
import type { Value, ValueObject } from '../../src/base/value.ts'
import { compile } from '../../src/flow/compile.ts'
import type { FlowEvent } from '../../src/flow/events.ts'
import { run } from '../../src/flow/run.ts'
import type { DeclaredVariable } from '../../src/flow/spec.ts'
import type { Kind, NodeServices } from '../../src/nodes/spec.ts'

export interface SmallGraph {
  readonly kinds: readonly Kind[]
  /** Settings by node id. A `parent` names the container. */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** `a>b`, or `a:handle>b`. */
  readonly edges: readonly string[]
  readonly inputs?: ValueObject
  readonly conversation?: Readonly<Record<string, DeclaredVariable>>
  readonly services?: Partial<NodeServices>
}

export interface Played {
  readonly events: readonly FlowEvent[]
  readonly end: Extract<FlowEvent, { type: 'run-end' }>
  /** What the node ended with, the last time it did. */
  node(id: string): Extract<FlowEvent, { type: 'node-end' }>
  output(id: string, name: string): Value | undefined
}

export const runGraph = async (graph: SmallGraph): Promise<Played> => {
  const compiled = compile(
    {
      nodes: Object.entries(graph.nodes).map(([id, { parent, ...data }]) => ({
        id,
        data,
        ...(typeof parent === 'string' && { parentId: parent }),
      })),
      edges: graph.edges.map((edge) => {
        const [from = '', target = ''] = edge.split('>')
        const [source = '', sourceHandle = 'source'] = from.split(':')
        return { source, target, sourceHandle }
      }),
    },
    { kinds: graph.kinds, mode: 'advanced-chat' },
  )
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  const events: FlowEvent[] = []
  const request = {
    inputs: graph.inputs ?? {},
    system: {},
    environment: {},
    conversation: graph.conversation ?? {},
    services: (graph.services ?? {}) as NodeServices,
    clock: systemClock,
    ids: createIds(systemClock),
  }
  for await (const event of run(compiled.value, request)) events.push(event)
  const end = events.at(-1)
  if (end?.type !== 'run-end') throw new Error('the run did not end')
  const node = (id: string) => {
    const found = events.findLast((event) => event.type === 'node-end' && event.nodeId === id)
    if (found?.type !== 'node-end') throw new Error(`node ${id} did not end`)
    return found
  }
  return { events, end, node, output: (id, name) => node(id).outputs[name] }
}
