// One turn of a conversation around a run: what is known before it, what is kept after it.

import { objectFrom, own, type Value, type ValueObject } from '../../base/value.ts'
import type { Statement } from '../../db/spec.ts'
import type { ChatMessage } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { Conversation } from '../conversations/store.ts'
import type { EndUser, EndUserName } from '../end-users/store.ts'
import type { MessageId, RunId } from '../ids.ts'
import { RunError } from './errors.ts'
import type { AgentThought, RunEnd } from './events.ts'
import type { RunsParts, StartRun } from './spec.ts'

/** Messages a model may be reminded of; windows of nodes are smaller. Source: the app format. */
const REMEMBERED_MESSAGES = 500
/** Code points of a conversation's first name. */
const NAME_LENGTH = 60

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

type Parts = Pick<RunsParts, 'stores' | 'ids' | 'clock'>

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
  const turn = { messageId: parts.ids.next('msg'), endUser, query, inputs, createdAt: parts.clock.now() }
  if (request.app.file.mode === 'completion') return { ...turn, conversation: null, history: [] }
  const known = request.conversationId
    ? { appId, id: request.conversationId, endUserId: endUser.id }
    : {
        appId,
        id: (await conversations.create(caller, { appId, endUserId: endUser.id, name: nameOf(query), inputs })).id,
      }
  const conversation = await conversations.beginTurn(caller, known)
  if (!conversation) throw new RunError('run/conversation-not-found')
  const history = request.conversationId ? await readHistory(parts, caller, conversation) : []
  return { ...turn, conversation, history }
}

const nameOf = (query: string): string =>
  [...query.trim().replace(/\s+/g, ' ')].slice(0, NAME_LENGTH).join('') || 'New conversation'

const readHistory = async (parts: Parts, caller: Caller, conversation: Conversation): Promise<ChatMessage[]> => {
  const list = { appId: conversation.appId, conversationId: conversation.id, limit: REMEMBERED_MESSAGES }
  const page = await parts.stores.messages.list(caller, list)
  return (page?.items ?? []).flatMap((message): ChatMessage[] =>
    message.answer === ''
      ? []
      : [
          { role: 'user', content: message.query },
          { role: 'assistant', content: message.answer },
        ],
  )
}

interface TurnEnd {
  readonly turn: Turn
  readonly end: RunEnd
  /** Everything that was streamed: what the user saw. */
  readonly answer: string
  readonly thoughts: readonly AgentThought[]
  readonly runId: RunId
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
    elapsedMs: 0,
    metadata: {},
  }),
]

const messageOf = (turn: Turn, request: StartRun, runId: RunId) => ({
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

/** For `db.write`: the message, and the variables the turn left. */
export const finishTurn = (parts: Parts, caller: Caller, request: StartRun, about: TurnEnd): Statement[] => {
  const { turn, end, answer, thoughts, runId } = about
  const failed = end.status === 'failed'
  const message = parts.stores.messages.save(caller, {
    ...messageOf(turn, request, runId),
    answer,
    status: failed ? 'error' : 'normal',
    error: failed ? (end.failure?.message ?? null) : null,
    promptTokens: end.usage.promptTokens,
    completionTokens: end.usage.completionTokens,
    elapsedMs: end.elapsedMs,
    metadata: messageMetadata(end, thoughts),
  })
  if (!turn.conversation) return [message]
  return [message, parts.stores.conversations.saveVariables(caller, turn.conversation.id, end.conversation)]
}

/** What else the answer carries, under the names the Service API shows. Absent when there is none. */
const messageMetadata = (end: RunEnd, thoughts: readonly AgentThought[]): ValueObject => ({
  ...(end.citations.length > 0 && { retriever_resources: end.citations }),
  ...(thoughts.length > 0 && { agent_thoughts: thoughts.map((thought) => ({ ...thought })) }),
  ...(end.annotation && { annotation_id: end.annotation.id }),
})
