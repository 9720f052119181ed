// One SQLite connection over libsql: prepared statements are kept, parameters are checked, failures get our codes.
//
// libsql 0.5 ends the process when a boolean is bound or a closed database is asked for its transaction, and cuts text
// at U+0000 when it reads; hence the checks (D2).

import Libsql from 'libsql'
import { messageOf } from '../../base/errors.ts'
import { type ConstraintKind, DbError } from '../errors.ts'
import { toSqlValue } from './sql-value.ts'

export interface ConnectionOptions {
  readonly path: string
  /** Sees every statement before it runs. */
  readonly trace?: (sql: string) => void
}

export interface Rows {
  readonly rows: unknown[]
  readonly changes: number
}

interface Prepared {
  readonly statement: Libsql.Statement<unknown[]>
  readonly returnsRows: boolean
}

/** Kept prepared statements; preparing costs about as much as a point read. */
const KEPT_STATEMENTS = 256
const WORTH_KEEPING = /^\s*(select|insert|update|delete|with)\b/i

export class SqliteConnection {
  readonly #database: Libsql.Database
  readonly #trace: ((sql: string) => void) | undefined
  /** Least recently used first. */
  readonly #kept = new Map<string, Prepared>()
  #open = true

  constructor(options: ConnectionOptions) {
    try {
      this.#database = new Libsql(options.path)
    } catch (error) {
      throw new DbError('db/open-failed', {
        details: { path: options.path, message: messageOf(error) },
        cause: error,
      })
    }
    this.#trace = options.trace
  }

  get inTransaction(): boolean {
    return this.#open && this.#database.inTransaction
  }

  /** @throws DbError `db/constraint`, `db/busy`, `db/bad-parameter`, `db/failed` */
  execute(sql: string, parameters: readonly unknown[]): Rows {
    if (!this.#open) throw new DbError('db/closed')
    const values = parameters.map(toSqlValue)
    this.#trace?.(sql)
    try {
      const { statement, returnsRows } = this.#prepare(sql)
      if (returnsRows) return { rows: statement.all(values), changes: 0 }
      return { rows: [], changes: statement.run(values).changes }
    } catch (error) {
      const failure = toDbError(error)
      // After a lock conflict libsql leaves the statement half run, which keeps later transactions from committing. Only
      // running it again resets it, so that one stays.
      if (failure.code !== 'db/busy') this.#kept.delete(sql)
      throw failure
    }
  }

  /** For statements without parameters or rows: `begin`, `commit`, pragmas that set. */
  command(sql: string): void {
    if (!this.#open) throw new DbError('db/closed')
    try {
      this.#database.exec(sql)
    } catch (error) {
      throw toDbError(error)
    }
  }

  /** Runs `work` in a transaction that has the write lock from its beginning, where alone `db/busy` can come from. */
  transaction<T>(work: () => T): T {
    this.command('begin immediate')
    try {
      const result = work()
      this.command('commit')
      return result
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.inTransaction) this.command('rollback')
      throw error
    }
  }

  /** Inside a transaction: runs `work` so that its changes stay together, all of them or, when it throws, none. */
  atomically<T>(work: () => T): T {
    this.command('savepoint batch')
    try {
      const result = work()
      this.command('release batch')
      return result
    } catch (error) {
      if (this.inTransaction) this.command('rollback to batch; release batch')
      throw error
    }
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#kept.clear()
    this.#database.close()
  }

  #prepare(sql: string): Prepared {
    const known = this.#kept.get(sql)
    if (known) {
      this.#kept.delete(sql)
      this.#kept.set(sql, known)
      return known
    }
    const statement = this.#database.prepare<unknown[]>(sql)
    const prepared = { statement, returnsRows: statement.reader }
    if (WORTH_KEEPING.test(sql)) {
      this.#kept.set(sql, prepared)
      const [oldest] = this.#kept.keys()
      if (this.#kept.size > KEPT_STATEMENTS && oldest !== undefined) this.#kept.delete(oldest)
    }
    return prepared
  }
}

const toDbError = (error: unknown): DbError => {
  if (error instanceof DbError) return error
  const message = messageOf(error)
  const code = String((error as { code?: unknown } | undefined)?.code ?? '')
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new DbError('db/busy', { retryable: true, details: { limitMs: 0 }, cause: error })
  }
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    return new DbError('db/constraint', { details: { kind: constraintKind(code), message }, cause: error })
  }
  return new DbError('db/failed', { details: { message }, cause: error })
}

const constraintKind = (code: string): ConstraintKind => {
  switch (code) {
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
      return 'unique'
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return 'foreign-key'
    case 'SQLITE_CONSTRAINT_NOTNULL':
      return 'not-null'
    case 'SQLITE_CONSTRAINT_CHECK':
      return 'check'
    default:
      return 'other'
  }
}
