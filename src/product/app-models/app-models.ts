// Published apps as chat models: the last message of the user is what the app is asked, what stands before it is its history.
//
// A1  An app is found by its id or its exact name; of several with one name none is.
// A2  A run is stopped when its caller goes.
// A3  What a workflow without text gives is told as the JSON of its outputs.

import { stringifyJson } from '../../base/json.ts'
import type { Value, ValueObject } from '../../base/value.ts'
import { ModelError } from '../../model/errors.ts'
import { collectResult } from '../../model/fold.ts'
import type { ChatMessage, ChatModel, ChatRequest, ChatStreamPart } from '../../model/spec.ts'
import type { Apps, RunnableApp } from '../apps/apps.ts'
import type { Caller } from '../caller.ts'
import { fromWireId } from '../ids.ts'
import type { RunEnd } from '../runs/events.ts'
import type { Runs } from '../runs/spec.ts'

export interface AppModelParts {
  readonly apps: Pick<Apps, 'list' | 'open'>
  readonly runs: Pick<Runs, 'start'>
}

/** Who asks, and what he sends along: inputs of the app by name, and `conversation_id` to go on with a conversation. */
export interface AppCall {
  readonly caller: Caller
  readonly user: string | null
  readonly metadata: Readonly<Record<string, string>>
}

export interface AppModels {
  find(call: AppCall, name: string): Promise<ChatModel | undefined>
  /** Of published apps. */
  names(caller: Caller): Promise<readonly string[]>
}

const PROVIDER = 'app'
const CONVERSATION = 'conversation_id'
/** Of callers that name no user. */
const NOBODY = 'gateway'

export const createAppModels = ({ apps, runs }: AppModelParts): AppModels => {
  const findApp = async (caller: Caller, name: string) => {
    const listed = (await apps.list(caller)).filter(({ publishedVersionId }) => publishedVersionId !== null)
    const id = fromWireId('app', name.replace(/^app_/, ''))
    const found = listed.filter((app) => app.id === id || app.name === name)
    return found.length === 1 ? found[0] : undefined
  }

  async function* answer(app: RunnableApp, call: AppCall, request: ChatRequest, signal: AbortSignal | undefined) {
    const asked = readRequest(request)
    const { [CONVERSATION]: conversation, ...given } = call.metadata
    const conversationId = conversation === undefined ? undefined : fromWireId('conv', conversation)
    const run = await runs.start(call.caller, {
      app,
      inputs: withQuery(app, given, asked.query),
      user: call.user ?? NOBODY,
      source: 'service-api',
      query: asked.query,
      history: asked.history,
      ...(conversationId && { conversationId }),
    })
    const leave = () => run.stop('The caller left.')
    signal?.addEventListener('abort', leave, { once: true })
    let over = false
    let said = false
    try {
      signal?.throwIfAborted()
      for await (const { event } of run.read()) {
        if (event.type === 'text-delta' && event.text !== '') {
          said = true
          yield { type: 'text-delta', text: event.text } satisfies ChatStreamPart
        } else if (event.type === 'reasoning-delta' && event.text !== '') {
          yield { type: 'reasoning-delta', text: event.text } satisfies ChatStreamPart
        } else if (event.type === 'answer-replace' && !said) {
          said = true
          yield { type: 'text-delta', text: event.text } satisfies ChatStreamPart
        } else if (event.type === 'run-pause') {
          throw new ModelError('model/unsupported', { details: { model: app.app.name, feature: 'waiting for people' } })
        } else if (event.type === 'run-end') {
          over = true
          yield* end(app, event, said)
          return
        }
      }
    } finally {
      signal?.removeEventListener('abort', leave)
      if (!over) leave()
    }
  }

  return {
    async find(call, name) {
      const found = await findApp(call.caller, name)
      if (!found) return undefined
      const app = await apps.open(call.caller, found.id)
      const stream: ChatModel['stream'] = (request, signal) => answer(app, call, request, signal)
      return {
        provider: PROVIDER,
        name: found.name,
        features: new Set(),
        stream,
        generate: (request, signal) => collectResult(stream(request, signal), PROVIDER),
      }
    },
    names: async (caller) =>
      (await apps.list(caller)).flatMap(({ publishedVersionId, name }) => (publishedVersionId === null ? [] : [name])),
  }
}

const textOf = ({ content }: ChatMessage): string =>
  typeof content === 'string'
    ? content
    : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')

/** System messages are the app's own business. */
const readRequest = ({
  messages,
}: ChatRequest): { readonly query: string; readonly history: readonly ChatMessage[] } => {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const asked = messages[last]
  const earlier = messages.slice(0, Math.max(0, last))
  return {
    query: asked ? textOf(asked) : '',
    history: earlier.flatMap((message): ChatMessage[] =>
      message.role === 'user' || message.role === 'assistant' ? [{ role: message.role, content: textOf(message) }] : [],
    ),
  }
}

/** A workflow has no question of its own: its one text input, or the one called `query`, takes it. */
const withQuery = ({ file }: RunnableApp, given: Readonly<Record<string, string>>, query: string): ValueObject => {
  if (file.mode !== 'workflow') return given
  const open = file.startVariables.filter(({ name }) => !Object.hasOwn(given, name))
  const taker = open.find(({ name }) => name === 'query') ?? (open.length === 1 ? open[0] : undefined)
  return taker ? { ...given, [taker.name]: query } : given
}

function* end(app: RunnableApp, event: RunEnd, said: boolean): Generator<ChatStreamPart, void> {
  const { status, failure, outputs, usage } = event
  if (status === 'failed' || status === 'stopped') {
    const message = failure?.message ?? `the run ${status}`
    throw failure?.code?.startsWith('model/')
      ? new ModelError('model/unavailable', { details: { provider: app.app.name, message } })
      : new ModelError('model/bad-request', { details: { provider: app.app.name, message } })
  }
  if (!said && Object.keys(outputs).length > 0) yield { type: 'text-delta', text: toText(outputs) }
  yield { type: 'finish', reason: 'stop', usage: { ...usage, estimated: false } }
}

const toText = (outputs: ValueObject): string => {
  const values = Object.values(outputs)
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : stringifyJson(outputs as Value)
}
