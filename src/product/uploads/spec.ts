// Contract of uploaded files. Types only.
//
// Glossary
//   upload     a file that an end user, a member or a key handed in; only who handed it in can name it for a run
//   preview    reading the bytes of a file through an app; only files that messages of that app have can be read so
//
// U1  Bytes come first, the row second: bytes without a row are nobody's, a row without bytes is never seen.
// U2  What belongs to somebody else and what is missing look the same, except to apps of the same tenant (`upload/denied`).

import type { ByteRange } from '../../files/spec.ts'
import type { FileValue } from '../../flow/file.ts'
import type { Caller } from '../caller.ts'
import type { AppId, FileId } from '../ids.ts'
import type { Page } from '../store-seams.ts'
import type { Upload } from './store.ts'

export interface UploadLimits {
  readonly imageBytes: number
  readonly audioBytes: number
  readonly videoBytes: number
  /** Of everything else. */
  readonly documentBytes: number
  /** Files of one message or run. */
  readonly perMessage: number
  /** In any case, with or without dots. */
  readonly blockedExtensions: readonly string[]
}

/** Who uploads: an end user of an app, by the caller's own name for them (absent: nobody in particular), or a member or key of
 *  the tenant, who is the caller. */
export type Uploader = { readonly appId: AppId; readonly user: string | undefined } | 'member'

export interface NewUpload {
  /** Without folders, 1 to 255 characters. */
  readonly filename: string
  /** `type/subtype`; undefined when the sender named none. */
  readonly mimeType: string | undefined
  readonly content: Uint8Array | AsyncIterable<Uint8Array>
}

/** Bytes that are kept, but belong to nobody yet. */
export interface ReceivedFile extends Pick<Upload, 'id' | 'filename' | 'extension' | 'mimeType' | 'sizeBytes'> {}

export interface FileContent {
  readonly filename: string
  readonly mimeType: string
  readonly sizeBytes: number
  /** Takes nothing until it is read; leaving it closes it. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>
}

export interface Uploads {
  readonly limits: UploadLimits
  /** `receive` and `assign` in one.  @throws as both */
  put(caller: Caller, by: Uploader, upload: NewUpload): Promise<Upload>
  /** Keeps bytes whose owner is not known yet, as in a form that names its user last.
   *  @throws UploadError `upload/no-filename`, `upload/bad-filename`, `upload/no-type`, `upload/blocked-extension`,
   *  `upload/too-large`; and what the stream throws */
  receive(caller: Caller, upload: NewUpload): Promise<ReceivedFile>
  assign(caller: Caller, by: Uploader, received: ReceivedFile): Promise<Upload>
  /** Forgets bytes that nobody shall have. Never throws. */
  discard(caller: Caller, received: ReceivedFile): Promise<void>
  /** The file for a run, when this uploader uploaded it. Members may name what any member of the tenant uploaded.
   *  @param id `file_…`, or the bare UUID of the Service API */
  resolve(caller: Caller, by: Uploader, id: string): Promise<FileValue | undefined>
  /** @throws UploadError `upload/not-found` */
  get(caller: Caller, id: FileId): Promise<Upload>
  /** Of the whole tenant, newest first. */
  list(
    caller: Caller,
    list: { readonly limit: number; readonly after?: Pick<Upload, 'id' | 'createdAt'> },
  ): Promise<Page<Upload>>
  /** @throws UploadError `upload/not-found` */
  content(caller: Caller, id: FileId): Promise<FileContent>
  /** A file that a message of the app has.
   *  @throws UploadError `upload/not-found`, `upload/denied` when only messages of another app of the tenant have it */
  preview(caller: Caller, appId: AppId, id: FileId): Promise<FileContent>
  /** Messages keep its name. @throws UploadError `upload/not-found` */
  delete(caller: Caller, id: FileId): Promise<void>
}
