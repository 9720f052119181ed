// The Service API's look at messages, their ratings, and what to ask next.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formatUsd } from '../../base/money.ts'
import { float, isNumber, toNumber } from '../../base/number.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../base/value.ts'
import { ConversationError } from '../../product/conversations/errors.ts'
import type { Feedback } from '../../product/conversations/feedbacks.ts'
import type { MessageFile } from '../../product/conversations/message-files.ts'
import { fromWireId, type MessageId, toWireId } from '../../product/ids.ts'
import { MessageError } from '../../product/messages/errors.ts'
import type { MessageWithFiles } from '../../product/messages/messages.ts'
import { giveFeedback, listFeedbacks, listMessages, suggestQuestions } from '../../wire/dify/messages.ts'
import { appCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { requireChat } from './app-modes.ts'
import { messageContent } from './form-frames.ts'
import { toIso, toSeconds } from './times.ts'

export const messageRoutes =
  ({ apps, messages }: ServerParts) =>
  async (server: FastifyInstance) => {
    addRoute(server, listMessages, async ({ query, request }) => {
      const app = appCallerOf(request)
      await requireChat(apps, app)
      const { limit, user } = query
      if (query.conversation_id === undefined) return { limit, has_more: false, data: [] }
      const conversationId = fromWireId('conv', query.conversation_id)
      if (!conversationId) throw new ConversationError('conversation/not-found')
      const before = query.first_id === undefined ? undefined : readMessageId(query.first_id)
      const page = await messages.history(app.caller, {
        appId: app.appId,
        conversationId,
        limit,
        ...(user !== undefined && { user }),
        ...(before && { before }),
      })
      const origin = originOf(request)
      return { limit, has_more: page.hasMore, data: page.items.map((item) => toMessage(item, origin)) }
    })

    addRoute(server, giveFeedback, async ({ params, body, request }) => {
      const { caller, appId } = appCallerOf(request)
      const { rating, content, user } = body
      const message = { appId, id: readMessageId(params.message_id), user }
      await messages.rate(caller, message, { rating, ...(content !== undefined && { content }) })
      return { result: 'success' }
    })

    addRoute(server, listFeedbacks, async ({ query, request }) => {
      const { caller, appId } = appCallerOf(request)
      const page = await messages.ratings(caller, appId, query)
      return { data: page.items.map(toFeedback) }
    })

    addRoute(server, suggestQuestions, async ({ params, query, request, reply }) => {
      const app = appCallerOf(request)
      await requireChat(apps, app)
      const message = { appId: app.appId, id: readMessageId(params.message_id), user: query.user }
      const data = await messages.suggestions(app.caller, message, leavingSignal(reply))
      return { result: 'success', data }
    })
  }

const readMessageId = (text: string): MessageId => {
  const id = fromWireId('msg', text)
  if (!id) throw new MessageError('message/not-found')
  return id
}

/** Aborted when the client hangs up before its answer. */
const leavingSignal = (reply: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}

/** As the client reached us. */
const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`

const toMessage = (message: MessageWithFiles, origin: string): ValueObject => ({
  id: toWireId(message.id),
  conversation_id: message.conversationId === null ? null : toWireId(message.conversationId),
  parent_message_id: null,
  inputs: message.inputs,
  query: message.query,
  answer: message.answer,
  status: message.status === 'stopped' ? 'normal' : message.status,
  error: message.error,
  message_files: message.attached.map((file) => toMessageFile(file, origin)),
  feedback: message.feedback && { rating: message.feedback.rating },
  retriever_resources: listOf(message.metadata, 'retriever_resources'),
  agent_thoughts: listOf(message.metadata, 'agent_thoughts').flatMap((thought) =>
    isObject(thought) ? toThought(thought, message.id) : [],
  ),
  created_at: toSeconds(message.createdAt),
  extra_contents: message.forms.map(messageContent),
  message_tokens: message.promptTokens,
  answer_tokens: message.completionTokens,
  total_tokens: message.promptTokens + message.completionTokens,
  provider_response_latency: float(message.elapsedMs / 1000),
  total_price: message.costNanoUsd === null ? null : formatUsd(message.costNanoUsd),
  currency: message.costNanoUsd === null ? null : 'USD',
})

const toMessageFile = (file: MessageFile, origin: string): ValueObject => ({
  id: toWireId(file.id),
  filename: file.filename,
  type: file.type,
  url: file.url ?? (file.fileId === null ? null : `${origin}/v1/files/${toWireId(file.fileId)}/preview`),
  mime_type: file.mimeType,
  size: file.sizeBytes,
  transfer_method: file.transferMethod,
  belongs_to: file.belongsTo,
  upload_file_id: file.fileId === null ? null : toWireId(file.fileId),
})

/** As they are kept: product/runs/events.ts. */
const toThought = (thought: ValueObject, messageId: MessageId): ValueObject => {
  const text = (key: string): string => {
    const value = own(thought, key)
    return typeof value === 'string' ? value : ''
  }
  const count = (key: string): number => {
    const value = own(thought, key)
    return isNumber(value) ? toNumber(value) : 0
  }
  const labels = own(thought, 'toolLabels')
  const id = text('id')
  return {
    id: id.includes('_') ? toWireId(id as `${string}_${string}`) : id,
    chain_id: null,
    message_id: toWireId(messageId),
    position: count('position'),
    thought: text('thought'),
    tool: text('tool'),
    tool_labels: isObject(labels) ? labels : {},
    tool_input: text('toolInput'),
    observation: text('observation'),
    files: listOf(thought, 'fileIds').filter((fileId) => typeof fileId === 'string'),
    created_at: toSeconds(count('createdAt')),
  }
}

const listOf = (object: ValueObject, key: string): readonly Value[] => {
  const value = own(object, key)
  return isList(value) ? value : []
}

const toFeedback = (feedback: Feedback): ValueObject => ({
  id: toWireId(feedback.id),
  app_id: toWireId(feedback.appId),
  // Texts that are generated belong to no conversation.
  ...(feedback.conversationId !== null && { conversation_id: toWireId(feedback.conversationId) }),
  message_id: toWireId(feedback.messageId),
  rating: feedback.rating,
  content: feedback.content,
  from_source: 'user',
  from_end_user_id: toWireId(feedback.endUserId),
  from_account_id: null,
  created_at: toIso(feedback.createdAt),
  updated_at: toIso(feedback.updatedAt),
})
