// One turn of a conversation around a run: what is known before it, what is kept after it.

import { objectFrom, own, type Value, type ValueObject } from '../../base/value.ts'
import type { Statement } from '../../db/spec.ts'
import type { FlowEvent } from '../../flow/events.ts'
import type { ChatMessage } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { Conversation } from '../conversations/store.ts'
import type { EndUser, EndUserName } from '../end-users/store.ts'
import type { MessageId, RunId } from '../ids.ts'
import { RunError } from './errors.ts'
import type { RunsParts, StartRun } from './spec.ts'

/** Messages a model may be reminded of; windows of nodes are smaller. Source: the app format. */
const REMEMBERED_MESSAGES = 500
/** Code points of a conversation's first name. */
const NAME_LENGTH = 60

export interface Turn {
  readonly conversation: Conversation
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

/** Opens or continues the conversation.
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
  const known = request.conversationId
    ? { appId, id: request.conversationId, endUserId: endUser.id }
    : {
        appId,
        id: (await conversations.create(caller, { appId, endUserId: endUser.id, name: nameOf(query), inputs })).id,
      }
  const conversation = await conversations.beginTurn(caller, known)
  if (!conversation) throw new RunError('run/conversation-not-found')
  const history = request.conversationId ? await readHistory(parts, caller, conversation) : []
  return {
    conversation,
    messageId: parts.ids.next('msg'),
    endUser,
    history,
    query,
    inputs,
    createdAt: parts.clock.now(),
  }
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
  readonly end: Extract<FlowEvent, { type: 'run-end' }>
  /** Everything that was streamed: what the user saw. */
  readonly answer: string
  readonly runId: RunId
}

/** For `db.write`: the message, and the variables the turn left. */
export const finishTurn = (parts: Parts, caller: Caller, { turn, end, answer, runId }: TurnEnd): Statement[] => {
  const { conversation } = turn
  const failed = end.status === 'failed'
  const message = parts.stores.messages.save(caller, {
    id: turn.messageId,
    appId: conversation.appId,
    conversationId: conversation.id,
    endUserId: turn.endUser.id,
    runId,
    query: turn.query,
    answer,
    inputs: turn.inputs,
    files: [],
    status: failed ? 'error' : 'normal',
    error: failed ? (end.failure?.message ?? null) : null,
    promptTokens: end.usage.promptTokens,
    completionTokens: end.usage.completionTokens,
    elapsedMs: end.elapsedMs,
    metadata: {},
    createdAt: turn.createdAt,
  })
  return [message, parts.stores.conversations.saveVariables(caller, conversation.id, end.conversation)]
}
