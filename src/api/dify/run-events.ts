// The Service API's calls that follow a run: another reader, a reader whose connection broke, a look at what is over.
//
// E1  After `last_event_id` comes every frame with a greater number, once, in order.
// E2  Only the end user who started the run reads it, through the app it belongs to.

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ValueObject } from '../../base/value.ts'
import { fromWireId, toWireId } from '../../product/ids.ts'
import { RunError } from '../../product/runs/errors.ts'
import type { LiveRun } from '../../product/runs/live-run.ts'
import type { Run } from '../../product/runs/store.ts'
import { chatEvents, completionEvents, workflowEvents } from '../../wire/dify/runs.ts'
import { type AppCaller, appCallerOf } from '../authenticate.ts'
import { invalidParam } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { requireModes } from './modes.ts'
import { toDetail } from './run-detail.ts'
import { lastEventId, streamRun } from './run-stream.ts'
import { sendEvents } from './sse.ts'

export const runEventRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  const { apps, runs } = parts

  const modeOf = async ({ caller, appId }: AppCaller) => (await apps.get(caller, appId)).mode

  /** By the name it can be stopped by; while the run goes on and for some minutes after. */
  const followTask = async (
    reply: FastifyReply,
    app: AppCaller,
    about: { readonly taskId: string; readonly user: string | undefined; readonly after: number | undefined },
  ) => {
    const user = requireUser(about.user)
    const run = runs.find(app.caller, about.taskId)
    if (!run || !isReader(run, app, user)) throw new RunError('run/not-found')
    return streamRun(parts, reply, run, resume(about.after))
  }

  addRoute(server, chatEvents, async ({ request, reply, params, query }) => {
    const app = appCallerOf(request)
    requireModes(await modeOf(app), 'chats')
    const after = lastEventId(request.headers['last-event-id'], query.last_event_id)
    return followTask(reply, app, { taskId: params.task_id ?? '', user: query.user, after })
  })

  addRoute(server, completionEvents, async ({ request, reply, params, query }) => {
    const app = appCallerOf(request)
    requireModes(await modeOf(app), 'completion')
    const after = lastEventId(request.headers['last-event-id'], query.last_event_id)
    return followTask(reply, app, { taskId: params.task_id ?? '', user: query.user, after })
  })

  addRoute(server, workflowEvents, async ({ request, reply, params, query }) => {
    const app = appCallerOf(request)
    requireModes(await modeOf(app), 'graphs')
    const user = requireUser(query.user)
    const id = fromWireId('run', params.workflow_run_id ?? '')
    const after = lastEventId(request.headers['last-event-id'], query.last_event_id)
    const live = id && (runs.findRun(app.caller, id) ?? (await runs.revive(app.caller, id)))
    if (live) {
      if (!isReader(live, app, user)) throw new RunError('run/not-found')
      // Without a place to resume from, readers of what is over get its end.
      if (after !== undefined || !live.ended) {
        return streamRun(parts, reply, live, {
          ...(after === undefined ? fromNow(live, query) : resume(after)),
          along: isTrue(query.continue_on_pause),
        })
      }
    }
    const run = id && (await runs.get(app.caller, app.appId, id))
    const starter = run?.endUserId && (await parts.endUsers.get(app.caller, run.endUserId))
    if (run?.source !== 'service-api' || !starter || starter.externalId !== user) {
      throw new RunError('run/not-found')
    }
    await sendEvents(reply, only(lastFrame(run, user)), { clock: parts.clock })
    return reply
  })
}

const requireUser = (user: string | undefined): string => {
  if (!user) throw invalidParam('user', 'is required')
  return user
}

const isReader = (run: LiveRun, app: AppCaller, user: string): boolean =>
  run.facts.appId === app.appId && run.facts.user === user && run.facts.source === 'service-api'

const resume = (after: number | undefined) => (after === undefined ? {} : { after, idLines: true })

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true'

/** From now on; a snapshot first shows what happened to the run and its nodes, without the text, which its reader has. */
const fromNow = (run: LiveRun, query: { readonly include_state_snapshot?: string | undefined }) => {
  const until = run.next
  if (!isTrue(query.include_state_snapshot)) return { from: until }
  const texts = new Set(['text-delta', 'reasoning-delta', 'speech-delta', 'answer-replace'])
  return { from: run.first, shows: { until, event: ({ type }: { readonly type: string }) => !texts.has(type) } }
}

async function* only(frame: ValueObject): AsyncGenerator<readonly ValueObject[]> {
  yield [frame]
}

/** `workflow_finished` of a run of which only the record is left. */
export const lastFrame = (run: Run, user: string): ValueObject => {
  const { inputs: _, ...detail } = toDetail(run)
  const id = toWireId(run.id)
  const data = {
    ...detail,
    created_by: { id: run.endUserId ? toWireId(run.endUserId) : '', user },
    exceptions_count: run.exceptions,
    files: [],
  }
  return { event: 'workflow_finished', task_id: id, workflow_run_id: id, data }
}
