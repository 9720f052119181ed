// The Service API's calls about the app itself: what it is, what it asks for, how it shows itself, and whom it serves.

import type { FastifyInstance } from 'fastify'
import type { ValueObject } from '../../base/value.ts'
import { AppError } from '../../product/apps/errors.ts'
import type { AppFile } from '../../product/apps/file/spec.ts'
import type { App } from '../../product/apps/store.ts'
import { EndUserError } from '../../product/end-users/errors.ts'
import { fromWireId, toWireId } from '../../product/ids.ts'
import { getEndUser, getInfo, getMeta, getParameters, getSite } from '../../wire/dify/app-info.ts'
import { type AppCaller, appCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { toParameters } from './parameters.ts'
import { toIso } from './times.ts'
import { endUserType } from './workflow-logs.ts'

export const appInfoRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  const { apps, annotations, endUsers } = parts

  addRoute(server, getInfo, async ({ request }) => {
    const app = appCallerOf(request)
    const { name, description, mode } = await apps.get(app.caller, app.appId)
    return { name, description, tags: [], mode, author_name: await authorOf(parts, app) }
  })

  addRoute(server, getParameters, async ({ request }) => {
    const app = appCallerOf(request)
    const file = await publishedFile(parts, app)
    if (!file) throw new AppError('app/unusable', { details: { reason: 'nothing is published' } })
    const reply = await annotations.settings(app.caller, app.appId)
    return toParameters(file, { replies: reply?.enabled === true, uploads: parts.limits.uploads })
  })

  addRoute(server, getMeta, async ({ request }) => {
    const { caller, appId } = appCallerOf(request)
    await apps.get(caller, appId)
    // The tools of this platform have no icons.
    return { tool_icons: {} }
  })

  addRoute(server, getSite, async ({ request }) => {
    const app = appCallerOf(request)
    return toSite(await apps.get(app.caller, app.appId), await publishedFile(parts, app))
  })

  addRoute(server, getEndUser, async ({ params, request }) => {
    const { caller, appId } = appCallerOf(request)
    const id = fromWireId('user', params.end_user_id)
    const user = id && (await endUsers.get(caller, id))
    if (user?.appId !== appId) throw new EndUserError('user/not-found')
    return {
      id: toWireId(user.id),
      tenant_id: toWireId(caller.tenantId),
      app_id: toWireId(user.appId),
      type: endUserType(user),
      external_user_id: user.externalId,
      name: null,
      is_anonymous: user.isAnonymous,
      session_id: user.externalId,
      created_at: toIso(user.createdAt),
      updated_at: toIso(user.updatedAt),
    }
  })
}

/** Undefined when nothing is published. */
const publishedFile = async ({ apps }: ServerParts, { caller, appId }: AppCaller): Promise<AppFile | undefined> => {
  try {
    return (await apps.open(caller, appId)).file
  } catch (error) {
    if (error instanceof AppError && error.code === 'app/not-published') return undefined
    throw error
  }
}

/** Who made the newest version; empty when it was no member. */
const authorOf = async ({ drafts, accounts }: ServerParts, { caller, appId }: AppCaller): Promise<string> => {
  const [newest] = (await drafts.versions(caller, appId, { limit: 1 })).items
  if (!newest) return ''
  return (await accounts.members(caller)).find(({ id }) => id === newest.createdBy)?.name ?? ''
}

const toSite = (app: App, file: AppFile | undefined): ValueObject => {
  const { type, value, background } = app.icon
  // An address is an image of its own; the id of an image names a file of the installation the app came from.
  const address = type === 'link' && value !== null && URL.canParse(value) ? value : null
  return {
    title: app.name,
    chat_color_theme: '',
    chat_color_theme_inverted: false,
    icon_type: type === 'emoji' ? 'emoji' : 'image',
    icon: value ?? '',
    icon_background: background ?? '',
    icon_url: address,
    description: app.description,
    copyright: '',
    privacy_policy: '',
    input_placeholder: null,
    custom_disclaimer: '',
    default_language: 'en-US',
    show_workflow_steps: true,
    use_icon_as_answer_icon: file?.useIconAsAnswerIcon ?? false,
  }
}
