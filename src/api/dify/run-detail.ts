// The Service API's look at one run: its state while it goes on, its result afterwards.

import type { FastifyInstance } from 'fastify'
import { stringifyJson } from '../../base/json.ts'
import { float } from '../../base/number.ts'
import type { ValueObject } from '../../base/value.ts'
import { fromWireId, toWireId } from '../../product/ids.ts'
import { RunError } from '../../product/runs/errors.ts'
import type { Run } from '../../product/runs/store.ts'
import { getWorkflowRun } from '../../wire/dify/runs.ts'
import { appCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { requireModes } from './modes.ts'

export const runDetailRoutes =
  ({ apps, runs }: ServerParts) =>
  async (server: FastifyInstance) => {
    addRoute(server, getWorkflowRun, async ({ request, params }) => {
      const { caller, appId } = appCallerOf(request)
      const app = await apps.get(caller, appId)
      requireModes(app.mode, 'graphs')
      const id = fromWireId('run', params.workflow_run_id ?? '')
      const run = id && (await runs.get(caller, appId, id))
      if (!run) throw new RunError('run/not-found')
      return toDetail(run)
    })
  }

export const toDetail = (run: Run): ValueObject => ({
  id: toWireId(run.id),
  workflow_id: run.versionId === null ? null : toWireId(run.versionId),
  status: run.status,
  // A document in a text: so clients of this call expect it.
  inputs: stringifyJson(run.inputs),
  outputs: run.outputs,
  error: run.error,
  total_steps: run.steps,
  total_tokens: run.tokens,
  created_at: Math.floor(run.createdAt / 1000),
  finished_at: run.finishedAt === null ? null : Math.floor(run.finishedAt / 1000),
  elapsed_time: run.elapsedMs === null ? null : float(run.elapsedMs / 1000),
})
