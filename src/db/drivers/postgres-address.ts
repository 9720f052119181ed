// Where a PostgreSQL database is: the address as operators write it, with `?schema=name` on top of what PostgreSQL knows.

import { DbError } from '../errors.ts'

export interface PostgresAddress {
  /** For the client, without `schema`. Holds the password. */
  readonly connectionString: string
  /** Absent: whatever the server's `search_path` says, usually `public`. */
  readonly schema: string | undefined
  /** For messages: host and database, nothing secret. */
  readonly shown: string
}

const SCHEMA = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** @throws DbError `db/open-failed` for what is no address of a PostgreSQL database */
export const parsePostgresAddress = (url: string, schema?: string): PostgresAddress => {
  const refuse = (message: string) => new DbError('db/open-failed', { details: { path: 'postgres', message } })
  if (!URL.canParse(url)) throw refuse('the address cannot be read')
  const parsed = new URL(url)
  if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw refuse('the address must begin with postgres://')
  const chosen = schema ?? parsed.searchParams.get('schema') ?? undefined
  if (chosen !== undefined && !SCHEMA.test(chosen)) throw refuse('the schema must be a name of letters, digits and _')
  parsed.searchParams.delete('schema')
  const shown = `${parsed.protocol}//${parsed.host}${parsed.pathname}${chosen === undefined ? '' : ` (schema ${chosen})`}`
  return { connectionString: parsed.href, schema: chosen, shown }
}
