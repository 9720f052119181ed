// The Service API's calls for runs: workflows and chats, streaming and blocking, and the stop calls.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/seams.ts'
import type { ValueObject } from '../../base/value.ts'
import type { FlowEvent } from '../../flow/events.ts'
import type { RunnableApp } from '../../product/apps/apps.ts'
import { fromWireId, toWireId, type VersionId } from '../../product/ids.ts'
import { RunError } from '../../product/runs/errors.ts'
import type { LiveRun } from '../../product/runs/live-run.ts'
import { runWorkflowBody, sendChatBody, stopBody } from '../../wire/dify/requests.ts'
import { type AppCaller, appCallerOf } from '../authenticate.ts'
import { ApiError, badRequest, invalidParam } from '../errors.ts'
import type { ServerParts } from '../spec.ts'
import { annotationRoutes } from './annotations.ts'
import { appInfoRoutes } from './app-info.ts'
import { audioRoutes } from './audio.ts'
import { conversationRoutes } from './conversations.ts'
import { toErrorBody } from './errors.ts'
import { fileRoutes } from './file-routes.ts'
import { readFileInputs, readFiles } from './files.ts'
import { FrameWriter } from './frames.ts'
import { messageRoutes } from './messages.ts'
import { runDetailRoutes } from './run-detail.ts'
import { sendEvents } from './sse.ts'
import { workflowLogRoutes } from './workflow-logs.ts'

type RunEndEvent = Extract<FlowEvent, { type: 'run-end' }>

export const difyRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  server.get('/v1/', async () => ({ welcome: 'Heddle Service API', api_version: 'v1', server_version: '1.0.0' }))
  server.register(runRoutes(parts))
  server.register(runDetailRoutes(parts))
  server.register(messageRoutes(parts))
  server.register(conversationRoutes(parts))
  server.register(appInfoRoutes(parts))
  server.register(workflowLogRoutes(parts))
  server.register(annotationRoutes(parts))
  server.register(fileRoutes(parts))
  server.register(audioRoutes(parts))
}

const PLAIN_CHATS: ReadonlySet<string> = new Set(['chat', 'agent-chat'])

const runRoutes = (parts: ServerParts) => async (server: FastifyInstance) => {
  const { apps, runs, uploads, admitUrl } = parts
  const uploadsOf =
    ({ caller, appId }: AppCaller, user: string) =>
    (fileId: string) =>
      uploads.resolve(caller, { appId, user }, fileId)
  const open = async (app: AppCaller, mode: 'workflow' | 'advanced-chat', version?: string): Promise<RunnableApp> => {
    const versionId = version === undefined ? undefined : readVersionId(version)
    const runnable = await apps.open(app.caller, app.appId, versionId)
    const has = runnable.file.mode
    if (has === mode) return runnable
    // The right call for an app that has no graph to run.
    if (mode === 'advanced-chat' && PLAIN_CHATS.has(has))
      throw new RunError('run/wrong-mode', { details: { mode: has } })
    throw new ApiError(mode === 'workflow' ? 'api/not-workflow-app' : 'api/not-chat-app')
  }

  const respond = async (reply: FastifyReply, run: LiveRun, app: RunnableApp, streaming: boolean) => {
    const writer = createWriter(run, app)
    if (streaming) return sendEvents(reply, framesOf(run, writer, parts.log), parts.clock)
    return app.file.mode === 'workflow' ? blockingWorkflow(run, writer) : blockingChat(run, writer)
  }

  server.post<{ Params: { workflow_id?: string } }>('/v1/workflows/run', runWorkflow)
  server.post<{ Params: { workflow_id?: string } }>('/v1/workflows/:workflow_id/run', runWorkflow)

  async function runWorkflow(request: FastifyRequest<{ Params: { workflow_id?: string } }>, reply: FastifyReply) {
    const caller = appCallerOf(request)
    const body = readBody(runWorkflowBody, request.body)
    const app = await open(caller, 'workflow', request.params.workflow_id)
    const run = await runs.start(caller.caller, {
      app,
      inputs: await readFileInputs(body.inputs, admitUrl, uploadsOf(caller, body.user)),
      files: await readFiles(body.files, admitUrl, uploadsOf(caller, body.user)),
      user: body.user,
      source: 'service-api',
    })
    return respond(reply, run, app, body.response_mode === 'streaming')
  }

  server.post('/v1/chat-messages', async (request, reply) => {
    const caller = appCallerOf(request)
    const body = readBody(sendChatBody, request.body)
    const app = await open(caller, 'advanced-chat', body.workflow_id || undefined)
    const conversationId = body.conversation_id === '' ? undefined : fromWireId('conv', body.conversation_id)
    if (body.conversation_id !== '' && !conversationId) throw invalidParam('conversation_id', 'must be a UUID')
    const run = await runs.start(caller.caller, {
      app,
      inputs: await readFileInputs(body.inputs, admitUrl, uploadsOf(caller, body.user)),
      files: await readFiles(body.files, admitUrl, uploadsOf(caller, body.user)),
      user: body.user,
      source: 'service-api',
      query: body.query,
      ...(conversationId && { conversationId }),
    })
    return respond(reply, run, app, body.response_mode === 'streaming')
  })

  server.post<{ Params: { task_id: string } }>('/v1/workflows/tasks/:task_id/stop', async (request) => {
    const caller = appCallerOf(request)
    readBody(stopBody, request.body)
    await open(caller, 'workflow')
    stop(caller, request.params.task_id)
    return { result: 'success' }
  })

  server.post<{ Params: { task_id: string } }>('/v1/chat-messages/:task_id/stop', async (request) => {
    const caller = appCallerOf(request)
    const { user } = readBody(stopBody, request.body)
    await open(caller, 'advanced-chat')
    stop(caller, request.params.task_id, user)
    return { result: 'success' }
  })

  /** Unknown, finished and other people's tasks are left alone, without a word about them. */
  const stop = (caller: AppCaller, taskId: string, user?: string): void => {
    const run = runs.find(caller.caller, taskId)
    if (run?.facts.appId !== caller.appId) return
    if (user !== undefined && run.facts.user !== user) return
    run.stop('The user stopped the run.')
  }
}

