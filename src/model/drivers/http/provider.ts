// A provider over one connection: which names it serves, and one model object per name.

import type { ModelFeature, ModelProvider } from '../../spec.ts'
import { createBoundedMap } from './bounded-map.ts'
import { createHttpChat } from './chat.ts'
import type { Connection, HttpProviderOptions, ModelDeclaration } from './connection.ts'
import type { Wire } from './wire.ts'

/** Names are made up by users where any name is served, so the memory of them is bounded. */
const MAX_REMEMBERED_MODELS = 500

export interface ProviderSetup<Dialect> {
  readonly type: string
  readonly wire: Wire<Dialect>
  readonly connection: Connection
  readonly options: HttpProviderOptions
  /** What models of this vendor can do when the operator does not say. */
  readonly features: (modelName: string) => readonly ModelFeature[]
  readonly contextTokens?: (modelName: string) => number | undefined
}

export const createHttpProvider = <Dialect>(setup: ProviderSetup<Dialect>): ModelProvider => {
  const { wire, connection, options } = setup
  const declared = options.models?.map((entry) => (typeof entry === 'string' ? { name: entry } : entry))
  const byName = declared && new Map(declared.map((entry) => [entry.name, entry]))
  const models = createBoundedMap<string, ReturnType<typeof createHttpChat>>(MAX_REMEMBERED_MODELS)

  const build = (entry: ModelDeclaration) => {
    const contextTokens = entry.contextTokens ?? setup.contextTokens?.(entry.name)
    return createHttpChat(wire, connection, {
      name: entry.name,
      features: new Set(entry.features ?? setup.features(entry.name)),
      ...(contextTokens !== undefined && { contextTokens }),
    })
  }

  return {
    name: options.name,
    type: setup.type,
    chat(modelName) {
      const entry = byName ? byName.get(modelName) : { name: modelName }
      if (!entry || modelName === '') return undefined
      return models.getOr(modelName, () => build(entry))
    },
    models: () => declared?.map((entry) => entry.name) ?? [],
  }
}
