// What differs between two app files, by what it means: nodes, edges, variables, features, settings; positions apart. Pure.
//
// V1  Files of the same content have no differences; whoever lists a change shows a place where they really differ.
// V2  Everything in a document is compared. What changes no run, such as positions, notes and orders of lists without
//     meaning, is counted as layout.
// V3  Values of secret variables are never shown.

import { isList, isObject, own, type Value, type ValueObject } from '../../base/value.ts'
import { type Change, ChangeList, same } from './diff-values.ts'
import type { AppFile } from './file/spec.ts'

export interface NodeName {
  readonly id: string
  readonly type: string
  readonly title: string
}

export interface EdgeName {
  readonly source: string
  readonly sourceHandle: string
  readonly target: string
}

export interface VariablesDiff {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly { readonly name: string; readonly changes: readonly Change[] }[]
}

export interface AppDiff {
  /** True when nothing differs, the layout included. */
  readonly equal: boolean
  /** What the file says about itself: name, icon, version of the format, dependencies. */
  readonly app: readonly Change[]
  readonly nodes: {
    readonly added: readonly NodeName[]
    readonly removed: readonly NodeName[]
    readonly changed: readonly (NodeName & { readonly changes: readonly Change[] })[]
  }
  readonly edges: { readonly added: readonly EdgeName[]; readonly removed: readonly EdgeName[] }
  readonly variables: {
    readonly environment: VariablesDiff
    readonly conversation: VariablesDiff
    readonly start: VariablesDiff
  }
  readonly features: readonly Change[]
  readonly modelConfig: readonly Change[]
  /** How many things were only moved, resized or reordered, or are notes that changed. */
  readonly layout: number
  /** True when there are more changes than are listed. */
  readonly truncated: boolean
}

export const diffApps = (before: AppFile, after: AppFile): AppDiff => {
  const changes = new ChangeList()
  const layout = new Layout()
  const [a, b] = [partsOf(before), partsOf(after)]
  const app = changes.between(a.app, b.app)
  const nodes = diffNodes(a.nodes, b.nodes, changes, layout)
  const edges = diffEdges(a.edges, b.edges, layout)
  const variables = {
    environment: diffVariables(a.environment, b.environment, changes, layout),
    conversation: diffVariables(a.conversation, b.conversation, changes, layout),
    start: diffVariables(a.start, b.start, changes, layout),
  }
  const features = changes.between(before.features, after.features)
  const modelConfig = changes.between(a.modelConfig, b.modelConfig)
  layout.compare(a.canvas, b.canvas)
  const lists = [app, features, modelConfig, edges.added, edges.removed]
  const named = [nodes, ...Object.values(variables)].flatMap(({ added, removed, changed }) => [added, removed, changed])
  const equal = layout.count === 0 && !changes.truncated && [...lists, ...named].every((list) => list.length === 0)
  const { truncated } = changes
  return { equal, app, nodes, edges, variables, features, modelConfig, layout: layout.count, truncated }
}

/** Counts what differs without a meaning for runs. */
class Layout {
  count = 0
  compare(a: Value | undefined, b: Value | undefined): void {
    if (!same(a, b)) this.count++
  }
}

// ---- the parts of a document

interface Parts {
  readonly app: ValueObject
  readonly nodes: ReadonlyMap<string, ValueObject>
  readonly edges: readonly ValueObject[]
  readonly environment: ReadonlyMap<string, ValueObject>
  readonly conversation: ReadonlyMap<string, ValueObject>
  readonly start: ReadonlyMap<string, ValueObject>
  readonly modelConfig: ValueObject
  /** What the editor remembers about the canvas. */
  readonly canvas: ValueObject
}

const partsOf = (file: AppFile): Parts => {
  const { workflow: _workflow, model_config: _settings, ...facts } = file.document
  const workflow = mapAt(file.document, 'workflow')
  const graph = mapAt(workflow, 'graph')
  const { graph: _graph, features: _features, environment_variables, conversation_variables, ...others } = workflow
  const { nodes, edges, ...canvas } = graph
  return {
    app: Object.keys(others).length === 0 ? facts : { ...facts, workflow: others },
    nodes: new Map(objectsIn(nodes).map((node, i) => [textAt(node, 'id') || `(${i})`, node])),
    edges: objectsIn(edges),
    environment: byIdentity(objectsIn(environment_variables)),
    conversation: byIdentity(objectsIn(conversation_variables)),
    start: new Map(file.startVariables.map(({ name, type, settings }) => [name, { ...settings, type }])),
    modelConfig: without(mapAt(file.document, 'model_config'), ['user_input_form', ...Object.keys(file.features)]),
    canvas,
  }
}

const byIdentity = (variables: readonly ValueObject[]): ReadonlyMap<string, ValueObject> =>
  new Map(variables.map((variable) => [textAt(variable, 'id') || textAt(variable, 'name'), variable]))

