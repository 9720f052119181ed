// Failures as the management API words them.

import { expect, it } from 'vitest'
import { DbError } from '../../db/errors.ts'
import { AccountError } from '../../product/accounts/errors.ts'
import { RunError } from '../../product/runs/errors.ts'
import { invalidParam } from '../errors.ts'
import { toManagementError } from './errors.ts'

const ID = 'req_1'

it('name the code, the field and every issue', () => {
  const issues = [{ path: 'a', code: 'api/invalid-param', message: 'must be a text' }]
  expect(toManagementError(invalidParam('a', 'must be a text', issues), ID)).toEqual({
    status: 400,
    headers: {},
    body: {
      error: { code: 'api/invalid-param', message: 'a must be a text', param: 'a', issues },
      requestId: ID,
    },
  })
  expect(toManagementError(new AccountError('account/not-found'), ID).body.error).toEqual({
    code: 'account/not-found',
    message: 'There is no such member.',
  })
})

it.each([
  [{ seconds: 12.2 }, '13'],
  [{ seconds: 0 }, '1'],
  [{ retryAfterMs: 1_500 }, '2'],
  [{}, undefined],
])('say when to try again: %j → %s', (details, expected) => {
  const { status, headers } = toManagementError(
    new AccountError('account/too-many-attempts', { retryable: true, details }),
    ID,
  )
  expect([status, headers['retry-after']]).toEqual([429, expected])
})

it('hide what went wrong on our side', () => {
  const secret = 'postgres://user:secret@host'
  const failures: readonly (readonly [unknown, number, string])[] = [
    [new Error(secret), 500, 'api/internal'],
    [secret, 500, 'api/internal'],
    [undefined, 500, 'api/internal'],
    [new DbError('db/failed', { details: { message: secret } }), 500, 'api/internal'],
    [new RunError('run/broken'), 500, 'api/internal'],
    [new DbError('db/overloaded', { retryable: true, details: { limit: secret } }), 503, 'db/overloaded'],
  ]
  for (const [error, status, code] of failures) {
    const answer = toManagementError(error, ID)
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
    expect(JSON.stringify(answer)).not.toContain(secret)
    expect(answer.body.requestId).toBe(ID)
  }
})
