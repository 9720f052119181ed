// What somebody filled in, held against the form: every field is there and of its kind, and the button exists.

import { isList, own, type Value } from '../../base/value.ts'
import { FileValue } from '../../flow/file.ts'
import type { FileInput, FormAnswer, FormInput, FormRequest } from '../../nodes/human-input/form.ts'
import { FormError } from './errors.ts'
import type { Submission } from './spec.ts'

/** Characters of one field. */
const LONGEST_TEXT = 100_000
/** Files of one field that names no limit. */
const MOST_FILES = 50

/** @throws FormError `form/invalid` */
export const checkSubmission = (request: FormRequest, { actionId, values }: Submission): FormAnswer => {
  if (!request.actions.some(({ id }) => id === actionId)) throw invalid(`Invalid action: ${actionId.slice(0, 100)}`)
  const missing = request.inputs.filter(({ name }) => (own(values, name) ?? null) === null)
  if (missing.length > 0) throw invalid(`Missing required inputs: ${missing.map(({ name }) => name).join(', ')}`)
  const checked: Record<string, Value> = {}
  for (const input of request.inputs) {
    const value = own(values, input.name) as Value
    const reason = problemOf(input, value)
    if (reason !== undefined) throw invalid(`The input ${input.name} ${reason}`)
    checked[input.name] = value
  }
  return { type: 'submitted', actionId, values: checked, content: fillContent(request, checked) }
}

/** @returns what is left when nobody answered in time */
export const timeoutAnswer = (request: FormRequest): FormAnswer => ({
  type: 'timeout',
  content: fillContent(request, {}),
})

const invalid = (message: string): FormError => new FormError('form/invalid', { details: { message } })

const problemOf = (input: FormInput, value: Value): string | undefined => {
  switch (input.type) {
    case 'paragraph':
    case 'select':
      if (typeof value !== 'string') return 'must be a text'
      if (value.length > LONGEST_TEXT) return `must have at most ${LONGEST_TEXT} characters`
      if (value.includes('\0')) return 'must not hold the character U+0000'
      return input.type === 'select' && !input.options.value.includes(value) ? 'is none of the options' : undefined
    case 'file':
      return value instanceof FileValue ? problemOfFile(input, value) : 'must be a file'
    case 'file-list': {
      if (!isList(value)) return 'must be a list of files'
      const most = input.limit || MOST_FILES
      if (value.length > most) return `must have at most ${most} files`
      for (const item of value) {
        const problem = item instanceof FileValue ? problemOfFile(input, item) : 'must be a list of files'
        if (problem !== undefined) return problem
      }
      return undefined
    }
  }
}

const problemOfFile = (input: FileInput, { fields }: FileValue): string | undefined => {
  const { fileTypes, fileExtensions, uploadMethods } = input
  if (uploadMethods.length > 0 && !uploadMethods.includes(fields.transferMethod)) {
    return `must not be given as ${fields.transferMethod}`
  }
  if (fileTypes.length === 0 || fileTypes.includes(fields.type)) {
    return fields.type === 'custom' ? problemOfExtension(fileExtensions, fields.extension) : undefined
  }
  if (!fileTypes.includes('custom')) return `must not be of the type ${fields.type}`
  return problemOfExtension(fileExtensions, fields.extension)
}

const problemOfExtension = (allowed: readonly string[], extension: string | null): string | undefined => {
  const name = (text: string) => text.replace(/^\./, '').toLowerCase()
  if (allowed.length === 0 || allowed.some((one) => name(one) === name(extension ?? ''))) return undefined
  return `must not have the extension ${extension ?? ''}`
}

const FIELD = /\{\{#\$output\.([A-Za-z_][A-Za-z0-9_]*)#\}\}/g

/** The content with values in the places of fields. One pass: values are not read again. */
const fillContent = (request: FormRequest, values: Readonly<Record<string, Value>>): string =>
  request.content.replace(FIELD, (place, name: string) =>
    request.inputs.some((input) => input.name === name) ? shown(own(values, name) as Value | undefined) : place,
  )

/** Source of the words for files: the app format. */
const shown = (value: Value | undefined): string => {
  if (typeof value === 'string') return value
  if (value instanceof FileValue) return '[file]'
  return isList(value) && value.length > 0 ? `[${value.length} files]` : ''
}
