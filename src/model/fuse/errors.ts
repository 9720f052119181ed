// Why a panel gives no answer.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const fuseErrors = {
  'fuse/no-quorum': 'Of the panel {panel} {answered} answered, {quorum} are needed: {said}',
  'fuse/nested': 'The panel {panel} was asked by a panel.',
} as const satisfies ErrorCatalogue

export type FuseErrorCode = keyof typeof fuseErrors

export class FuseError extends PlatformError<FuseErrorCode> {
  constructor(code: FuseErrorCode, options?: ErrorOptions) {
    super(code, fuseErrors[code], options)
  }
}
