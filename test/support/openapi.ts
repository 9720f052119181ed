// Holds answers and requests against a published OpenAPI 3.0 document.
//
// D1  `nullable` becomes a type of JSON Schema. Formats that no validator knows say nothing.
// D2  `oneOf` is read as `anyOf`: the document's alternatives overlap, since none of them requires anything.

import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

type Json = { readonly [key: string]: unknown }

interface Media {
  readonly schema?: Json
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>
}

interface Reply {
  readonly $ref?: string
  readonly content?: Readonly<Record<string, Media>>
}

export interface DocumentedCall {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Json }[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Reply>>
}

export interface Documented {
  /** `GET /messages`, as the document writes it. */
  readonly calls: ReadonlyMap<string, DocumentedCall>
  /** What is wrong with an answer; empty when nothing is. */
  answerProblems(call: string, status: number, body: unknown): readonly string[]
  /** What is wrong with a request's body, or with the value of a parameter. */
  bodyProblems(call: string, body: unknown): readonly string[]
  parameterProblems(call: string, name: string, value: unknown): readonly string[]
  /** What is wrong with a frame of a stream, by the schema that the named union gives its event. */
  frameProblems(union: string, frame: { readonly event: string }): readonly string[]
  /** Codes of the errors that the document shows for this status. */
  errorCodes(call: string, status: number): readonly string[]
}

export const readOpenApi = (path: URL): Documented => {
  const document = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedCall>>>>
    readonly components: {
      readonly schemas: Readonly<Record<string, Json>>
      readonly responses: Readonly<Record<string, Reply>>
    }
  }
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true })
  formats.default(ajv)
  for (const format of ['binary', 'decimal', 'url', 'byte']) if (!ajv.formats[format]) ajv.addFormat(format, true)
  ajv.addSchema({ $id: HOME, components: toJsonSchema(document.components) })
  const calls = new Map<string, DocumentedCall>(
    Object.entries(document.paths).flatMap(([address, methods]) =>
      Object.entries(methods).map(([method, call]) => [`${method.toUpperCase()} ${address}`, call] as const),
    ),
  )
  const compiled = new Map<Json, ValidateFunction>()
  const problems = (schema: Json, value: unknown): readonly string[] => {
    let validate = compiled.get(schema)
    if (!validate) compiled.set(schema, (validate = ajv.compile(toJsonSchema(schema) as Json)))
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
  const find = (name: string): DocumentedCall => {
    const call = calls.get(name)
    if (!call) throw new Error(`the document has no ${name}`)
    return call
  }
  const replyOf = (name: string, status: number): Reply | undefined => {
    const reply = find(name).responses[status]
    return reply?.$ref ? document.components.responses[reply.$ref.split('/').at(-1) ?? ''] : reply
  }
  return {
    calls,
    answerProblems(name, status, body) {
      const reply = replyOf(name, status)
      if (!reply) return [`the status ${status} is not documented`]
      const media = reply.content?.['application/json']
      if (!media) return body === '' || body === undefined ? [] : ['there is a body although none is documented']
      return media.schema ? problems(media.schema, body) : []
    },
    bodyProblems(name, body) {
      const schema = find(name).requestBody?.content['application/json']?.schema
      return schema ? problems(schema, body) : ['the call has no body']
    },
    parameterProblems(name, parameter, value) {
      const found = find(name).parameters?.find((one) => one.name === parameter)
      return found ? problems(found.schema, value) : [`there is no parameter ${parameter}`]
    },
    frameProblems(union, frame) {
      const mapping =
        (document.components.schemas[union]?.discriminator as { mapping?: Json } | undefined)?.mapping ?? {}
      const $ref = mapping[frame.event]
      if (typeof $ref !== 'string') return [`${union} has no event ${frame.event}`]
      const schema = document.components.schemas[$ref.split('/').at(-1) ?? '']
      return schema ? problems(schema, frame) : [`there is no ${$ref}`]
    },
    errorCodes(name, status) {
      const examples = Object.values(replyOf(name, status)?.content?.['application/json']?.examples ?? {})
      return examples.map(({ value }) => String((value as { readonly code?: unknown }).code))
    },
  }
}

/** Where references point to. */
const HOME = 'https://reference.invalid/service'

const toJsonSchema = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(toJsonSchema)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, oneOf, example: _, examples: __, discriminator: ___, ...rest } = value as Json
  const schema = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, toJsonSchema(inner)]))
  if (typeof rest.$ref === 'string') schema.$ref = `${HOME}${rest.$ref}`
  if (oneOf !== undefined) schema.anyOf = toJsonSchema(oneOf)
  if (nullable !== true) return schema
  return { anyOf: [schema, { type: 'null' }] }
}
