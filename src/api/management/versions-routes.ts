// Drafts, versions and differences over the management API.

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Place } from '../../product/apps/content.ts'
import type { Draft } from '../../product/apps/drafts.ts'
import { AppError, issueDetails } from '../../product/apps/errors.ts'
import {
  deleteDraft,
  diffApp,
  getDraft,
  getVersion,
  listVersions,
  publishDraft,
  publishVersion,
  putDraft,
  restoreVersion,
} from '../../wire/management/versions.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { readAppId, readBase, readVersionId, toAppBody, toDraftBody, toVersionBody } from './app-bodies.ts'
import { readCursor, toPageBody } from './lists.ts'

export const versionRoutes =
  ({ drafts }: Pick<ServerParts, 'drafts'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, getDraft, async ({ params, request, reply }) =>
      answer(reply, await drafts.get(memberCallerOf(request).caller, readAppId(params.app_id))),
    )

    addRoute(server, putDraft, async ({ params, body, request, reply }) => {
      const { caller } = memberCallerOf(request)
      const saved = await drafts.save(caller, readAppId(params.app_id), body.text, readBase(request, body.baseHash))
      if (saved.ok) return answer(reply, saved.value)
      throw new AppError('app/invalid-file', { details: { param: 'text', ...issueDetails(saved.issues) } })
    })

    addRoute(server, deleteDraft, ({ params, query, request }) =>
      drafts.discard(memberCallerOf(request).caller, readAppId(params.app_id), readBase(request, query.baseHash)),
    )

    addRoute(server, publishDraft, async ({ params, body: { baseHash, ...about }, request }) => {
      const wanted = { ...about, ...readBase(request, baseHash) }
      const version = await drafts.publish(memberCallerOf(request).caller, readAppId(params.app_id), wanted)
      return toVersionBody(version, version.id)
    })

    addRoute(server, listVersions, async ({ params, query: { cursor, limit }, request }) => {
      const after = readCursor('ver', cursor)
      const page = { limit, ...(after && { before: after.at }) }
      const found = await drafts.versions(memberCallerOf(request).caller, readAppId(params.app_id), page)
      const toBody = (version: (typeof found.items)[number]) => toVersionBody(version, found.app.publishedVersionId)
      return toPageBody(found, toBody, ({ number, id }) => ({ at: number, id }))
    })

    addRoute(server, getVersion, async ({ params, request }) => {
      const [appId, versionId] = [readAppId(params.app_id), readVersionId(params.version_id)]
      const { app, text, version } = await drafts.version(memberCallerOf(request).caller, appId, versionId)
      return { ...toVersionBody(version, app.publishedVersionId), text }
    })

    addRoute(server, restoreVersion, async ({ params, body, request, reply }) => {
      const [appId, versionId] = [readAppId(params.app_id), readVersionId(params.version_id)]
      const base = readBase(request, body.baseHash)
      return answer(reply, await drafts.restore(memberCallerOf(request).caller, appId, versionId, base))
    })

    addRoute(server, publishVersion, async ({ params, request }) => {
      const [appId, versionId] = [readAppId(params.app_id), readVersionId(params.version_id)]
      return toAppBody(await drafts.publishVersion(memberCallerOf(request).caller, appId, versionId))
    })

    addRoute(server, diffApp, ({ params, query, request }) =>
      drafts.diff(memberCallerOf(request).caller, readAppId(params.app_id), readPlace(query.from), readPlace(query.to)),
    )
  }

const readPlace = (text: string): Place => (text === 'draft' || text === 'published' ? text : readVersionId(text))

const answer = (reply: FastifyReply, draft: Draft) => {
  reply.header('etag', `"${draft.hash}"`)
  return toDraftBody(draft)
}
