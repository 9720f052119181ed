// What the nodes of an app need besides the app itself: tools, models, knowledge, packages, the network.

import { isList, isObject, type Value, type ValueObject } from '../../../base/value.ts'
import type { GraphNode } from '../../../flow/spec.ts'
import { readModerationWish } from '../moderation-settings.ts'
import { field } from './problems.ts'
import { expandModelProvider } from './provider-names.ts'
import { usesNetwork } from './python-imports.ts'
import type { AppFile, ModelConfig } from './spec.ts'

export type NeedKind =
  | 'tool'
  | 'plugin'
  | 'dataset'
  | 'credential'
  | 'model'
  | 'agent-strategy'
  | 'python-package'
  | 'network'
  | 'node-kind'
  | 'external-tool'
  | 'moderation'

export interface Need {
  /** Empty when the app as a whole needs it. */
  readonly nodeId: string
  readonly title: string
  readonly kind: NeedKind
  readonly name: string
  /** True when the node fails, or the app cannot run, until the need is met. */
  readonly blocking: boolean
  readonly message: string
}

export interface ModelReference {
  readonly type: 'llm' | 'rerank'
  /** Full name, `org/plugin/provider`. */
  readonly provider: string
  readonly name: string
}

export type ModelState = 'exact' | 'substitute' | 'missing'

export interface Surroundings {
  /** @param provider as the file writes it, short or full */
  hasTool(provider: string, tool: string): boolean
  hasModel(reference: ModelReference): ModelState
  hasDataset(id: string): boolean
  hasAgentStrategy(provider: string, name: string): boolean
  hasKind(type: string): 'runs' | 'fails-at-its-turn' | 'unknown'
  /** Packages the Python code imports that are not installed. */
  pythonPackages(code: string): readonly string[]
}

export interface ModelUse extends ModelReference {
  /** Empty for the model of a basic app. */
  readonly nodeId: string
}

type Found = Pick<Need, 'kind' | 'name' | 'blocking' | 'message'>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const mapOf = (value: unknown): ValueObject => (isObject(value) ? value : {})
const show = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name)

// ---- models

const modelIn = (value: unknown, type: ModelReference['type'], nodeId: string): readonly ModelUse[] => {
  const model = mapOf(value)
  const provider = text(field(model, 'provider'))
  const name = text(field(model, 'name')) || text(field(model, 'model'))
  return name === '' ? [] : [{ type, provider: expandModelProvider(provider), name, nodeId }]
}

/** The models an app names, in file order, each use once. */
export const modelUses = (file: AppFile): readonly ModelUse[] => [
  ...(file.graph?.nodes.flatMap(modelsOfNode) ?? []),
  ...(file.modelConfig === undefined ? [] : modelsOfConfig(file.modelConfig)),
]

const modelsOfNode = ({ id, data }: GraphNode): readonly ModelUse[] => {
  switch (data.type) {
    case 'llm':
    case 'question-classifier':
    case 'parameter-extractor':
      return modelIn(data.model, 'llm', id)
    case 'agent':
      return parametersOf(data).flatMap((value) =>
        isObject(value) && field(value, 'model_type') === 'llm' ? modelIn(value, 'llm', id) : [],
      )
    case 'knowledge-retrieval':
      return [...retrievalModels(data, id), ...metadataModels(data, id)]
    default:
      return []
  }
}

const retrievalModels = (data: GraphNode['data'], id: string): readonly ModelUse[] => {
  if (data.retrieval_mode === 'single') return modelIn(field(mapOf(data.single_retrieval_config), 'model'), 'llm', id)
  const config = mapOf(data.multiple_retrieval_config)
  const unused = field(config, 'reranking_enable') === false || field(config, 'reranking_mode') === 'weighted_score'
  return unused ? [] : modelIn(field(config, 'reranking_model'), 'rerank', id)
}

const metadataModels = (data: GraphNode['data'], id: string): readonly ModelUse[] =>
  data.metadata_filtering_mode === 'automatic' ? modelIn(data.metadata_model_config, 'llm', id) : []

const modelsOfConfig = ({ model, datasets }: ModelConfig): readonly ModelUse[] => {
  const reranking = datasets.ids.length > 0 && datasets.rerankingEnabled && datasets.rerankingMode === 'reranking_model'
  return [
    ...modelIn(model, 'llm', ''),
    ...(reranking ? modelIn(datasets.rerankingModel, 'rerank', '') : []),
    ...(datasets.metadataFilteringMode === 'automatic' ? modelIn(datasets.metadataModel, 'llm', '') : []),
  ]
}

