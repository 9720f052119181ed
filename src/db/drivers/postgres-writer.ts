// Groups of batches on one PostgreSQL connection.
//
// A group goes out in one piece: begin, every statement, commit, without waiting for answers in between. Only when something
// in it fails is it repeated with a savepoint for each batch, so that the failure stays alone.
//
// G1  A batch is answered after the commit that holds it.
// G2  Repeating is safe: the first pass has left nothing behind, since PostgreSQL answers the commit of a failed transaction
//     with a rollback. When the connection is lost nobody knows, and every batch of the group fails as retryable.

import type pg from 'pg'
import { DbError } from '../errors.ts'
import type { SqlValue } from '../spec.ts'
import type { Batch, Outcome } from '../writer.ts'
import type { ClientLimits } from './postgres-client.ts'
import { endsConnection, toDbError } from './postgres-errors.ts'
import type { PostgresSession } from './postgres-session.ts'
import { toSqlValue } from './sql-value.ts'

export interface GroupCommitParts {
  readonly session: PostgresSession
  readonly limits: ClientLimits
  readonly trace: ((sql: string) => void) | undefined
}

type Checked = readonly { readonly sql: string; readonly values: readonly SqlValue[] }[]
type Sent = Promise<pg.QueryResult>

/** The server keeps a named statement prepared; texts beyond this number are sent without a name. */
const NAMED_STATEMENTS = 256

export const createGroupCommit = (parts: GroupCommitParts) => {
  const names = new Map<string, string>()
  const nameOf = (sql: string): string | undefined => {
    const known = names.get(sql)
    if (known !== undefined || names.size >= NAMED_STATEMENTS) return known
    const name = `heddle_${names.size}`
    names.set(sql, name)
    return name
  }
  const send = (client: pg.Client, batch: Checked): Sent[] =>
    batch.map(({ sql, values }) => {
      parts.trace?.(sql)
      const name = nameOf(sql)
      return client.query({ ...(name !== undefined && { name }), text: sql, values: [...values] })
    })

  const toFailure = (error: unknown): DbError => toDbError(error, parts.limits)

  /** Undefined when a statement failed; nothing is written then. */
  const writeAtOnce = async (client: pg.Client, batches: readonly Checked[]): Promise<number[] | undefined> => {
    const begun = client.query('begin')
    const sent = batches.map((batch) => send(client, batch))
    const ended = client.query('commit')
    const settled = await Promise.allSettled([begun, ...sent.flat(), ended])
    const failures = settled.flatMap((result) => (result.status === 'rejected' ? [toFailure(result.reason)] : []))
    const lost = failures.find(endsConnection)
    if (lost) throw lost
    if (failures.length > 0 || (await ended).command !== 'COMMIT') return undefined
    return Promise.all(sent.map(countChanges))
  }

  const writeOneByOne = async (client: pg.Client, batches: readonly Checked[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = []
    await client.query('begin')
    for (const batch of batches) {
      const begun = client.query('savepoint batch')
      const sent = send(client, batch)
      const settled = await Promise.allSettled([begun, ...sent, client.query('release savepoint batch')])
      const failed = settled.find((result) => result.status === 'rejected')
      if (!failed) {
        outcomes.push({ ok: true, changes: await countChanges(sent) })
        continue
      }
      const error = toFailure(failed.reason)
      if (endsConnection(error)) throw error
      await client.query('rollback to savepoint batch')
      outcomes.push({ ok: false, error })
    }
    const { command } = await client.query('commit')
    if (command !== 'COMMIT') throw new DbError('db/failed', { details: { message: 'the commit became a rollback' } })
    return outcomes
  }

  /** @throws DbError when the whole group failed */
  return async (batches: readonly Batch[]): Promise<readonly Outcome[]> => {
    const checked = batches.map(checkBatch)
    const good = checked.flatMap((batch) => (batch instanceof DbError ? [] : [batch]))
    if (good.length === 0) return checked.map(toOutcome)
    const client = await parts.session.take()
    try {
      const changes = await writeAtOnce(client, good)
      const outcomes = changes?.map((count): Outcome => ({ ok: true, changes: count }))
      const remaining = (outcomes ?? (await writeOneByOne(client, good))).values()
      return checked.map((batch) => (batch instanceof DbError ? toOutcome(batch) : remaining.next().value)) as Outcome[]
    } catch (error) {
      // In whatever state the connection is: the next one begins anew.
      parts.session.discard(client)
      throw toFailure(error)
    }
  }
}

/** What cannot be bound is never sent. */
const checkBatch = (batch: Batch): Checked | DbError => {
  try {
    return batch.map(({ sql, parameters }) => ({ sql, values: parameters.map(toSqlValue) }))
  } catch (error) {
    if (error instanceof DbError) return error
    throw error
  }
}

const toOutcome = (error: unknown): Outcome => ({ ok: false, error })

const countChanges = async (sent: readonly Sent[]): Promise<number> => {
  let changes = 0
  for (const { rowCount } of await Promise.all(sent)) changes += rowCount ?? 0
  return changes
}
