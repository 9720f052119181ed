// Brings the graph of an old file to today's shape for running, as the editor does when it opens one.
// The file's document is not touched. Frozen in, frozen out; parts that need no change are shared.

import { isList, isObject, type ValueObject } from '../../../base/value.ts'
import type { Graph, GraphEdge, GraphNode } from '../../../flow/spec.ts'
import { field } from './problems.ts'
import { expandModelProvider } from './provider-names.ts'
import type { GraphMode } from './spec.ts'

export const upgradeGraph = (graph: Graph, mode: GraphMode): Graph => {
  const started = addStartNodes(addStartNodes(graph, 'iteration'), 'loop')
  const nodes = started.nodes.map((node) => upgradeNode(node, mode))
  return Object.freeze({ nodes: Object.freeze(nodes), edges: Object.freeze(started.edges.slice()) })
}

type Data = GraphNode['data']

const withData = (node: GraphNode, changes: Data): GraphNode =>
  Object.freeze({ ...node, data: Object.freeze({ ...node.data, ...changes }) })

// ---- single nodes

const upgradeNode = (node: GraphNode, mode: GraphMode): GraphNode => {
  switch (node.data.type) {
    case 'if-else':
      return addCases(node)
    case 'llm':
      return mode === 'workflow' ? dropMemory(expandModel(node)) : expandModel(node)
    case 'question-classifier':
    case 'parameter-extractor':
      return expandModel(node)
    case 'knowledge-retrieval':
      return expandRerankingModel(node)
    default:
      return node
  }
}

/** The oldest form has one condition list; today it is one case with the handle `true`. */
const addCases = (node: GraphNode): GraphNode => {
  const { cases, conditions, logical_operator: operator } = node.data
  if ((cases !== undefined && cases !== null) || !isList(conditions) || typeof operator !== 'string') return node
  const only = Object.freeze({ case_id: 'true', logical_operator: operator, conditions })
  return withData(node, { cases: Object.freeze([only]) })
}

/** A plain workflow has no conversation to remember. */
const dropMemory = (node: GraphNode): GraphNode => {
  if (node.data.memory === undefined) return node
  const { memory: _, ...data } = node.data
  return Object.freeze({ ...node, data: Object.freeze(data) })
}

const withFullProvider = (model: ValueObject): ValueObject => {
  const provider = field(model, 'provider')
  const full = typeof provider === 'string' ? expandModelProvider(provider) : provider
  return full === provider || full === undefined ? model : Object.freeze({ ...model, provider: full })
}

const expandModel = (node: GraphNode): GraphNode => {
  const model = node.data.model
  if (!isObject(model)) return node
  const full = withFullProvider(model)
  return full === model ? node : withData(node, { model: full })
}

const expandRerankingModel = (node: GraphNode): GraphNode => {
  const config = node.data.multiple_retrieval_config
  if (!isObject(config)) return node
  const model = field(config, 'reranking_model')
  if (!isObject(model)) return node
  const full = withFullProvider(model)
  if (full === model) return node
  return withData(node, { multiple_retrieval_config: Object.freeze({ ...config, reranking_model: full }) })
}

// ---- containers without an entry node of their own

const isEntry = (node: GraphNode | undefined): boolean =>
  node?.data.type === 'iteration-start' || node?.data.type === 'loop-start'

interface Start {
  readonly container: GraphNode
  readonly entry: GraphNode
  /** The node the entry leads to. */
  readonly first: GraphNode | undefined
}

/** Gives each container that begins at a normal child an entry node before it, named `<containerId>start<index>`. */
const addStartNodes = (graph: Graph, kind: 'iteration' | 'loop'): Graph => {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]))
  const starts = new Map<string, Start>()
  for (const container of graph.nodes) {
    if (container.data.type !== kind) continue
    const first = firstNode(graph, container, byId)
    if (first === undefined) continue
    const entry = isEntry(first) ? first : createEntry(container, kind, freeId(byId, container.id, starts.size))
    starts.set(container.id, { container, entry, first: isEntry(first) ? undefined : first })
  }
  if (starts.size === 0) return graph
  const created = [...starts.values()].filter((start) => start.first !== undefined)
  const nodes = graph.nodes.map((node) => {
    const start = starts.get(node.id)
    return start === undefined ? node : withData(node, { start_node_id: start.entry.id })
  })
  return {
    nodes: [...nodes, ...created.map((start) => start.entry)],
    edges: [...graph.edges, ...created.map(entryEdge)],
  }
}

/** The node a container begins at when that is to be changed; undefined when it is in order or cannot be told. */
const firstNode = (graph: Graph, container: GraphNode, byId: ReadonlyMap<string, GraphNode>): GraphNode | undefined => {
  const named = container.data.start_node_id
  if (typeof named === 'string' && named !== '') {
    const node = byId.get(named)
    return isEntry(node) ? undefined : node
  }
  const children = graph.nodes.filter((node) => node.parentId === container.id)
  const ids = new Set(children.map((node) => node.id))
  const entered = new Set(graph.edges.filter((edge) => ids.has(edge.source)).map((edge) => edge.target))
  const entries = children.filter(isEntry)
  const candidates = entries.length > 0 ? entries : children.filter((node) => !entered.has(node.id))
  return candidates.length === 1 ? candidates[0] : undefined
}

const freeId = (byId: ReadonlyMap<string, GraphNode>, containerId: string, from: number): string => {
  for (let index = from; ; index++) {
    const id = `${containerId}start${index}`
    if (!byId.has(id)) return id
  }
}

const createEntry = (container: GraphNode, kind: 'iteration' | 'loop', id: string): GraphNode =>
  Object.freeze({
    id,
    parentId: container.id,
    data: Object.freeze({ type: `${kind}-start`, title: '', [kind === 'loop' ? 'isInLoop' : 'isInIteration']: true }),
    ...(container.path === undefined ? {} : { path: container.path }),
  })

const entryEdge = (start: Start): GraphEdge => {
  const target = (start.first as GraphNode).id
  const path = start.container.path
  return Object.freeze({
    id: `${start.entry.id}-source-${target}-target`,
    source: start.entry.id,
    sourceHandle: 'source',
    target,
    ...(path === undefined ? {} : { path }),
  })
}
