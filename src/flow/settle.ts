// Settling edges: what follows when an edge is taken, or never will be.
//
// The state of a node is one integer: twice the number of its unsettled incoming edges, plus one once any was taken.

import type { FramePlan, PlanEdge } from './plan.ts'

export interface EdgeState {
  readonly edges: FramePlan['edges']
  readonly out: FramePlan['out']
  readonly nodes: number[]
}

/** The state of a node none of whose incoming edges is settled. */
export const unsettled = (incoming: number): number => incoming * 2

/** Takes the edge. @returns its target when that became ready, else -1 */
export const take = (state: EdgeState, edge: number): number => {
  const { target } = state.edges[edge] as PlanEdge
  const now = ((state.nodes[target] as number) - 2) | 1
  state.nodes[target] = now
  return now === 1 ? target : -1
}

/** Settles these edges as skipped. A node whose last edge settles is ready if any was taken, else skipped itself, and
 *  then its own edges are skipped too. @returns nodes that became ready, in order */
export const skip = (state: EdgeState, edges: readonly number[], onSkip: (node: number) => void): number[] => {
  const ready: number[] = []
  // Depth first and in file order, with a stack of its own: graphs may be longer than the call stack.
  const stack = edges.toReversed()
  for (let edge = stack.pop(); edge !== undefined; edge = stack.pop()) {
    const { target } = state.edges[edge] as PlanEdge
    const now = (state.nodes[target] as number) - 2
    state.nodes[target] = now
    if (now > 1) continue
    if (now === 1) {
      ready.push(target)
      continue
    }
    onSkip(target)
    const out = state.out[target] ?? []
    for (let i = out.length - 1; i >= 0; i--) stack.push(out[i] as number)
  }
  return ready
}
