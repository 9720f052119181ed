// Routers and the live part of the configuration over the management API. What a definition may hold is written in docs/routing.md;
// what is wrong with one is answered as issues.

import { z } from 'zod'
import { issue } from '../errors.ts'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { pathIds, time } from './shapes.ts'

const tag = 'Routers'

const definition = z.record(z.string(), z.unknown()).meta({
  description: 'What the router does: `default`, `rules`, as in the files of the server.',
  examples: [{ default: { targets: ['openai/gpt-5-mini'] } }],
})

export const router = z
  .object({
    name: z.string(),
    source: z
      .enum(['configured', 'tenant'])
      .meta({ description: '`configured`: of the files of the server, the same for all tenants.' }),
    version: z.string().meta({ description: 'Another one after every change.' }),
    description: z.string(),
    targets: z.array(z.string()).meta({ description: 'Every target it can choose.' }),
    definition,
    createdAt: time().nullable().meta({ description: 'Null for routers of the configuration, as the next three.' }),
    createdBy: z.string().nullable(),
    updatedAt: time().nullable(),
    updatedBy: z.string().nullable(),
  })
  .meta({ id: 'Router' })

export const listRouters = defineOperation({
  method: 'GET',
  path: '/api/gateway/routers',
  id: 'listRouters',
  summary: 'Lists the routers of the tenant and of the configuration, all on one page.',
  tag,
  answers: {
    200: {
      description: 'All routers, by name.',
      schema: z.object({ items: z.array(router), nextCursor: z.null() }),
    },
  },
  errors: [403],
})

export const createRouter = defineOperation({
  method: 'POST',
  path: '/api/gateway/routers',
  id: 'createRouter',
  summary: 'Makes a router. In its tenant it takes the place of a configured one of the same name.',
  tag,
  body: z.strictObject({ name: plainText().min(1).max(100), definition }),
  answers: { 201: { description: 'The router.', schema: router } },
  errors: [400, 403, 409],
})

export const getRouter = defineOperation({
  method: 'GET',
  path: '/api/gateway/routers/{name}',
  id: 'getRouter',
  summary: 'Gives one router.',
  tag,
  params: pathIds('name'),
  answers: { 200: { description: 'The router.', schema: router } },
  errors: [403, 404],
})

export const updateRouter = defineOperation({
  method: 'PUT',
  path: '/api/gateway/routers/{name}',
  id: 'updateRouter',
  summary: 'Changes a router of the tenant.',
  tag,
  params: pathIds('name'),
  body: z.strictObject({
    definition,
    baseVersion: plainText()
      .min(1)
      .max(20)
      .optional()
      .meta({ description: 'The version that was changed; 409 when somebody else changed it since.' }),
  }),
  answers: { 200: { description: 'The router.', schema: router } },
  errors: [400, 403, 404, 409],
})

export const deleteRouter = defineOperation({
  method: 'DELETE',
  path: '/api/gateway/routers/{name}',
  id: 'deleteRouter',
  summary: 'Deletes a router of the tenant. A configured one of the same name is back.',
  tag,
  params: pathIds('name'),
  answers: { 204: { description: 'The router is gone.' } },
  errors: [403, 404, 409],
})

const part = z.union([
  z.strictObject({ type: z.literal('text'), text: plainText().max(1_000_000) }),
  z.strictObject({ type: z.enum(['image', 'audio', 'video', 'document']) }),
])

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.union([plainText().max(1_000_000), z.array(part).max(100)]),
})

const target = z.object({
  target: z.string(),
  healthy: z.boolean().meta({ description: 'False while calls to it fail: it is tried last.' }),
  pending: z.number().meta({ description: 'Calls under way.' }),
  firstTokenMs: z.number().nullable(),
  tokenMs: z.number().nullable(),
  promptPrice: z.number().nullable().meta({ description: 'US dollars for a million tokens.' }),
  completionPrice: z.number().nullable(),
  contextTokens: z.number().nullable(),
  features: z.array(z.string()).nullable(),
  quality: z.number().nullable().meta({ description: '0 to 100.' }),
})

export const decision = z
  .object({
    router: z.string().nullable(),
    version: z.string().nullable(),
    rule: z.string().nullable().meta({ description: 'Null: the default.' }),
    strategy: z.string(),
    targets: z.array(z.string()).meta({ description: 'In the order to be tried.' }),
    parameters: z.record(z.string(), z.unknown()).meta({ description: "Win over the caller's." }),
    panel: z.string().nullable(),
    stages: z.array(z.string()),
    reasons: z.array(z.string()).meta({ description: 'Why; of each rule, why it holds or not.' }),
  })
  .meta({ id: 'RouteDecision' })

export const tryRouter = defineOperation({
  method: 'POST',
  path: '/api/gateway/routers/{name}/dry-run',
  id: 'tryRouter',
  summary: 'Says what a router would decide about a request, without calling a model.',
  tag,
  params: pathIds('name'),
  body: z.strictObject({
    messages: z.array(message).min(1).max(1_000),
    parameters: z.record(z.string(), z.unknown()).optional(),
    tools: z.array(plainText().min(1).max(100)).max(100).optional().meta({ description: 'Names of tools.' }),
    structuredOutput: z.boolean().optional(),
    metadata: z.record(z.string().max(100), plainText().max(500)).optional(),
    target: plainText().min(1).max(300).optional().meta({ description: 'The one the caller insists on.' }),
  }),
  answers: {
    200: {
      description: 'The decision.',
      schema: z.object({ decision, targets: z.array(target).meta({ description: 'As they are now.' }) }),
    },
  },
  errors: [400, 403, 404, 409],
})

export const gatewayConfiguration = z
  .object({
    version: z.string().meta({ description: 'Equal contents have equal versions.' }),
    loadedAt: time(),
    waiting: z.array(z.string()).meta({ description: 'Settings that changed in the file and wait for a restart.' }),
    failure: z
      .object({ at: time(), issues: z.array(issue) })
      .nullable()
      .meta({ description: 'Why the last reading was refused; what is in force is what was before.' }),
  })
  .meta({ id: 'GatewayConfiguration' })

export const getConfiguration = defineOperation({
  method: 'GET',
  path: '/api/gateway/configuration',
  id: 'getGatewayConfiguration',
  summary: 'Says which configuration is in force, and what was wrong with the last one that was refused.',
  tag,
  answers: { 200: { description: 'How things stand.', schema: gatewayConfiguration } },
  errors: [403],
})

export const reloadConfiguration = defineOperation({
  method: 'POST',
  path: '/api/gateway/reload',
  id: 'reloadGatewayConfiguration',
  summary:
    'Reads the files of the server anew and takes over what can change while it runs: all of it or, with a problem, nothing.',
  tag,
  answers: { 200: { description: 'How things stand now.', schema: gatewayConfiguration } },
  errors: [403, 409],
})

export const routerOperations = [
  listRouters,
  createRouter,
  getRouter,
  updateRouter,
  deleteRouter,
  tryRouter,
  getConfiguration,
  reloadConfiguration,
] as const
