// Why a stage lets a call go no further, and why a stage cannot be made.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const stageErrors = {
  'stage/refused': 'The stage {stage} refused the {what}: {reason}.',
  'stage/invalid': 'The stage {stage} cannot be used: {reason}.',
} as const satisfies ErrorCatalogue

export type StageErrorCode = keyof typeof stageErrors

export class StageError extends PlatformError<StageErrorCode> {
  constructor(code: StageErrorCode, options?: ErrorOptions) {
    super(code, stageErrors[code], options)
  }
}
