// Random graphs: whatever order nodes finish in, a run ends, starts each node once per activation, and says the same.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Script, testKinds } from '../../test/support/flow-kinds.ts'
import { createIds, systemClock } from '../base/seams.ts'
import { compile } from './compile.ts'
import type { FlowEvent } from './events.ts'
import { run } from './run.ts'
import type { Graph, GraphEdge, GraphNode } from './spec.ts'

const RUNS = 10_000

interface Shape {
  readonly graph: Graph
  readonly seeds: readonly [number, number]
  /** An unhandled failure may end the run before or after other branches: then only its outcome is compared. */
  readonly mayFail: boolean
}

const NODE = fc.record({
  type: fc.constantFrom('task', 'task', 'task', 'stream', 'branch', 'answer', 'each'),
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  strategy: fc.constantFrom('none', 'fail-branch', 'default-value'),
  retries: fc.constantFrom(0, 0, 1),
  handle: fc.constantFrom('a', 'b'),
  items: fc.integer({ min: 0, max: 3 }),
  parallel: fc.boolean(),
  refers: fc.array(fc.nat(), { maxLength: 2 }),
})
type NodeSeed = typeof NODE extends fc.Arbitrary<infer Seed> ? Seed : never

const shapes: fc.Arbitrary<Shape> = fc
  .record({
    nodes: fc.array(NODE, { minLength: 1, maxLength: 9 }),
    links: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('source', 'a', 'b', 'fail-branch')), {
      maxLength: 16,
    }),
    seeds: fc.tuple(fc.nat(), fc.nat()),
  })
  .map(({ nodes, links, seeds }) => {
    const list: GraphNode[] = [{ id: 'n0', data: { type: 'start' } }]
    const edges: GraphEdge[] = []
    for (const [i, seed] of nodes.entries()) addNode(list, edges, seed, i + 1)
    for (const [from, to, handle] of links) {
      const target = 1 + (to % nodes.length)
      const source = from % target
      edges.push(edge(`n${source}`, `n${target}`, handleOf(list, `n${source}`, handle)))
    }
    const refer = (node: GraphNode): GraphNode => {
      const number = Number(node.id.slice(1))
      const before = ancestors(edges, node.id)
      if (node.data.type !== 'answer' || !nodes[number - 1] || before.length === 0) return node
      // Only what the node waits for: a race that the graph itself asks for has no single answer.
      const refers = nodes[number - 1]?.refers.map((n) => `{{#${before[n % before.length]}.out#}}`) ?? []
      return { ...node, data: { ...node.data, answer: `[${number}:${refers.join('-')}]` } }
    }
    return {
      graph: { nodes: list.map(refer), edges },
      seeds,
      mayFail: list.some(({ data }) => data.fails === true && data.error_strategy === 'none'),
    }
  })

const ancestors = (edges: readonly GraphEdge[], id: string): string[] => {
  const found = new Set<string>()
  const stack = [id]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const { source, target } of edges) {
      if (target !== at || found.has(source)) continue
      found.add(source)
      stack.push(source)
    }
  }
  return [...found]
}

const edge = (source: string, target: string, sourceHandle: string): GraphEdge => ({ source, target, sourceHandle })

const handleOf = (nodes: readonly GraphNode[], id: string, wished: string): string => {
  const data = nodes.find((node) => node.id === id)?.data
  if (data?.type === 'branch') return wished === 'a' || wished === 'b' ? wished : 'a'
  return data?.error_strategy === 'fail-branch' && wished === 'fail-branch' ? wished : 'source'
}

