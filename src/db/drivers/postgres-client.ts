// How our connections to PostgreSQL are made: values as the contract wants them, and limits on every wait.

import pg from 'pg'
import { DbError } from '../errors.ts'
import type { PostgresAddress } from './postgres-address.ts'

export interface ClientLimits {
  /** Of one statement, at the server. 0: none. */
  readonly statementTimeoutMs: number
  /** For a lock that somebody else holds; shorter than a statement may take, so that it is told apart. 0: none. */
  readonly busyLimitMs: number
  /** Until a connection is there. */
  readonly connectTimeoutMs: number
}

/** A transaction is queries and nothing slow; one left open holds its locks. */
const IDLE_IN_TRANSACTION_MS = 60_000
/** What the client waits beyond the server's own limit before it takes the connection for dead. */
const GRACE_MS = 5_000

const { BOOL, INT8, NUMERIC } = pg.types.builtins

/** Whole numbers and sums come as numbers, flags as 0 and 1 (D1). A number that would lose digits is refused. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return toInteger
    if (oid === NUMERIC) return Number
    if (oid === BOOL) return (text: string) => (text === 't' ? 1 : 0)
    return pg.types.getTypeParser(oid, format)
    // The cast: the declared overloads tie the parser's result to the id, which no single function can.
  }) as typeof pg.types.getTypeParser,
}

const toInteger = (text: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new DbError('db/failed', { details: { message: 'a whole number beyond 2^53 cannot be read' } })
}

export const clientConfig = (address: PostgresAddress, limits: ClientLimits): pg.ClientConfig => ({
  connectionString: address.connectionString,
  fallback_application_name: 'heddle',
  connectionTimeoutMillis: limits.connectTimeoutMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types,
  ...(limits.statementTimeoutMs > 0 && { query_timeout: limits.statementTimeoutMs + GRACE_MS }),
})

/** Settings are made by a statement: what stands between may not pass startup options on. */
export const setUp = async (client: pg.ClientBase, address: PostgresAddress, limits: ClientLimits): Promise<void> => {
  const settings: Record<string, string> = {
    statement_timeout: String(limits.statementTimeoutMs),
    lock_timeout: String(limits.busyLimitMs),
    idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
    // A host that vanishes without a word is noticed within a minute, and its locks are free.
    tcp_keepalives_idle: '30',
    tcp_keepalives_interval: '10',
    tcp_keepalives_count: '3',
    ...(address.schema !== undefined && { search_path: `"${address.schema}"` }),
  }
  const names = Object.keys(settings)
  const calls = names.map((name, i) => `set_config('${name}', $${i + 1}, false)`)
  // D3: an installation may have chosen to answer before the disk has it; what stands above keeps its setting.
  const durable =
    "case current_setting('synchronous_commit') when 'off' then set_config('synchronous_commit', 'on', false) end"
  await client.query(
    `select ${calls.join(', ')}, ${durable}`,
    names.map((name) => settings[name]),
  )
}

/** A pool whose connections are set up. It never throws by event: a lost connection fails the query that needs it. */
export const createPool = (address: PostgresAddress, limits: ClientLimits, max: number): pg.Pool => {
  const pool = new pg.Pool({
    ...clientConfig(address, limits),
    max,
    idleTimeoutMillis: 30_000,
    onConnect: (client) => setUp(client, address, limits),
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
