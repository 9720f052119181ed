// Questions and answers. Messages of a conversation form one line in the order of their creation.

import type { Value, ValueObject } from '../../base/value.ts'
import type { FeedbackRow, MessageRow } from '../../db/schema/talks.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, ConversationId, EndUserId, MessageId, RunId } from '../ids.ts'
import { fromJsonColumn, fromJsonListColumn, type Page, type StoreSeams, toJsonColumn, toPage } from '../store-seams.ts'

export interface Message {
  readonly id: MessageId
  readonly appId: AppId
  /** Null for completion apps, which have no conversations. */
  readonly conversationId: ConversationId | null
  readonly endUserId: EndUserId
  readonly runId: RunId | null
  readonly query: string
  readonly answer: string
  readonly inputs: ValueObject
  /** Files of the question and of the answer, as file objects. */
  readonly files: readonly Value[]
  readonly status: MessageRow['status']
  readonly error: string | null
  readonly promptTokens: number
  readonly completionTokens: number
  /** Null: no price is known. */
  readonly costNanoUsd: number | null
  readonly elapsedMs: number
  /** What else the answer carries: sources, an agent's thoughts, usage. */
  readonly metadata: ValueObject
  readonly createdAt: number
  /** The end user's own rating. */
  readonly feedback: { readonly rating: FeedbackRow['rating']; readonly content: string | null } | null
}

export interface MessageReference {
  readonly appId: AppId
  readonly id: MessageId
  readonly endUserId?: EndUserId
}

export interface MessageList {
  readonly appId: AppId
  readonly conversationId: ConversationId
  readonly limit: number
  /** Only messages older than this one. */
  readonly before?: MessageId
}

/** A question that was answered. */
export interface Exchange {
  readonly query: string
  readonly answer: string
}

const COLUMNS = [
  'tenant_id',
  'id',
  'app_id',
  'conversation_id',
  'end_user_id',
  'run_id',
  'query',
  'answer',
  'inputs_json',
  'files_json',
  'status',
  'error',
  'prompt_tokens',
  'completion_tokens',
  'cost_nano_usd',
  'elapsed_ms',
  'metadata_json',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof MessageRow)[]

type JoinedRow = MessageRow & { rating: FeedbackRow['rating'] | null; content: string | null }

export type MessageStore = ReturnType<typeof createMessageStore>

