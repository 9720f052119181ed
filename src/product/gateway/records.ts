// What became of calls: numbers for operators, the latest ones to look at, usage for the books.
//
// R1  Nothing here waits for anything, and a call never fails because of its record.
// R2  Only so many calls are remembered, over all tenants; usage is written down elsewhere and complete.

import type { Metrics } from '../../base/metrics.ts'
import type { Log } from '../../base/seams.ts'
import type { Caller } from '../caller.ts'
import type { CallRecord } from './spec.ts'

export interface CallRecords {
  add(record: CallRecord): void
  /** Newest first. */
  latest(caller: Caller, limit: number): readonly CallRecord[]
}

const MOST_REMEMBERED = 2_000

export interface RecordParts {
  readonly metrics: Metrics
  readonly log: Log
  /** Writes the call into the usage of its tenant. */
  readonly count: (record: CallRecord) => void
}

export const createCallRecords = ({ metrics, log, count }: RecordParts): CallRecords => {
  const ring: (CallRecord | undefined)[] = new Array(MOST_REMEMBERED)
  let at = 0
  const calls = metrics.counter('heddle_gateway_calls_total', 'Calls of the gateway.', [
    'door',
    'target',
    'status',
    'cache',
  ])
  const failures = metrics.counter('heddle_gateway_failed_attempts_total', 'Attempts at targets that failed.', [
    'target',
    'class',
  ])
  const seconds = metrics.histogram('heddle_gateway_call_seconds', 'Whole time of calls.', ['door'])
  const firstToken = metrics.histogram('heddle_gateway_first_token_seconds', 'Time to the first content of streams.', [
    'door',
  ])
  return {
    add(record) {
      ring[at] = record
      at = (at + 1) % MOST_REMEMBERED
      const { door, status, cache } = record
      calls.add({ door, target: record.target ?? 'none', status, cache })
      for (const { target, errorClass } of record.attempts) if (errorClass) failures.add({ target, class: errorClass })
      seconds.observe(record.elapsedMs / 1000, { door })
      if (record.firstTokenMs !== null) firstToken.observe(record.firstTokenMs / 1000, { door })
      if (status === 'failed' || record.attempts.length > 1) {
        const { id, model, target, router, rule, errorCode, attempts } = record
        log.warn('gateway-call', { id, model, target, router, rule, status, errorCode, attempts: attempts.length })
      } else if (record.router !== null) {
        const { id, model, target, router, rule, reasons } = record
        log.debug('gateway-call', { id, model, target, router, rule, reasons })
      }
      count(record)
    },
    latest({ tenantId }, limit) {
      const found: CallRecord[] = []
      for (let i = 1; i <= MOST_REMEMBERED && found.length < limit; i++) {
        const record = ring[(at - i + MOST_REMEMBERED) % MOST_REMEMBERED]
        if (record?.by.caller.tenantId === tenantId) found.push(record)
      }
      return found
    },
  }
}
