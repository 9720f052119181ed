// The plugins an app file counts on: as listed, or for files older than the list, as its settings show. They never block an import.

import { isObject, own, type Value } from '../../../base/value.ts'
import type { Graph, GraphNode } from '../../../flow/spec.ts'
import { field, joinPath, type Problems } from './problems.ts'
import { expandModelProvider, expandToolProvider, pluginOf } from './provider-names.ts'
import type { AppDependency, ModelConfig } from './spec.ts'
import { compareVersions, parseVersion, type Version } from './version.ts'

const PATH = 'dependencies'
// Later files list their dependencies; without a list they have none.
const LAST_WITHOUT_LIST = parseVersion('0.1.5') as Version

const IDENTIFIERS: Readonly<Record<string, readonly string[]>> = {
  marketplace: ['marketplace_plugin_unique_identifier', 'plugin_unique_identifier'],
  github: ['github_plugin_unique_identifier', 'repo'],
  package: ['plugin_unique_identifier'],
}

interface Sources {
  readonly version: Version
  readonly graph?: Graph | undefined
  readonly modelConfig?: ModelConfig | undefined
}

export const readDependencies = (
  value: Value | undefined,
  sources: Sources,
  problems: Problems,
): readonly AppDependency[] => {
  if (value === undefined || value === null) {
    const old = compareVersions(sources.version, LAST_WITHOUT_LIST) <= 0
    return Object.freeze(old ? derive(sources) : [])
  }
  if (!Array.isArray(value)) {
    problems.warn(PATH, 'app/dependency-ignored')
    return Object.freeze([])
  }
  return Object.freeze(
    value.flatMap((item: Value, index) => {
      const dependency = readDependency(item)
      if (dependency === undefined) problems.warn(joinPath(PATH, index), 'app/dependency-ignored')
      return dependency === undefined ? [] : [dependency]
    }),
  )
}

const readDependency = (item: Value): AppDependency | undefined => {
  if (!isObject(item)) return undefined
  const type = field(item, 'type')
  const value = field(item, 'value')
  if ((type !== 'marketplace' && type !== 'github' && type !== 'package') || !isObject(value)) return undefined
  const identifier = (own(IDENTIFIERS, type) as readonly string[])
    .map((key) => field(value, key))
    .find((text) => typeof text === 'string' && text !== '')
  if (typeof identifier !== 'string') return undefined
  // `org/name:version@checksum`
  const [plugin = '', rest] = identifier.split('@', 1)[0]?.split(':', 2) ?? []
  const stated = field(value, 'version')
  const version = rest ?? (typeof stated === 'string' ? stated : undefined)
  return Object.freeze({ type, plugin, identifier, ...(version === undefined ? {} : { version }) })
}

const derive = ({ graph, modelConfig }: Sources): readonly AppDependency[] => {
  const providers = [
    ...(graph?.nodes.flatMap(providersOf) ?? []),
    ...(modelConfig === undefined ? [] : providersOfConfig(modelConfig)),
  ]
  const plugins = new Set(providers.map(pluginOf).filter((plugin) => plugin !== undefined))
  return [...plugins].map((plugin) => Object.freeze({ type: 'derived' as const, plugin, identifier: plugin }))
}

const modelProvider = (model: unknown): readonly string[] => {
  const provider = isObject(model) ? field(model, 'provider') : undefined
  return typeof provider === 'string' ? [expandModelProvider(provider)] : []
}

const providersOf = ({ data }: GraphNode): readonly string[] => {
  switch (data.type) {
    case 'tool':
      return typeof data.provider_id === 'string' ? [expandToolProvider(data.provider_id)] : []
    case 'llm':
    case 'question-classifier':
    case 'parameter-extractor':
      return modelProvider(data.model)
    case 'knowledge-retrieval': {
      const multiple = data.multiple_retrieval_config
      const single = data.single_retrieval_config
      if (data.retrieval_mode === 'single') return isObject(single) ? modelProvider(field(single, 'model')) : []
      return isObject(multiple) ? modelProvider(field(multiple, 'reranking_model')) : []
    }
    default:
      return []
  }
}

const providersOfConfig = (config: ModelConfig): readonly string[] => [
  expandModelProvider(config.model.provider),
  ...config.agent.tools.filter((tool) => tool.enabled).map((tool) => expandToolProvider(tool.providerId)),
  ...(config.datasets.rerankingModel === undefined
    ? []
    : [expandModelProvider(config.datasets.rerankingModel.provider)]),
]
