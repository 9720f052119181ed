// Files as callers name them → files of a run. What no run may read is refused before there is a run: an address that is not
// allowed, and a file that somebody else uploaded.

import { PlatformError } from '../../base/errors.ts'
import { isList, objectFrom, type Value, type ValueObject } from '../../base/value.ts'
import type { FileValue } from '../../flow/file.ts'
import { withKind } from '../../product/runs/file-access.ts'
import { remoteFile } from '../../product/runs/remote-file.ts'
import { asFileReference, type FileReference } from '../../wire/dify/requests.ts'
import { invalidParam } from '../errors.ts'

/** Throws a PlatformError that says why a run may not read the address. */
export type AdmitUrl = (url: string) => void

/** The file that the user of the call uploaded under this id; undefined for everything else. */
export type ResolveUpload = (fileId: string) => Promise<FileValue | undefined>

/** References of one call; more are no honest request, and each costs a question. */
const MAX_UPLOADS = 200

/** Inputs with every file reference replaced by its file. Only whole inputs and lists of files can be references. */
export const readFileInputs = async (
  inputs: ValueObject,
  admit: AdmitUrl,
  resolve: ResolveUpload,
): Promise<ValueObject> => {
  const read = createReader(admit, resolve)
  const entries: [string, Value][] = []
  for (const [name, value] of Object.entries(inputs)) entries.push([name, await readFileInput(name, value, read)])
  return objectFrom(entries)
}

type Read = (place: string, reference: FileReference) => Promise<FileValue>

const readFileInput = async (name: string, value: Value, read: Read): Promise<Value> => {
  if (isList(value)) {
    const references = value.map(asFileReference)
    if (references.length === 0 || !references.every((reference) => reference !== undefined)) return value
    return readAll(`inputs.${name}`, references, read)
  }
  const reference = asFileReference(value)
  return reference ? read(`inputs.${name}`, reference) : value
}

export const readFiles = (
  references: readonly FileReference[],
  admit: AdmitUrl,
  resolve: ResolveUpload,
): Promise<FileValue[]> => readAll('files', references, createReader(admit, resolve))

const readAll = async (place: string, references: readonly FileReference[], read: Read): Promise<FileValue[]> => {
  const files: FileValue[] = []
  for (const [i, reference] of references.entries()) files.push(await read(`${place}[${i}]`, reference))
  return files
}

const createReader = (admit: AdmitUrl, resolve: ResolveUpload): Read => {
  let uploads = 0
  return async (place, reference) => {
    if (reference.transfer_method === 'remote_url') return toRemoteFile(place, reference, admit)
    if (++uploads > MAX_UPLOADS) throw invalidParam(place, `names more than ${MAX_UPLOADS} uploaded files`)
    return toUploadedFile(place, reference, await resolve(reference.upload_file_id ?? ''))
  }
}

const toRemoteFile = (place: string, reference: FileReference, admit: AdmitUrl): FileValue => {
  const url = reference.url || reference.remote_url
  if (!url || !URL.canParse(url)) throw invalidParam(`${place}.url`, 'must be an address')
  try {
    admit(url)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    throw invalidParam(`${place}.url`, `cannot be used: ${error.message}`)
  }
  return remoteFile(reference.type, url)
}

/** `custom` is what the caller may call any file; any other type must be the file's own. */
const toUploadedFile = (place: string, { type }: FileReference, file: FileValue | undefined): FileValue => {
  if (!file) throw invalidParam(place, 'names an uploaded file, but no file with this id was uploaded by this user')
  const own = file.fields.type
  if (type === own) return file
  if (type === 'custom') return withKind(file, type)
  throw invalidParam(`${place}.type`, `is ${type}, but the uploaded file is of the type ${own}`)
}
