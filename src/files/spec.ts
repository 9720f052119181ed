// Contract for keeping bytes that belong to tenants. Types only.

export interface StoredFile {
  readonly id: `file_${string}`
  readonly filename: string
  readonly mimeType: string
  readonly sizeBytes: number
}

export interface FileStore {
  /** Keeps the bytes; durable when the promise resolves. @throws FileError `file/too-large` */
  put(
    tenantId: string,
    bytes: Uint8Array,
    about: { readonly filename: string; readonly mimeType: string },
  ): Promise<StoredFile>
  /** @throws FileError `file/not-found` */
  get(tenantId: string, id: string): Promise<StoredFile & { readonly bytes: Uint8Array }>
}