const mapAt = (map: ValueObject, key: string): ValueObject => {
  const value = own(map, key)
  return isObject(value) ? value : {}
}
const textAt = (map: ValueObject, key: string): string => {
  const value = own(map, key)
  return typeof value === 'string' ? value : ''
}
const objectsIn = (value: Value | undefined): readonly ValueObject[] => (isList(value) ? value.filter(isObject) : [])
const without = (map: ValueObject, keys: readonly string[]): ValueObject =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)))

// ---- nodes and edges

/** Of a node: where and how it is drawn. */
const DRAWN = [
  'position',
  'positionAbsolute',
  'width',
  'height',
  'measured',
  'selected',
  'dragging',
  'resizing',
  'sourcePosition',
  'targetPosition',
  'zIndex',
  'style',
  'draggable',
  'selectable',
]
/** Of its data. Notes and containers keep their size there. */
const DRAWN_DATA = ['selected', 'width', 'height']

const isNote = (node: ValueObject): boolean => own(node, 'type') === 'custom-note'

const nameOf = (id: string, node: ValueObject): NodeName => {
  const data = mapAt(node, 'data')
  return { id, type: textAt(data, 'type'), title: textAt(data, 'title') }
}

/** What a node does, its data on top; the variables of a start node are compared by name elsewhere. */
const meaningOf = (node: ValueObject): ValueObject => {
  const data = mapAt(node, 'data')
  const hidden = [...DRAWN_DATA, ...(data.type === 'start' ? ['variables'] : [])]
  const { data: _, ...outer } = node
  const frame = without(outer, [...DRAWN, 'id'])
  return { ...without(data, hidden), ...(Object.keys(frame).length > 0 && { '(node)': frame }) }
}

const drawingOf = (node: ValueObject): ValueObject => ({
  ...Object.fromEntries(Object.entries(node).filter(([key]) => DRAWN.includes(key))),
  data: Object.fromEntries(Object.entries(mapAt(node, 'data')).filter(([key]) => DRAWN_DATA.includes(key))),
})

type Nodes = ReadonlyMap<string, ValueObject>

const diffNodes = (before: Nodes, after: Nodes, changes: ChangeList, layout: Layout): AppDiff['nodes'] => {
  const added: NodeName[] = []
  const removed: NodeName[] = []
  const changed: (NodeName & { readonly changes: readonly Change[] })[] = []
  for (const [id, node] of before) {
    const next = after.get(id)
    if (isNote(node) || (next && isNote(next))) layout.compare(node, next)
    else if (!next) removed.push(nameOf(id, node))
    else {
      layout.compare(drawingOf(node), drawingOf(next))
      const found = changes.between(meaningOf(node), meaningOf(next))
      if (found.length > 0) changed.push({ ...nameOf(id, next), changes: found })
    }
  }
  for (const [id, node] of after) {
    if (before.has(id)) continue
    if (isNote(node)) layout.count++
    else added.push(nameOf(id, node))
  }
  layout.compare(order(before, after), order(after, before))
  return { added, removed, changed }
}

/** Names both have, in the order of the first. */
const order = (of: ReadonlyMap<string, unknown>, and: ReadonlyMap<string, unknown>): readonly string[] =>
  [...of.keys()].filter((key) => and.has(key))

const edgeOf = (edge: ValueObject): EdgeName => ({
  source: textAt(edge, 'source'),
  sourceHandle: textAt(edge, 'sourceHandle') || 'source',
  target: textAt(edge, 'target'),
})

const diffEdges = (before: readonly ValueObject[], after: readonly ValueObject[], layout: Layout): AppDiff['edges'] => {
  const keyed = (edges: readonly ValueObject[]) =>
    new Map(edges.map((edge) => [JSON.stringify(Object.values(edgeOf(edge))), edge]))
  const [a, b] = [keyed(before), keyed(after)]
  for (const [key, edge] of a) if (b.has(key)) layout.compare(edge, b.get(key))
  layout.compare(order(a, b), order(b, a))
  // The same edge drawn twice is one edge.
  if (before.length - a.size !== after.length - b.size) layout.count++
  const only = (these: typeof a, those: typeof a) =>
    [...these].filter(([key]) => !those.has(key)).map(([, edge]) => edgeOf(edge))
  return { added: only(b, a), removed: only(a, b) }
}

// ---- variables

const isSecret = (variable: ValueObject): boolean => own(variable, 'value_type') === 'secret'

/** Variables with an id are the same when their id is, under another name; others when their name is. */
const diffVariables = (before: Nodes, after: Nodes, changes: ChangeList, layout: Layout): VariablesDiff => {
  const nameOfVariable = (key: string, variable: ValueObject) => textAt(variable, 'name') || key
  const only = (these: Nodes, those: Nodes) =>
    [...these].filter(([key]) => !those.has(key)).map(([key, variable]) => nameOfVariable(key, variable))
  const changed = [...before].flatMap(([key, variable]) => {
    const next = after.get(key)
    if (!next) return []
    const hidden = isSecret(variable) || isSecret(next) ? ['value'] : []
    const found = changes.between(variable, next, hidden)
    return found.length > 0 ? [{ name: nameOfVariable(key, next), changes: found }] : []
  })
  layout.compare(order(before, after), order(after, before))
  return { added: only(after, before), removed: only(before, after), changed }
}
