// Whether an account answers at all.

import { ModelError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'

/** Nobody wants to wait longer for a sign of life. Milliseconds. */
const LIMIT_MS = 30_000

/** @param path of something cheap to read. A server without it answers too, by saying so.  @throws ModelError */
export const pingAt = async (
  connection: Connection,
  { path, readError }: { readonly path: string; readonly readError: ExchangeOptions['readError'] },
  signal?: AbortSignal,
): Promise<void> => {
  signal?.throwIfAborted()
  const limitMs = Math.min(connection.idleTimeoutMs, LIMIT_MS)
  const exchange = new Exchange({ connection, model: '', limitMs, signal, readError })
  try {
    await exchange.send('GET', path)
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'model/not-found') throw error
  } finally {
    exchange.close()
  }
}