export const createMessageStore = ({ db, clock }: StoreSeams) => {
  /** A message is only kept while that to which it belongs is there, so that what was removed during its run stays so. */
  const savedWithin = (owner: 'conversations' | 'apps', column: 'conversation_id' | 'app_id') =>
    prepareStatement<MessageRow>((value) =>
      db.kysely
        .insertInto('messages')
        .columns([...COLUMNS])
        .expression(
          db.kysely
            .selectFrom(owner)
            .select((eb) => COLUMNS.map((name) => eb.val(value(name)).as(name)))
            .where('tenant_id', '=', value('tenant_id'))
            // The column of a message that names its owner holds an id of just that owner.
            .where('id', '=', value(column) as never),
        )
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
            answer: eb.ref('excluded.answer'),
            files_json: eb.ref('excluded.files_json'),
            status: eb.ref('excluded.status'),
            error: eb.ref('excluded.error'),
            prompt_tokens: eb.ref('excluded.prompt_tokens'),
            completion_tokens: eb.ref('excluded.completion_tokens'),
            cost_nano_usd: eb.ref('excluded.cost_nano_usd'),
            elapsed_ms: eb.ref('excluded.elapsed_ms'),
            metadata_json: eb.ref('excluded.metadata_json'),
            updated_at: eb.ref('excluded.updated_at'),
          })),
        ),
    )
  const savedInConversation = savedWithin('conversations', 'conversation_id')
  const savedInApp = savedWithin('apps', 'app_id')
  const joined = (caller: Caller) =>
    db.kysely
      .selectFrom('messages')
      .leftJoin('feedbacks', (join) =>
        join
          .on('feedbacks.tenant_id', '=', caller.tenantId)
          .onRef('feedbacks.message_id', '=', 'messages.id')
          .onRef('feedbacks.end_user_id', '=', 'messages.end_user_id'),
      )
      .selectAll('messages')
      .select(['feedbacks.rating', 'feedbacks.content'])
      .where('messages.tenant_id', '=', caller.tenantId)

  const get = async (caller: Caller, reference: MessageReference): Promise<Message | undefined> => {
    let query = joined(caller).where('messages.id', '=', reference.id).where('messages.app_id', '=', reference.appId)
    if (reference.endUserId !== undefined) query = query.where('messages.end_user_id', '=', reference.endUserId)
    const row = await query.executeTakeFirst()
    return row && toMessage(row)
  }

  return {
    get,

    /** For `db.write`: adds the message, or replaces what the answer brings when it is there already. Changes nothing when
     *  its conversation is gone. */
    save: (caller: Caller, message: Omit<Message, 'feedback'>): Statement =>
      (message.conversationId === null ? savedInApp : savedInConversation)({
        tenant_id: caller.tenantId,
        id: message.id,
        app_id: message.appId,
        conversation_id: message.conversationId,
        end_user_id: message.endUserId,
        run_id: message.runId,
        query: message.query,
        answer: message.answer,
        inputs_json: toJsonColumn(message.inputs),
        files_json: toJsonColumn(message.files),
        status: message.status,
        error: message.error,
        prompt_tokens: message.promptTokens,
        completion_tokens: message.completionTokens,
        cost_nano_usd: message.costNanoUsd,
        elapsed_ms: message.elapsedMs,
        metadata_json: toJsonColumn(message.metadata),
        created_at: message.createdAt,
        updated_at: clock.now(),
      }),

    /** The newest messages that have an answer, oldest first. */
    async exchanges(
      caller: Caller,
      list: { readonly appId: AppId; readonly conversationId: ConversationId; readonly limit: number },
    ): Promise<readonly Exchange[]> {
      const rows = await db.kysely
        .selectFrom('messages')
        .select(['query', 'answer'])
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', list.appId)
        .where('conversation_id', '=', list.conversationId)
        .where('answer', '!=', '')
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(list.limit)
        .execute()
      return rows.reverse()
    },

    /** What the conversation began with; undefined before its first message. */
    async firstQuery(
      caller: Caller,
      conversation: { readonly appId: AppId; readonly conversationId: ConversationId },
    ): Promise<string | undefined> {
      const row = await db.kysely
        .selectFrom('messages')
        .select('query')
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', conversation.appId)
        .where('conversation_id', '=', conversation.conversationId)
        .orderBy('created_at', 'asc')
        .orderBy('id', 'asc')
        .limit(1)
        .executeTakeFirst()
      return row?.query
    },

    /** The newest messages older than `before`, oldest first; undefined when the conversation has no message `before`. */
    async list(caller: Caller, list: MessageList): Promise<Page<Message> | undefined> {
      let query = joined(caller)
        .where('messages.app_id', '=', list.appId)
        .where('messages.conversation_id', '=', list.conversationId)
      if (list.before !== undefined) {
        const before = await get(caller, { appId: list.appId, id: list.before })
        if (before?.conversationId !== list.conversationId) return undefined
        query = query.where((eb) =>
          eb.or([
            eb('messages.created_at', '<', before.createdAt),
            eb.and([eb('messages.created_at', '=', before.createdAt), eb('messages.id', '<', before.id)]),
          ]),
        )
      }
      const rows = await query
        .orderBy('messages.created_at', 'desc')
        .orderBy('messages.id', 'desc')
        .limit(list.limit + 1)
        .execute()
      const page = toPage(rows, list.limit, toMessage)
      return { items: page.items.toReversed(), hasMore: page.hasMore }
    },
  }
}

const toMessage = (row: JoinedRow): Message => ({
  id: row.id,
  appId: row.app_id,
  conversationId: row.conversation_id,
  endUserId: row.end_user_id,
  runId: row.run_id,
  query: row.query,
  answer: row.answer,
  inputs: fromJsonColumn(row.inputs_json),
  files: fromJsonListColumn(row.files_json),
  status: row.status,
  error: row.error,
  promptTokens: row.prompt_tokens,
  completionTokens: row.completion_tokens,
  costNanoUsd: row.cost_nano_usd,
  elapsedMs: row.elapsed_ms,
  metadata: fromJsonColumn(row.metadata_json),
  createdAt: row.created_at,
  feedback: row.rating === null ? null : { rating: row.rating, content: row.content },
})
