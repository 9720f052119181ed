// Conversations of end users over the management API.

import type { FastifyInstance } from 'fastify'
import type { FoundConversation } from '../../product/conversations/conversation-search.ts'
import { ConversationError } from '../../product/conversations/errors.ts'
import type { Message } from '../../product/conversations/messages.ts'
import { parseId } from '../../product/ids.ts'
import { listConversationMessages, listConversations } from '../../wire/management/conversations.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { readAppId } from './app-bodies.ts'
import { isoTime, readCursor, toPageBody } from './lists.ts'

export const conversationRoutes =
  ({ apps, conversationRecords }: Pick<ServerParts, 'apps' | 'conversationRecords'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listConversations, async ({ query: { cursor, limit, user, ...query }, request }) => {
      const { caller } = memberCallerOf(request)
      const after = readCursor('conv', cursor)
      const { id: appId } = await apps.get(caller, readAppId(query.appId))
      const page = await conversationRecords.list(caller, {
        appId,
        limit,
        ...(after && { after: { id: after.id, updatedAt: after.at } }),
        ...(user !== undefined && { user }),
      })
      return toPageBody(page, toConversationBody, ({ updatedAt, id }) => ({ at: updatedAt, id }))
    })

    addRoute(server, listConversationMessages, async ({ params, query: { cursor, limit }, request }) => {
      const id = parseId('conv', params.conversation_id)
      if (!id) throw new ConversationError('conversation/not-found')
      const before = readCursor('msg', cursor)?.id
      const page = { limit, ...(before && { before }) }
      const found = await conversationRecords.messages(memberCallerOf(request).caller, id, page)
      return toPageBody(found, toMessageBody, (message) => ({ at: message.createdAt, id: message.id }))
    })
  }

const toConversationBody = (found: FoundConversation) => ({
  id: found.id,
  appId: found.appId,
  user: found.user,
  name: found.name,
  inputs: found.inputs,
  turns: found.dialogueCount,
  createdAt: isoTime(found.createdAt),
  updatedAt: isoTime(found.updatedAt),
})

export const toMessageBody = (message: Message) => ({
  id: message.id,
  conversationId: message.conversationId,
  runId: message.runId,
  query: message.query,
  answer: message.answer,
  inputs: message.inputs,
  files: message.files,
  status: message.status,
  error: message.error,
  promptTokens: message.promptTokens,
  completionTokens: message.completionTokens,
  elapsedMs: message.elapsedMs,
  metadata: message.metadata,
  feedback: message.feedback,
  createdAt: isoTime(message.createdAt),
})