const modelNeed = (use: ModelUse, state: ModelState): readonly Found[] => {
  if (state === 'exact') return []
  const name = `${use.provider}:${use.name}`
  const missing = state === 'missing'
  const message = missing
    ? `No model is set up that could stand for ${show(name)}.`
    : `${show(name)} is not set up; another model stands in for it.`
  return [{ kind: 'model', name, blocking: missing, message }]
}

// ---- single nodes

/** Everything the file's nodes, variables and settings need and the surroundings lack. */
export const findNeeds = (file: AppFile, surroundings: Surroundings): readonly Need[] => {
  const whole = { nodeId: '', title: file.name }
  const uses = modelUses(file)
  const modelsFor = (nodeId: string) =>
    uses.filter((use) => use.nodeId === nodeId).flatMap((use) => modelNeed(use, surroundings.hasModel(use)))
  const ofApp = [
    ...emptySecrets(file),
    ...moderationNeed(file),
    ...(file.modelConfig === undefined ? [] : [...modelsFor(''), ...needsOfConfig(file.modelConfig, surroundings)]),
    ...externalToolNeeds(file),
  ]
  const ofNodes = (file.graph?.nodes ?? []).flatMap((node) => {
    const found = [...needsOfNode(node, surroundings), ...modelsFor(node.id)]
    return placed(found, { nodeId: node.id, title: text(node.data.title) })
  })
  return Object.freeze([...placed(ofApp, whole), ...ofNodes])
}

const placed = (found: readonly Found[], place: Pick<Need, 'nodeId' | 'title'>): readonly Need[] => {
  const seen = new Set<string>()
  return found.flatMap((need) => {
    const key = `${need.kind} ${need.name}`
    if (seen.has(key)) return []
    seen.add(key)
    return [Object.freeze({ ...place, ...need })]
  })
}

const emptySecrets = (file: AppFile): readonly Found[] =>
  file.environment
    .filter((variable) => variable.type === 'secret' && variable.value === '')
    .map(({ name }) => ({
      kind: 'credential',
      name,
      blocking: false,
      message: `The secret ${show(name)} is empty: exports leave secrets out. Fill it in.`,
    }))

const needsOfNode = (node: GraphNode, surroundings: Surroundings): readonly Found[] => {
  const { data } = node
  const type = text(data.type)
  const kind = kindNeed(data, type, surroundings)
  if (kind.length > 0) return kind
  switch (type) {
    case 'tool': {
      const provider = text(data.provider_id) || text(data.provider_name)
      const label = text(data.provider_type) === 'builtin' ? provider : text(data.provider_name) || provider
      return toolNeed(provider, text(data.tool_name), label, surroundings)
    }
    case 'agent':
      return agentNeeds(data, surroundings)
    case 'knowledge-retrieval':
      return isList(data.dataset_ids) ? data.dataset_ids.flatMap((id) => datasetNeed(text(id), surroundings)) : []
    case 'http-request':
      return [networkNeed(hostOf(text(data.url)))]
    case 'code':
      return codeNeeds(data, surroundings)
    default:
      return []
  }
}

const kindNeed = (data: GraphNode['data'], type: string, surroundings: Surroundings): readonly Found[] => {
  const state = surroundings.hasKind(type)
  if (state === 'runs') return []
  const plugin = text(data.plugin_id) || text(data.provider_id)
  if ((type === 'trigger-plugin' || type === 'datasource') && plugin !== '') {
    return [{ kind: 'plugin', name: plugin, blocking: true, message: `The plugin ${show(plugin)} is not installed.` }]
  }
  const message =
    state === 'unknown'
      ? `Nodes of the type ${show(type)} are not known.`
      : `Nodes of the type ${show(type)} cannot run here.`
  return [{ kind: 'node-kind', name: type, blocking: true, message }]
}

const toolNeed = (provider: string, tool: string, label: string, surroundings: Surroundings): readonly Found[] => {
  if (surroundings.hasTool(provider, tool)) return []
  const name = `${label}/${tool}`
  return [{ kind: 'tool', name, blocking: true, message: `The tool ${show(name)} is not available.` }]
}

