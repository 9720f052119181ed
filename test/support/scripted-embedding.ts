// An embedding model with a vector for every text: those of a table, else one that shares no direction with them.
// It can be held, made to fail, and says what it was asked.

import type { EmbeddingModel } from '../../src/model/spec.ts'

export interface ScriptedEmbedding extends EmbeddingModel {
  /** The texts of every call. */
  readonly calls: readonly (readonly string[])[]
  /** Thrown by the following calls, until undefined. */
  failure: unknown
  /** Calls wait until `release`, after so many more that do not; resolves when the first of them waits. Default 0. */
  hold(after?: number): Promise<void>
  release(): void
}

const SIZE = 8

export const createScriptedEmbedding = (
  vectors: Readonly<Record<string, readonly number[]>> = {},
  name = 'embed',
): ScriptedEmbedding => {
  const calls: (readonly string[])[] = []
  let held: { passing: number; readonly reached: () => void; readonly until: Promise<void> } | undefined
  let open = () => {}
  const model: ScriptedEmbedding = {
    provider: 'scripted',
    name,
    calls,
    failure: undefined,
    hold: (after = 0) =>
      new Promise((reached) => {
        held = { passing: after, reached, until: new Promise((resolve) => (open = resolve)) }
      }),
    release() {
      held = undefined
      open()
    },
    async embed(texts, signal) {
      calls.push(texts)
      if (held && held.passing-- <= 0) {
        const { reached, until } = held
        const aborted = new Promise<never>((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
        reached()
        await Promise.race([until, aborted])
      }
      signal?.throwIfAborted()
      if (model.failure !== undefined) throw model.failure
      return { vectors: texts.map((text) => toVector(vectors[text])), promptTokens: texts.length }
    },
  }
  return model
}

const toVector = (values: readonly number[] = []): Float32Array => {
  const vector = new Float32Array(SIZE)
  vector.set(values)
  if (values.length === 0) vector[SIZE - 1] = 1
  return vector
}
