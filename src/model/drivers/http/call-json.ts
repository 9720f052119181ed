// One call with a JSON body and a JSON answer, for everything that comes in one piece.

import type { Connection } from './connection.ts'
import { Exchange } from './exchange.ts'
import { toModelError, type VendorError } from './failure.ts'
import type { WireRequest } from './wire.ts'

export interface JsonCall {
  readonly connection: Connection
  readonly model: string
  readonly signal: AbortSignal | undefined
}

/** @throws ModelError, also for an error told inside a success */
export const callJson = async (
  format: { readError(body: unknown): VendorError | undefined },
  { connection, model, signal }: JsonCall,
  { path, body }: WireRequest,
): Promise<unknown> => {
  const limitMs = connection.answerTimeoutMs
  const exchange = new Exchange({ connection, model, limitMs, signal, readError: format.readError })
  try {
    await exchange.send('POST', path, body)
    const answer = await exchange.json()
    const vendor = format.readError(answer)
    if (vendor) throw toModelError({ status: undefined, vendor, model }, connection)
    return answer
  } finally {
    exchange.close()
  }
}
