// Reads `workflow.graph`: nodes and edges as the engine takes them, every structural problem with its place.
// Sticky notes are dropped. What a node's own settings must look like is for its kind to say, when the graph is compiled.

import type { Value, ValueObject } from '../../../base/value.ts'
import type { Graph, GraphEdge, GraphNode } from '../../../flow/spec.ts'
import { describe, field, joinPath, type Problems } from './problems.ts'

export const GRAPH_PATH = 'workflow.graph'

export interface ReadGraph {
  readonly graph: Graph
  readonly root: GraphNode | undefined
}

/** The graph as written; undefined when it has no nodes to speak of. */
export const readGraph = (value: Value | undefined, problems: Problems): ReadGraph | undefined => {
  const map = problems.map(value, GRAPH_PATH)
  if (map === undefined) return undefined
  const nodesPath = joinPath(GRAPH_PATH, 'nodes')
  const list = problems.list(field(map, 'nodes'), nodesPath)
  const edges = problems.list(field(map, 'edges'), joinPath(GRAPH_PATH, 'edges'))
  if (list === undefined) return undefined

  const ids = new Map<string, string>()
  const nodes = list.flatMap((item, index) => readNode(item, joinPath(nodesPath, index), ids, problems))
  const root = nodes.find((node) => isRootType(node.data.type))
  if (root === undefined) problems.add(nodesPath, 'app/no-root')
  const read = (edges ?? []).flatMap((item, index) =>
    readEdge(item, joinPath(joinPath(GRAPH_PATH, 'edges'), index), ids, problems),
  )
  return { graph: { nodes, edges: read }, root }
}

/** A run may begin at a start node, a trigger, or the source of a knowledge pipeline. */
const isRootType = (type: unknown): boolean =>
  typeof type === 'string' && (type === 'start' || type === 'datasource' || type.startsWith('trigger-'))

/** True for a sticky note, which is text on the canvas and no part of the app. */
export const isNote = (node: ValueObject): boolean => field(node, 'type') === 'custom-note'

const readNode = (item: Value, path: string, ids: Map<string, string>, problems: Problems): GraphNode[] => {
  const node = problems.map(item, path)
  if (node === undefined || isNote(node)) return []
  const id = field(node, 'id')
  if (typeof id !== 'string' || id === '') {
    problems.add(joinPath(path, 'id'), 'app/node-id', { found: describe(id) })
  } else if (ids.has(id)) {
    problems.add(joinPath(path, 'id'), 'app/node-duplicate', { id, other: ids.get(id) })
  } else {
    ids.set(id, path)
  }
  const data = problems.map(field(node, 'data'), joinPath(path, 'data'))
  if (data === undefined) return []
  const type = field(data, 'type')
  const name = typeof id === 'string' ? id : ''
  if (type === undefined || type === null || type === '') {
    problems.add(joinPath(path, 'data', 'type'), 'app/node-type', { id: name })
  } else {
    problems.text(type, joinPath(path, 'data', 'type'))
  }
  const parentId = field(node, 'parentId')
  const parent = typeof parentId === 'string' && parentId !== '' ? { parentId } : {}
  return [Object.freeze({ id: name, data, path, ...parent })]
}

const readEdge = (
  item: Value,
  path: string,
  ids: ReadonlyMap<string, string>,
  problems: Problems,
): readonly GraphEdge[] => {
  const edge = problems.map(item, path)
  if (edge === undefined) return []
  const source = field(edge, 'source')
  const target = field(edge, 'target')
  // Absent handles are the default exit; a handle that is no text makes the edge void, as its ends do.
  const handle = field(edge, 'sourceHandle')
  const sourceHandle = handle === undefined || handle === null || handle === '' ? 'source' : handle
  const ends = { source, target, sourceHandle }
  for (const [name, end] of Object.entries(ends)) {
    if (typeof end === 'string') continue
    problems.warn(joinPath(path, name), 'app/edge-ignored', { end: name })
    return []
  }
  const id = field(edge, 'id')
  const label = typeof id === 'string' ? id : path
  let dangling = false
  for (const end of ['source', 'target'] as const) {
    if (ids.has(ends[end] as string)) continue
    dangling = true
    problems.add(joinPath(path, end), 'app/edge-dangling', { edge: label, node: ends[end], end })
  }
  if (dangling) return []
  const read = { source: source as string, target: target as string, sourceHandle: sourceHandle as string, path }
  return [Object.freeze(typeof id === 'string' ? { id, ...read } : read)]
}
