// A provider over one connection: which names it serves, as what, and one model object per name and kind.

import type { ModelFeature, ModelKind, ModelProvider } from '../../spec.ts'
import { createBoundedMap } from './bounded-map.ts'
import { createHttpChat } from './chat.ts'
import type { Connection, HttpProviderOptions, ModelDeclaration } from './connection.ts'
import { createHttpEmbedding } from './embedding.ts'
import type { EmbeddingFormat, SpeechFormat, TranscriptionFormat } from './kinds.ts'
import { createHttpSpeech } from './speech.ts'
import { createHttpTranscription } from './transcription.ts'
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
  /** What else this vendor serves. */
  readonly embedding?: EmbeddingFormat
  readonly transcription?: TranscriptionFormat
  readonly speech?: SpeechFormat
}

export const createHttpProvider = <Dialect>(setup: ProviderSetup<Dialect>): ModelProvider => {
  const { wire, connection, options, embedding, transcription, speech } = setup
  const declared = options.models?.map((entry) => (typeof entry === 'string' ? { name: entry } : entry))
  const byName = declared && new Map<string, ModelDeclaration>(declared.map((entry) => [entry.name, entry]))

  /** Finds models of one kind, and remembers them. */
  const serve = <Model>(kind: ModelKind, build: (entry: ModelDeclaration) => Model) => {
    const models = createBoundedMap<string, Model>(MAX_REMEMBERED_MODELS)
    return (modelName: string): Model | undefined => {
      const entry = byName ? byName.get(modelName) : { name: modelName, kind }
      if (!entry || modelName === '' || (entry.kind ?? 'chat') !== kind) return undefined
      return models.getOr(modelName, () => build(entry))
    }
  }

  return {
    name: options.name,
    type: setup.type,
    chat: serve('chat', (entry) => {
      const contextTokens = entry.contextTokens ?? setup.contextTokens?.(entry.name)
      return createHttpChat(wire, connection, {
        name: entry.name,
        features: new Set(entry.features ?? setup.features(entry.name)),
        ...(contextTokens !== undefined && { contextTokens }),
      })
    }),
    ...(embedding && {
      embedding: serve('embedding', ({ name }) => createHttpEmbedding(embedding, connection, name)),
    }),
    ...(transcription && {
      transcription: serve('transcription', ({ name }) => createHttpTranscription(transcription, connection, name)),
    }),
    ...(speech && {
      speech: serve('speech', ({ name, voice }) => createHttpSpeech(speech, connection, { name, voice })),
    }),
    models: () => declared?.map((entry) => entry.name) ?? [],
    kindOf: (modelName) => byName?.get(modelName)?.kind ?? 'chat',
  }
}
