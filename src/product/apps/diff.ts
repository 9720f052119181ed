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
  for (let i = 0; i < Math.max(a.notes.length, b.notes.length); i++) layout.compare(a.notes[i], b.notes[i])
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
  readonly nodes: Named
  readonly notes: readonly ValueObject[]
  readonly edges: Named
  readonly environment: Named
  readonly conversation: Named
  readonly start: Named
  readonly modelConfig: ValueObject
  /** What the editor remembers about the canvas. */
  readonly canvas: ValueObject
}

type Named = ReadonlyMap<string, ValueObject>

const partsOf = (file: AppFile): Parts => {
  const { workflow: _workflow, model_config: _settings, ...facts } = file.document
  const workflow = mapAt(file.document, 'workflow')
  const { graph: _graph, features: _features, environment_variables, conversation_variables, ...others } = workflow
  const { nodes, edges, ...canvas } = mapAt(workflow, 'graph')
  const drawn = objectsIn(nodes)
  return {
    app: Object.keys(others).length === 0 ? facts : { ...facts, workflow: others },
    nodes: named(
      drawn.filter((node) => !isNote(node)),
      (node) => textAt(node, 'id'),
    ),
    notes: drawn.filter(isNote),
    edges: named(objectsIn(edges), (edge) => JSON.stringify(Object.values(edgeOf(edge)))),
    environment: named(objectsIn(environment_variables), identityOf),
    conversation: named(objectsIn(conversation_variables), identityOf),
    start: named(
      file.startVariables.map(({ name, type, settings }) => ({ ...settings, name, type })),
      (variable) => textAt(variable, 'name'),
    ),
    modelConfig: without(mapAt(file.document, 'model_config'), ['user_input_form', ...Object.keys(file.features)]),
    canvas,
  }
}

const identityOf = (variable: ValueObject): string => textAt(variable, 'id') || textAt(variable, 'name')

/** By name; of several with one name the later ones are numbered, so that none is lost. */
const named = (list: readonly ValueObject[], nameOf: (item: ValueObject) => string): Named => {
  const map = new Map<string, ValueObject>()
  for (const item of list) {
    const name = nameOf(item)
    let key = name
    for (let i = 2; map.has(key); i++) key = `${name} (${i})`
    map.set(key, item)
  }
  return map
}

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

/** What a node does; the variables of a start node are compared by name elsewhere. */
const doingOf = (node: ValueObject): ValueObject => {
  const data = mapAt(node, 'data')
  return without(data, [...DRAWN_DATA, ...(data.type === 'start' ? ['variables'] : [])])
}

/** What a node is besides its data and its drawing, e.g. what it stands in. */
const placeOf = (node: ValueObject): ValueObject => ({ node: without(node, [...DRAWN, 'id', 'data']) })

const drawingOf = (node: ValueObject): ValueObject => ({
  ...Object.fromEntries(Object.entries(node).filter(([key]) => DRAWN.includes(key))),
  data: Object.fromEntries(Object.entries(mapAt(node, 'data')).filter(([key]) => DRAWN_DATA.includes(key))),
})

const diffNodes = (before: Named, after: Named, changes: ChangeList, layout: Layout): AppDiff['nodes'] => {
  const changed = [...before].flatMap(([id, node]) => {
    const next = after.get(id)
    if (!next) return []
    layout.compare(drawingOf(node), drawingOf(next))
    const found = [...changes.between(doingOf(node), doingOf(next)), ...changes.between(placeOf(node), placeOf(next))]
    return found.length > 0 ? [{ ...nameOf(id, next), changes: found }] : []
  })
  layout.compare(order(before, after), order(after, before))
  const only = (these: Named, those: Named) =>
    [...these].filter(([id]) => !those.has(id)).map(([id, node]) => nameOf(id, node))
  return { added: only(after, before), removed: only(before, after), changed }
}

/** Names both have, in the order of the first. */
const order = (of: ReadonlyMap<string, unknown>, and: ReadonlyMap<string, unknown>): readonly string[] =>
  [...of.keys()].filter((key) => and.has(key))

const edgeOf = (edge: ValueObject): EdgeName => ({
  source: textAt(edge, 'source'),
  sourceHandle: textAt(edge, 'sourceHandle') || 'source',
  target: textAt(edge, 'target'),
})

const diffEdges = (before: Named, after: Named, layout: Layout): AppDiff['edges'] => {
  for (const [key, edge] of before) if (after.has(key)) layout.compare(edge, after.get(key))
  layout.compare(order(before, after), order(after, before))
  const only = (these: Named, those: Named) =>
    [...these].filter(([key]) => !those.has(key)).map(([, edge]) => edgeOf(edge))
  return { added: only(after, before), removed: only(before, after) }
}

// ---- variables

const isSecret = (variable: ValueObject): boolean => own(variable, 'value_type') === 'secret'

/** Variables with an id are the same when their id is, under another name; others when their name is. */
const diffVariables = (before: Named, after: Named, changes: ChangeList, layout: Layout): VariablesDiff => {
  const nameOfVariable = (key: string, variable: ValueObject) => textAt(variable, 'name') || key
  const only = (these: Named, those: Named) =>
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
