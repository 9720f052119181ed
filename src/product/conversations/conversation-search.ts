// Conversations of an app as members look through them. Those of deleted apps are gone with their apps.

import type { Caller } from '../caller.ts'
import type { AppId, ConversationId } from '../ids.ts'
import { fromJsonColumn, type Page, type StoreSeams, toPage } from '../store-seams.ts'
import type { Conversation } from './store.ts'

export interface FoundConversation
  extends Pick<Conversation, 'id' | 'appId' | 'name' | 'inputs' | 'dialogueCount' | 'createdAt' | 'updatedAt'> {
  /** The caller's own name for the end user. */
  readonly user: string
}

export interface ConversationQuery {
  readonly appId: AppId
  readonly limit: number
  /** The last conversation of the page before. */
  readonly after?: Pick<Conversation, 'id' | 'updatedAt'>
  /** The caller's own name for the end user. */
  readonly user?: string
}

export type ConversationSearch = ReturnType<typeof createConversationSearch>

export const createConversationSearch = ({ db }: Pick<StoreSeams, 'db'>) => ({
  /** Latest change first. */
  async list(caller: Caller, { after, appId, limit, user }: ConversationQuery): Promise<Page<FoundConversation>> {
    let query = db.kysely
      .selectFrom('conversations')
      .innerJoin('apps', (join) =>
        join.on('apps.tenant_id', '=', caller.tenantId).onRef('apps.id', '=', 'conversations.app_id'),
      )
      .innerJoin('end_users', (join) =>
        join.on('end_users.tenant_id', '=', caller.tenantId).onRef('end_users.id', '=', 'conversations.end_user_id'),
      )
      .where('conversations.tenant_id', '=', caller.tenantId)
      .where('conversations.app_id', '=', appId)
      .where('apps.deleted_at', 'is', null)
    if (user !== undefined) query = query.where('end_users.external_id', '=', user)
    if (after) {
      query = query.where((eb) =>
        eb.or([
          eb('conversations.updated_at', '<', after.updatedAt),
          eb.and([eb('conversations.updated_at', '=', after.updatedAt), eb('conversations.id', '<', after.id)]),
        ]),
      )
    }
    const rows = await query
      .select([
        'conversations.id',
        'conversations.app_id',
        'conversations.name',
        'conversations.inputs_json',
        'conversations.dialogue_count',
        'conversations.created_at',
        'conversations.updated_at',
        'end_users.external_id',
      ])
      .orderBy('conversations.updated_at', 'desc')
      .orderBy('conversations.id', 'desc')
      .limit(limit + 1)
      .execute()
    return toPage(rows, limit, (row) => ({
      id: row.id,
      appId: row.app_id,
      user: row.external_id,
      name: row.name,
      inputs: fromJsonColumn(row.inputs_json),
      dialogueCount: row.dialogue_count,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }))
  },

  /** Whose conversation it is; undefined when there is none of this id. */
  async appOf(caller: Caller, id: ConversationId): Promise<AppId | undefined> {
    const row = await db.kysely
      .selectFrom('conversations')
      .innerJoin('apps', (join) =>
        join.on('apps.tenant_id', '=', caller.tenantId).onRef('apps.id', '=', 'conversations.app_id'),
      )
      .select('conversations.app_id')
      .where('conversations.tenant_id', '=', caller.tenantId)
      .where('conversations.id', '=', id)
      .where('apps.deleted_at', 'is', null)
      .executeTakeFirst()
    return row?.app_id
  },
})
