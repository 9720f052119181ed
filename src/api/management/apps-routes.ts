// Apps over the management API.

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Place } from '../../product/apps/content.ts'
import { AppError, issueDetails } from '../../product/apps/errors.ts'
import {
  checkApp,
  createApp,
  deleteApp,
  duplicateApp,
  exportApp,
  exportAppWithSecrets,
  getApp,
  importApp,
  listApps,
  updateApp,
} from '../../wire/management/apps.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { readAppId, readVersionId, toAppBody } from './app-bodies.ts'
import { readCursor, toPageBody } from './lists.ts'

export const appRoutes =
  ({ apps }: Pick<ServerParts, 'apps'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listApps, async ({ query: { cursor, limit, mode, search }, request }) => {
      const after = readCursor('app', cursor)
      const page = await apps.page(memberCallerOf(request).caller, {
        limit,
        ...(after && { after: { id: after.id, createdAt: after.at } }),
        ...(mode && { modes: mode }),
        ...(search !== undefined && { search }),
      })
      return toPageBody(page, toAppBody, ({ createdAt, id }) => ({ at: createdAt, id }))
    })

    addRoute(server, createApp, async ({ body: { mode, name, ...face }, request }) => {
      const { description, icon } = face
      const blank = {
        mode,
        name,
        ...(description !== undefined && { description }),
        ...(icon && { icon: given(icon) }),
      }
      return toAppBody(await apps.create(memberCallerOf(request).caller, blank))
    })

    addRoute(server, checkApp, ({ body }) => {
      const checked = apps.check(body.text)
      const report = (checked.ok ? checked.value.report : checked.report) ?? null
      return { ok: checked.ok, issues: checked.ok ? [] : checked.issues, report }
    })

    addRoute(server, importApp, async ({ body: { name, text }, request }) => {
      const { caller } = memberCallerOf(request)
      const imported = await apps.import(caller, text, name === undefined ? {} : { name })
      if (!imported.ok) {
        throw new AppError('app/invalid-file', { details: { param: 'text', ...issueDetails(imported.issues) } })
      }
      return { app: toAppBody(imported.app), report: imported.report }
    })

    addRoute(server, getApp, async ({ params, request }) =>
      toAppBody(await apps.get(memberCallerOf(request).caller, readAppId(params.app_id))),
    )

    addRoute(server, updateApp, async ({ params, body: { icon, ...changes }, request }) => {
      const fields = { ...given(changes), ...(icon && { icon: given(icon) }) }
      return toAppBody(await apps.update(memberCallerOf(request).caller, readAppId(params.app_id), fields))
    })

    addRoute(server, deleteApp, ({ params, request }) =>
      apps.delete(memberCallerOf(request).caller, readAppId(params.app_id)),
    )

    addRoute(server, duplicateApp, async ({ params, body: { name, source }, request }) => {
      const options = { ...(name !== undefined && { name }), ...(source && { place: source }) }
      return toAppBody(await apps.duplicate(memberCallerOf(request).caller, readAppId(params.app_id), options))
    })

    addRoute(server, exportApp, async ({ params, query, request, reply }) => {
      const { caller } = memberCallerOf(request)
      return sendYaml(reply, await apps.export(caller, readAppId(params.app_id), { place: placeOf(query) }))
    })

    addRoute(server, exportAppWithSecrets, async ({ params, query, request, reply }) => {
      const options = { place: placeOf(query), includeSecrets: true }
      return sendYaml(reply, await apps.export(memberCallerOf(request).caller, readAppId(params.app_id), options))
    })
  }

const placeOf = (query: {
  readonly source?: 'published' | 'draft' | undefined
  readonly versionId?: string | undefined
}): Place => (query.versionId === undefined ? (query.source ?? 'published') : readVersionId(query.versionId))

/** As bytes: texts would be written as JSON. */
const sendYaml = (reply: FastifyReply, text: string) => {
  reply.type('application/yaml; charset=utf-8')
  return Buffer.from(text)
}

type Given<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Without the fields that the request left out. */
const given = <T extends object>(fields: T): Given<T> =>
  // Filtering leaves just the fields that have a value.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>
