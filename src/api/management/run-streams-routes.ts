// Starting and following runs for members. The frames are those of the Service API: who can read one reads the other.

import type { FastifyInstance } from 'fastify'
import type { ValueObject } from '../../base/value.ts'
import { parseId } from '../../product/ids.ts'
import { RunError } from '../../product/runs/errors.ts'
import { followRun, startRun } from '../../wire/management/run-streams.ts'
import { memberCallerOf } from '../authenticate.ts'
import { lastFrame } from '../dify/run-events.ts'
import { lastEventId, streamRun } from '../dify/run-stream.ts'
import { sendEvents } from '../dify/sse.ts'
import { invalidParam } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { readAppId } from './app-bodies.ts'

export const runStreamRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  const { apps, runs, runRecords } = parts

  addRoute(server, startRun, async ({ request, reply, params, body }) => {
    const { caller } = memberCallerOf(request)
    const app = await apps.open(caller, readAppId(params.app_id), body.versionId)
    const isChat = app.file.mode !== 'workflow' && app.file.mode !== 'completion'
    if (isChat && body.query === '') throw invalidParam('query', 'must not be empty')
    const run = await runs.start(caller, {
      app,
      inputs: body.inputs as ValueObject, // What JSON can say is a value.
      user: caller.actor.id,
      source: 'console',
      ...(body.query !== '' && { query: body.query }),
      ...(body.conversationId && { conversationId: body.conversationId }),
    })
    return streamRun(parts, reply, run)
  })

  addRoute(server, followRun, async ({ request, reply, params, query }) => {
    const { caller } = memberCallerOf(request)
    const id = parseId('run', params.run_id)
    if (!id) throw new RunError('run/not-found')
    const live = runs.findRun(caller, id) ?? (await runs.revive(caller, id))
    if (live) {
      const after = lastEventId(request.headers['last-event-id'], query.last_event_id)
      return streamRun(parts, reply, live, { idLines: true, ...(after !== undefined && { after }) })
    }
    const { run } = await runRecords.get(caller, id)
    await sendEvents(reply, only(lastFrame(run, run.user ?? '')), { clock: parts.clock })
    return reply
  })
}

async function* only(frame: ValueObject): AsyncGenerator<readonly ValueObject[]> {
  yield [frame]
}
