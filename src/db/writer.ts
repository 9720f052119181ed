// Group commit: batches handed over in one turn of the event loop share one transaction, so that a hundred runs pay for
// one flush to disk and not for a hundred.
//
// W1  A promise settles only after the transaction that holds its batch has ended.
// W2  Batches are committed in the order of the calls.
// W3  What waits is bounded; beyond it a write is refused at once instead of eating memory.
// W4  Closing writes everything that was accepted.

import { DbError } from './errors.ts'
import type { Statement } from './spec.ts'

export type Batch = readonly Statement[]
export type Outcome = { readonly ok: true; readonly changes: number } | { readonly ok: false; readonly error: unknown }

export interface WriterOptions {
  /** Commits the batches in one transaction: one outcome each, in order. A throw fails them all. */
  readonly commit: (batches: readonly Batch[]) => Promise<readonly Outcome[]>
  /** Resolves in the next turn of the event loop. */
  readonly nextTurn: () => Promise<void>
  /** Statements of one transaction; more would hold up the loop for too long. Default 500. */
  readonly groupStatements?: number
  /** Statements that may wait. Default 20,000. */
  readonly waitingStatements?: number
}

interface Entry {
  readonly batch: Batch
  readonly resolve: (changes: number) => void
  readonly reject: (error: unknown) => void
}

export class GroupWriter {
  readonly #options: Required<WriterOptions>
  #waiting: Entry[] = []
  #waitingStatements = 0
  #draining: Promise<void> | undefined
  #closed = false

  constructor(options: WriterOptions) {
    this.#options = { groupStatements: 500, waitingStatements: 20_000, ...options }
  }

  write(batch: Batch): Promise<number> {
    if (this.#closed) return Promise.reject(new DbError('db/closed'))
    if (batch.length === 0) return Promise.resolve(0)
    const limit = this.#options.waitingStatements
    if (this.#waitingStatements + batch.length > limit) {
      return Promise.reject(new DbError('db/overloaded', { retryable: true, details: { limit } }))
    }
    this.#waitingStatements += batch.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#draining ??= this.#drain()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#options.nextTurn()
      const group = this.#takeGroup()
      try {
        const outcomes = await this.#options.commit(group.map((entry) => entry.batch))
        group.forEach((entry, i) => {
          const outcome = outcomes[i] ?? { ok: false, error: new Error('a batch without an outcome') }
          if (outcome.ok) entry.resolve(outcome.changes)
          else entry.reject(outcome.error)
        })
      } catch (error) {
        for (const entry of group) entry.reject(error)
      }
    }
    this.#draining = undefined
  }

  /** As many batches as fit, and always one. */
  #takeGroup(): readonly Entry[] {
    let count = 0
    let statements = 0
    for (const { batch } of this.#waiting) {
      if (count > 0 && statements + batch.length > this.#options.groupStatements) break
      statements += batch.length
      count++
    }
    this.#waitingStatements -= statements
    return this.#waiting.splice(0, count)
  }
}
