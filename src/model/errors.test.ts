import { describe, expect, it } from 'vitest'
import { invokeErrorName, ModelError, type ModelErrorCode, modelErrors } from './errors.ts'

describe('names of failed calls in the app format', () => {
  it.each<[ModelErrorCode, Record<string, unknown>, string]>([
    ['model/auth', {}, 'InvokeAuthorizationError'],
    ['model/rate-limited', {}, 'InvokeRateLimitError'],
    ['model/bad-request', {}, 'InvokeBadRequestError'],
    ['model/unavailable', { status: 503 }, 'InvokeServerUnavailableError'],
    ['model/unavailable', { connection: true }, 'InvokeConnectionError'],
    ['model/timeout', {}, 'InvokeConnectionError'],
    ['model/auth', { errorType: 'InvokeServerUnavailableError' }, 'InvokeServerUnavailableError'],
  ])('%s %j', (code, details, expected) => expect(invokeErrorName(new ModelError(code, { details }))).toBe(expected))

  it('covers every code, and leaves other errors their names', () => {
    for (const code of Object.keys(modelErrors))
      expect(invokeErrorName(new ModelError(code as ModelErrorCode))).toMatch(/^Invoke\w+Error$/)
    expect(invokeErrorName(new RangeError('x'))).toBe('RangeError')
    expect(invokeErrorName('x')).toBe('InvokeError')
  })
})
