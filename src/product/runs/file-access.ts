// The files of a run: bytes by address through the guarded client, or out of the tenant's own storage.

import type { Fetch } from '../../base/seams.ts'
import { FileError } from '../../files/errors.ts'
import type { FileStore } from '../../files/spec.ts'
import { type FileKind, FileValue } from '../../flow/file.ts'
import { extensionOf, fileKindOf } from '../../flow/file-kind.ts'
import type { FileAccess } from '../../nodes/spec.ts'

export interface FileAccessParts {
  readonly files: FileStore
  readonly fetch: Fetch
  /** Bytes of one file. */
  readonly maxBytes: number
}

export const createFileAccess =
  ({ files, fetch, maxBytes }: FileAccessParts) =>
  (tenantId: string): FileAccess => ({
    async read(file, signal) {
      const { transferMethod, relatedId, remoteUrl } = file.fields
      if (transferMethod !== 'remote_url') {
        const stored = await files.get(tenantId, relatedId ?? '')
        return { bytes: stored.bytes, mimeType: stored.mimeType }
      }
      const response = await fetch(remoteUrl ?? '', { signal, maxResponseBytes: maxBytes })
      if (!response.ok) {
        await response.body?.cancel()
        throw new FileError('file/not-found')
      }
      const mimeType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? 'application/octet-stream'
      return { bytes: new Uint8Array(await response.arrayBuffer()), mimeType }
    },

    async store(bytes, about) {
      return storedFile(await files.put(tenantId, bytes, about), 'tool_file')
    },
  })

/** A stored file as a value of a run. */
export const storedFile = (
  stored: Awaited<ReturnType<FileStore['put']>>,
  transferMethod: 'tool_file' | 'local_file',
): FileValue => {
  const dot = stored.filename.lastIndexOf('.')
  return new FileValue({
    id: null,
    type: fileKindOf(stored.mimeType, extensionOf(stored.filename)),
    transferMethod,
    remoteUrl: null,
    relatedId: stored.id,
    filename: stored.filename,
    extension: dot > 0 ? stored.filename.slice(dot) : null,
    mimeType: stored.mimeType,
    size: stored.sizeBytes,
    url: null,
  })
}

/** The same file under the kind that its caller gave it. */
export const withKind = (file: FileValue, type: FileKind): FileValue => new FileValue({ ...file.fields, type })