const readBody = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalidParam(placeOf(issue?.path ?? []), issue?.message ?? 'The body is not valid.')
}

/** `files[0].type` */
const placeOf = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('')

const readVersionId = (text: string): VersionId => {
  const id = fromWireId('ver', text)
  if (!id) throw badRequest('workflow_id', 'must be a UUID')
  return id
}

const createWriter = (run: LiveRun, app: RunnableApp): FrameWriter => {
  const { facts } = run
  const system = Object.entries(facts.system).filter(([name]) => name !== 'conversation_id')
  return new FrameWriter({
    mode: app.file.mode === 'workflow' ? 'workflow' : 'advanced-chat',
    taskId: facts.taskId,
    runId: toWireId(facts.runId),
    workflowId: toWireId(facts.versionId),
    messageId: facts.messageId ? toWireId(facts.messageId) : '',
    conversationId: facts.conversationId ? toWireId(facts.conversationId) : '',
    createdAt: facts.createdAt,
    endUser: { id: toWireId(facts.endUserId), user: facts.user },
    system: Object.fromEntries(system.map(([name, value]) => [`sys.${name}`, value])),
  })
}

/** A stream that is open can only say in a frame of its own what goes wrong. */
async function* framesOf(run: LiveRun, writer: FrameWriter, log: Log): AsyncGenerator<readonly ValueObject[]> {
  try {
    for await (const { event } of run.read()) yield writer.write(event)
  } catch (error) {
    log.error('stream-broken', { runId: run.facts.runId, reason: messageOf(error) })
    const { status, code, message } = toErrorBody(error)
    yield [writer.error(status, code, message)]
  }
}

const blockingWorkflow = async (run: LiveRun, writer: FrameWriter) => {
  const { end } = await readAll(run, writer)
  return { task_id: run.facts.taskId, workflow_run_id: toWireId(run.facts.runId), data: writer.finished(end) }
}

const blockingChat = async (run: LiveRun, writer: FrameWriter) => {
  const { end, answer } = await readAll(run, writer)
  if (end.status === 'failed') throw invalidParam('', end.failure?.message ?? 'The run failed.')
  const messageId = run.facts.messageId ? toWireId(run.facts.messageId) : ''
  return {
    event: 'message',
    task_id: run.facts.taskId,
    id: messageId,
    message_id: messageId,
    conversation_id: run.facts.conversationId ? toWireId(run.facts.conversationId) : '',
    mode: 'advanced-chat',
    answer,
    metadata: writer.metadata(end),
    created_at: Math.floor(run.facts.createdAt / 1000),
  }
}

const readAll = async (run: LiveRun, writer: FrameWriter): Promise<{ end: RunEndEvent; answer: string }> => {
  let answer = ''
  for await (const { event } of run.read()) {
    writer.write(event)
    if (event.type === 'text-delta') answer += event.text
    if (event.type === 'run-end') return { end: event, answer }
  }
  throw new Error('the run ended without its last event')
}
