// Runs over the management API: find, look into, stop.

import type { FastifyInstance } from 'fastify'
import { formatUsd } from '../../base/money.ts'
import { parseId, type RunId } from '../../product/ids.ts'
import { RunError } from '../../product/runs/errors.ts'
import type { NodeExecution } from '../../product/runs/node-executions.ts'
import type { RunRecord } from '../../product/runs/run-records.ts'
import type { FoundRun } from '../../product/runs/run-search.ts'
import { getRun, listRuns, stopRun } from '../../wire/management/runs.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { toMessageBody } from './conversations-routes.ts'
import { isoTime, isoTimeOrNull, readCursor, readFilterId, toPageBody } from './lists.ts'

export const runRoutes =
  ({ runRecords }: Pick<ServerParts, 'runRecords'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listRuns, async ({ query, request }) => {
      const after = readCursor('run', query.cursor)
      const appId = readFilterId('appId', 'app', query.appId)
      const conversationId = readFilterId('conversationId', 'conv', query.conversationId)
      const page = await runRecords.list(memberCallerOf(request).caller, {
        limit: query.limit,
        ...(after && { after: { id: after.id, createdAt: after.at } }),
        ...(appId && { appId }),
        ...(conversationId && { conversationId }),
        ...(query.status && { statuses: query.status }),
        ...(query.source && { sources: query.source }),
        ...(query.user !== undefined && { user: query.user }),
        ...(query.traceId !== undefined && { traceId: query.traceId }),
        ...(query.keyword !== undefined && { keyword: query.keyword }),
        ...(query.from !== undefined && { from: Date.parse(query.from) }),
        ...(query.to !== undefined && { to: Date.parse(query.to) }),
      })
      return toPageBody(page, toRunSummaryBody, ({ createdAt, id }) => ({ at: createdAt, id }))
    })

    addRoute(server, getRun, async ({ params, request }) => {
      const { caller, grants } = memberCallerOf(request)
      const record = await runRecords.get(caller, readRunId(params.run_id))
      return toRunBody(record, grants.has('conversation.read'))
    })

    addRoute(server, stopRun, async ({ params, request }) => ({
      stopping: await runRecords.stop(memberCallerOf(request).caller, readRunId(params.run_id)),
    }))
  }

/** @throws RunError `run/not-found` for what is no id, as for runs that are not there */
export const readRunId = (text: string): RunId => {
  const id = parseId('run', text)
  if (!id) throw new RunError('run/not-found')
  return id
}

/** Null: no price is known. */
const toUsd = (nanoUsd: number | null): string | null => (nanoUsd === null ? null : formatUsd(nanoUsd))

const toRunSummaryBody = (run: FoundRun) => ({
  id: run.id,
  appId: run.appId,
  appName: run.appName,
  versionId: run.versionId,
  taskId: run.taskId,
  mode: run.mode,
  source: run.source,
  status: run.status,
  user: run.user,
  conversationId: run.conversationId,
  messageId: run.messageId,
  traceId: run.traceId,
  error: run.error,
  errorCode: run.errorCode,
  steps: run.steps,
  tokens: run.tokens,
  promptTokens: run.promptTokens,
  completionTokens: run.completionTokens,
  costUsd: toUsd(run.costNanoUsd),
  exceptions: run.exceptions,
  createdAt: isoTime(run.createdAt),
  startedAt: isoTimeOrNull(run.startedAt),
  finishedAt: isoTimeOrNull(run.finishedAt),
  elapsedMs: run.elapsedMs,
})

const toRunBody = ({ run, nodes, nodesTruncated, message }: RunRecord, showMessage: boolean) => ({
  ...toRunSummaryBody(run),
  inputs: run.inputs,
  outputs: run.outputs,
  nodes: nodes.map(toNodeBody),
  nodesTruncated,
  message: message && showMessage ? toMessageBody(message) : null,
})

const toNodeBody = (node: NodeExecution) => ({
  id: node.id,
  nodeId: node.nodeId,
  type: node.nodeType,
  title: node.title,
  index: node.index,
  predecessorId: node.predecessorId,
  frame: node.frame,
  status: node.status,
  inputs: node.inputs,
  outputs: node.outputs,
  processData: node.processData,
  metadata: node.metadata,
  error: node.error,
  errorType: node.errorType,
  tokens: node.tokens,
  costUsd: toUsd(node.costNanoUsd),
  retries: node.retries,
  startedAt: isoTime(node.startedAt),
  finishedAt: isoTimeOrNull(node.finishedAt),
  elapsedMs: node.elapsedMs,
})
