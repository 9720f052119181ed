// Tells, before an app is run, what it consists of, what is missing here, and what its owner should know.

import type { Issue } from '../../../base/errors.ts'
import { isList, isObject, setOwn, type ValueObject } from '../../../base/value.ts'
import type { GraphNode } from '../../../flow/spec.ts'
import { appIssue } from '../errors.ts'
import { isNote } from './graph.ts'
import {
  findNeeds,
  hostOf,
  isUnreadableDatasetId,
  type ModelReference,
  type ModelState,
  modelUses,
  type Need,
  type Surroundings,
} from './needs.ts'
import { field, joinPath } from './problems.ts'
import type { AppFile, AppMode, VersionStatus } from './spec.ts'

export type { ModelReference, ModelState, Need, NeedKind, Surroundings } from './needs.ts'

export interface ModelReport extends ModelReference {
  readonly state: ModelState
  /** Nodes that name the model; empty for a basic app. */
  readonly nodeIds: readonly string[]
}

export interface AppReport {
  readonly name: string
  readonly mode: AppMode
  readonly version: string
  readonly versionStatus: VersionStatus
  /** How many nodes of each type the file has, before upgrades; sticky notes count as `note`. */
  readonly nodes: Readonly<Record<string, number>>
  readonly models: readonly ModelReport[]
  /** True when no need is blocking. */
  readonly runnable: boolean
  readonly needs: readonly Need[]
  readonly warnings: readonly Issue[]
}

export const reportOnApp = (file: AppFile, surroundings: Surroundings): AppReport => {
  const needs = findNeeds(file, surroundings)
  const warnings = [...file.warnings, ...(file.graph?.nodes.flatMap((node) => warningsOf(node, surroundings)) ?? [])]
  return Object.freeze({
    name: file.name,
    mode: file.mode,
    version: file.version,
    versionStatus: file.versionStatus,
    nodes: countNodes(file.document),
    models: reportModels(file, surroundings),
    runnable: !needs.some((need) => need.blocking),
    needs,
    warnings: Object.freeze(warnings),
  })
}

const countNodes = (document: ValueObject): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const node of nodesOf(document)) {
    const data = field(node, 'data')
    const type = isNote(node) ? 'note' : isObject(data) ? field(data, 'type') : undefined
    if (typeof type === 'string') setOwn(counts, type, (Object.hasOwn(counts, type) ? (counts[type] ?? 0) : 0) + 1)
  }
  return Object.freeze(counts)
}

const nodesOf = (document: ValueObject): readonly ValueObject[] => {
  const workflow = field(document, 'workflow')
  const graph = isObject(workflow) ? field(workflow, 'graph') : undefined
  const nodes = isObject(graph) ? field(graph, 'nodes') : undefined
  return isList(nodes) ? nodes.filter(isObject) : []
}

const reportModels = (file: AppFile, surroundings: Surroundings): readonly ModelReport[] => {
  const nodeIds = new Map<string, string[]>()
  const models = new Map<string, ModelReference>()
  for (const { nodeId, ...reference } of modelUses(file)) {
    const key = `${reference.type} ${reference.provider}:${reference.name}`
    models.set(key, reference)
    const ids = nodeIds.get(key) ?? []
    if (nodeId !== '' && !ids.includes(nodeId)) ids.push(nodeId)
    nodeIds.set(key, ids)
  }
  return Object.freeze(
    [...models].map(([key, reference]) =>
      Object.freeze({
        ...reference,
        state: surroundings.hasModel(reference),
        nodeIds: Object.freeze(nodeIds.get(key) ?? []),
      }),
    ),
  )
}

// ---- warnings

const SECRET_HEADER =
  /^[ \t]*((?:proxy-)?authorization|cookie|[\w-]*(?:api|access|secret|auth)[-_]?(?:key|token|secret))[ \t]*:[ \t]*(\S.*)$/gim

const warningsOf = (node: GraphNode, surroundings: Surroundings): readonly Issue[] => {
  const path = joinPath(node.path ?? '', 'data')
  if (node.data.type === 'http-request') return keysInFile(node, path)
  if (node.data.type !== 'knowledge-retrieval' || !isList(node.data.dataset_ids)) return []
  return node.data.dataset_ids.flatMap((id, index) => {
    if (typeof id !== 'string' || surroundings.hasDataset(id) || !isUnreadableDatasetId(id)) return []
    return [appIssue(joinPath(joinPath(path, 'dataset_ids'), index), 'app/dataset-unreadable')]
  })
}

const keysInFile = ({ data }: GraphNode, path: string): readonly Issue[] => {
  const host = hostOf(typeof data.url === 'string' ? data.url : '')
  const authorization = isObject(data.authorization) ? data.authorization : {}
  const config = field(authorization, 'config')
  const key = isObject(config) && field(authorization, 'type') === 'api-key' ? field(config, 'api_key') : undefined
  const headers = typeof data.headers === 'string' ? data.headers : ''
  const found: string[] = []
  if (typeof key === 'string' && isLiteral(key)) found.push('authorization.config.api_key')
  if ([...headers.matchAll(SECRET_HEADER)].some(([, , value]) => isLiteral(value ?? ''))) found.push('headers')
  return found.map((place) => appIssue(`${path}.${place}`, 'app/key-in-file', { host }))
}

const isLiteral = (key: string): boolean => key.trim() !== '' && !key.includes('{{#')
