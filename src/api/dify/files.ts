// Files as callers name them → files of a run. An address that no run may read is refused before there is a run.

import { PlatformError } from '../../base/errors.ts'
import { isList, objectFrom, type Value, type ValueObject } from '../../base/value.ts'
import type { FileValue } from '../../flow/file.ts'
import { remoteFile } from '../../product/runs/remote-file.ts'
import { asFileReference, type FileReference } from '../../wire/dify/requests.ts'
import { invalidParam } from '../errors.ts'

/** Throws a PlatformError that says why a run may not read the address. */
export type AdmitUrl = (url: string) => void

/** Inputs with every file reference replaced by its file. Only whole inputs and lists of files can be references. */
export const readFileInputs = (inputs: ValueObject, admit: AdmitUrl): ValueObject =>
  objectFrom(Object.entries(inputs).map(([name, value]) => [name, readFileInput(name, value, admit)]))

const readFileInput = (name: string, value: Value, admit: AdmitUrl): Value => {
  if (isList(value)) {
    const references = value.map(asFileReference)
    return references.length > 0 && references.every((reference) => reference !== undefined)
      ? references.map((reference, i) => toFile(`inputs.${name}[${i}]`, reference, admit))
      : value
  }
  const reference = asFileReference(value)
  return reference ? toFile(`inputs.${name}`, reference, admit) : value
}

export const readFiles = (references: readonly FileReference[], admit: AdmitUrl): FileValue[] =>
  references.map((reference, i) => toFile(`files[${i}]`, reference, admit))

const toFile = (place: string, reference: FileReference, admit: AdmitUrl): FileValue => {
  const url = reference.url || reference.remote_url
  if (reference.transfer_method !== 'remote_url') {
    throw invalidParam(place, 'names an uploaded file, but no file with this id was uploaded by this user')
  }
  if (!url || !URL.canParse(url)) throw invalidParam(`${place}.url`, 'must be an address')
  try {
    admit(url)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    throw invalidParam(`${place}.url`, `cannot be used: ${error.message}`)
  }
  return remoteFile(reference.type, url)
}
