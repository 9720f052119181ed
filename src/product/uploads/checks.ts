// What may be uploaded: names, types and sizes.

import { extensionOf, fileKindOf } from '../../flow/file-kind.ts'
import { UploadError } from './errors.ts'
import type { NewUpload, UploadLimits } from './spec.ts'

/** Characters. Source: the longest name that the usual file systems keep. */
const LONGEST_NAME = 255
const LONGEST_TYPE = 127
// Source: RFC 6838, section 4.2.
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/

export interface CheckedUpload {
  readonly filename: string
  readonly extension: string
  readonly mimeType: string
  readonly maxBytes: number
}

/** @throws UploadError */
export const checkUpload = (
  { filename, mimeType }: Omit<NewUpload, 'content'>,
  limits: UploadLimits,
): CheckedUpload => {
  if (filename === '') throw new UploadError('upload/no-filename')
  const problem = problemOfName(filename)
  if (problem !== undefined)
    throw new UploadError('upload/bad-filename', { details: { param: 'file', message: problem } })
  const type = mimeType?.toLowerCase() ?? ''
  if (type.length > LONGEST_TYPE || !TYPE.test(type)) throw new UploadError('upload/no-type')
  const extension = extensionOf(filename)
  if (limits.blockedExtensions.some((blocked) => plain(blocked) === extension)) {
    throw new UploadError('upload/blocked-extension', { details: { extension } })
  }
  return { filename, extension, mimeType: type, maxBytes: maxBytesOf(type, extension, limits) }
}

const plain = (extension: string): string => extension.toLowerCase().replace(/^\./, '')

const problemOfName = (name: string): string | undefined => {
  if (/[/\\]/.test(name)) return 'must not contain / or \\'
  if (/\p{Cc}/u.test(name)) return 'must not contain control characters'
  if (name === '.' || name === '..') return 'must not be a folder'
  return Array.from(name).length > LONGEST_NAME ? `must have at most ${LONGEST_NAME} characters` : undefined
}

const maxBytesOf = (mimeType: string, extension: string, limits: UploadLimits): number => {
  switch (fileKindOf(mimeType, extension)) {
    case 'image':
      return limits.imageBytes
    case 'audio':
      return limits.audioBytes
    case 'video':
      return limits.videoBytes
    case 'document':
    case 'custom':
      return limits.documentBytes
  }
}
