// Ollama's own API, which knows more than its chat-completions imitation: context size, keep-alive, what is installed.
// Wire format: github.com/ollama/ollama, docs/api.md.

import { stringifyJson } from '../../base/json.ts'
import type { ModelFeature, ModelProvider } from '../spec.ts'
import { type HttpProviderOptions, type ModelDeclaration, type ModelSeams, openConnection } from './http/connection.ts'
import { Exchange } from './http/exchange.ts'
import { createHttpProvider } from './http/provider.ts'
import { listAt, numberAt, objectAt, textAt } from './http/reading.ts'
import { ollamaEmbedding } from './ollama/embedding.ts'
import { ollamaWire, readOllamaError } from './ollama/wire.ts'

export interface OllamaProvider extends ModelProvider {
  /** Asks the server which models it has and what they can do; `models()` lists them from then on.
   *  @throws ModelError as a chat call does */
  refresh(signal?: AbortSignal): Promise<void>
}

/** Each model costs one question. */
const MAX_LISTED_MODELS = 100
const DEFAULT_FEATURES: readonly ModelFeature[] = ['tools', 'structured-output', 'vision']

export const createOllamaProvider = (options: HttpProviderOptions, seams: ModelSeams): OllamaProvider => {
  const apiKey = options.apiKey?.trim()
  const connection = openConnection(
    { ...options, baseUrl: options.baseUrl ?? 'http://127.0.0.1:11434' },
    { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    seams,
  )
  const build = (known: ReadonlyMap<string, ModelDeclaration>) =>
    createHttpProvider({
      type: 'ollama',
      family: 'ollama',
      wire: ollamaWire,
      connection,
      options,
      features: DEFAULT_FEATURES,
      described: (name) => known.get(name),
      pingPath: '/api/version',
      embedding: ollamaEmbedding,
    })
  let installed: ReadonlyMap<string, ModelDeclaration> = new Map()
  let provider = build(installed)

  const ask = async (method: 'GET' | 'POST', path: string, model: string, signal: AbortSignal | undefined) => {
    const exchange = new Exchange({
      connection,
      model,
      limitMs: connection.idleTimeoutMs,
      signal,
      readError: readOllamaError,
    })
    try {
      await exchange.send(method, path, method === 'POST' ? { model } : undefined)
      return await exchange.json()
    } finally {
      exchange.close()
    }
  }

  return {
    name: options.name,
    type: 'ollama',
    family: 'ollama',
    chat: (modelName) => provider.chat(modelName),
    embedding: (modelName) => provider.embedding?.(modelName),
    ping: (signal) => provider.ping?.(signal) ?? Promise.resolve(),
    models: () => (options.models ? provider.models() : [...installed.keys()]),
    kindOf: (modelName) => (options.models ? provider.kindOf?.(modelName) : installed.get(modelName)?.kind) ?? 'chat',
    async refresh(signal) {
      const tags = listAt(await ask('GET', '/api/tags', '', signal), 'models')
      const names = tags.flatMap((tag) => textAt(tag, 'model') ?? textAt(tag, 'name') ?? []).slice(0, MAX_LISTED_MODELS)
      const found = new Map<string, ModelDeclaration>()
      for (const name of names) found.set(name, describeModel(name, await ask('POST', '/api/show', name, signal)))
      installed = found
      provider = build(found)
    },
  }
}

const FEATURE_BY_CAPABILITY: Readonly<Record<string, ModelFeature>> = {
  tools: 'tools',
  vision: 'vision',
  thinking: 'reasoning',
}

// Servers older than the capabilities list say nothing about them.
const describeModel = (name: string, shown: unknown): ModelDeclaration => {
  const capabilities = listAt(shown, 'capabilities').map((entry) => stringifyJson(entry).replaceAll('"', ''))
  const isEmbedding = capabilities.includes('embedding') && !capabilities.includes('completion')
  const info = objectAt(shown, 'model_info') ?? {}
  const contextKey = Object.keys(info).find((key) => key.endsWith('.context_length'))
  const contextTokens = contextKey === undefined ? undefined : numberAt(info, contextKey)
  const features = capabilities.flatMap((entry) => FEATURE_BY_CAPABILITY[entry] ?? [])
  return {
    name,
    ...(isEmbedding && { kind: 'embedding' as const }),
    ...(capabilities.length > 0 && { features: ['structured-output', ...features] }),
    ...(contextTokens !== undefined && { contextTokens }),
  }
}
