// Answers to questions that only resemble each other. Asked after the exact tiers, never instead of them.
//
// S1  Only questions of one fingerprint meet: one scope, one target, one history, the same parameters.
// S2  What is served is the entry of another key; it is never kept under the key of the question it was served for.
// S3  Nothing here throws: without a vector there is no similar question.

import { messageOf } from '../../../base/errors.ts'
import type { Clock, Log } from '../../../base/seams.ts'
import type { EmbeddingModel } from '../../spec.ts'
import { categoryOf } from '../key.ts'
import type { CacheEntry, CacheQuestion, CacheVector, CategoryReport, EntryStore } from '../spec.ts'
import { Categories } from './categories.ts'
import type { Bounds, Category, Judgement } from './category.ts'
import type { Found } from './vector-block.ts'
import { VectorBlocks } from './vectors.ts'
import { type Veto, vetoOf } from './vetoes.ts'

export interface SemanticOptions extends Bounds {
  readonly embedding: EmbeddingModel
  /** Similarity from which the mode `simple` serves, 0 to 1. */
  readonly threshold: number
  /** Vectors in memory. */
  readonly maxVectors: number
  /** Longest wait for a vector. Milliseconds. */
  readonly embedMs: number
  readonly store: EntryStore | undefined
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly log: Log
}

export interface SemanticQuestion {
  readonly question: CacheQuestion
  readonly fingerprint: string
  readonly text: string
}

export interface Candidate {
  readonly key: string
  readonly question: string
  readonly similarity: number
  readonly category: Category
  readonly judgement: Judgement
}

export interface Finding {
  /** Of the question; undefined where none could be made. */
  readonly vector: CacheVector | undefined
  /** The most similar question that no veto speaks against. */
  readonly candidate: Candidate | undefined
  readonly note: string
}

/** Nearest questions that are looked at. */
const NEAREST = 5
/** Below this, a question is about something else. */
const LEAST_SIMILARITY = 0.5
/** Neighbours that are read from the store when a fingerprint is first asked about. */
const LOADED = 1_000
const EMBEDDINGS_UNDER_WAY = 64

export class SemanticTier {
  readonly #options: SemanticOptions
  readonly #blocks: VectorBlocks
  readonly #categories: Categories
  readonly #loading = new Map<string, Promise<void>>()
  #underWay = 0

  constructor(options: SemanticOptions) {
    this.#options = options
    this.#blocks = new VectorBlocks(options.maxVectors)
    this.#categories = new Categories(options)
  }

  /** `provider/model` of the vectors. */
  get model(): string {
    const { provider, name } = this.#options.embedding
    return `${provider}/${name}`
  }

  get size(): number {
    return this.#blocks.size
  }

  async look({ question, fingerprint, text }: SemanticQuestion, signal?: AbortSignal): Promise<Finding> {
    const vector = await this.vectorOf(text, signal)
    if (!vector) return { vector, candidate: undefined, note: 'no-vector' }
    const { values } = vector
    await this.#load(question.scope, fingerprint, values.length)
    const nearest = (await this.#blocks.find(fingerprint)?.nearest(values, NEAREST)) ?? []
    const { found, note } = choose(text, nearest)
    if (!found) return { vector, candidate: undefined, note }
    const id = `${categoryOf(question, text)}.${this.model}`
    const category = await this.#categories.get({ id, scope: question.scope, target: question.target })
    const judgement =
      question.mode.semantic === 'simple'
        ? bySimilarity(found.similarity >= this.#options.threshold)
        : category.judge(found.similarity, found.key, this.#options.clock.now())
    const how = `similarity=${found.similarity.toFixed(2)}`
    return {
      vector,
      candidate: { ...found, category, judgement },
      note: judgement.serve ? how : `${how}; abstained=${judgement.why}`,
    }
  }

  async vectorOf(text: string, signal?: AbortSignal): Promise<CacheVector | undefined> {
    const values = await this.#embed(text, signal)
    return values && { model: this.model, values }
  }

  add(entry: CacheEntry): void {
    const { key, question, fingerprint, vector } = entry
    if (fingerprint === undefined || vector?.model !== this.model) return
    const { values } = vector
    if (!this.#blocks.find(fingerprint)) {
      // A block is first read from the store, and this entry with it.
      if (this.#options.store) return
      this.#blocks.make(fingerprint, values.length)
    }
    this.#blocks.add(fingerprint, { key, question, values })
  }

  /** For an entry that is not there any more. */
  remove(fingerprint: string, key: string): void {
    this.#blocks.remove(fingerprint, key)
  }

  /** After an invalidation: what is still kept is read again when it is asked for. */
  forgetVectors(): void {
    this.#blocks.clear()
  }

  reports(owner: string): readonly CategoryReport[] {
    return this.#categories.reports(owner)
  }

  /** Writes what was learned. Never rejects. */
  save(): Promise<void> {
    return this.#categories.save()
  }

  async #embed(text: string, signal: AbortSignal | undefined): Promise<Float32Array | undefined> {
    const { embedding, embedMs, clock, log } = this.#options
    if (this.#underWay >= EMBEDDINGS_UNDER_WAY) return undefined
    const limit = new AbortController()
    const cancel = clock.after(embedMs, () => limit.abort(new Error(`no vector within ${embedMs} ms`)))
    this.#underWay++
    try {
      const stop = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal
      const { vectors } = await embedding.embed([text], stop)
      return vectors[0] && unit(vectors[0])
    } catch (error) {
      if (!signal?.aborted) log.warn('cache-embedding-failed', { model: this.model, reason: messageOf(error) })
      return undefined
    } finally {
      this.#underWay--
      cancel()
    }
  }

  /** What was kept before this process came, or before the block was let go of. */
  async #load(scope: string, fingerprint: string, dimensions: number): Promise<void> {
    if (this.#blocks.find(fingerprint)) return
    const { store, log } = this.#options
    let loading = this.#loading.get(fingerprint)
    if (!loading) {
      const load = async () => {
        const found = await store?.neighbours(scope, fingerprint, { model: this.model, limit: LOADED })
        if (!this.#blocks.find(fingerprint)) this.#blocks.make(fingerprint, dimensions)
        for (const neighbour of found?.toReversed() ?? []) this.#blocks.add(fingerprint, neighbour)
      }
      loading = load()
        .catch((error: unknown) => log.debug('cache-tier-failed', { tier: 'vectors', reason: messageOf(error) }))
        .finally(() => this.#loading.delete(fingerprint))
      this.#loading.set(fingerprint, loading)
    }
    await loading
  }
}

const bySimilarity = (similar: boolean): Judgement =>
  similar ? { serve: true, passes: true } : { serve: false, passes: false, why: 'uncertain' }

const choose = (text: string, nearest: readonly Found[]): { readonly found?: Found; readonly note: string } => {
  let veto: Veto | undefined
  for (const found of nearest) {
    if (found.similarity < LEAST_SIMILARITY) break
    const speaks = vetoOf(text, found.question)
    if (!speaks) return { found: { ...found, similarity: Math.min(1, found.similarity) }, note: '' }
    veto ??= speaks
  }
  return { note: veto ? `veto=${veto}` : 'nothing-similar' }
}

/** Length 1; undefined for a vector without a direction. */
const unit = (values: Float32Array): Float32Array | undefined => {
  let square = 0
  for (const value of values) square += value * value
  if (!(square > 0) || !Number.isFinite(square)) return undefined
  const length = Math.sqrt(square)
  return Math.abs(length - 1) < 1e-6 ? values : values.map((value) => value / length)
}
