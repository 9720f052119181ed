// Files for one process and no longer, e.g. for a run on the command line.

import type { Ids } from '../../base/seams.ts'
import { FileError } from '../errors.ts'
import type { FileStore, StoredFile } from '../spec.ts'

export const createMemoryFiles = (options: { readonly maxBytes: number; readonly ids: Ids }): FileStore => {
  const files = new Map<string, StoredFile & { readonly bytes: Uint8Array }>()
  return {
    async put(tenantId, bytes, about) {
      if (bytes.byteLength > options.maxBytes) {
        throw new FileError('file/too-large', { details: { limitBytes: options.maxBytes } })
      }
      const id = options.ids.next('file')
      const file = { id, filename: about.filename, mimeType: about.mimeType, sizeBytes: bytes.byteLength }
      files.set(`${tenantId} ${id}`, { ...file, bytes })
      return file
    },
    async get(tenantId, id) {
      const file = files.get(`${tenantId} ${id}`)
      if (!file) throw new FileError('file/not-found')
      return file
    },
  }
}
