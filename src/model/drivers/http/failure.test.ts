import { describe, expect, it } from 'vitest'
import { PlatformError } from '../../../base/errors.ts'
import { createIds, systemClock } from '../../../base/seams.ts'
import { openConnection } from './connection.ts'
import { toConnectionError } from './failure.ts'
import { readDuration, readRetryAfter } from './retry-after.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }
const connection = openConnection(
  {
    name: 'acme',
    baseUrl: 'http://x/',
    apiKey: 'abc-secret-1',
    headers: { 'x-proxy': 'proxy-secret-2', 'x-flag': 'true' },
  },
  {},
  seams,
)

describe('secrets', () => {
  it.each([
    ['key abc-secret-1 and proxy-secret-2', 'key *** and ***'],
    ['Incorrect API key provided: sk-proj-****abcd.', 'Incorrect API key provided: ***'],
    ['http://user:pass@host/v1 failed', 'http://***@host/v1 failed'],
    ['it is true', 'it is true'],
  ])('%s', (text, expected) => expect(connection.redact(text)).toBe(expected))

  it('are not in causes either', () => {
    const error = toConnectionError(
      new TypeError('fetch failed', { cause: new Error('bad header abc-secret-1') }),
      connection,
    )
    expect(error.message).toBe('The provider acme is not available: bad header ***')
    expect(String((error.cause as Error).message)).not.toContain('abc-secret-1')
    expect((error.cause as Error).cause).toBeUndefined()
  })
})

describe('connection errors', () => {
  it('tell a timeout of the guarded client from a closed door', () => {
    const timeout = new PlatformError('outbound/timeout', 'late', { details: { limitMs: 5 }, retryable: true })
    expect(toConnectionError(timeout, connection)).toMatchObject({ code: 'model/timeout', details: { limitMs: 5 } })
    const forbidden = new PlatformError('outbound/forbidden-address', 'no', {})
    expect(toConnectionError(forbidden, connection)).toMatchObject({ code: 'model/unavailable', retryable: false })
    expect(toConnectionError(new TypeError('fetch failed'), connection)).toMatchObject({ retryable: true })
  })
})

describe('how long to wait', () => {
  const now = Date.UTC(2026, 0, 1)
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '99999999' }, 86_400_000],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m1s' }, 361_000],
    [{ 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-reset-requests': '6m1s' }, undefined],
    [{ 'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:02Z' }, 2000],
  ])('%j', (headers, expected) => expect(readRetryAfter(new Headers(headers), now)).toBe(expected))

  it('reads durations', () => {
    expect([readDuration('20ms'), readDuration('1h2m3.5s'), readDuration('x'), readDuration('')]).toEqual([
      20,
      3_723_500,
      undefined,
      undefined,
    ])
  })
})
