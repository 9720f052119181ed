// What an app's end users do with their conversations.
//
// U1  Everything is asked for by app and user: a conversation of another user, app or tenant is not found, like one that
//     never was. Asking makes no user.
// U2  Every change of variables advances the revision by one, and is made on the revision it was checked against.
// U3  A removed conversation stays removed: what a turn that is still going on would add to it is not kept.

import type { Value } from '../../base/value.ts'
import type { ModelReference } from '../../model/spec.ts'
import type { AppVariable } from '../apps/file/spec.ts'
import type { Caller } from '../caller.ts'
import type { EndUserName, EndUserStore } from '../end-users/store.ts'
import type { ConversationId } from '../ids.ts'
import type { Sessions } from '../sessions/spec.ts'
import type { Page } from '../store-seams.ts'
import { ConversationError } from './errors.ts'
import type { MessageStore } from './messages.ts'
import { LONGEST_NAME } from './names.ts'
import type { Naming } from './naming.ts'
import type { Conversation, ConversationList, ConversationReference, ConversationStore } from './store.ts'
import { type ConversationVariable, checkValue, variablesOf } from './variables.ts'

/** An end user of an app, as callers name it. */
export type ConversationOwner = Omit<EndUserName, 'isAnonymous'>

export interface OwnConversation {
  readonly owner: ConversationOwner
  readonly id: ConversationId
}

export interface Conversations {
  /** Empty for a user who was never seen. @throws ConversationError `conversation/not-found` for an unknown `after` */
  list(
    caller: Caller,
    owner: ConversationOwner,
    list: Pick<ConversationList, 'limit' | 'after' | 'sortBy'>,
  ): Promise<Page<Conversation>>
  /** @throws ConversationError `conversation/not-found`, as all of the following */
  get(caller: Caller, conversation: OwnConversation): Promise<Conversation>
  /** @param name 1 to 255 code points besides blanks around them @throws ConversationError `conversation/bad-name` */
  rename(caller: Caller, conversation: OwnConversation, name: string): Promise<Conversation>
  /** Names it after what it began with. Waits for the model, some seconds at most.
   *  @param model the app's own, if it has one */
  autoName(caller: Caller, conversation: OwnConversation, model?: ModelReference): Promise<Conversation>
  /** Removes it with its messages, their ratings and their references to files. Its runs stay. */
  remove(caller: Caller, conversation: OwnConversation): Promise<void>
  /** In the order of their declaration. @throws ConversationError `conversation/bad-cursor` */
  variables(caller: Caller, conversation: OwnConversation, list: VariableList): Promise<Page<ConversationVariable>>
  /** @throws ConversationError `conversation/variable-not-found`, `conversation/variable-type`,
   *  `conversation/variable-too-large`, `conversation/changing` (retryable) */
  setVariable(caller: Caller, conversation: OwnConversation, change: VariableChange): Promise<ConversationVariable>
}

export interface VariableList {
  /** Of the app's published version. */
  readonly declared: readonly AppVariable[]
  readonly limit: number
  /** Id of the last variable of the page before. */
  readonly after?: string
  /** Only the variable of this name. */
  readonly name?: string
}

export interface VariableChange {
  /** Of the app's published version. */
  readonly declared: readonly AppVariable[]
  readonly variableId: string
  readonly value: Value
}

export interface ConversationsParts {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly endUsers: EndUserStore
  readonly sessions: Sessions
  readonly naming: Naming
  /** Of one variable as JSON. */
  readonly maxVariableBytes: number
}

/** A conversation changes as often as its user talks: more in a row is somebody else's loop. */
const ATTEMPTS = 10

export const createConversations = (parts: ConversationsParts): Conversations => {
  const { conversations, messages, endUsers, sessions, naming, maxVariableBytes } = parts

  const refer = async (caller: Caller, { owner, id }: OwnConversation): Promise<ConversationReference> => {
    const user = await endUsers.find(caller, owner)
    if (!user) throw new ConversationError('conversation/not-found')
    return { appId: owner.appId, id, endUserId: user.id }
  }
  const found = (conversation: Conversation | undefined): Conversation => {
    if (!conversation) throw new ConversationError('conversation/not-found')
    return conversation
  }
  const get = async (caller: Caller, conversation: OwnConversation): Promise<Conversation> =>
    found(await conversations.get(caller, await refer(caller, conversation)))

  return {
    get,

    async list(caller, owner, { limit, after, sortBy }) {
      const user = await endUsers.find(caller, owner)
      if (!user && after === undefined) return { items: [], hasMore: false }
      if (!user) throw new ConversationError('conversation/not-found')
      const page = await conversations.list(caller, {
        appId: owner.appId,
        endUserId: user.id,
        limit,
        ...(after && { after }),
        ...(sortBy && { sortBy }),
      })
      if (!page) throw new ConversationError('conversation/not-found')
      return page
    },

    async rename(caller, conversation, name) {
      const trimmed = name.trim()
      if (trimmed === '' || trimmed.length > 2 * LONGEST_NAME || [...trimmed].length > LONGEST_NAME) {
        throw new ConversationError('conversation/bad-name', { details: { limit: LONGEST_NAME, param: 'name' } })
      }
      return found(await conversations.rename(caller, await refer(caller, conversation), trimmed))
    },

    async autoName(caller, conversation, model) {
      const known = await get(caller, conversation)
      const query = await messages.firstQuery(caller, { appId: known.appId, conversationId: known.id })
      if (query === undefined) return known
      const name = await naming.title(caller, { owner: known, query, ...(model && { model }) })
      return found(await conversations.rename(caller, await refer(caller, conversation), name))
    },

    async remove(caller, conversation) {
      const reference = await refer(caller, conversation)
      if (!(await conversations.delete(caller, reference))) throw new ConversationError('conversation/not-found')
      await sessions.forget(caller, { appId: reference.appId, conversationId: reference.id })
    },

    async variables(caller, conversation, { declared, limit, after, name }) {
      const all = variablesOf(await get(caller, conversation), declared)
      const last = after === undefined ? -1 : all.findIndex(({ id }) => id === after.toLowerCase())
      if (after !== undefined && last < 0) {
        throw new ConversationError('conversation/bad-cursor', { details: { param: 'last_id' } })
      }
      const rest = all.slice(last + 1).filter((variable) => name === undefined || variable.name === name)
      return { items: rest.slice(0, limit), hasMore: rest.length > limit }
    },

    async setVariable(caller, conversation, { declared, variableId, value }) {
      const reference = await refer(caller, conversation)
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const known = found(await conversations.get(caller, reference))
        const find = (one: Conversation) => variablesOf(one, declared).find(({ id }) => id === variableId.toLowerCase())
        const variable = find(known)
        if (!variable) throw new ConversationError('conversation/variable-not-found')
        checkValue(variable, value, maxVariableBytes)
        const variables = { ...known.variables, [variable.name]: value }
        const changed = await conversations.replaceVariables(caller, reference, { revision: known.revision, variables })
        const now = changed && find(changed)
        if (now) return now
      }
      throw new ConversationError('conversation/changing', { retryable: true })
    },
  }
}
