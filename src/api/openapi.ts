// Operations as one OpenAPI 3.1 document: what each surface promises, for people and for generators of clients.
//
// D1  The document says nothing of its own: calls come from the operations, rights from access.ts.
// D2  It does not depend on the order of the operations, so that nothing changes when they are listed in another way.

import { STATUS_CODES } from 'node:http'
import type { z } from 'zod'
import { tenantKeyGrants } from '../product/auth/permissions.ts'
import { anthropicError, managementError, openAiError, serviceError } from '../wire/errors.ts'
import type { Answer, Operation } from '../wire/operation.ts'
import { ACCESS, type Access } from './access.ts'
import { createSchemaBook, type JsonObject, type SchemaBook } from './openapi-schemas.ts'
import { routePath } from './route.ts'
import { type Surface as SurfaceName, surfaceOf } from './surfaces.ts'

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
}

export interface OpenApiDocument extends JsonObject {
  readonly openapi: '3.1.0'
  readonly info: OpenApiInfo
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>
    readonly responses: Readonly<Record<string, JsonObject>>
    readonly securitySchemes: Readonly<Record<string, JsonObject>>
  }
}

/** Names and errors are a surface's own. */
interface Surface {
  readonly name: string
  /** The name of a call among those of all surfaces. */
  toId(id: string): string
  readonly error: z.ZodType
  readonly book: SchemaBook
  /** Answers that calls share, by their names. */
  readonly refusals: Map<string, JsonObject>
}

/** @throws Error for operations that contradict each other or the table of access: mistakes of ours, found by test */
export const createOpenApiDocument = (operations: readonly Operation[], info: OpenApiInfo): OpenApiDocument => {
  const surfaces = openSurfaces()
  const paths: Record<string, Record<string, JsonObject>> = {}
  const ids = new Set<string>()
  for (const operation of inOrder(operations)) {
    const surface = surfaces[surfaceOf(operation.method, operation.path)]
    const id = surface.toId(operation.id)
    if (ids.has(id)) throw new Error(`two operations are named ${id}`)
    ids.add(id)
    const path = (paths[operation.path] ??= {})
    const method = operation.method.toLowerCase()
    if (path[method]) throw new Error(`two operations are ${operation.method} ${operation.path}`)
    path[method] = { operationId: id, ...describeCall(surface, operation) }
  }
  const all = Object.values(surfaces)
  return {
    openapi: '3.1.0',
    info,
    tags: [...new Set(operations.map(({ tag }) => tag))].sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.assign({}, ...all.map(({ book }) => book.components())),
      responses: Object.fromEntries(all.flatMap(({ refusals }) => [...refusals]).sort(([a], [b]) => compare(a, b))),
      securitySchemes: SECURITY,
    },
  }
}

/** Calls of the Service API stand beside others of the same names. */
const openSurfaces = (): Readonly<Record<SurfaceName, Surface>> => {
  const open = (name: string, error: z.ZodType, prefix = name): Surface => ({
    name,
    toId: (id) => (prefix === '' ? id : `${prefix.toLowerCase()}${id.charAt(0).toUpperCase()}${id.slice(1)}`),
    error,
    book: createSchemaBook(prefix),
    refusals: new Map(),
  })
  return {
    management: open('Management', managementError, ''),
    service: open('Service', serviceError),
    openai: open('OpenAi', openAiError, ''),
    anthropic: open('Anthropic', anthropicError, ''),
    // Its calls are in no document.
    gemini: open('Gemini', openAiError, ''),
  }
}

const inOrder = (operations: readonly Operation[]): readonly Operation[] =>
  operations.toSorted((a, b) => compare(a.path, b.path) || compare(a.method, b.method))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const SECURITY = {
  appKey: { type: 'http', scheme: 'bearer', description: 'A key of one app: app-…' },
  gatewayKey: { type: 'http', scheme: 'bearer', description: 'A key for models: gateway-…' },
  gatewayKeyHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'The same key, as Anthropic’s clients show it.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'From signing in; valid for minutes, renewed with the refresh token.',
  },
  tenantKey: { type: 'http', scheme: 'bearer', description: 'A key of the whole tenant: tenant-…' },
} as const satisfies Readonly<Record<string, JsonObject>>

