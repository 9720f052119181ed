// Files in a folder: one for the bytes and one that describes them, below the tenant's own folder.

import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Ids } from '../../base/seams.ts'
import { boundedChunks } from '../bounded.ts'
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
  const describe = async (path: string, id: string): Promise<StoredFile> => {
    try {
      const about = described.parse(JSON.parse(await readFile(`${path}.json`, 'utf8')))
      return { id: id as StoredFile['id'], ...about }
    } catch (cause) {
      throw new FileError('file/not-found', { cause })
    }
  }
  return {
    async put(tenantId, content, about, limits) {
      const id = options.ids.next('file')
      const path = place(tenantId, id)
      const maxBytes = Math.min(limits?.maxBytes ?? options.maxBytes, options.maxBytes)
      await mkdir(join(path, '..'), { recursive: true })
      // The bytes come first: a description without them must never be seen.
      const sizeBytes = await writeDurably(`${path}.bytes`, boundedChunks(content, maxBytes))
      const file: StoredFile = { id, filename: about.filename, mimeType: about.mimeType, sizeBytes }
      await writeDurably(`${path}.json`, [Buffer.from(JSON.stringify(file))])
      return file
    },

    async get(tenantId, id) {
      const path = place(tenantId, id)
      const about = await describe(path, id)
      try {
        return { ...about, bytes: await readFile(`${path}.bytes`) }
      } catch (cause) {
        throw new FileError('file/not-found', { cause })
      }
    },

    async open(tenantId, id) {
      const path = place(tenantId, id)
      const about = await describe(path, id)
      return {
        ...about,
        async *read(range) {
          const bounds = range && { start: range.from, end: range.to }
          yield* createReadStream(`${path}.bytes`, bounds) as AsyncIterable<Uint8Array>
        },
      }
    },

    async delete(tenantId, id) {
      if (!TENANT.test(tenantId) || !ID.test(id)) return false
      const path = place(tenantId, id)
      // What describes goes first: nobody may find a file whose bytes are gone.
      const known = await rm(`${path}.json`).then(
        () => true,
        () => false,
      )
      await rm(`${path}.bytes`, { force: true })
      return known
    },
  }
}

/** @returns how many bytes were written */
const writeDurably = async (
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> => {
  const part = `${path}.part`
  const file = await open(part, 'w')
  let sizeBytes = 0
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk)
      sizeBytes += chunk.byteLength
    }
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(part, { force: true })
    throw error
  }
  await file.close()
  await rename(part, path)
  return sizeBytes
}
