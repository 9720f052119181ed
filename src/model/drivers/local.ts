// Embeddings computed in this process by a model from the Hugging Face hub. The package that does it is heavy and no dependency
// of ours: who wants it installs it, and is told so otherwise.
// L1  A model is loaded once, on first use; a failed load is tried again.

import { messageOf } from '../../base/errors.ts'
import { nextTurn } from '../../base/seams.ts'
import { ModelError } from '../errors.ts'
import type { EmbeddingModel, ModelProvider } from '../spec.ts'
import { estimateTokens } from '../usage.ts'
import { createBoundedMap } from './http/bounded-map.ts'
import type { ModelDeclaration } from './http/connection.ts'

export const LOCAL_PACKAGE = '@huggingface/transformers'

/** Texts of one call to `embed`. Source: the contract of EmbeddingModel. */
const MAX_TEXTS = 2_048
/** Texts computed before other work of the process goes first. */
const BATCH_TEXTS = 16
/** Loaded at the same time; each may take hundreds of megabytes. */
const MAX_MODELS = 4

/** What we use of the package. */
export interface TransformersModule {
  pipeline(task: 'feature-extraction', model: string, options?: object): Promise<FeatureExtractor>
}
export type FeatureExtractor = (
  texts: readonly string[],
  options: { readonly pooling: 'mean'; readonly normalize: true },
) => Promise<{ tolist(): readonly (readonly number[])[] }>

export interface LocalOptions {
  readonly name: string
  /** Names on the hub, e.g. `Xenova/all-MiniLM-L6-v2`. Without a list every name is tried. */
  readonly models?: readonly (string | ModelDeclaration)[]
}

/** @param load default: the installed package */
export const createLocalProvider = (
  options: LocalOptions,
  load: () => Promise<TransformersModule> = loadPackage(options.name),
): ModelProvider => {
  const names = options.models?.map((entry) => (typeof entry === 'string' ? entry : entry.name))
  const models = createBoundedMap<string, EmbeddingModel>(MAX_MODELS)
  return {
    name: options.name,
    type: 'local',
    chat: () => undefined,
    embedding: (modelName) =>
      modelName === '' || (names && !names.includes(modelName))
        ? undefined
        : models.getOr(modelName, () => createLocalEmbedding(options.name, modelName, load)),
    ping: async () => void (await load()),
    models: () => names ?? [],
    kindOf: () => 'embedding',
  }
}

const createLocalEmbedding = (
  provider: string,
  name: string,
  load: () => Promise<TransformersModule>,
): EmbeddingModel => {
  let loading: Promise<FeatureExtractor> | undefined
  const extractor = (): Promise<FeatureExtractor> => {
    loading ??= load()
      .then((module) => module.pipeline('feature-extraction', name))
      .catch((error: unknown) => {
        loading = undefined
        throw error instanceof ModelError ? error : unavailable(provider, error)
      })
    return loading
  }
  return {
    provider,
    name,
    async embed(texts, signal) {
      signal?.throwIfAborted()
      if (texts.length === 0 || texts.length > MAX_TEXTS) {
        const message = `1 to ${MAX_TEXTS} texts can be embedded at once, not ${texts.length}`
        throw new ModelError('model/bad-request', { details: { provider, model: name, message } })
      }
      const extract = await extractor()
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += BATCH_TEXTS) {
        await nextTurn()
        signal?.throwIfAborted()
        vectors.push(...(await embedBatch(provider, extract, texts.slice(at, at + BATCH_TEXTS))))
      }
      return { vectors, promptTokens: texts.reduce((sum, text) => sum + estimateTokens(text), 0) }
    },
  }
}

const embedBatch = async (provider: string, extract: FeatureExtractor, texts: readonly string[]) => {
  let rows: readonly (readonly number[])[]
  try {
    rows = (await extract(texts, { pooling: 'mean', normalize: true })).tolist()
  } catch (error) {
    throw unavailable(provider, error)
  }
  const length = rows[0]?.length ?? 0
  if (rows.length === texts.length && length > 0 && rows.every((row) => row.length === length)) {
    return rows.map((row) => Float32Array.from(row))
  }
  const message = 'vectors of different lengths'
  throw new ModelError('model/bad-response', { details: { provider, message } })
}

const unavailable = (provider: string, error: unknown): ModelError =>
  new ModelError('model/unavailable', { details: { provider, message: messageOf(error) }, cause: error })

const loadPackage = (provider: string) => async (): Promise<TransformersModule> => {
  // A name in a variable: the package need not be there for the program to build.
  const name: string = LOCAL_PACKAGE
  try {
    return (await import(name)) as TransformersModule
  } catch (error) {
    throw new ModelError('model/missing-package', { details: { provider, package: LOCAL_PACKAGE }, cause: error })
  }
}
