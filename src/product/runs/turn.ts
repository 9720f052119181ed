// One turn of a conversation around a run: what is known before it, what is kept after it.
//
// C1  Every finished turn advances the conversation's revision by one, in the write that holds its message.
// C2  A session is remembered only when nothing else was finished since this turn began: then, and only then, what the
//     turn knew and what it added are all there is at that revision. Turns side by side leave it to the records.
// C3  A conversation that was removed meanwhile stays so: nothing of the turn is kept.

import { nanoUsdOf } from '../../base/cost.ts'
import { messageOf as reasonOf } from '../../base/errors.ts'
import { stringifyJson } from '../../base/json.ts'
import { objectFrom, own, type Value, type ValueObject } from '../../base/value.ts'
import type { Statement } from '../../db/spec.ts'
import type { Usage } from '../../flow/events.ts'
import { type FileValue, filesWithin } from '../../flow/file.ts'
import type { ChatMessage } from '../../model/spec.ts'
import { readFeatures } from '../apps/features.ts'
import type { App } from '../apps/store.ts'
import type { Caller } from '../caller.ts'
import { messageFileRows } from '../conversations/message-files.ts'
import { provisionalName } from '../conversations/names.ts'
import type { Conversation } from '../conversations/store.ts'
import type { EndUser, EndUserName } from '../end-users/store.ts'
import type { MessageId, RunId } from '../ids.ts'
import { replaceInputs } from './basic/prompt-template.ts'
import { RunError } from './errors.ts'
import type { AgentThought, RunEnd } from './events.ts'
import type { RunsParts, StartRun } from './spec.ts'

export interface Turn {
  /** Null in completion apps: their messages stand alone. */
  readonly conversation: Conversation | null
  readonly messageId: MessageId
  readonly endUser: EndUser
  readonly history: readonly ChatMessage[]
  readonly query: string
  readonly inputs: ValueObject
  readonly createdAt: number
}

type Parts = Pick<RunsParts, 'stores' | 'ids' | 'clock' | 'sessions' | 'log'>

/** The inputs of a turn. What a continuing turn does not give is as the first turn gave it; files must be given again.
 *  @throws RunError `run/conversation-not-found` */
export const withEarlierInputs = async (parts: Parts, caller: Caller, request: StartRun): Promise<ValueObject> => {
  if (!request.conversationId) return request.inputs
  const { app, file } = request.app
  const endUser = await parts.stores.endUsers.find(caller, {
    appId: app.id,
    origin: originOf(request),
    externalId: request.user,
  })
  const reference = endUser && { appId: app.id, id: request.conversationId, endUserId: endUser.id }
  const conversation = reference && (await parts.stores.conversations.get(caller, reference))
  if (!conversation) throw new RunError('run/conversation-not-found')
  // A stored file is only its description, which nobody may pass for a file.
  const kept = file.startVariables
    .filter(({ name, type }) => type !== 'file' && type !== 'file-list' && Object.hasOwn(conversation.inputs, name))
    .map(({ name }) => [name, own(conversation.inputs, name) as Value] as const)
  const given = Object.entries(request.inputs).filter(([, value]) => value !== null)
  return objectFrom([...kept, ...given])
}

/** Users of the API and those of the console are different people even under one name. */
export const originOf = ({ source }: StartRun): EndUserName['origin'] =>
  source === 'service-api' ? 'service-api' : 'console'

/** Opens or continues the conversation, if the app has conversations.
 *  @throws RunError `run/conversation-not-found` */
export const beginTurn = async (
  parts: Parts,
  caller: Caller,
  request: StartRun,
  endUser: EndUser,
  inputs: ValueObject,
): Promise<Turn> => {
  const { conversations } = parts.stores
  const appId = request.app.app.id
  const query = request.query ?? ''
  // Made last: the message comes after all that was finished before the turn knew its conversation.
  const newMessage = () => ({
    messageId: parts.ids.next('msg'),
    endUser,
    query,
    inputs,
    createdAt: parts.clock.now(),
  })
  if (request.app.file.mode === 'completion') return { ...newMessage(), conversation: null, history: [] }
  const known = request.conversationId
    ? { appId, id: request.conversationId, endUserId: endUser.id }
    : {
        appId,
        id: (await conversations.create(caller, firstFields(request, endUser, query, inputs))).id,
      }
  const conversation = await conversations.beginTurn(caller, known)
  if (!conversation) throw new RunError('run/conversation-not-found')
  const about = { appId, conversationId: conversation.id }
  const history = request.conversationId
    ? await parts.sessions.recall(caller, about, conversation.revision)
    : (request.history ?? [])
  return { ...newMessage(), conversation, history }
}

const firstFields = (request: StartRun, endUser: EndUser, query: string, inputs: ValueObject) => {
  const { app, file } = request.app
  return {
    appId: app.id,
    endUserId: endUser.id,
    name: provisionalName(query),
    introduction: replaceInputs(readFeatures(file).openingStatement, inputs),
    inputs,
  }
}

/** The app a turn is of. */
type Asked = { readonly app: { readonly app: Pick<App, 'id'> } }

export interface TurnEnd {
  readonly turn: Turn
  readonly end: RunEnd
  /** What the user saw, as it is kept. */
  readonly answer: string
  readonly thoughts: readonly AgentThought[]
  readonly runId: RunId
}

