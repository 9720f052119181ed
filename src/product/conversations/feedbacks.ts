// Ratings that end users give to answers: at most one per user and message.

import type { FeedbackRow } from '../../db/schema/talks.ts'
import type { Caller } from '../caller.ts'
import type { AppId, ConversationId, EndUserId, FeedbackId, MessageId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'

export interface Feedback {
  readonly id: FeedbackId
  readonly appId: AppId
  readonly conversationId: ConversationId | null
  readonly messageId: MessageId
  readonly endUserId: EndUserId
  readonly rating: FeedbackRow['rating']
  readonly content: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

export type NewFeedback = Pick<Feedback, 'appId' | 'messageId' | 'endUserId' | 'rating' | 'content'>

export type FeedbackStore = ReturnType<typeof createFeedbackStore>

export const createFeedbackStore = ({ db, clock, ids }: StoreSeams) => ({
  /** Gives or changes the user's rating.
   *  @throws DbError `db/constraint` when the message does not exist */
  async give(caller: Caller, feedback: NewFeedback): Promise<void> {
    const now = clock.now()
    await db.kysely
      .insertInto('feedbacks')
      .values({
        tenant_id: caller.tenantId,
        id: ids.next('feedback'),
        app_id: feedback.appId,
        message_id: feedback.messageId,
        end_user_id: feedback.endUserId,
        rating: feedback.rating,
        content: feedback.content,
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'message_id', 'end_user_id'])
          .doUpdateSet({ rating: feedback.rating, content: feedback.content, updated_at: now }),
      )
      .execute()
  },

  /** False when there was nothing to take back. */
  async takeBack(caller: Caller, feedback: Pick<Feedback, 'messageId' | 'endUserId'>): Promise<boolean> {
    const result = await db.kysely
      .deleteFrom('feedbacks')
      .where('tenant_id', '=', caller.tenantId)
      .where('message_id', '=', feedback.messageId)
      .where('end_user_id', '=', feedback.endUserId)
      .executeTakeFirst()
    return result.numDeletedRows > 0n
  },

  /** Newest first. @param page.page from 1 */
  async list(
    caller: Caller,
    appId: AppId,
    page: { readonly page: number; readonly limit: number },
  ): Promise<Page<Feedback>> {
    const rows = await db.kysely
      .selectFrom('feedbacks')
      .innerJoin('messages', (join) =>
        join.on('messages.tenant_id', '=', caller.tenantId).onRef('messages.id', '=', 'feedbacks.message_id'),
      )
      .selectAll('feedbacks')
      .select('messages.conversation_id')
      .where('feedbacks.tenant_id', '=', caller.tenantId)
      .where('feedbacks.app_id', '=', appId)
      .orderBy('feedbacks.created_at', 'desc')
      .orderBy('feedbacks.id', 'desc')
      .offset((page.page - 1) * page.limit)
      .limit(page.limit + 1)
      .execute()
    return toPage(rows, page.limit, toFeedback)
  },
})

const toFeedback = (row: FeedbackRow & { conversation_id: ConversationId | null }): Feedback => ({
  id: row.id,
  appId: row.app_id,
  conversationId: row.conversation_id,
  messageId: row.message_id,
  endUserId: row.end_user_id,
  rating: row.rating,
  content: row.content,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
