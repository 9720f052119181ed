// A provider over one connection: which names it serves, as what, and one model object per name and kind.

import { knownModel, vendorOfType } from '../../data/known-models.ts'
import type { Family, ModelFeature, ModelKind, ModelProvider } from '../../spec.ts'
import { createBoundedMap } from './bounded-map.ts'
import { createHttpChat } from './chat.ts'
import type { Connection, HttpProviderOptions, ModelDeclaration } from './connection.ts'
import { createHttpEmbedding } from './embedding.ts'
import type { EmbeddingFormat, ModerationFormat, RerankFormat, SpeechFormat, TranscriptionFormat } from './kinds.ts'
import { createHttpModeration } from './moderation.ts'
import { createNativeEndpoint, type NativeFormat } from './native.ts'
import { pingAt } from './ping.ts'
import { createHttpRerank } from './rerank.ts'
import { createHttpSpeech } from './speech.ts'
import { createHttpTranscription } from './transcription.ts'
import type { Wire } from './wire.ts'

/** Names are made up by users where any name is served, so the memory of them is bounded. */
const MAX_REMEMBERED_MODELS = 500

export interface ProviderSetup<Dialect> {
  readonly type: string
  readonly family: Family
  readonly wire: Wire<Dialect>
  readonly connection: Connection
  readonly options: HttpProviderOptions
  /** What models of this vendor can do when neither the operator nor the sheet of known models says. */
  readonly features: readonly ModelFeature[]
  /** What the server itself said of a model; wins over the sheet. */
  readonly described?: (modelName: string) => Pick<ModelDeclaration, 'features' | 'contextTokens'> | undefined
  /** Read to see whether the account answers. */
  readonly pingPath: string
  /** The protocols callers may speak with it themselves. */
  readonly native?: readonly NativeFormat[]
  /** What else this vendor serves. */
  readonly embedding?: EmbeddingFormat | ((modelName: string) => EmbeddingFormat)
  readonly transcription?: TranscriptionFormat
  readonly speech?: SpeechFormat
  readonly rerank?: RerankFormat
  readonly moderation?: ModerationFormat
}

export const createHttpProvider = <Dialect>(setup: ProviderSetup<Dialect>): ModelProvider => {
  const { wire, connection, options } = setup
  const declared = options.models?.map((entry) => (typeof entry === 'string' ? { name: entry } : entry))
  const byName = declared && new Map<string, ModelDeclaration>(declared.map((entry) => [entry.name, entry]))
  const find = (kind: ModelKind, modelName: string): ModelDeclaration | undefined => {
    const entry = byName ? byName.get(modelName) : { name: modelName, kind }
    return !entry || modelName === '' || (entry.kind ?? 'chat') !== kind ? undefined : entry
  }
  /** Finds models of one kind, and remembers them. */
  const serve = <Model>(kind: ModelKind, build: (entry: ModelDeclaration) => Model) => {
    const models = createBoundedMap<string, Model>(MAX_REMEMBERED_MODELS)
    return (modelName: string): Model | undefined => {
      const entry = find(kind, modelName)
      return entry && models.getOr(modelName, () => build(entry))
    }
  }
  const natives = new Map(
    setup.native?.map((format) => [
      format.protocol,
      serve('chat', ({ name }) => createNativeEndpoint(format, connection, name)),
    ]),
  )
  return {
    name: options.name,
    type: setup.type,
    family: setup.family,
    chat: serve('chat', (entry) => createHttpChat(wire, connection, describe(entry, setup))),
    ...otherKinds(setup, serve),
    native: (protocol, modelName) => natives.get(protocol)?.(modelName),
    ping: (signal) => pingAt(connection, { path: setup.pingPath, readError: wire.readError }, signal),
    models: () => declared?.map((entry) => entry.name) ?? [],
    kindOf: (modelName) => byName?.get(modelName)?.kind ?? 'chat',
  }
}

type Serve = <Model>(
  kind: ModelKind,
  build: (entry: ModelDeclaration) => Model,
) => (modelName: string) => Model | undefined

const otherKinds = <Dialect>(setup: ProviderSetup<Dialect>, serve: Serve): Partial<ModelProvider> => {
  const { connection, embedding, transcription, speech, rerank, moderation } = setup
  return {
    ...(embedding && {
      embedding: serve('embedding', ({ name }) => {
        const format = typeof embedding === 'function' ? embedding(name) : embedding
        return createHttpEmbedding(format, connection, name)
      }),
    }),
    ...(transcription && {
      transcription: serve('transcription', ({ name }) => createHttpTranscription(transcription, connection, name)),
    }),
    ...(speech && {
      speech: serve('speech', ({ name, voice }) => createHttpSpeech(speech, connection, { name, voice })),
    }),
    ...(rerank && { rerank: serve('rerank', ({ name }) => createHttpRerank(rerank, connection, name)) }),
    ...(moderation && {
      moderation: serve('moderation', ({ name }) => createHttpModeration(moderation, connection, name)),
    }),
  }
}

/** What a model can do: as the operator says, else the server, else the sheet, else what the vendor's models usually can. */
const describe = <Dialect>(entry: ModelDeclaration, setup: ProviderSetup<Dialect>) => {
  const described = setup.described?.(entry.name)
  const known = knownModel(vendorOfType(setup.type), entry.name)
  const contextTokens = entry.contextTokens ?? described?.contextTokens ?? known?.contextTokens
  return {
    name: entry.name,
    features: new Set(entry.features ?? described?.features ?? known?.features ?? setup.features),
    ...(contextTokens !== undefined && { contextTokens }),
  }
}
