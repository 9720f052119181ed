// Reads `model_config`, the settings of the modes chat, agent-chat and completion. Absent settings take the format's defaults.

import { isNumber, toNumber } from '../../../base/number.ts'
import { isList, isObject, type Value, type ValueObject } from '../../../base/value.ts'
import { describe, field, joinPath, type Problems } from './problems.ts'
import type { AgentTool, AppMode, DatasetSettings, ModelChoice, ModelConfig, PromptMessage } from './spec.ts'

export const MODEL_CONFIG_PATH = 'model_config'
const MAX_PROMPT_MESSAGES = 10
const MAX_ITERATIONS = 99

export const readModelConfig = (settings: ValueObject, mode: AppMode, problems: Problems): ModelConfig => {
  const at = (...keys: readonly string[]) => joinPath(MODEL_CONFIG_PATH, ...keys)
  const map = (key: string) => problems.optionalMap(field(settings, key), at(key))
  const completion = problems.optionalMap(
    field(map('completion_prompt_config'), 'prompt'),
    at('completion_prompt_config', 'prompt'),
  )
  const roles = problems.optionalMap(
    field(map('completion_prompt_config'), 'conversation_histories_role'),
    at('completion_prompt_config', 'conversation_histories_role'),
  )
  const agent = readAgent(map('agent_mode'), at('agent_mode'), problems)
  const datasets = readDatasets(map('dataset_configs'), map('agent_mode'), at('dataset_configs'), problems)
  const datasetQueryVariable = textOr(field(settings, 'dataset_query_variable'), '')
  if (mode === 'completion' && datasets.ids.length > 0 && datasetQueryVariable === '') {
    problems.add(at('dataset_query_variable'), 'app/query-variable-missing')
  }
  return Object.freeze({
    model: readModel(field(settings, 'model'), at('model'), problems),
    promptType: oneOf(field(settings, 'prompt_type'), ['simple', 'advanced'], at('prompt_type'), problems),
    prePrompt: textOr(field(settings, 'pre_prompt'), ''),
    chatPrompt: readChatPrompt(map('chat_prompt_config'), at('chat_prompt_config', 'prompt'), problems),
    completionPrompt: Object.freeze({
      text: textOr(field(completion, 'text'), ''),
      userPrefix: textOr(field(roles, 'user_prefix'), ''),
      assistantPrefix: textOr(field(roles, 'assistant_prefix'), ''),
    }),
    datasetQueryVariable,
    datasets,
    agent,
    externalDataTools: Object.freeze(
      problems.optionalList(field(settings, 'external_data_tools'), at('external_data_tools')).filter(isObject),
    ),
    settings,
  })
}

const readModel = (value: Value | undefined, path: string, problems: Problems): ModelChoice => {
  const map = problems.map(value, path)
  if (map !== undefined) {
    problems.text(field(map, 'provider'), joinPath(path, 'provider'))
    problems.text(field(map, 'name'), joinPath(path, 'name'))
    problems.optionalMap(field(map, 'completion_params'), joinPath(path, 'completion_params'))
  }
  const choice = toModelChoice(map ?? {})
  oneOf(map === undefined ? undefined : field(map, 'mode'), ['chat', 'completion'], joinPath(path, 'mode'), problems)
  return choice
}

/** The model a map `{provider, name, mode, completion_params}` chooses. Agents write `model` for `name`. */
export const toModelChoice = (map: ValueObject): ModelChoice => {
  const given = field(map, 'completion_params')
  const { stop, ...parameters } = isObject(given) ? given : {}
  return Object.freeze({
    provider: textOr(field(map, 'provider'), ''),
    name: textOr(field(map, 'name'), textOr(field(map, 'model'), '')),
    mode: field(map, 'mode') === 'completion' ? 'completion' : 'chat',
    parameters: Object.freeze(parameters),
    stop: Object.freeze(isList(stop) ? stop.filter((item) => typeof item === 'string') : []),
  })
}

const ROLES = ['system', 'user', 'assistant'] as const

const readChatPrompt = (config: ValueObject, path: string, problems: Problems): readonly PromptMessage[] => {
  const list = problems.optionalList(field(config, 'prompt'), path)
  if (list.length > MAX_PROMPT_MESSAGES) {
    problems.add(path, 'app/prompt-too-long', { count: list.length, limit: MAX_PROMPT_MESSAGES })
  }
  return Object.freeze(
    list.flatMap((item, index) => {
      const itemPath = joinPath(path, index)
      const message = problems.map(item, itemPath)
      if (message === undefined) return []
      const role = oneOf(field(message, 'role'), ROLES, joinPath(itemPath, 'role'), problems)
      return [Object.freeze({ role, text: textOr(field(message, 'text'), '') })]
    }),
  )
}

