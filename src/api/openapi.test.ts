// The document is valid OpenAPI 3.1, says what the operations say, and covers the server exactly.

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openApiProblems } from '../../test/support/openapi-problems.ts'
import { defineOperation, type Operation } from '../wire/operation.ts'
import { createOpenApiDocument, type OpenApiDocument } from './openapi.ts'
import type { JsonObject } from './openapi-schemas.ts'

const INFO = { title: 'test', version: '1' }

const face = z.object({ color: z.string().default('red') }).meta({ id: 'Face' })
const thing = z.object({ id: z.string(), face, kids: z.array(face), note: z.string().nullable() }).meta({ id: 'Thing' })
const base = { tag: 'things', summary: 'Does.', answers: { 200: { description: 'Done.', schema: thing } } } as const

const create = defineOperation({
  ...base,
  method: 'POST',
  path: '/api/apps',
  id: 'createApp',
  body: z.object({ thing, when: z.date(), loose: z.custom<object>(() => true).meta({ type: 'object' }) }),
  errors: [409],
})
const read = defineOperation({
  ...base,
  method: 'GET',
  path: '/api/apps/{app_id}',
  id: 'showApp',
  params: z.object({ app_id: z.string().meta({ description: 'Of the app.' }) }),
  query: z.object({ limit: z.coerce.number().int().max(100).default(20), q: z.string() }),
})
const me = defineOperation({ ...base, method: 'GET', path: '/api/auth/me', id: 'me' })
const login = defineOperation({ ...base, method: 'POST', path: '/api/auth/login', id: 'login', body: z.object({}) })
const members = defineOperation({ ...base, method: 'POST', path: '/api/members', id: 'addMember', body: thing })
const stop = defineOperation({
  ...base,
  method: 'POST',
  path: '/v1/chat-messages/{task_id}/stop',
  id: 'stopChat',
  body: z.object({ user: z.unknown().transform(String).meta({ type: 'string' }) }),
})

const made = (operations: readonly Operation[]): OpenApiDocument =>
  JSON.parse(JSON.stringify(createOpenApiDocument(operations, INFO)))
const call = (document: OpenApiDocument, { method, path }: Operation): Record<string, unknown> & JsonObject =>
  document.paths[path]?.[method.toLowerCase()] as JsonObject

describe('a document', () => {
  const document = made([create, read, me, login, members, stop])

  test('is valid', () => expect(openApiProblems(document)).toEqual([]))

  test('names schemas once, and apart where what goes in differs from what comes out', () => {
    expect(Object.keys(document.components.schemas)).toEqual([
      ...['Face', 'FaceInput', 'Issue', 'ManagementError', 'Thing', 'ThingInput'],
      ...['ServiceError', 'ServiceFace', 'ServiceThing'],
    ])
    const { Face, FaceInput, Thing, ThingInput } = document.components.schemas
    expect([Face?.required, FaceInput?.required]).toEqual([['color'], undefined])
    expect([Thing, ThingInput]).toMatchObject([
      { properties: { face: { $ref: '#/components/schemas/Face' } } },
      { properties: { face: { $ref: '#/components/schemas/FaceInput' } } },
    ])
    expect(call(document, create).requestBody).toMatchObject({
      required: true,
      content: {
        'application/json': {
          schema: {
            properties: { thing: { $ref: '#/components/schemas/ThingInput' }, when: {}, loose: { type: 'object' } },
          },
        },
      },
    })
  })

  test('keeps surfaces apart', () => {
    const twins = made([me, { ...me, path: '/v1/info' }])
    expect(openApiProblems(twins)).toEqual([])
    expect([me, { ...me, path: '/v1/info' }].map((one) => call(twins, one).operationId)).toEqual(['me', 'serviceMe'])
  })

  test('is the same in whatever order its operations are listed', () => {
    expect(JSON.stringify(made([stop, members, login, me, read, create]))).toBe(JSON.stringify(document))
  })

  test('lets answers grow', () => expect(document.components.schemas.Thing).not.toHaveProperty('additionalProperties'))

  test('says where parameters stand and which are needed', () => {
    expect(call(document, read).parameters).toEqual([
      { name: 'app_id', in: 'path', required: true, description: 'Of the app.', schema: expect.anything() },
      { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100, default: 20 } },
      { name: 'q', in: 'query', required: true, schema: { type: 'string' } },
    ])
    expect(call(document, stop).parameters).toMatchObject([{ name: 'task_id', in: 'path', required: true }])
  })

  test.each([
    ['anyone', login, [], undefined],
    ['accounts', me, [{ accessToken: [] }], undefined],
    ['members and keys', create, [{ accessToken: [] }, { tenantKey: [] }], 'app.edit'],
    ['members alone', members, [{ accessToken: [] }], 'member.edit'],
    ['app keys', stop, [{ appKey: [] }], undefined],
  ])('says who may call: %s', (_, operation, security, permission) => {
    expect(call(document, operation)).toMatchObject({ security })
    expect(call(document, operation)['x-permission']).toBe(permission)
  })

  test.each([
    ['with a body', create, ['200', '400', '401', '403', '409', '413', '415', '500']],
    ['without', me, ['200', '401', '403', '500']],
    ['for anyone', login, ['200', '400', '401', '413', '415', '500']],
    ['of the Service API', stop, ['200', '400', '401', '413', '415', '500']],
  ])('lists every status: %s', (_, operation, statuses) => {
    expect(Object.keys(call(document, operation).responses as object)).toEqual(statuses)
  })

  test('words refusals as each surface does', () => {
    const schema = (name: string) => document.components.responses[name]?.content
    expect(schema('ServiceBadRequest')).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/ServiceError' } },
    })
    expect(schema('ManagementConflict')).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/ManagementError' } },
    })
  })
})

describe('mistakes of ours are refused', () => {
  const recursive: z.ZodType = z.lazy(() => z.object({ inner: recursive.optional() }))
  test.each<[string, readonly Operation[], RegExp]>([
    ['a name twice', [me, { ...login, id: 'me' }], /named me/],
    ['a call twice', [me, { ...me, id: 'again' }], /GET \/api\/auth\/me/],
    ['a call nobody may make', [{ ...me, path: '/api/nowhere' }], /no access/],
    ['a parameter that is not in the address', [{ ...me, params: z.object({ x: z.string() }) }], /no parameter x/],
    ['a schema that contains itself without a name', [{ ...login, body: recursive }], /needs a name/],
    [
      'two schemas of one name',
      [
        { ...login, body: z.object({}).meta({ id: 'A' }) },
        { ...members, body: z.object({ a: z.string() }).meta({ id: 'A' }) },
      ],
      /named A/,
    ],
  ])('%s', (_, operations, problem) => {
    expect(() => createOpenApiDocument(operations, INFO).components).toThrow(problem)
  })
})

test('a broken document is found out', () => {
  const document = made([create, read])
  const { FaceInput, ...schemas } = document.components.schemas
  const lost = { ...document, components: { ...document.components, schemas } }
  const odd = {
    ...document,
    components: { ...document.components, schemas: { ...schemas, FaceInput: { type: 'text' } } },
  }
  const again = { ...document, paths: { ...document.paths, '/api/{other}': document.paths['/api/apps'] ?? {} } }
  expect(FaceInput).toBeDefined()
  expect(openApiProblems(lost)).toContain('no #/components/schemas/FaceInput')
  expect(openApiProblems(odd).join()).toContain('schemas/FaceInput')
  expect(openApiProblems(again)).toEqual(['post /api/{other}: bad id', 'post /api/{other}: declares '])
})
