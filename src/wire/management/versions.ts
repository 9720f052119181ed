// Drafts, versions and what differs between them, over the management API.

import { z } from 'zod'
import { issue } from '../errors.ts'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { app, appReport, appText } from './apps.ts'
import { cursorQuery, pageOf, pathIds, prefixedId, time } from './shapes.ts'

const tag = 'Versions'
const ofApp = pathIds('app_id')
const ofVersion = pathIds('app_id', 'version_id')

const hash = z.string().meta({ description: 'Names exactly this content. Give it back as `baseHash` or `If-Match`.' })
const baseHash = plainText().max(200).meta({
  description: 'The hash of the draft, or published version, that was read. When it changed since: 409.',
})

export const versionSummary = z
  .object({
    id: prefixedId('ver'),
    appId: prefixedId('app'),
    number: z.number().int().meta({ description: 'From 1, without gaps.' }),
    name: z.string(),
    note: z.string(),
    hash,
    published: z.boolean().meta({ description: 'True for the one that calls run.' }),
    createdAt: time(),
    createdBy: z.string(),
  })
  .meta({ id: 'VersionSummary' })

const version = versionSummary
  .extend({ text: z.string().meta({ description: 'The app file, secret variables empty.' }) })
  .meta({ id: 'Version' })

export const draft = z
  .object({
    appId: prefixedId('app'),
    exists: z.boolean().meta({ description: 'False: there is no draft, and this is the published version.' }),
    text: z.string().meta({
      description: 'The app file, canonical YAML. Secret variables are empty; saved empty, they keep their values.',
    }),
    hash,
    updatedAt: time(),
    runnable: z.boolean().meta({ description: 'True when it can be published.' }),
    issues: z.array(issue).meta({ description: 'What keeps it from running.' }),
    report: appReport,
  })
  .meta({ id: 'Draft' })

export const getDraft = defineOperation({
  method: 'GET',
  path: '/api/apps/{app_id}/draft',
  id: 'getDraft',
  summary: 'Gives the draft, or the published version when there is none.',
  tag,
  params: ofApp,
  answers: { 200: { description: 'The draft.', schema: draft } },
  errors: [403, 404],
})

export const putDraft = defineOperation({
  method: 'PUT',
  path: '/api/apps/{app_id}/draft',
  id: 'putDraft',
  summary: 'Saves an app file as the draft. It need not be able to run yet.',
  tag,
  params: ofApp,
  body: z.strictObject({ text: appText, baseHash: baseHash.optional() }),
  answers: { 200: { description: 'The draft as it is kept.', schema: draft } },
  errors: [400, 403, 404, 409],
})

export const deleteDraft = defineOperation({
  method: 'DELETE',
  path: '/api/apps/{app_id}/draft',
  id: 'deleteDraft',
  summary: 'Drops the draft: the published version stands again.',
  tag,
  params: ofApp,
  query: z.object({ baseHash: baseHash.optional() }),
  answers: { 204: { description: 'There is no draft.' } },
  errors: [400, 403, 404, 409],
})

export const publishDraft = defineOperation({
  method: 'POST',
  path: '/api/apps/{app_id}/publish',
  id: 'publishDraft',
  summary: 'Makes a version of the draft and has calls run it.',
  tag,
  params: ofApp,
  body: z
    .strictObject({
      name: plainText().max(200).optional(),
      note: plainText().max(10_000).optional(),
      baseHash: baseHash.optional(),
    })
    .prefault({}),
  answers: { 201: { description: 'The new version.', schema: versionSummary } },
  errors: [400, 403, 404, 409],
})

export const listVersions = defineOperation({
  method: 'GET',
  path: '/api/apps/{app_id}/versions',
  id: 'listVersions',
  summary: 'Lists versions, newest first.',
  tag,
  params: ofApp,
  query: z.object(cursorQuery),
  answers: { 200: { description: 'A page of versions.', schema: pageOf(versionSummary) } },
  errors: [400, 403, 404],
})

export const getVersion = defineOperation({
  method: 'GET',
  path: '/api/apps/{app_id}/versions/{version_id}',
  id: 'getVersion',
  summary: 'Gives one version with its app file.',
  tag,
  params: ofVersion,
  answers: { 200: { description: 'The version.', schema: version } },
  errors: [403, 404],
})

export const restoreVersion = defineOperation({
  method: 'POST',
  path: '/api/apps/{app_id}/versions/{version_id}/restore',
  id: 'restoreVersion',
  summary: 'Makes a version the draft. What calls run does not change.',
  tag,
  params: ofVersion,
  body: z.strictObject({ baseHash: baseHash.optional() }).prefault({}),
  answers: { 200: { description: 'The draft.', schema: draft } },
  errors: [400, 403, 404, 409],
})

export const publishVersion = defineOperation({
  method: 'POST',
  path: '/api/apps/{app_id}/versions/{version_id}/publish',
  id: 'publishVersion',
  summary: 'Has calls run this version. The draft stays.',
  tag,
  params: ofVersion,
  answers: { 200: { description: 'The app as it is now.', schema: app } },
  errors: [403, 404],
})

const value = z.unknown().meta({
  description: 'Absent: not there. Longer ones are cut and end in `…`; secrets are never shown.',
})
const change = z
  .object({
    path: z.string().meta({ description: 'Place in what changed, such as `prompt_template[0].text`.' }),
    before: value.optional(),
    after: value.optional(),
    secret: z.literal(true).optional().meta({ description: 'The value is secret: it changed, and is not shown.' }),
  })
  .meta({ id: 'Change' })
const node = z.object({ id: z.string(), type: z.string(), title: z.string() })
const edge = z.object({ source: z.string(), sourceHandle: z.string(), target: z.string() })
const variables = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.object({ name: z.string(), changes: z.array(change) })),
})

export const appDiff = z
  .object({
    equal: z.boolean().meta({ description: 'True when nothing differs, the layout included.' }),
    app: z.array(change).meta({ description: 'Name, icon, mode and other facts of the file.' }),
    nodes: z.object({
      added: z.array(node),
      removed: z.array(node),
      changed: z.array(node.extend({ changes: z.array(change) })),
    }),
    edges: z.object({ added: z.array(edge), removed: z.array(edge) }),
    variables: z.object({ environment: variables, conversation: variables, start: variables }),
    features: z.array(change),
    modelConfig: z.array(change),
    layout: z
      .number()
      .int()
      .meta({ description: 'How many nodes were only moved or resized, or are notes that changed.' }),
    truncated: z.boolean().meta({ description: 'True when there are more changes than are listed.' }),
  })
  .meta({ id: 'AppDiff' })

const side = plainText().max(100).meta({ description: '`draft`, `published`, or the id of a version.' })

export const diffApp = defineOperation({
  method: 'GET',
  path: '/api/apps/{app_id}/diff',
  id: 'diffApp',
  summary: 'Says what differs between two versions, or the draft and the published version.',
  tag,
  params: ofApp,
  query: z.object({ from: side.default('published'), to: side.default('draft') }),
  answers: { 200: { description: 'The differences.', schema: appDiff } },
  errors: [400, 403, 404, 409],
})

export const versionOperations = [
  getDraft,
  putDraft,
  deleteDraft,
  publishDraft,
  listVersions,
  getVersion,
  restoreVersion,
  publishVersion,
  diffApp,
] as const
