// Graph → plan. Checks everything that can be known before a run and reports every problem with its place.

import type { Issue, Result } from '../base/errors.ts'
import { isObject } from '../base/value.ts'
import { parseFailurePolicy } from './failure-policy.ts'
import { planFrame } from './frame-plan.ts'
import type { FramePlan, Plan, PlanNode } from './plan.ts'
import { parseReusePolicy } from './reuse.ts'
import type { CompileContext, Graph, GraphNode, NodeKind } from './spec.ts'

/** Deepest nesting of containers. */
export const MAX_DEPTH = 16
/** Far beyond what anybody draws; what a plan holds grows with responses times nodes. */
const MAX_NODES = 2_000
const MAX_EDGES = 10_000

export interface CompileOptions<Services> {
  readonly kinds: readonly NodeKind<Services>[]
  /** `workflow` or `advanced-chat`. */
  readonly mode: string
}

/** Compiles a graph once for all its runs. */
export const compile = <Services>(graph: Graph, options: CompileOptions<Services>): Result<Plan<Services>> => {
  const issues: Issue[] = []
  const report = (path: string, message: string) => issues.push(problem(path, message))
  if (graph.nodes.length > MAX_NODES)
    report('', `the graph has ${graph.nodes.length} nodes; at most ${MAX_NODES} can run`)
  if (graph.edges.length > MAX_EDGES)
    report('', `the graph has ${graph.edges.length} edges; at most ${MAX_EDGES} can run`)
  if (issues.length > 0) return { ok: false, issues }
  const byId = indexNodes(graph, report)
  for (const [i, edge] of graph.edges.entries()) {
    const path = edge.path ?? `edges[${i}]`
    if (!byId.has(edge.source)) report(path, `the edge leaves from node '${edge.source}', which does not exist`)
    if (!byId.has(edge.target)) report(path, `the edge leads to node '${edge.target}', which does not exist`)
  }
  const nodes = compileNodes(graph, options, byId, report, issues)
  const root = graph.nodes.find((node) => nodes.get(node.id)?.role === 'root')
  if (!root && issues.length === 0) report('', 'there is no node a run could start from')
  if (issues.length > 0 || !root) return { ok: false, issues }

  const build = (startId: string, isRoot: boolean, around: readonly string[]): FramePlan<Services> =>
    planFrame({
      graph,
      nodes,
      startId,
      isRoot,
      inner: (node) => {
        const path = byId.get(node.id)?.path ?? node.id
        const start = nodes.get(node.body.startNodeId ?? '')
        if (around.includes(node.id)) report(path, `the container '${node.id}' contains itself`)
        else if (around.length >= MAX_DEPTH) report(path, `containers are nested deeper than ${MAX_DEPTH}`)
        else if (start?.role !== 'entry') report(`${path}.data.start_node_id`, 'does not name a container start')
        else return build(start.id, false, [...around, node.id])
        return undefined
      },
    })
  const frame = build(root.id, true, [])
  if (issues.length > 0) return { ok: false, issues }
  return {
    ok: true,
    value: Object.freeze({ root: frame, nodeCount: graph.nodes.length, pauses: anyPauses(graph, options) }),
  }
}

const anyPauses = <Services>(graph: Graph, { kinds }: CompileOptions<Services>): boolean => {
  const pausing = new Set(kinds.flatMap(({ pauses, types }) => (pauses ? types : [])))
  return graph.nodes.some(({ data }) => pausing.has(String(data.type)))
}

const problem = (path: string, message: string): Issue => ({ path, code: 'flow/invalid-graph', message })

const indexNodes = (graph: Graph, report: (path: string, message: string) => void): Map<string, GraphNode> => {
  const byId = new Map<string, GraphNode>()
  for (const [i, node] of graph.nodes.entries()) {
    if (byId.has(node.id)) report(node.path ?? `nodes[${i}]`, `the node id '${node.id}' is used twice`)
    byId.set(node.id, node)
  }
  return byId
}

const compileNodes = <Services>(
  graph: Graph,
  options: CompileOptions<Services>,
  byId: ReadonlyMap<string, GraphNode>,
  report: (path: string, message: string) => void,
  issues: Issue[],
): Map<string, PlanNode<Services>> => {
  const kinds = new Map(options.kinds.flatMap((kind) => kind.types.map((type) => [type, kind] as const)))
  const children = groupChildren(graph)
  const nodes = new Map<string, PlanNode<Services>>()
  for (const [i, node] of graph.nodes.entries()) {
    const path = node.path ?? `nodes[${i}]`
    const at = (field: string) => (field === '' ? `${path}.data` : `${path}.data.${field}`)
    const type = String(node.data.type ?? '')
    const kind = kinds.get(type)
    if (!kind) {
      report(at('type'), `'${type}' is not a known node type`)
      continue
    }
    const context: CompileContext = {
      issue: (field, code, message) => ({ path: at(field), code, message }),
      hasNode: (id) => byId.has(id),
      node: (id) => byId.get(id),
      childrenOf: (id) => children.get(id) ?? [],
      mode: options.mode,
    }
    const policy = parseFailurePolicy(node.data, kind.retryable ?? false, (field, message) =>
      report(at(field), message),
    )
    const reuse = parseReusePolicy(node.data, (field, message) => report(at(field), message))
    const body = kind.compile(node, context)
    if (!body.ok) {
      issues.push(...body.issues)
      continue
    }
    nodes.set(node.id, {
      id: node.id,
      type: kind.types[0] as string,
      title: typeof node.data.title === 'string' ? node.data.title : '',
      role: kind.role,
      body: body.value,
      branches: kind.role === 'branch' || policy.strategy === 'fail-branch',
      policy,
      ...(reuse && kind.role !== 'container' && { reuse }),
    })
  }
  return nodes
}

const groupChildren = (graph: Graph): Map<string, string[]> => {
  const children = new Map<string, string[]>()
  for (const node of graph.nodes) {
    if (!isObject(node.data)) continue
    const owners = new Set([node.parentId, node.data.loop_id, node.data.iteration_id])
    for (const owner of owners) {
      if (typeof owner !== 'string' || owner === '') continue
      const list = children.get(owner)
      if (list) list.push(node.id)
      else children.set(owner, [node.id])
    }
  }
  return children
}
