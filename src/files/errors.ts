// Failures of file storage.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../base/errors.ts'

export const fileErrors = {
  'file/not-found': 'There is no such file.',
  'file/too-large': 'The file is larger than {limitBytes} bytes.',
} as const satisfies ErrorCatalogue

export type FileErrorCode = keyof typeof fileErrors

export class FileError extends PlatformError<FileErrorCode> {
  constructor(code: FileErrorCode, options?: ErrorOptions) {
    super(code, fileErrors[code], options)
  }
}
