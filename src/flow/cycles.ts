// Circles in a graph. The engine would simply never start their nodes; whoever imports a graph wants to know.

import type { Graph } from './spec.ts'

/** Node ids of one circle for each group of nodes that lead back to themselves, in edge order. */
export const findCycles = (graph: Graph): string[][] => {
  const targets = new Map<string, string[]>()
  for (const { source, target } of graph.edges) {
    const list = targets.get(source)
    if (list) list.push(target)
    else targets.set(source, [target])
  }
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  for (const { id } of graph.nodes) {
    if (state.has(id)) continue
    // Depth first with a stack of its own: `path` is the way from the first node to the current one.
    const path = [id]
    const cursors = [0]
    state.set(id, 'open')
    while (path.length > 0) {
      const at = path.at(-1) as string
      const next = (targets.get(at) ?? [])[cursors.at(-1) as number]
      if (next === undefined) {
        state.set(at, 'done')
        path.pop()
        cursors.pop()
        continue
      }
      cursors[cursors.length - 1] = (cursors.at(-1) as number) + 1
      const seen = state.get(next)
      if (seen === 'open') cycles.push(path.slice(path.indexOf(next)))
      else if (seen === undefined) {
        state.set(next, 'open')
        path.push(next)
        cursors.push(0)
      }
    }
  }
  return cycles
}
