// What a migration is. Types only.

import type { Transaction } from 'kysely'

export interface Migration {
  /** From 1, without gaps. A published migration never changes. */
  readonly number: number
  readonly name: string
  /** Runs inside a transaction. The schema's types are those of today, therefore a migration sees none. */
  up(transaction: Transaction<unknown>): Promise<void>
}