const readAgent = (map: ValueObject, path: string, problems: Problems): ModelConfig['agent'] => {
  const prompt = problems.optionalMap(field(map, 'prompt'), joinPath(path, 'prompt'))
  const tools = problems.optionalList(field(map, 'tools'), joinPath(path, 'tools'))
  const rounds = Math.trunc(numberOr(field(map, 'max_iteration'), 10))
  return Object.freeze({
    enabled: field(map, 'enabled') === true,
    strategy: textOr(field(map, 'strategy'), ''),
    maxIterations: Math.min(Math.max(rounds, 1), MAX_ITERATIONS),
    tools: Object.freeze(
      tools.flatMap((item, index): readonly AgentTool[] => {
        const itemPath = joinPath(joinPath(path, 'tools'), index)
        const tool = problems.map(item, itemPath)
        return tool === undefined || isLegacyEntry(tool) ? [] : [readTool(tool, itemPath, problems)]
      }),
    ),
    firstPrompt: textOr(field(prompt, 'first_prompt'), ''),
    nextIteration: textOr(field(prompt, 'next_iteration'), ''),
  })
}

/** Old agents listed knowledge bases and switches as one-key maps: `{dataset: {enabled, id}}`. */
const isLegacyEntry = (tool: ValueObject): boolean => {
  const keys = Object.keys(tool)
  return keys.length === 1 && isObject(field(tool, keys[0] as string))
}

const readTool = (tool: ValueObject, path: string, problems: Problems): AgentTool => {
  problems.text(field(tool, 'tool_name'), joinPath(path, 'tool_name'))
  return Object.freeze({
    enabled: field(tool, 'enabled') === true,
    providerType: textOr(field(tool, 'provider_type'), 'builtin'),
    providerId: textOr(field(tool, 'provider_id'), textOr(field(tool, 'provider_name'), '')),
    toolName: textOr(field(tool, 'tool_name'), ''),
    toolLabel: textOr(field(tool, 'tool_label'), ''),
    parameters: problems.optionalMap(field(tool, 'tool_parameters'), joinPath(path, 'tool_parameters')),
  })
}

const readDatasets = (map: ValueObject, agentMode: ValueObject, path: string, problems: Problems): DatasetSettings => {
  const listed = problems.optionalMap(field(map, 'datasets'), joinPath(path, 'datasets'))
  const entries = [
    ...problems.optionalList(field(listed, 'datasets'), joinPath(path, 'datasets', 'datasets')),
    ...(isList(field(agentMode, 'tools')) ? (field(agentMode, 'tools') as readonly Value[]) : []),
  ]
  const reranking = field(map, 'reranking_model')
  const name = isObject(reranking) ? textOr(field(reranking, 'reranking_model_name'), '') : ''
  const provider = isObject(reranking) ? textOr(field(reranking, 'reranking_provider_name'), '') : ''
  const threshold = field(map, 'score_threshold')
  const weights = field(map, 'weights')
  const conditions = field(map, 'metadata_filtering_conditions')
  const metadataModel = field(map, 'metadata_model_config')
  return Object.freeze({
    ids: Object.freeze([...new Set(entries.flatMap(datasetId))]),
    retrieval: field(map, 'retrieval_model') === 'single' ? 'single' : 'multiple',
    topK: numberOr(field(map, 'top_k'), 4),
    scoreThreshold: field(map, 'score_threshold_enabled') === true && isNumber(threshold) ? toNumber(threshold) : null,
    rerankingEnabled: field(map, 'reranking_enable') !== false,
    rerankingMode: field(map, 'reranking_mode') === 'weighted_score' ? 'weighted_score' : 'reranking_model',
    ...(name === '' ? {} : { rerankingModel: Object.freeze({ provider, name }) }),
    ...(isObject(weights) ? { weights } : {}),
    metadataFilteringMode: metadataMode(field(map, 'metadata_filtering_mode')),
    ...(isObject(conditions) ? { metadataFilteringConditions: conditions } : {}),
    ...(isObject(metadataModel) ? { metadataModel: toModelChoice(metadataModel) } : {}),
  })
}

const datasetId = (entry: Value): readonly string[] => {
  const dataset = isObject(entry) ? field(entry, 'dataset') : undefined
  if (!isObject(dataset) || field(dataset, 'enabled') === false) return []
  const id = field(dataset, 'id')
  return typeof id === 'string' && id !== '' ? [id] : []
}

const metadataMode = (value: Value | undefined): DatasetSettings['metadataFilteringMode'] =>
  value === 'automatic' || value === 'manual' ? value : 'disabled'

const textOr = (value: Value | undefined, fallback: string): string => (typeof value === 'string' ? value : fallback)

const numberOr = (value: Value | undefined, fallback: number): number => (isNumber(value) ? toNumber(value) : fallback)

/** One of the known words; the first when absent, and a problem for any other. */
const oneOf = <Word extends string>(
  value: Value | undefined,
  words: readonly [Word, ...Word[]],
  path: string,
  problems: Problems,
): Word => {
  const known = words.find((word) => word === value)
  if (known !== undefined) return known
  if (value !== undefined && value !== null && value !== '') {
    const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : describe(value)
    problems.add(path, 'app/wrong-type', { expected: `one of ${words.join(', ')}`, found })
  }
  return words[0]
}
