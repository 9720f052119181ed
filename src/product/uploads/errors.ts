// Failures around files that callers upload.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const uploadErrors = {
  'upload/no-file': 'There is no file in the form.',
  'upload/too-many-files': 'The form holds more than one file.',
  'upload/no-filename': 'The file has no name.',
  'upload/bad-filename': 'The name of the file {message}.',
  'upload/no-type': 'The file has no MIME type, or one that cannot be read.',
  'upload/blocked-extension': 'Files of the type .{extension} are not taken.',
  'upload/too-large': 'The file is larger than {limitBytes} bytes.',
  'upload/not-found': 'There is no such file.',
  'upload/denied': 'The file belongs to another app.',
} as const satisfies ErrorCatalogue

export type UploadErrorCode = keyof typeof uploadErrors

export class UploadError extends PlatformError<UploadErrorCode> {
  constructor(code: UploadErrorCode, options?: ErrorOptions) {
    super(code, uploadErrors[code], options)
  }
}
