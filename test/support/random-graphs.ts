// Random graphs, and schedules under which their nodes finish, for properties of the engine.

import fc from 'fast-check'
import type { Graph, GraphEdge, GraphNode } from '../../src/flow/spec.ts'
import type { Script } from './flow-kinds.ts'

export interface Shape {
  readonly graph: Graph
  readonly seeds: readonly [number, number]
  /** An unhandled failure may end the run before or after other branches: then only its outcome is compared. */
  readonly mayFail: boolean
}

const TYPES = ['task', 'task', 'task', 'stream', 'branch', 'answer', 'each'] as const

const NODE = fc.record({
  type: fc.constantFrom<(typeof TYPES)[number] | 'ask'>(...TYPES),
  asks: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  strategy: fc.constantFrom('none', 'fail-branch', 'default-value'),
  retries: fc.constantFrom(0, 0, 1),
  handle: fc.constantFrom('a', 'b'),
  items: fc.integer({ min: 0, max: 3 }),
  parallel: fc.boolean(),
  sets: fc.boolean(),
  refers: fc.array(fc.nat(), { maxLength: 2 }),
})
type NodeSeed = typeof NODE extends fc.Arbitrary<infer Seed> ? Seed : never

/** With `asks`, some nodes wait for an answer from outside, in frames of containers too. */
export const shapesOf = ({ asks = false } = {}): fc.Arbitrary<Shape> =>
  fc
    .record({
      nodes: fc.array(NODE, { minLength: 1, maxLength: 9 }),
      links: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('source', 'a', 'b', 'fail-branch')), {
        maxLength: 16,
      }),
      seeds: fc.tuple(fc.nat(), fc.nat()),
    })
    .map(({ nodes: drawn, links, seeds }) => {
      const nodes = drawn.map((seed) => ({ ...seed, asks: asks && seed.asks }))
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
      type: seed.asks && seed.type === 'task' ? 'ask' : seed.type,
      fails: seed.fails,
      error_strategy: seed.strategy,
      retry_config: { retry_enabled: true, max_retries: seed.retries, retry_interval: 0 },
      handle: seed.handle,
      sets: seed.sets,
      answer: `[${i}]`,
      items: Array.from({ length: seed.items }, (_, n) => n),
      parallel: seed.parallel,
      result: `${id}x`,
    },
  })
  if (seed.type === 'each') {
    const inner = { loop_id: id, sets: seed.sets, fails: seed.fails, error_strategy: seed.strategy }
    list.push({ id: `${id}start`, parentId: id, data: { type: 'entry' } })
    list.push({ id: `${id}x`, parentId: id, data: { type: seed.asks ? 'ask' : 'task', ...inner } })
    list.push({ id: `${id}y`, parentId: id, data: { type: 'answer', answer: `(${id}.{{#${id}.index#}})` } })
    edges.push(edge(`${id}start`, `${id}x`, 'source'), edge(`${id}x`, `${id}y`, 'source'))
  }
}

/** Lets nodes finish in an order drawn from the seed. */
export const scheduler = (seed: number): { script: Script; settle(): boolean } => {
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