const addNode = (list: GraphNode[], edges: GraphEdge[], seed: NodeSeed, i: number): void => {
  const id = `n${i}`
  list.push({
    id,
    data: {
      type: seed.type,
      fails: seed.fails,
      error_strategy: seed.strategy,
      retry_config: { retry_enabled: true, max_retries: seed.retries, retry_interval: 0 },
      handle: seed.handle,
      answer: `[${i}]`,
      items: Array.from({ length: seed.items }, (_, n) => n),
      parallel: seed.parallel,
      result: `${id}x`,
    },
  })
  if (seed.type === 'each') {
    const inner = { loop_id: id, fails: seed.fails, error_strategy: seed.strategy }
    list.push({ id: `${id}start`, parentId: id, data: { type: 'entry' } })
    list.push({ id: `${id}x`, parentId: id, data: { type: 'task', ...inner } })
    list.push({ id: `${id}y`, parentId: id, data: { type: 'answer', answer: `(${id}.{{#${id}.index#}})` } })
    edges.push(edge(`${id}start`, `${id}x`, 'source'), edge(`${id}x`, `${id}y`, 'source'))
  }
}

/** Lets nodes finish in an order drawn from the seed. */
const scheduler = (seed: number): { script: Script; settle(): boolean } => {
  const waiting: (() => void)[] = []
  let state = seed >>> 0
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
  return {
    script: { gate: () => (next() % 3 === 0 ? undefined : new Promise((resolve) => waiting.push(resolve))) },
    settle: () => {
      const [resume] = waiting.splice(next() % Math.max(waiting.length, 1), 1)
      resume?.()
      return resume !== undefined
    },
  }
}

const play = async (graph: Graph, seed: number): Promise<FlowEvent[]> => {
  const compiled = compile(graph, { kinds: testKinds, mode: 'workflow' })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  const { script, settle } = scheduler(seed)
  const events: FlowEvent[] = []
  let ended = false
  const reading = (async () => {
    const request = { inputs: {}, system: {}, environment: {}, conversation: {}, services: script, clock: systemClock }
    for await (const event of run(compiled.value, { ...request, ids: createIds(systemClock) })) events.push(event)
    ended = true
  })()
  // Each turn lets promises settle, then frees one node. A run that neither ends nor waits for a gate hangs.
  for (let idle = 0; !ended && idle < 50; ) {
    await new Promise((resolve) => setImmediate(resolve))
    idle = settle() ? 0 : idle + 1
  }
  expect(ended, 'the run ended').toBe(true)
  await reading
  return events
}

const summary = (events: readonly FlowEvent[]) => {
  const end = events.at(-1)
  if (end?.type !== 'run-end') throw new Error('no run-end')
  const nodes = events.flatMap((event) =>
    event.type === 'node-end'
      ? [`${event.nodeId} ${JSON.stringify(event.frame)} ${event.status} ${JSON.stringify(event.outputs)}`]
      : [],
  )
  const skipped = events.flatMap((event) => (event.type === 'node-skip' ? event.nodeIds : []))
  return {
    status: end.status,
    outputs: end.outputs,
    exceptions: end.exceptions,
    nodes: nodes.sort(),
    skipped: skipped.sort(),
  }
}

const checkOrder = (events: readonly FlowEvent[]): void => {
  const started = new Map<string, number>()
  const ended = new Set<string>()
  for (const [i, event] of events.entries()) {
    if (event.type === 'node-start') {
      const key = `${event.nodeId} ${JSON.stringify(event.frame)}`
      expect(started.has(key), `${key} starts once`).toBe(false)
      started.set(key, i)
    }
    if (event.type === 'node-end') {
      const key = `${event.nodeId} ${JSON.stringify(event.frame)}`
      expect(started.has(key) && !ended.has(key), `${key} ends once, after its start`).toBe(true)
      ended.add(key)
    }
  }
  expect(ended.size, 'every started node ends').toBe(started.size)
  expect(events.filter((event) => event.type === 'run-end')).toHaveLength(1)
  expect(events[0]?.type).toBe('run-start')
  expect(events.at(-1)?.type).toBe('run-end')
}

describe('random graphs', () => {
  it(`${RUNS} graphs, each under two schedules`, { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ graph, seeds, mayFail }) => {
        const first = await play(graph, seeds[0])
        const second = await play(graph, seeds[1])
        checkOrder(first)
        checkOrder(second)
        const [a, b] = [summary(first), summary(second)]
        if (!mayFail) expect(b).toEqual(a)
      }),
      { numRuns: RUNS },
    )
  })
})
