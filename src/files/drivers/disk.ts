// Files in a folder: one for the bytes and one that describes them, below the tenant's own folder.

import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Ids } from '../../base/seams.ts'
import { FileError } from '../errors.ts'
import type { FileStore, StoredFile } from '../spec.ts'

const ID = /^file_[0-9a-f-]{36}$/
const TENANT = /^tenant_[0-9a-f-]{36}$/

const described = z.object({ filename: z.string(), mimeType: z.string(), sizeBytes: z.number() })

export const createDiskFiles = (options: {
  readonly folder: string
  readonly maxBytes: number
  readonly ids: Ids
}): FileStore => {
  /** The last two digits of an id are random: they spread files over folders. Nothing else may become part of a path. */
  const place = (tenantId: string, id: string): string => {
    if (!TENANT.test(tenantId) || !ID.test(id)) throw new FileError('file/not-found')
    return join(options.folder, tenantId, id.slice(-2), id)
  }
  return {
    async put(tenantId, bytes, about) {
      if (bytes.byteLength > options.maxBytes) {
        throw new FileError('file/too-large', { details: { limitBytes: options.maxBytes } })
      }
      const id = options.ids.next('file')
      const path = place(tenantId, id)
      const file: StoredFile = { id, filename: about.filename, mimeType: about.mimeType, sizeBytes: bytes.byteLength }
      await mkdir(join(path, '..'), { recursive: true })
      // The bytes come first: a description without them must never be seen.
      await writeDurably(`${path}.bytes`, bytes)
      await writeDurably(`${path}.json`, Buffer.from(JSON.stringify(file)))
      return file
    },

    async get(tenantId, id) {
      const path = place(tenantId, id)
      try {
        const about = described.parse(JSON.parse(await readFile(`${path}.json`, 'utf8')))
        return { id: id as StoredFile['id'], ...about, bytes: await readFile(`${path}.bytes`) }
      } catch (cause) {
        throw new FileError('file/not-found', { cause })
      }
    },
  }
}

const writeDurably = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(`${path}.part`, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}
