// The Service API's list of runs.

import type { FastifyInstance } from 'fastify'
import { float } from '../../base/number.ts'
import type { ValueObject } from '../../base/value.ts'
import type { EndUser } from '../../product/end-users/store.ts'
import { toWireId } from '../../product/ids.ts'
import type { LoggedRun } from '../../product/runs/logs.ts'
import { listWorkflowLogs } from '../../wire/dify/logs.ts'
import { appCallerOf } from '../authenticate.ts'
import { invalidParam } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { requireGraph } from './app-modes.ts'
import { toSeconds } from './times.ts'

export const workflowLogRoutes =
  ({ apps, runLogs }: ServerParts) =>
  async (server: FastifyInstance) => {
    addRoute(server, listWorkflowLogs, async ({ query, request }) => {
      const app = appCallerOf(request)
      await requireGraph(apps, app)
      const { page, limit, keyword, status, created_at__after: after, created_at__before: before } = query
      const email = query.created_by_account
      const member = email === undefined ? undefined : await runLogs.nameOfMember(app.caller, email)
      if (email !== undefined && member === undefined) throw invalidParam('created_by_account', 'names no member')
      const user = query.created_by_end_user_session_id
      // Nobody is both at once.
      if (user !== undefined && member !== undefined) return { page, limit, total: 0, has_more: false, data: [] }
      const name = user ?? member
      const found = await runLogs.list(app.caller, {
        appId: app.appId,
        page,
        limit,
        ...(keyword !== undefined && { keyword }),
        ...(status !== undefined && { statuses: status === 'running' ? ['scheduled', 'running'] : [status] }),
        ...(after !== undefined && { createdAfter: after }),
        ...(before !== undefined && { createdBefore: before }),
        ...(name !== undefined && { endUserExternalId: name }),
      })
      return { page, limit, total: found.total, has_more: found.hasMore, data: found.items.map(toLog) }
    })
  }

const toLog = (run: LoggedRun): ValueObject => ({
  id: toWireId(run.id),
  workflow_run: {
    id: toWireId(run.id),
    version: run.versionId === null ? 'draft' : toWireId(run.versionId),
    status: run.status === 'scheduled' ? 'running' : run.status,
    triggered_from: 'app-run',
    error: run.error,
    elapsed_time: float((run.elapsedMs ?? 0) / 1000),
    total_tokens: run.tokens,
    total_steps: run.steps,
    created_at: toSeconds(run.createdAt),
    finished_at: run.finishedAt === null ? null : toSeconds(run.finishedAt),
    exceptions_count: run.exceptions,
  },
  created_from: run.source,
  created_by_role: 'end_user',
  created_by_account: null,
  created_by_end_user: run.endUser && toEndUser(run.endUser),
  created_at: toSeconds(run.createdAt),
  details: null,
})

const toEndUser = (user: EndUser): ValueObject => ({
  id: toWireId(user.id),
  type: endUserType(user),
  is_anonymous: user.isAnonymous,
  session_id: user.externalId,
})

/** Where the user comes from, in the reference's words. */
export const endUserType = ({ origin }: EndUser): string => (origin === 'web-app' ? 'browser' : origin)
