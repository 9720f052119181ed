// Conversations of an app with its end users, and the variables they keep between turns.

import type { ValueObject } from '../../base/value.ts'
import type { ConversationRow } from '../../db/schema/talks.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { AppId, ConversationId, EndUserId, TenantId } from '../ids.ts'
import { fromJsonColumn, type Page, type StoreSeams, toJsonColumn, toPage } from '../store-seams.ts'

export interface Conversation {
  readonly id: ConversationId
  readonly appId: AppId
  readonly endUserId: EndUserId
  readonly name: string
  readonly introduction: string
  /** Checked start inputs of the first turn. */
  readonly inputs: ValueObject
  /** Conversation variables by name. */
  readonly variables: ValueObject
  /** Turns begun so far. */
  readonly dialogueCount: number
  /** Grows with every finished turn and every change of variables; a remembered session of another revision is stale. */
  readonly revision: number
  readonly createdAt: number
  readonly updatedAt: number
}

export type NewConversation = Pick<Conversation, 'appId' | 'endUserId' | 'name'> &
  Partial<Pick<Conversation, 'introduction' | 'inputs' | 'variables'>>

/** Names a conversation; with `endUserId`, only if it is that user's. */
export interface ConversationReference {
  readonly appId: AppId
  readonly id: ConversationId
  readonly endUserId?: EndUserId
}

export interface ConversationList {
  readonly appId: AppId
  readonly endUserId: EndUserId
  readonly limit: number
  /** The last conversation of the page before. */
  readonly after?: ConversationId
  /** A leading minus: latest first. Default `-updated_at`. */
  readonly sortBy?: 'created_at' | '-created_at' | 'updated_at' | '-updated_at'
}

export type ConversationStore = ReturnType<typeof createConversationStore>

