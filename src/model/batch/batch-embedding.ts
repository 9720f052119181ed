// Embedding calls of one model that arrive together become one call.
//
// B1  A call never waits where none is under way, and otherwise until that one ends, `maxTexts` are together, or `maxWaitMs`
//     are over: whichever comes first.
// B2  Every caller gets exactly the vectors of its own texts, or an error of its own: a text that the vendor refuses fails
//     alone.
// B3  A caller that leaves takes only its own texts along; the vendor's call ends when all callers have left.
//
// Chat calls are not merged: no vendor of ours answers several requests in one online call, and several questions in one
// prompt would be another question.

import type { Clock } from '../../base/seams.ts'
import { ModelError } from '../errors.ts'
import type { EmbeddingModel } from '../spec.ts'

export interface BatchOptions {
  readonly clock: Clock
  /** Texts of one call, ≥ 1. A caller with more goes alone. */
  readonly maxTexts: number
  /** Milliseconds. */
  readonly maxWaitMs: number
}

type Embedded = Awaited<ReturnType<EmbeddingModel['embed']>>

interface Waiting {
  readonly texts: readonly string[]
  readonly signal: AbortSignal | undefined
  hasLeft: boolean
  resolve(embedded: Embedded): void
  reject(error: unknown): void
}

export const batchEmbedding = (model: EmbeddingModel, options: BatchOptions): EmbeddingModel => {
  const batches = new Batches(model, options)
  return {
    provider: model.provider,
    name: model.name,
    embed: (texts, signal) =>
      texts.length >= options.maxTexts ? model.embed(texts, signal) : batches.add(texts, signal),
  }
}

class Batches {
  readonly #model: EmbeddingModel
  readonly #options: BatchOptions
  #waiting: Waiting[] = []
  #count = 0
  #underWay = 0
  #stopClock: (() => void) | undefined

  constructor(model: EmbeddingModel, options: BatchOptions) {
    this.#model = model
    this.#options = options
  }

  add(texts: readonly string[], signal: AbortSignal | undefined): Promise<Embedded> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const waiting: Waiting = { texts, signal, hasLeft: false, resolve, reject }
      if (this.#count + texts.length > this.#options.maxTexts) this.#flush()
      this.#waiting.push(waiting)
      this.#count += texts.length
      signal?.addEventListener('abort', () => this.#leave(waiting), { once: true })
      if (this.#underWay === 0 || this.#count >= this.#options.maxTexts) this.#flush()
      else this.#stopClock ??= this.#options.clock.after(this.#options.maxWaitMs, () => this.#flush())
    })
  }

  #leave(waiting: Waiting): void {
    waiting.hasLeft = true
    waiting.reject(waiting.signal?.reason)
    const at = this.#waiting.indexOf(waiting)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    this.#count -= waiting.texts.length
  }

  #flush(): void {
    this.#stopClock?.()
    this.#stopClock = undefined
    const batch = this.#waiting
    this.#waiting = []
    this.#count = 0
    if (batch.length === 0) return
    this.#underWay++
    void this.#embed(batch).finally(() => {
      this.#underWay--
      this.#flush()
    })
  }

  /** Never rejects. */
  async #embed(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch
    if (first && batch.length === 1) return this.#alone(first)
    const texts = batch.flatMap((waiting) => waiting.texts)
    try {
      const embedded = await this.#model.embed(texts, whenAllLeft(batch))
      if (embedded.vectors.length !== texts.length) throw this.#miscounted(embedded.vectors.length, texts.length)
      share(batch, embedded)
    } catch (error) {
      if (!(error instanceof ModelError && error.code === 'model/bad-request')) {
        for (const waiting of batch) waiting.reject(error)
        return
      }
      await Promise.all(batch.map((waiting) => this.#alone(waiting)))
    }
  }

  async #alone(waiting: Waiting): Promise<void> {
    if (waiting.hasLeft) return
    try {
      waiting.resolve(await this.#model.embed(waiting.texts, waiting.signal))
    } catch (error) {
      waiting.reject(error)
    }
  }

  #miscounted(given: number, asked: number): ModelError {
    const message = `it gave ${given} vectors for ${asked} texts`
    return new ModelError('model/bad-response', { details: { provider: this.#model.provider, message } })
  }
}

const whenAllLeft = (batch: readonly Waiting[]): AbortSignal => {
  const controller = new AbortController()
  for (const { signal } of batch) {
    signal?.addEventListener(
      'abort',
      () => {
        if (batch.every((waiting) => waiting.signal?.aborted)) controller.abort(signal.reason)
      },
      { once: true },
    )
  }
  return controller.signal
}

/** Tokens by characters: vendors count a call, not its texts. The parts add up to the whole. */
const share = (batch: readonly Waiting[], { vectors, promptTokens }: Embedded): void => {
  const lengths = batch.map(({ texts }) => texts.reduce((sum, text) => sum + text.length, 0))
  const total = Math.max(
    1,
    lengths.reduce((sum, length) => sum + length, 0),
  )
  let at = 0
  let read = 0
  let told = 0
  for (const [i, waiting] of batch.entries()) {
    read += lengths[i] ?? 0
    const upTo = i === batch.length - 1 ? promptTokens : Math.round((promptTokens * read) / total)
    waiting.resolve({ vectors: vectors.slice(at, at + waiting.texts.length), promptTokens: upTo - told })
    at += waiting.texts.length
    told = upTo
  }
}
