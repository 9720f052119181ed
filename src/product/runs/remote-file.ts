// A file that a caller names by its address.

import { type FileKind, FileValue } from '../../flow/file.ts'

/** The address must be valid. Name and extension are those of its path. */
export const remoteFile = (type: FileKind, url: string): FileValue => {
  const filename = decode(new URL(url).pathname.split('/').at(-1) ?? '')
  const dot = filename.lastIndexOf('.')
  return new FileValue({
    id: null,
    type,
    transferMethod: 'remote_url',
    remoteUrl: url,
    relatedId: null,
    filename: filename === '' ? null : filename,
    extension: dot > 0 ? filename.slice(dot) : null,
    mimeType: null,
    size: -1,
    url,
  })
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
