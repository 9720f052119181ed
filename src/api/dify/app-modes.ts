// Which calls an app of which mode answers. Source: Dify's Service API reference.

import type { Apps } from '../../product/apps/apps.ts'
import type { App } from '../../product/apps/store.ts'
import type { AppCaller } from '../authenticate.ts'
import { ApiError } from '../errors.ts'

const CHATS: ReadonlySet<string> = new Set(['chat', 'agent-chat', 'advanced-chat'])
/** Modes whose runs are runs of a graph. */
const GRAPHS: ReadonlySet<string> = new Set(['workflow', 'advanced-chat'])

/** @throws ApiError `api/not-chat-app`; AppError `app/not-found` */
export const requireChat = async (apps: Pick<Apps, 'get'>, { caller, appId }: AppCaller): Promise<App> => {
  const app = await apps.get(caller, appId)
  if (!CHATS.has(app.mode)) throw new ApiError('api/not-chat-app')
  return app
}

/** @throws ApiError `api/not-workflow-app`; AppError `app/not-found` */
export const requireGraph = async (apps: Pick<Apps, 'get'>, { caller, appId }: AppCaller): Promise<App> => {
  const app = await apps.get(caller, appId)
  if (!GRAPHS.has(app.mode)) throw new ApiError('api/not-workflow-app')
  return app
}
