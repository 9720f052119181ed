// Whether an answer is a refusal as its surface promises it: status, form, names; and nothing of the inside.

import { type Surface, surfaceOf } from '../../src/api/surfaces.ts'
import { managementError, openAiError, serviceError } from '../../src/wire/errors.ts'
import type { WireAnswer } from './wire-requests.ts'

export interface ExpectedRefusal {
  /** Those that will do. */
  readonly statuses: readonly number[]
  /** The input that a 400 names, or what it is in. */
  readonly field?: string
}

interface Call {
  readonly method: string
  readonly path: string
}

/** What is wrong with it; empty when nothing is. @param call says whose words the refusal is in */
export const refusalProblems = (
  answer: WireAnswer,
  { method, path }: Call,
  expected: ExpectedRefusal,
): readonly string[] => {
  const { status, headers, text } = answer
  const problems: string[] = []
  if (!expected.statuses.includes(status)) problems.push(`status ${status}, not ${expected.statuses.join(' or ')}`)
  if (!headers['content-type']?.startsWith('application/json')) problems.push(`content type ${headers['content-type']}`)
  if (!/^req_/.test(String(headers['x-request-id']))) problems.push('no request id')
  if (text.length > LONGEST_REFUSAL) problems.push(`${text.length} characters`)
  if (INSIDE.test(text)) problems.push('tells of the inside')
  const named = namedIn(surfaceOf(method, path), answer, problems)
  const { field } = expected
  if (field !== undefined && status === 400 && !isWithin(named, field)) problems.push(`names ${named}, not ${field}`)
  return problems.length > 0 ? [...problems, text.slice(0, 300)] : []
}

/** Characters: what came in is not told back as it came. */
const LONGEST_REFUSAL = 20_000
const INSIDE = /\n? {4}at |node_modules|SQLITE|FST_/

const isWithin = (named: string | undefined, field: string): boolean =>
  named !== undefined && (named === field || named.startsWith(`${field}.`) || named.startsWith(`${field}[`))

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @returns the field that is named */
const namedIn = (surface: Surface, { text, status }: WireAnswer, problems: string[]): string | undefined => {
  switch (surface) {
    case 'management':
      return managementProblems(text, problems)
    case 'openai':
      return openAiProblems(text, problems)
    case 'anthropic':
      return anthropicProblems(text, problems)
    default:
      return serviceProblems(text, status, problems)
  }
}

const openAiProblems = (text: string, problems: string[]): string | undefined => {
  const { success, data } = openAiError.strict().safeParse(parse(text))
  if (!success) return void problems.push('not the form of OpenAI')
  const { type, code, message, param } = data.error
  if (!/^[a-z_]+$/.test(type) || !/^[a-z_/-]+$/.test(code ?? '')) problems.push(`the type ${type}, the code ${code}`)
  if (message === '') problems.push('no message')
  return param ?? undefined
}

/** The field stands first in the message: the form has no place for it. */
const anthropicProblems = (text: string, problems: string[]): string | undefined => {
  const { type, error, request_id } = (parse(text) ?? {}) as {
    type?: unknown
    error?: { type?: unknown; message?: unknown }
    request_id?: unknown
  }
  if (
    type !== 'error' ||
    !/^(?:[a-z_]+_error|request_too_large)$/.test(String(error?.type)) ||
    !/^req_/.test(String(request_id))
  ) {
    return void problems.push('not the form of Anthropic')
  }
  const message = String(error?.message ?? '')
  if (message === '') problems.push('no message')
  return message.split(' ')[0]
}

const serviceProblems = (text: string, status: number, problems: string[]): string | undefined => {
  const { success, data } = serviceError.strict().safeParse(parse(text))
  if (!success) return void problems.push('not the form of the Service API')
  if (data.status !== status) problems.push(`says ${data.status}`)
  if (!/^[a-z_]+$/.test(data.code)) problems.push(`the code ${data.code}`)
  if (data.message === '' && data.code !== 'file_too_large') problems.push('no message')
  return data.params
}

const managementProblems = (text: string, problems: string[]): string | undefined => {
  const { success, data } = managementError.strict().safeParse(parse(text))
  if (!success) return void problems.push('not the form of the management API')
  if (!/^[a-z]+\/[a-z-]+$/.test(data.error.code)) problems.push(`the code ${data.error.code}`)
  if (data.error.message === '') problems.push('no message')
  return data.error.param
}
