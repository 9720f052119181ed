// A file as it travels through a run: a reference, never the bytes.

import { isList, isObject, Opaque, type Value, type ValueObject } from '../base/value.ts'

export type FileKind = 'image' | 'document' | 'audio' | 'video' | 'custom'
export type TransferMethod = 'remote_url' | 'local_file' | 'tool_file' | 'datasource_file'

export interface FileFields {
  readonly id: string | null
  readonly type: FileKind
  readonly transferMethod: TransferMethod
  /** Only for `remote_url`. */
  readonly remoteUrl: string | null
  /** Storage id, for everything but `remote_url`. */
  readonly relatedId: string | null
  readonly filename: string | null
  /** With its dot, as the name has it, e.g. `.PDF`. */
  readonly extension: string | null
  readonly mimeType: string | null
  /** Bytes; -1 when unknown. */
  readonly size: number
  /** Link under which a reader may fetch it. */
  readonly url: string | null
}

/** Source of the field names: the file objects in Dify app outputs. */
export class FileValue extends Opaque {
  readonly fields: FileFields
  constructor(fields: FileFields) {
    super()
    this.fields = fields
  }

  override toObject(): ValueObject {
    const file = this.fields
    return {
      dify_model_identity: '__dify__file__',
      id: file.id,
      type: file.type,
      transfer_method: file.transferMethod,
      remote_url: file.remoteUrl,
      related_id: file.relatedId,
      filename: file.filename,
      extension: file.extension,
      mime_type: file.mimeType,
      size: file.size,
      url: file.url,
    }
  }

  /** The attribute a selector or filter names; undefined for an unknown name. */
  attribute(name: string): string | number | null | undefined {
    const file = this.fields
    switch (name) {
      case 'type':
        return file.type
      case 'size':
        return file.size
      case 'name':
        return file.filename
      case 'mime_type':
        return file.mimeType
      case 'transfer_method':
        return file.transferMethod
      case 'url':
        return file.url ?? file.remoteUrl
      case 'extension':
        return file.extension
      case 'related_id':
        return file.relatedId
      default:
        return undefined
    }
  }
}

/** Every file within the value, however deep, in reading order. */
export const filesWithin = (value: Value): FileValue[] => {
  if (value instanceof FileValue) return [value]
  if (isList(value)) return value.flatMap(filesWithin)
  return isObject(value) ? Object.values(value).flatMap(filesWithin) : []
}
