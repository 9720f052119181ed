// What malformed requests are made with: the operation's fields as their schemas declare them, and its right request, changed.

import { z } from 'zod'
import { surfaceOf } from '../../src/api/surfaces.ts'
import type { Operation } from '../../src/wire/operation.ts'
import { FORM_BOUNDARY, fieldPart, formText, type Good } from './malformed-targets.ts'
import type { ExpectedRefusal } from './refusals.ts'
import type { WireRequest } from './wire-requests.ts'

export interface Malformed extends ExpectedRefusal {
  readonly title: string
  readonly request: (good: Good) => WireRequest
}

export const BODY_LIMIT = 1_000_000
/** Of one file. */
export const FILE_LIMIT = 50_000

/** What is looked at of a JSON Schema. */
export interface Json {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Json[]
  readonly properties?: Readonly<Record<string, Json>>
  readonly items?: Json
  readonly required?: readonly string[]
  readonly maxLength?: number
  readonly minLength?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly additionalProperties?: unknown
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Json>>
}

export interface Field {
  readonly name: string
  /** Empty: anything. */
  readonly types: ReadonlySet<string>
  readonly isRequired: boolean
  readonly schema: Json
}

export const isService = ({ method, path }: Operation): boolean => surfaceOf(method, path) === 'service'
export const isGateway = ({ method, path }: Operation): boolean =>
  !['service', 'management'].includes(surfaceOf(method, path))
export const takesForm = ({ bodyType }: Operation): boolean => bodyType === 'multipart/form-data'

export const toJson = (schema: z.ZodType): Json => {
  // Its types allow more than a schema of ours says.
  const wrapped = z.toJSONSchema(z.object({ value: schema }), { io: 'input', unrepresentable: 'any' }) as Json
  const value = wrapped.properties?.value ?? {}
  // Named schemas stand apart.
  return value.$ref === undefined ? value : (wrapped.$defs?.[value.$ref.split('/').at(-1) ?? ''] ?? {})
}

export const fieldsIn = (object: Json): readonly Field[] =>
  Object.entries(object.properties ?? {}).map(([name, given]) => {
    const schemas = given.anyOf ?? [given]
    const main = schemas.find(({ type }) => type !== 'null') ?? given
    const types = new Set(schemas.flatMap(({ type }) => type ?? []))
    return { name, types, isRequired: object.required?.includes(name) ?? false, schema: { ...given, ...main } }
  })

export const fieldsOf = (schema: z.ZodType | undefined): readonly Field[] => (schema ? fieldsIn(toJson(schema)) : [])

export const addressOf = (
  { path }: Pick<Operation, 'path'>,
  good: Good,
  { params = {}, query = '' }: { readonly params?: Readonly<Record<string, string>>; readonly query?: string } = {},
): string => {
  const address = path.replace(
    /\{(\w+)\}/g,
    (_, name) => params[name] ?? encodeURIComponent(good.params?.[name] ?? 'x'),
  )
  const changed = query.split('&').map((pair) => pair.split('=')[0])
  const kept = Object.entries(good.query ?? {}).filter(([name]) => !changed.includes(name))
  const search = [...kept.map(([name, value]) => `${name}=${encodeURIComponent(value)}`), ...(query ? [query] : [])]
  return search.length > 0 ? `${address}?${search.join('&')}` : address
}

export const JSON_TYPE = { 'content-type': 'application/json' }
export const FORM_TYPE = { 'content-type': `multipart/form-data; boundary=${FORM_BOUNDARY}` }

/** The body of the right request. Changes are JSON as it is sent; undefined leaves a field out. */
export const bodyText = (good: Good, changes: Readonly<Record<string, string | undefined>> = {}): string => {
  const fields = Object.entries(good.body ?? {}).map(([name, value]) => [name, JSON.stringify(value)] as const)
  const all = Object.entries({ ...Object.fromEntries(fields), ...changes }).filter(([, value]) => value !== undefined)
  return `{${all.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

/** What a sound starts with, where the call takes nothing else. */
export const formOf = ({ path }: Operation): string => {
  if (path === '/v1/audio-to-text') return formText('audio/wav', 'a.wav')
  return path.startsWith('/v1/audio/') ? fieldPart('model', 'acme/ears') + formText('audio/wav', 'a.wav') : formText()
}

export const goodRequest = (operation: Operation, good: Good): WireRequest => ({
  method: operation.method,
  path: addressOf(operation, good),
  ...(takesForm(operation)
    ? { headers: FORM_TYPE, body: formOf(operation) }
    : good.body && { headers: JSON_TYPE, body: bodyText(good) }),
})

export const sends =
  (operation: Operation, body: string | Uint8Array, headers: Readonly<Record<string, string>> = JSON_TYPE) =>
  (good: Good): WireRequest => ({ method: operation.method, path: addressOf(operation, good), headers, body })

export const show = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}… (${text.length})` : text)

export const nested = (depth: number, [open, close]: readonly [string, string]): string =>
  `${open.repeat(depth)}1${close.repeat(depth)}`
export const LISTS = ['[', ']'] as const
export const OBJECTS = ['{"a":', '}'] as const