export interface TurnPause {
  readonly turn: Turn
  readonly told: Pick<RunEnd, 'citations'> & { readonly answer: string; readonly thoughts: readonly AgentThought[] }
  readonly runId: RunId
  readonly usage: Usage
  readonly elapsedMs: number
}

/** For `db.write`, with the start of the run: the question, so that it is not lost when the process is. */
export const openTurn = (parts: Parts, caller: Caller, turn: Turn, request: StartRun, runId: RunId): Statement[] => [
  parts.stores.messages.save(caller, {
    ...messageOf(turn, request, runId),
    answer: '',
    status: 'normal',
    error: null,
    promptTokens: 0,
    completionTokens: 0,
    costNanoUsd: null,
    elapsedMs: 0,
    metadata: {},
  }),
  ...keepFiles(parts, caller, [...(request.files ?? []), ...filesWithin(turn.inputs)], {
    appId: request.app.app.id,
    messageId: turn.messageId,
    belongsTo: 'user',
    createdAt: turn.createdAt,
  }),
]

/** For `db.write`, after the message they belong to. */
const keepFiles = (
  { ids, stores }: Parts,
  caller: Caller,
  files: readonly FileValue[],
  about: Parameters<typeof messageFileRows>[1],
): Statement[] => messageFileRows(files, about, ids).map((row) => stores.messageFiles.save(caller, row))

const messageOf = (turn: Turn, request: Asked, runId: RunId) => ({
  id: turn.messageId,
  appId: request.app.app.id,
  conversationId: turn.conversation?.id ?? null,
  endUserId: turn.endUser.id,
  runId,
  query: turn.query,
  inputs: turn.inputs,
  files: [],
  createdAt: turn.createdAt,
})

/** For `db.write`: the answer so far of a turn that waits for people. */
export const pauseTurn = (
  parts: Parts,
  caller: Caller,
  request: Asked,
  { turn, told, runId, usage, elapsedMs }: TurnPause,
): Statement[] => [
  parts.stores.messages.save(caller, {
    ...messageOf(turn, request, runId),
    answer: told.answer,
    status: 'paused',
    error: null,
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    costNanoUsd: nanoUsdOf(usage.cost),
    elapsedMs,
    metadata: messageMetadata({ citations: told.citations }, told.thoughts),
  }),
]

/** For `db.write`: the message, and the variables the turn left. When it changed none, those that others set meanwhile
 *  stay. */
export const finishTurn = (parts: Parts, caller: Caller, request: Asked, about: TurnEnd): Statement[] => {
  const { turn, end, answer, thoughts, runId } = about
  const failed = end.status === 'failed'
  const message = parts.stores.messages.save(caller, {
    ...messageOf(turn, request, runId),
    answer,
    status: failed ? 'error' : 'normal',
    error: failed ? (end.failure?.message ?? null) : null,
    promptTokens: end.usage.promptTokens,
    completionTokens: end.usage.completionTokens,
    costNanoUsd: nanoUsdOf(end.usage.cost),
    elapsedMs: end.elapsedMs,
    metadata: messageMetadata(end, thoughts),
  })
  const files = keepFiles(parts, caller, filesWithin(end.outputs), {
    appId: request.app.app.id,
    messageId: turn.messageId,
    belongsTo: 'assistant',
    createdAt: end.at,
  })
  const { conversation } = turn
  if (!conversation) return [message, ...files]
  const unchanged = stringifyJson(end.conversation) === stringifyJson(conversation.variables)
  const advanced = unchanged
    ? parts.stores.conversations.advance(caller, conversation.id)
    : parts.stores.conversations.saveVariables(caller, conversation.id, end.conversation)
  return [message, ...files, advanced]
}

/** Once the statements of `finishTurn` are written: remembers the session for the next turn. Never rejects; nobody who
 *  reads the run needs to wait for it. */
export const afterTurn = async (
  parts: Parts,
  caller: Caller,
  { turn, answer }: Pick<TurnEnd, 'turn' | 'answer'>,
): Promise<void> => {
  if (!turn.conversation) return
  const { id, appId, revision } = turn.conversation
  const about = { appId, conversationId: id }
  try {
    const now = await parts.stores.conversations.get(caller, { appId, id })
    if (!now) return await parts.sessions.forget(caller, about)
    if (now.revision !== revision + 1) return
    const exchange: ChatMessage[] = [
      { role: 'user', content: turn.query },
      { role: 'assistant', content: answer },
    ]
    const history = answer === '' ? turn.history : [...turn.history, ...exchange]
    parts.sessions.remember(caller, about, { revision: now.revision, history })
  } catch (error) {
    parts.log.warn('session-not-remembered', { conversationId: id, reason: reasonOf(error) })
  }
}

/** What else the answer carries, under the names the Service API shows. Absent when there is none. */
const messageMetadata = (
  end: Pick<RunEnd, 'citations' | 'annotation'>,
  thoughts: readonly AgentThought[],
): ValueObject => ({
  ...(end.citations.length > 0 && { retriever_resources: end.citations }),
  ...(thoughts.length > 0 && { agent_thoughts: thoughts.map((thought) => ({ ...thought })) }),
  ...(end.annotation && { annotation_id: end.annotation.id }),
})
