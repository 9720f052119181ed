// The Service API's calls that run an app: chats, completions and workflows, streaming and blocking, and their stop calls.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RunnableApp } from '../../product/apps/apps.ts'
import { fromWireId, toWireId, type VersionId } from '../../product/ids.ts'
import type { RunEnd, RunPaused } from '../../product/runs/events.ts'
import type { LiveRun, RunFacts } from '../../product/runs/live-run.ts'
import type { StartRun } from '../../product/runs/spec.ts'
import { TRACE_ID } from '../../wire/dify/requests.ts'
import {
  runWorkflow,
  runWorkflowVersion,
  sendChatMessage,
  sendCompletionMessage,
  stopChatMessage,
  stopCompletionMessage,
  stopWorkflow,
} from '../../wire/dify/runs.ts'
import { type AppCaller, appCallerOf } from '../authenticate.ts'
import { badRequest, invalidParam } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { failureBody } from './failures.ts'
import { readFileInputs, readFiles } from './files.ts'
import { type FrameContext, finishedData, frameContext, messageMetadata, standing } from './frames.ts'
import { requireModes } from './modes.ts'
import { streamRun } from './run-stream.ts'

/** What every call that runs an app has in its body. */
interface RunBody {
  readonly inputs: Parameters<typeof readFileInputs>[0]
  readonly files: Parameters<typeof readFiles>[0]
  readonly user: string
  readonly response_mode: 'streaming' | 'blocking'
  readonly trace_id?: string | undefined
}

export const runRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  const { apps, runs, uploads, admitUrl } = parts

  const open = async (app: AppCaller, modes: Parameters<typeof requireModes>[1], version?: VersionId) => {
    const runnable = await apps.open(app.caller, app.appId, version)
    requireModes(runnable.file.mode, modes)
    return runnable
  }

  const start = async (
    request: FastifyRequest,
    app: RunnableApp,
    body: RunBody,
    more: Pick<StartRun, 'query' | 'conversationId' | 'autoName'> = {},
  ) => {
    const { caller, appId } = appCallerOf(request)
    const traceId = traceIdOf(request) ?? body.trace_id
    const uploaded = (fileId: string) => uploads.resolve(caller, { appId, user: body.user }, fileId)
    return runs.start(caller, {
      app,
      inputs: await readFileInputs(body.inputs, admitUrl, uploaded),
      files: await readFiles(body.files, admitUrl, uploaded),
      user: body.user,
      source: 'service-api',
      ...(traceId !== undefined && { traceId }),
      ...more,
    })
  }

  const respond = (reply: FastifyReply, run: LiveRun, streaming: boolean) => {
    const leave = () => {
      if (parts.whenClientLeaves === 'stop') run.stop('The client left.')
    }
    if (streaming) return streamRun(parts, reply, run, { onLeave: leave })
    reply.raw.on('close', () => {
      if (!reply.raw.writableFinished) leave()
    })
    reply.header('x-workflow-run-id', toWireId(run.facts.runId))
    return run.facts.mode === 'workflow' ? blockingWorkflow(run) : blockingAnswer(reply, run)
  }

  addRoute(server, sendChatMessage, async ({ request, reply, body }) => {
    const version = body.workflow_id ? readVersionId(body.workflow_id) : undefined
    const app = await open(appCallerOf(request), 'chats', version)
    const streaming = body.response_mode === 'streaming'
    if (app.file.mode === 'agent-chat' && !streaming) {
      throw invalidParam('response_mode', 'must be streaming: an agent does not answer in one piece')
    }
    const conversationId = body.conversation_id === '' ? undefined : fromWireId('conv', body.conversation_id)
    if (body.conversation_id !== '' && !conversationId) throw invalidParam('conversation_id', 'must be a UUID')
    const run = await start(request, app, body, {
      query: body.query,
      autoName: body.auto_generate_name,
      ...(conversationId && { conversationId }),
    })
    return respond(reply, run, streaming)
  })

  addRoute(server, sendCompletionMessage, async ({ request, reply, body }) => {
    const app = await open(appCallerOf(request), 'completion')
    // Newer clients give the question as an input.
    const { query: input } = body.inputs
    const query = body.query === '' && typeof input === 'string' ? input : body.query
    return respond(reply, await start(request, app, body, { query }), body.response_mode === 'streaming')
  })

  addRoute(server, runWorkflow, async ({ request, reply, body }) => {
    const app = await open(appCallerOf(request), 'workflow')
    return respond(reply, await start(request, app, body), body.response_mode === 'streaming')
  })

  addRoute(server, runWorkflowVersion, async ({ request, reply, params, body }) => {
    const app = await open(appCallerOf(request), 'workflow', readVersionId(params.workflow_id ?? ''))
    return respond(reply, await start(request, app, body), body.response_mode === 'streaming')
  })

  /** Unknown, finished and other people's tasks are left alone, without a word about them. */
  const stop = async ({ caller, appId }: AppCaller, taskId: string, user?: string) => {
    const may = (facts: RunFacts) => facts.appId === appId && (user === undefined || facts.user === user)
    await runs.stop(caller, { taskId, reason: 'The user stopped the run.', may })
    return { result: 'success' }
  }

  addRoute(server, stopChatMessage, async ({ request, params, body }) => {
    await open(appCallerOf(request), 'chats')
    return stop(appCallerOf(request), params.task_id ?? '', body.user)
  })

  addRoute(server, stopCompletionMessage, async ({ request, params, body }) => {
    await open(appCallerOf(request), 'completion')
    return stop(appCallerOf(request), params.task_id ?? '', body.user)
  })

  addRoute(server, stopWorkflow, async ({ request, params }) => {
    await open(appCallerOf(request), 'workflow')
    return stop(appCallerOf(request), params.task_id ?? '')
  })
}

