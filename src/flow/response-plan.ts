// Finds, at compile time, which edges hold a response back.
// An edge blocks a response when its source decides something the reader must not see too early: a branch, a container,
// another response, or a node that writes a variable the response shows.

import type { FramePlan, PlanEdge, PlanNode, ResponsePlan } from './plan.ts'
import type { ResponseSegment } from './spec.ts'

type Skeleton = Pick<FramePlan, 'nodes' | 'edges' | 'out' | 'start'>

export const planResponses = (frame: Skeleton): ResponsePlan[] => {
  const incoming: number[][] = frame.nodes.map(() => [])
  for (const [i, edge] of frame.edges.entries()) incoming[edge.target]?.push(i)
  return frame.nodes.flatMap((node, index) =>
    node.role === 'response' ? [planResponse(frame, incoming, node, index)] : [],
  )
}

const planResponse = (frame: Skeleton, incoming: readonly number[][], node: PlanNode, index: number): ResponsePlan => {
  const segments = node.body.template ?? []
  const ancestors = markAncestors(frame.edges, incoming, index, frame.nodes.length)
  const blocking = new Uint8Array(frame.edges.length)
  frame.edges.forEach((edge, i) => {
    if (blocks(frame.nodes[edge.source] as PlanNode, segments)) blocking[i] = 1
  })
  const open = new Uint8Array(frame.nodes.length)
  const plan: ResponsePlan = { node: index, id: node.id, segments, ancestors, blocking, open }
  flood(frame, plan, open, frame.start)
  return Object.freeze(plan)
}

const markAncestors = (
  edges: readonly PlanEdge[],
  incoming: readonly number[][],
  target: number,
  size: number,
): Uint8Array => {
  const marked = new Uint8Array(size)
  const stack = [target]
  marked[target] = 1
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const i of incoming[node] ?? []) {
      const source = (edges[i] as PlanEdge).source
      if (marked[source] === 0) {
        marked[source] = 1
        stack.push(source)
      }
    }
  }
  return marked
}

const blocks = (source: PlanNode, segments: readonly ResponseSegment[]): boolean =>
  source.branches ||
  source.role === 'container' ||
  source.role === 'response' ||
  (source.body.writes ?? []).some((written) =>
    segments.some(
      (segment) =>
        segment.type === 'variable' && segment.selector[0] === written[0] && segment.selector[1] === written[1],
    ),
  )

/** Marks everything that `from` opens: the response is reached when its own node is marked. */
export const flood = (
  frame: Pick<FramePlan, 'edges' | 'out'>,
  plan: ResponsePlan,
  open: Uint8Array,
  from: number,
): void => {
  if (plan.ancestors[from] === 0 || open[from] === 1) return
  open[from] = 1
  const stack = [from]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const i of frame.out[node] ?? []) {
      const target = (frame.edges[i] as PlanEdge).target
      if (plan.blocking[i] === 1 || plan.ancestors[target] === 0 || open[target] === 1) continue
      open[target] = 1
      stack.push(target)
    }
  }
}
