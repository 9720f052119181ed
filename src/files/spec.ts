// Contract for keeping bytes that belong to tenants. Types only.

export interface StoredFile {
  readonly id: `file_${string}`
  readonly filename: string
  readonly mimeType: string
  readonly sizeBytes: number
}

/** Both ends are included, as in HTTP; they must lie within the file. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

export interface FileStore {
  /** Keeps the bytes; durable when the promise resolves. A stream is kept as it comes, never whole in memory; when it fails, or
   *  is too long, nothing stays behind.
   *  @param limits `maxBytes` of this file; default and at most what the store takes
   *  @throws FileError `file/too-large`, and what the stream throws */
  put(
    tenantId: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    about: { readonly filename: string; readonly mimeType: string },
    limits?: { readonly maxBytes?: number },
  ): Promise<StoredFile>
  /** @throws FileError `file/not-found` */
  get(tenantId: string, id: string): Promise<StoredFile & { readonly bytes: Uint8Array }>
  /** The bytes, or some of them, as a stream that takes nothing until it is read. Leaving it closes it.
   *  @throws FileError `file/not-found` */
  open(
    tenantId: string,
    id: string,
  ): Promise<StoredFile & { readonly read: (range?: ByteRange) => AsyncIterable<Uint8Array> }>
  /** @returns false when there was no such file */
  delete(tenantId: string, id: string): Promise<boolean>
}
