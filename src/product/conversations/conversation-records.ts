// Conversations as members see them: of any user of an app, with their messages.

import type { Caller } from '../caller.ts'
import type { ConversationId, MessageId } from '../ids.ts'
import type { Page } from '../store-seams.ts'
import type { ConversationQuery, ConversationSearch, FoundConversation } from './conversation-search.ts'
import { ConversationError } from './errors.ts'
import type { Message, MessageStore } from './messages.ts'

export interface ConversationRecords {
  /** Latest change first. */
  list(caller: Caller, query: ConversationQuery): Promise<Page<FoundConversation>>
  /** Newest first. @param page.before the last message of the page before
   *  @throws ConversationError `conversation/not-found`, also for a message that is none of the conversation */
  messages(
    caller: Caller,
    id: ConversationId,
    page: { readonly limit: number; readonly before?: MessageId },
  ): Promise<Page<Message>>
}

export const createConversationRecords = (
  search: ConversationSearch,
  messages: Pick<MessageStore, 'list'>,
): ConversationRecords => ({
  list: (caller, query) => search.list(caller, query),

  async messages(caller, conversationId, page) {
    const appId = await search.appOf(caller, conversationId)
    if (!appId) throw new ConversationError('conversation/not-found')
    const found = await messages.list(caller, { appId, conversationId, ...page })
    if (!found) throw new ConversationError('conversation/not-found')
    return { items: found.items.toReversed(), hasMore: found.hasMore }
  },
})