/** The values of an agent's parameters: `{name: {type, value}}`, bare in the oldest files. */
const parametersOf = (data: GraphNode['data']): readonly Value[] =>
  Object.values(mapOf(data.agent_parameters)).flatMap((parameter) => {
    const value = isObject(parameter) && field(parameter, 'value') !== undefined ? field(parameter, 'value') : parameter
    return value === undefined ? [] : [value]
  })

const agentNeeds = (data: GraphNode['data'], surroundings: Surroundings): readonly Found[] => {
  const provider = text(data.agent_strategy_provider_name)
  const strategy = text(data.agent_strategy_name)
  const found: Found[] = []
  if (!surroundings.hasAgentStrategy(provider, strategy)) {
    const name = `${provider}:${strategy}`
    const message = `The agent strategy ${show(name)} is not available.`
    found.push({ kind: 'agent-strategy', name, blocking: true, message })
  }
  const tools = parametersOf(data).flatMap((value) => (isList(value) ? value : []))
  for (const tool of tools) {
    if (!isObject(tool) || field(tool, 'tool_name') === undefined || field(tool, 'enabled') === false) continue
    const owner = text(field(tool, 'provider_name'))
    found.push(...toolNeed(owner, text(field(tool, 'tool_name')), owner, surroundings))
  }
  const server = text(field(mapOf(field(mapOf(data.agent_parameters), 'mcp_server')), 'value'))
  if (server !== '') found.push(networkNeed(hostOf(server)))
  return found
}

const UUID = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i

/** Newer exports encrypt the ids of knowledge bases with a key of the workspace they come from. */
export const isUnreadableDatasetId = (id: string): boolean => !UUID.test(id)

const datasetNeed = (id: string, surroundings: Surroundings): readonly Found[] => {
  if (id === '' || surroundings.hasDataset(id)) return []
  const message = `The knowledge base ${show(id)} does not exist here. Choose another one.`
  return [{ kind: 'dataset', name: id, blocking: true, message }]
}

const codeNeeds = (data: GraphNode['data'], surroundings: Surroundings): readonly Found[] => {
  if (data.code_language === 'javascript') return []
  const code = text(data.code)
  const packages = surroundings.pythonPackages(code).map((name): Found => {
    return {
      kind: 'python-package',
      name,
      blocking: true,
      message: `The Python package ${show(name)} is not installed.`,
    }
  })
  return usesNetwork(code) ? [...packages, networkNeed('code')] : packages
}

const networkNeed = (name: string): Found => ({
  kind: 'network',
  name,
  blocking: false,
  message: name === 'code' ? 'The code reaches out to the network.' : `The node calls ${show(name)}.`,
})

/** The host of an address; the whole text when a variable stands in its place. */
export const hostOf = (url: string): string => /^\s*https?:\/\/(?:[^/@{}]*@)?([^/?#:{}\s]+)/i.exec(url)?.[1] ?? url

// ---- the app as a whole

/** A basic app runs without its tools and its knowledge, and says so. */
const needsOfConfig = (config: ModelConfig, surroundings: Surroundings): readonly Found[] =>
  [
    ...config.agent.tools
      .filter((tool) => tool.enabled)
      .flatMap((tool) => toolNeed(tool.providerId, tool.toolName, tool.providerId, surroundings)),
    ...config.datasets.ids.flatMap((id) => datasetNeed(id, surroundings)),
  ].map((need) => ({ ...need, blocking: false }))

/** Variables of a basic app that are filled by calls to the outside before the model is asked. */
export const externalTools = ({ modelConfig, startVariables }: AppFile): readonly string[] => {
  const listed = (modelConfig?.externalDataTools ?? []).filter((tool) => field(tool, 'enabled') === true)
  const inForm = startVariables.filter(({ type }) => type === 'external_data_tool')
  return [...new Set([...listed.map((tool) => text(field(tool, 'variable'))), ...inForm.map(({ name }) => name)])]
}

const externalToolNeeds = (file: AppFile): readonly Found[] =>
  externalTools(file).map((name) => ({
    kind: 'external-tool',
    name,
    blocking: false,
    message: `${show(name)} is filled by a call to the outside, which is not possible here; it stays empty.`,
  }))

const moderationNeed = ({ features }: AppFile): readonly Found[] => {
  const wish = readModerationWish(features)
  if (wish.type !== 'unavailable') return []
  const name = text(field(mapOf(field(features, 'sensitive_word_avoidance')), 'type'))
  return [{ kind: 'moderation', name, blocking: true, message: `Moderation cannot be done here: ${wish.reason}.` }]
}
