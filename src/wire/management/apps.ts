// Apps over the management API: list, make, import, change, copy, export, delete.

import { z } from 'zod'
import { issue } from '../errors.ts'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { cursorQuery, oneOrMore, pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Apps'

export const appMode = z.enum(['workflow', 'advanced-chat', 'chat', 'agent-chat', 'completion'])

const iconType = z.enum(['emoji', 'image', 'link'])
const icon = z.object({
  type: iconType.nullable(),
  value: z.string().nullable().meta({ description: 'An emoji, the id of a file or an address, by type.' }),
  background: z.string().nullable().meta({ description: 'A colour such as `#FFEAD5`.' }),
})
const givenIcon = z.strictObject({
  type: iconType.optional(),
  value: plainText().max(2_000).optional(),
  background: plainText().max(50).optional(),
})

const name = plainText().trim().min(1, 'must not be empty').max(200)
const description = plainText().max(2_000)
/** The server's limit for bodies is the first bound; this one is that of app files. */
export const appText = z
  .string()
  .min(1, 'must not be empty')
  .max(10 * 1024 * 1024)
  .meta({ description: 'An app file, YAML or JSON.' })

export const app = z
  .object({
    id: prefixedId('app'),
    name: z.string(),
    mode: z.string().meta({ description: 'One of the modes of apps.' }),
    description: z.string(),
    icon,
    apiEnabled: z.boolean().meta({ description: "False: calls with the app's keys are refused." }),
    publishedVersionId: prefixedId('ver').nullable(),
    hasDraft: z.boolean().meta({ description: 'True when there are changes that are not published.' }),
    createdAt: time(),
    updatedAt: time(),
  })
  .meta({ id: 'App' })

const modelReport = z.object({
  type: z.enum(['llm', 'rerank']),
  provider: z.string(),
  name: z.string(),
  state: z.enum(['exact', 'substitute', 'missing']),
  nodeIds: z.array(z.string()),
})

const need = z.object({
  nodeId: z.string().meta({ description: 'Empty when the app as a whole needs it.' }),
  title: z.string(),
  kind: z.enum([
    'tool',
    'plugin',
    'dataset',
    'credential',
    'model',
    'agent-strategy',
    'python-package',
    'network',
    'node-kind',
    'external-tool',
    'moderation',
  ]),
  name: z.string(),
  blocking: z.boolean().meta({ description: 'True when the app cannot run, or the node fails, until it is met.' }),
  message: z.string(),
})

export const appReport = z
  .object({
    name: z.string(),
    mode: appMode,
    version: z.string(),
    versionStatus: z.enum(['current', 'older', 'newer']),
    nodes: z.record(z.string(), z.number()).meta({ description: 'How many nodes of each type.' }),
    models: z.array(modelReport),
    runnable: z.boolean().meta({ description: 'True when no need is blocking.' }),
    needs: z.array(need),
    warnings: z.array(issue),
  })
  .meta({ id: 'AppReport' })

const params = pathIds('app_id')
const source = z.enum(['published', 'draft'])

export const listApps = defineOperation({
  method: 'GET',
  path: '/api/apps',
  id: 'listApps',
  summary: 'Lists apps, newest first.',
  tag,
  query: z.object({
    ...cursorQuery,
    mode: oneOrMore(appMode).optional(),
    search: plainText().max(200).optional().meta({ description: 'Text in the name, whatever the case.' }),
  }),
  answers: { 200: { description: 'A page of apps.', schema: pageOf(app) } },
  errors: [400, 403],
})

export const createApp = defineOperation({
  method: 'POST',
  path: '/api/apps',
  id: 'createApp',
  summary: 'Makes a blank app of a mode. It has a draft and no published version.',
  tag,
  body: z.strictObject({ mode: appMode, name, description: description.optional(), icon: givenIcon.optional() }),
  answers: { 201: { description: 'The app.', schema: app } },
  errors: [400, 403],
})

export const checkApp = defineOperation({
  method: 'POST',
  path: '/api/apps/check',
  id: 'checkApp',
  summary: 'Says what is wrong with an app file and what it needs here. Keeps nothing.',
  tag,
  body: z.strictObject({ text: appText }),
  answers: {
    200: {
      description: 'What was found.',
      schema: z.object({
        ok: z.boolean().meta({ description: 'True when the file can be imported.' }),
        issues: z.array(issue),
        report: appReport.nullable().meta({ description: 'Null when the file cannot be read.' }),
      }),
    },
  },
  errors: [400, 403],
})

export const importApp = defineOperation({
  method: 'POST',
  path: '/api/apps/import',
  id: 'importApp',
  summary: 'Keeps an app file as a new app with a first, published version.',
  tag,
  body: z.strictObject({
    text: appText,
    name: name.optional().meta({ description: "Default: the file's own." }),
  }),
  answers: { 201: { description: 'The app.', schema: z.object({ app, report: appReport }) } },
  errors: [400, 403],
})

export const getApp = defineOperation({
  method: 'GET',
  path: '/api/apps/{app_id}',
  id: 'getApp',
  summary: 'Gives one app.',
  tag,
  params,
  answers: { 200: { description: 'The app.', schema: app } },
  errors: [403, 404],
})

export const updateApp = defineOperation({
  method: 'PATCH',
  path: '/api/apps/{app_id}',
  id: 'updateApp',
  summary: "Changes an app's name, description or icon, or opens and closes its API.",
  tag,
  params,
  body: z.strictObject({
    name: name.optional(),
    description: description.optional(),
    icon: givenIcon.optional(),
    apiEnabled: z.boolean().optional(),
  }),
  answers: { 200: { description: 'The app as it is now.', schema: app } },
  errors: [400, 403, 404],
})

export const deleteApp = defineOperation({
  method: 'DELETE',
  path: '/api/apps/{app_id}',
  id: 'deleteApp',
  summary:
    'Deletes an app with its versions, keys, conversations and runs. Its keys stop at once, running runs are stopped.',
  tag,
  params,
  answers: { 204: { description: 'The app is gone.' } },
  errors: [403, 404],
})

export const duplicateApp = defineOperation({
  method: 'POST',
  path: '/api/apps/{app_id}/duplicate',
  id: 'duplicateApp',
  summary:
    'Copies an app, its secrets too: a draft becomes a draft, a published version the first version. Keys and users stay behind.',
  tag,
  params,
  body: z
    .strictObject({
      name: name.optional().meta({ description: 'Default: the name and ` copy`.' }),
      source: source.optional().meta({ description: 'Default: the draft when there is one.' }),
    })
    .prefault({}),
  answers: { 201: { description: 'The copy.', schema: app } },
  errors: [400, 403, 404, 409],
})

const exportQuery = z.object({
  source: source.optional().meta({ description: 'Default `published`.' }),
  versionId: plainText().max(100).optional().meta({ description: 'Another version; goes before `source`.' }),
})
const appFile = { description: 'The app file, canonical YAML.', schema: z.string(), contentType: 'application/yaml' }

export const exportApp = defineOperation({
  method: 'GET',
  path: '/api/apps/{app_id}/export',
  id: 'exportApp',
  summary: 'Gives the app file, its secret variables empty.',
  tag,
  params,
  query: exportQuery,
  answers: { 200: appFile },
  errors: [400, 403, 404, 409],
})

export const exportAppWithSecrets = defineOperation({
  method: 'GET',
  path: '/api/apps/{app_id}/export-with-secrets',
  id: 'exportAppWithSecrets',
  summary: 'Gives the app file with the values of its secret variables.',
  tag,
  params,
  query: exportQuery,
  answers: { 200: appFile },
  errors: [400, 403, 404, 409],
})

export const appOperations = [
  listApps,
  createApp,
  checkApp,
  importApp,
  getApp,
  updateApp,
  deleteApp,
  duplicateApp,
  exportApp,
  exportAppWithSecrets,
] as const
