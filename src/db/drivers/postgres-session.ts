// The process's own connection to PostgreSQL: it holds the instance's lock, and grouped writes go through it.
//
// The lock is an advisory one of the session, so the server drops it when the process ends, however it ends. It is a shared
// one: after a cut the server may still hold it for the old connection while the new one takes it.
//
// N1  A connection is used only after the lock was taken on it: who writes is alive for all others.
// N2  A lost connection is made anew at once and again and again, until the session is closed. Only meanwhile does the
//     instance look dead to others.

import { createHash } from 'node:crypto'
import pg from 'pg'
import { messageOf } from '../../base/errors.ts'
import type { Clock } from '../../base/seams.ts'
import { DbError } from '../errors.ts'
import type { PostgresAddress } from './postgres-address.ts'
import { type ClientLimits, clientConfig, setUp } from './postgres-client.ts'
import { unavailable } from './postgres-errors.ts'

export interface SessionOptions {
  readonly address: PostgresAddress
  readonly limits: ClientLimits
  readonly instanceId: string
  readonly clock: Clock
}

/** The first pause in ms; each further one is twice as long, up to the second. */
const PAUSES_MS = [50, 2_000] as const

/** A key for advisory locks, equal for equal texts in every process. */
export const lockKey = (text: string): bigint => createHash('sha256').update(text).digest().readBigInt64BE()

export const instanceLockKey = (id: string): bigint => lockKey(`heddle instance ${id}`)

export class PostgresSession {
  readonly #options: SessionOptions
  readonly #closing = new AbortController()
  #client: pg.Client | undefined
  /** Set while there is no connection. Never rejects. */
  #connecting: Promise<void> | undefined
  #lastFailure: unknown
  /** By the clock that never jumps, ms. */
  #lostAt = 0

  private constructor(options: SessionOptions) {
    this.#options = options
  }

  /** @throws whatever keeps the first connection from being made */
  static async open(options: SessionOptions): Promise<PostgresSession> {
    const session = new PostgresSession(options)
    session.#client = await session.#connect()
    return session
  }

  /** The connection, or the next one when it is lost. Waits for that until the loss is as old as connecting may take; later
   *  calls fail at once.
   *  @throws DbError `db/unavailable`, `db/closed` */
  async take(): Promise<pg.Client> {
    const connecting = this.#connecting
    if (connecting !== undefined) await this.#patiently(connecting)
    if (this.#client) return this.#client
    if (this.#closing.signal.aborted) throw new DbError('db/closed')
    throw unavailable(messageOf(this.#lastFailure), this.#lastFailure)
  }

  /** The connection is of no further use. */
  discard(client: pg.Client): void {
    if (this.#client !== client) return
    this.#client = undefined
    this.#lostAt = this.#options.clock.elapsed()
    client.end().catch(() => {})
    this.#connecting ??= this.#connectAgain()
  }

  /** Gives up the lock. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort()
    const client = this.#client
    this.#client = undefined
    await this.#connecting
    await client?.end()
  }

  async #patiently(connecting: Promise<void>): Promise<void> {
    const { clock, limits } = this.#options
    const remainingMs = this.#lostAt + limits.connectTimeoutMs - clock.elapsed()
    if (remainingMs <= 0) return
    const enough = new AbortController()
    const waited = clock.sleep(remainingMs, enough.signal).catch(() => {})
    await Promise.race([connecting, waited])
    enough.abort()
  }

  async #connectAgain(): Promise<void> {
    const { signal } = this.#closing
    for (let pauseMs: number = PAUSES_MS[0]; !signal.aborted; pauseMs = Math.min(pauseMs * 2, PAUSES_MS[1])) {
      try {
        const client = await this.#connect()
        if (signal.aborted) await client.end()
        else this.#client = client
        break
      } catch (error) {
        this.#lastFailure = error
        await this.#options.clock.sleep(pauseMs, signal).catch(() => {})
      }
    }
    this.#connecting = undefined
  }

  async #connect(): Promise<pg.Client> {
    const { address, limits, instanceId } = this.#options
    const client = new pg.Client({ ...clientConfig(address, limits), pipeline: true })
    const lost = (error: unknown) => {
      this.#lastFailure = error
      this.discard(client)
    }
    client.on('error', lost)
    client.on('end', () => lost(this.#lastFailure ?? new Error('the connection ended')))
    try {
      await client.connect()
      await setUp(client, address, limits)
      await client.query('select pg_advisory_lock_shared($1)', [instanceLockKey(instanceId)])
      return client
    } catch (error) {
      client.end().catch(() => {})
      throw error
    }
  }
}
