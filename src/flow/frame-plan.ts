// The part of a graph that one frame runs: everything reachable from its entry, numbered, with its edges.

import type { FramePlan, PlanEdge, PlanNode } from './plan.ts'
import { planResponses } from './response-plan.ts'
import { skip, unsettled } from './settle.ts'
import type { Graph } from './spec.ts'

interface FrameSource<Services> {
  readonly graph: Graph
  readonly nodes: ReadonlyMap<string, PlanNode<Services>>
  readonly startId: string
  /** The run's own frame: other roots beside the start are inactive in it. */
  readonly isRoot: boolean
  readonly inner: (node: PlanNode<Services>) => FramePlan<Services> | undefined
}

export const planFrame = <Services>(source: FrameSource<Services>): FramePlan<Services> => {
  const { graph, startId } = source
  const inactive = source.isRoot
    ? [...source.nodes.values()].filter((node) => node.role === 'root' && node.id !== startId).map((node) => node.id)
    : []
  const members = reachable(graph, [startId, ...inactive])
  const nodes = graph.nodes.flatMap(({ id }) => {
    const node = members.has(id) ? source.nodes.get(id) : undefined
    if (!node) return []
    const inner = node.role === 'container' ? source.inner(node) : undefined
    return [Object.freeze(inner ? { ...node, inner } : node)]
  })
  const position = new Map(nodes.map((node, i) => [node.id, i]))
  const edges: PlanEdge[] = []
  const out: number[][] = nodes.map(() => [])
  const incoming = nodes.map(() => unsettled(0))
  for (const edge of graph.edges) {
    const target = position.get(edge.target)
    if (target === undefined) continue
    incoming[target] = (incoming[target] as number) + unsettled(1)
    const from = position.get(edge.source)
    // An edge from an unreachable node stays unsettled for ever: it is counted, but nothing will ever settle it.
    if (from === undefined) continue
    out[from]?.push(edges.length)
    edges.push(Object.freeze({ source: from, target, handle: edge.sourceHandle }))
  }
  const start = position.get(startId) as number
  const skipped: number[] = []
  for (const id of inactive) {
    const root = position.get(id) as number
    // A root that another edge leads into is settled by that edge.
    if (incoming[root] !== unsettled(0)) continue
    skipped.push(root)
    skip({ edges, out, nodes: incoming }, out[root] ?? [], (node) => skipped.push(node))
  }
  const skeleton = { nodes, edges, out, start }
  return Object.freeze({
    ...skeleton,
    incoming,
    skipped,
    position,
    responses: planResponses(skeleton),
    rank: rankNodes(edges, out),
  })
}

const rankNodes = (edges: readonly PlanEdge[], out: readonly (readonly number[])[]): Int32Array => {
  const rank = new Int32Array(out.length).fill(out.length)
  const left = new Int32Array(out.length)
  for (const { target } of edges) left[target] = (left[target] as number) + 1
  const queue = out.flatMap((_, node) => (left[node] === 0 ? [node] : []))
  for (let next = 0; next < queue.length; next++) {
    const node = queue[next] as number
    rank[node] = next
    for (const edge of out[node] ?? []) {
      const { target } = edges[edge] as PlanEdge
      left[target] = (left[target] as number) - 1
      if (left[target] === 0) queue.push(target)
    }
  }
  return rank
}

const reachable = (graph: Graph, from: readonly string[]): Set<string> => {
  const targets = new Map<string, string[]>()
  for (const edge of graph.edges) {
    const list = targets.get(edge.source)
    if (list) list.push(edge.target)
    else targets.set(edge.source, [edge.target])
  }
  const seen = new Set(from)
  const stack = [...from]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const target of targets.get(id) ?? []) {
      if (seen.has(target)) continue
      seen.add(target)
      stack.push(target)
    }
  }
  return seen
}
