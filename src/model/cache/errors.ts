// Failures of the caches in front of chat models.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const cacheErrors = {
  'cache/no-scope': 'A cache was asked without a scope.',
  'cache/reader-too-slow': 'The answer went on while this reader fell behind by more than {limitBytes} bytes.',
} as const satisfies ErrorCatalogue

export type CacheErrorCode = keyof typeof cacheErrors

export class CacheError extends PlatformError<CacheErrorCode> {
  constructor(code: CacheErrorCode, options?: ErrorOptions) {
    super(code, cacheErrors[code], options)
  }
}
