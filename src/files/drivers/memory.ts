// Files for one process and no longer, e.g. for a run on the command line.

import type { Ids } from '../../base/seams.ts'
import { boundedChunks } from '../bounded.ts'
import { FileError } from '../errors.ts'
import type { FileStore, StoredFile } from '../spec.ts'

export const createMemoryFiles = (options: { readonly maxBytes: number; readonly ids: Ids }): FileStore => {
  const files = new Map<string, StoredFile & { readonly bytes: Uint8Array }>()
  const find = (tenantId: string, id: string) => {
    const file = files.get(`${tenantId} ${id}`)
    if (!file) throw new FileError('file/not-found')
    return file
  }
  return {
    async put(tenantId, content, about, limits) {
      const maxBytes = Math.min(limits?.maxBytes ?? options.maxBytes, options.maxBytes)
      const chunks: Uint8Array[] = []
      for await (const chunk of boundedChunks(content, maxBytes)) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const id = options.ids.next('file')
      const file = { id, filename: about.filename, mimeType: about.mimeType, sizeBytes: bytes.byteLength }
      files.set(`${tenantId} ${id}`, { ...file, bytes })
      return file
    },
    async get(tenantId, id) {
      return find(tenantId, id)
    },
    async open(tenantId, id) {
      const { bytes, ...about } = find(tenantId, id)
      return {
        ...about,
        async *read(range) {
          yield range ? bytes.subarray(range.from, range.to + 1) : bytes
        },
      }
    },
    async delete(tenantId, id) {
      return files.delete(`${tenantId} ${id}`)
    },
  }
}