const describeCall = (surface: Surface, operation: Operation): JsonObject => {
  const { book } = surface
  const access = accessOf(operation)
  const parameters = [...pathParameters(book, operation), ...queryParameters(book, operation)]
  return {
    summary: operation.summary,
    tags: [operation.tag],
    security: securityOf(access),
    ...(access.by === 'member' && { 'x-permission': access.permission }),
    ...(parameters.length > 0 && { parameters }),
    ...(operation.body && { requestBody: describeBody(book, operation, operation.body) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, describeAnswer(book, answer)]),
      ),
      ...refusalsOf(surface, operation, access),
    },
  }
}

const accessOf = ({ method, path }: Operation): Access => {
  const access = ACCESS[`${method} ${routePath(path)}`]
  if (!access) throw new Error(`no access is declared for ${method} ${path}`)
  return access
}

const securityOf = (access: Access): readonly JsonObject[] => {
  switch (access.by) {
    case 'anyone':
      return []
    case 'app-key':
      return [{ appKey: [] }]
    case 'gateway-key':
      return [{ gatewayKey: [] }, { gatewayKeyHeader: [] }]
    case 'account':
      return [{ accessToken: [] }]
    case 'member':
      return tenantKeyGrants().has(access.permission) ? [{ accessToken: [] }, { tenantKey: [] }] : [{ accessToken: [] }]
  }
}

const pathParameters = (book: SchemaBook, { path, params }: Operation): readonly JsonObject[] => {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const known = params ? propertiesOf(book, params) : undefined
  const odd = Object.keys(known?.properties ?? {}).find((name) => !names.includes(name))
  if (odd !== undefined) throw new Error(`${path} has no parameter ${odd}`)
  return names.map((name) => parameter(name, 'path', true, known?.properties[name] ?? { type: 'string' }))
}

const queryParameters = (book: SchemaBook, { query }: Operation): readonly JsonObject[] => {
  if (!query) return []
  const { properties, required } = propertiesOf(book, query)
  return Object.entries(properties).map(([name, schema]) => parameter(name, 'query', required.includes(name), schema))
}

const parameter = (name: string, place: 'path' | 'query', required: boolean, schema: JsonObject): JsonObject => {
  // A reference is shared: its description belongs to the schema.
  const description = typeof schema.description === 'string' ? { description: schema.description } : {}
  return { name, in: place, ...(required && { required }), ...description, schema }
}

const propertiesOf = (book: SchemaBook, schema: z.ZodObject) => {
  const { properties, required = [] } = book.write(schema, 'input') as {
    readonly properties?: Readonly<Record<string, JsonObject>>
    readonly required?: readonly string[]
  }
  if (!properties) throw new Error('parameters are no schema with a name')
  return { properties, required }
}

const describeBody = (book: SchemaBook, operation: Operation, schema: z.ZodType): JsonObject => {
  // No body is read as an empty object.
  const isOptional = operation.bodyType !== 'multipart/form-data' && schema.safeParse({}).success
  const contentType = operation.bodyType ?? 'application/json'
  return { ...(!isOptional && { required: true }), content: { [contentType]: { schema: book.write(schema, 'input') } } }
}

const describeAnswer = (book: SchemaBook, { description, schema, contentType }: Answer): JsonObject => {
  if (!schema && contentType === undefined) return { description }
  return {
    description,
    content: { [contentType ?? 'application/json']: { ...(schema && { schema: book.write(schema, 'output') }) } },
  }
}

/** What every call may answer, by what it takes, and what this one adds. */
const refusalsOf = (
  { name: prefix, error, book, refusals }: Surface,
  operation: Operation,
  access: Access,
): JsonObject => {
  const takesInput = operation.body !== undefined || operation.query !== undefined || operation.params !== undefined
  const statuses = new Set([
    ...(operation.errors ?? []),
    ...(takesInput ? [400] : []),
    // Whoever gives a wrong password has no rights either.
    ...(access.by === 'anyone' && !operation.body ? [] : [401]),
    ...(access.by === 'member' || access.by === 'account' ? [403] : []),
    ...(operation.body ? [413, 415] : []),
    500,
  ])
  return Object.fromEntries(
    [...statuses]
      .sort((a, b) => a - b)
      .map((status) => {
        const name = `${prefix}${(STATUS_CODES[status] ?? String(status)).replace(/\W/g, '')}`
        if (!refusals.has(name)) {
          const schema = book.write(error, 'output')
          const description = STATUS_CODES[status] ?? 'Error'
          refusals.set(name, { description, content: { 'application/json': { schema } } })
        }
        return [String(status), { $ref: `#/components/responses/${name}` }]
      }),
  )
}