const readVersionId = (text: string): VersionId => {
  const id = fromWireId('ver', text)
  if (!id) throw badRequest('workflow_id', 'must be a UUID')
  return id
}

/** The first of header, query and W3C `traceparent`; the body's own comes last. Source: Dify's public server source. */
const traceIdOf = (request: FastifyRequest): string | undefined => {
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(textOf(request.headers.traceparent))?.[1]
  const query = request.query as Readonly<Record<string, unknown>>
  const given = [textOf(request.headers['x-trace-id']), textOf(query.trace_id), parent ?? '']
  return given.find((id) => TRACE_ID.test(id))
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const blockingWorkflow = async (run: LiveRun) => {
  const { end } = await readAll(run)
  const { taskId, runId } = run.facts
  const context = frameContext(run.facts)
  const data = end.type === 'run-end' ? finishedData(context, end) : waitingData(context, end)
  return { task_id: taskId, workflow_run_id: toWireId(runId), data }
}

const blockingAnswer = async (reply: FastifyReply, run: LiveRun) => {
  const { end, answer } = await readAll(run)
  const { messageId, conversationId, createdAt } = frameContext(run.facts)
  const { mode, taskId } = run.facts
  if (end.type === 'run-end' && end.status === 'failed') {
    const body = failureBody(mode, end)
    return reply.status(body.status).send(body)
  }
  const body = {
    event: 'message',
    task_id: taskId,
    id: messageId,
    message_id: messageId,
    ...(mode !== 'completion' && { conversation_id: conversationId }),
    mode,
    answer,
    metadata: messageMetadata(end),
    created_at: createdAt,
  }
  if (end.type === 'run-end') return body
  const { event: _, task_id: __, ...data } = { ...body, workflow_run_id: toWireId(run.facts.runId), ...standing(end) }
  return { ...body, event: 'workflow_paused', workflow_run_id: data.workflow_run_id, data }
}

/** What a workflow that waits answers in the place of its result. */
const waitingData = (context: FrameContext, pause: RunPaused) => ({
  id: context.runId,
  workflow_id: context.workflowId,
  outputs: {},
  error: null,
  created_at: context.createdAt,
  finished_at: null,
  ...standing(pause),
})

/** Until the run ends, or waits for people. */
const readAll = async (run: LiveRun): Promise<{ readonly end: RunEnd | RunPaused; readonly answer: string }> => {
  let answer = ''
  for await (const { event } of run.read()) {
    if (event.type === 'text-delta') answer += event.text
    if (event.type === 'answer-replace') answer = event.text
    if (event.type === 'run-end' || event.type === 'run-pause') return { end: event, answer }
  }
  throw new Error('the run ended without its last event')
}