export const createConversationStore = ({ db, clock, ids }: StoreSeams) => {
  const variablesSaved = prepareStatement<{ tenant: TenantId; id: ConversationId; variables: string; at: number }>(
    (value) =>
      db.kysely
        .updateTable('conversations')
        .set((eb) => ({
          variables_json: value('variables'),
          revision: eb('revision', '+', 1),
          updated_at: value('at'),
        }))
        .where('tenant_id', '=', value('tenant'))
        .where('id', '=', value('id')),
  )
  const advanced = prepareStatement<{ tenant: TenantId; id: ConversationId; at: number }>((value) =>
    db.kysely
      .updateTable('conversations')
      .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: value('at') }))
      .where('tenant_id', '=', value('tenant'))
      .where('id', '=', value('id')),
  )
  const get = async (caller: Caller, reference: ConversationReference): Promise<Conversation | undefined> => {
    let query = db.kysely
      .selectFrom('conversations')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', reference.id)
      .where('app_id', '=', reference.appId)
    if (reference.endUserId !== undefined) query = query.where('end_user_id', '=', reference.endUserId)
    const row = await query.executeTakeFirst()
    return row && toConversation(row)
  }

  return {
    get,

    /** @throws DbError `db/constraint` when the app does not exist */
    async create(caller: Caller, fields: NewConversation): Promise<Conversation> {
      const now = clock.now()
      const row: ConversationRow = {
        tenant_id: caller.tenantId,
        id: ids.next('conv'),
        app_id: fields.appId,
        end_user_id: fields.endUserId,
        name: fields.name,
        introduction: fields.introduction ?? '',
        inputs_json: toJsonColumn(fields.inputs ?? {}),
        variables_json: toJsonColumn(fields.variables ?? {}),
        dialogue_count: 0,
        revision: 0,
        created_at: now,
        updated_at: now,
      }
      await db.kysely.insertInto('conversations').values(row).execute()
      return toConversation(row)
    },

    /** Undefined when `after` names no conversation of this user. */
    async list(caller: Caller, list: ConversationList): Promise<Page<Conversation> | undefined> {
      const { appId, endUserId, limit, sortBy = '-updated_at' } = list
      const latestFirst = sortBy.startsWith('-')
      const column = sortBy.endsWith('created_at') ? 'created_at' : 'updated_at'
      let query = db.kysely
        .selectFrom('conversations')
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .where('end_user_id', '=', endUserId)
      if (list.after !== undefined) {
        const after = await get(caller, { appId, endUserId, id: list.after })
        if (!after) return undefined
        const at = column === 'created_at' ? after.createdAt : after.updatedAt
        const beyond = latestFirst ? '<' : '>'
        query = query.where((eb) =>
          eb.or([eb(column, beyond, at), eb.and([eb(column, '=', at), eb('id', beyond, after.id)])]),
        )
      }
      const direction = latestFirst ? 'desc' : 'asc'
      const rows = await query
        .orderBy(column, direction)
        .orderBy('id', direction)
        .limit(limit + 1)
        .execute()
      return toPage(rows, limit, toConversation)
    },

    /** @param from rename only while this is the name */
    async rename(
      caller: Caller,
      reference: ConversationReference,
      name: string,
      from?: string,
    ): Promise<Conversation | undefined> {
      let query = db.kysely
        .updateTable('conversations')
        .set({ name, updated_at: clock.now() })
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', reference.id)
        .where('app_id', '=', reference.appId)
      if (reference.endUserId !== undefined) query = query.where('end_user_id', '=', reference.endUserId)
      if (from !== undefined) query = query.where('name', '=', from)
      const row = await query.returningAll().executeTakeFirst()
      return row && toConversation(row)
    },

    /** Removes the conversation with its messages; its runs stay. */
    async delete(caller: Caller, reference: ConversationReference): Promise<boolean> {
      let query = db.kysely
        .deleteFrom('conversations')
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', reference.id)
        .where('app_id', '=', reference.appId)
      if (reference.endUserId !== undefined) query = query.where('end_user_id', '=', reference.endUserId)
      const result = await query.executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    /** Counts a new turn; the conversation as it stands then. */
    async beginTurn(caller: Caller, reference: ConversationReference): Promise<Conversation | undefined> {
      let query = db.kysely
        .updateTable('conversations')
        .set((eb) => ({ dialogue_count: eb('dialogue_count', '+', 1), updated_at: clock.now() }))
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', reference.id)
        .where('app_id', '=', reference.appId)
      if (reference.endUserId !== undefined) query = query.where('end_user_id', '=', reference.endUserId)
      const row = await query.returningAll().executeTakeFirst()
      return row && toConversation(row)
    },

    /** For `db.write`: a turn is finished and left the variables as they were. */
    advance: (caller: Caller, id: ConversationId): Statement =>
      advanced({ tenant: caller.tenantId, id, at: clock.now() }),

    /** Replaces all variables, unless the conversation is of another revision by now: then undefined. */
    async replaceVariables(
      caller: Caller,
      reference: ConversationReference,
      change: { readonly revision: number; readonly variables: ValueObject },
    ): Promise<Conversation | undefined> {
      const row = await db.kysely
        .updateTable('conversations')
        .set((eb) => ({
          variables_json: toJsonColumn(change.variables),
          revision: eb('revision', '+', 1),
          updated_at: clock.now(),
        }))
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', reference.id)
        .where('app_id', '=', reference.appId)
        .where('revision', '=', change.revision)
        .returningAll()
        .executeTakeFirst()
      return row && toConversation(row)
    },

    /** For `db.write`: a turn is finished; replaces all variables. */
    saveVariables: (caller: Caller, id: ConversationId, variables: ValueObject): Statement =>
      variablesSaved({ tenant: caller.tenantId, id, variables: toJsonColumn(variables), at: clock.now() }),
  }
}

const toConversation = (row: ConversationRow): Conversation => ({
  id: row.id,
  appId: row.app_id,
  endUserId: row.end_user_id,
  name: row.name,
  introduction: row.introduction,
  inputs: fromJsonColumn(row.inputs_json),
  variables: fromJsonColumn(row.variables_json),
  dialogueCount: row.dialogue_count,
  revision: row.revision,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
