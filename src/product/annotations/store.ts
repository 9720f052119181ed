// Annotations and the vectors of their questions.
//
// V1  A vector belongs to the question it was made from: a changed question has none until it is embedded again.
// V2  Every change of what can match moves the app's settings row on (`updated_at`), in the same transaction; an index of
//     another revision is stale, in whichever process it is.

import { containsText } from '../../db/like.ts'
import { nextRevision } from '../../db/revision.ts'
import type { AnnotationRow } from '../../db/schema/apps.ts'
import type { Queries } from '../../db/spec.ts'
import type { Caller } from '../caller.ts'
import type { AnnotationId, AppId } from '../ids.ts'
import { type Page, type StoreSeams, toPage } from '../store-seams.ts'
import type { Annotation, AnnotationList, AnnotationText } from './spec.ts'

/** What matching needs of one annotation. */
export interface MatchRow {
  readonly id: AnnotationId
  readonly question: string
  /** Null until the question is embedded with the model asked for. */
  readonly vector: Float32Array | null
  readonly createdAt: number
}

export interface PendingQuestion {
  readonly id: AnnotationId
  readonly question: string
}

export interface QuestionVector extends PendingQuestion {
  readonly vector: Float32Array
}

export type AnnotationStore = ReturnType<typeof createAnnotationStore>

export const createAnnotationStore = ({ db, clock, ids }: StoreSeams) => {
  const ofApp = (queries: Queries, caller: Caller, appId: AppId) =>
    queries.selectFrom('annotations').where('tenant_id', '=', caller.tenantId).where('app_id', '=', appId)

  return {
    /** Undefined when the app has `most` annotations already.
     *  @throws DbError `db/constraint` when the app does not exist */
    async create(caller: Caller, appId: AppId, text: AnnotationText, most: number): Promise<Annotation | undefined> {
      return db.transaction(async (transaction) => {
        const count = ofApp(transaction, caller, appId).select((eb) => eb.fn.countAll<number>().as('total'))
        if (Number((await count.executeTakeFirst())?.total ?? 0) >= most) return undefined
        const now = clock.now()
        const row: AnnotationRow = {
          tenant_id: caller.tenantId,
          id: ids.next('ann'),
          app_id: appId,
          ...text,
          hit_count: 0,
          vector: null,
          vector_model: null,
          created_by: caller.actor.id,
          created_at: now,
          updated_at: now,
        }
        await transaction.insertInto('annotations').values(row).execute()
        await moveOn(transaction, caller, appId, now)
        return toAnnotation(row)
      })
    },

    async update(
      caller: Caller,
      appId: AppId,
      id: AnnotationId,
      text: AnnotationText,
    ): Promise<Annotation | undefined> {
      return db.transaction(async (transaction) => {
        const now = clock.now()
        const row = await transaction
          .updateTable('annotations')
          .set((eb) => ({
            ...text,
            vector: eb.case().when('question', '=', text.question).then(eb.ref('vector')).else(null).end(),
            vector_model: eb.case().when('question', '=', text.question).then(eb.ref('vector_model')).else(null).end(),
            updated_at: now,
          }))
          .where('tenant_id', '=', caller.tenantId)
          .where('app_id', '=', appId)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        if (!row) return undefined
        await moveOn(transaction, caller, appId, now)
        return toAnnotation(row)
      })
    },

    async delete(caller: Caller, appId: AppId, id: AnnotationId): Promise<boolean> {
      return db.transaction(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('annotations')
          .where('tenant_id', '=', caller.tenantId)
          .where('app_id', '=', appId)
          .where('id', '=', id)
          .executeTakeFirst()
        if (numDeletedRows === 0n) return false
        await moveOn(transaction, caller, appId, clock.now())
        return true
      })
    },

    /** Newest first. */
    async list(caller: Caller, list: AnnotationList): Promise<Page<Annotation> & { readonly total: number }> {
      const { appId, page, limit, keyword } = list
      let query = ofApp(db.kysely, caller, appId)
      if (keyword !== undefined && keyword !== '') {
        query = query.where((eb) =>
          eb.or([containsText(eb.ref('question'), keyword), containsText(eb.ref('answer'), keyword)]),
        )
      }
      const counted = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirst()
      const rows = await query
        .select(['id', 'app_id', 'question', 'answer', 'hit_count', 'created_at'])
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .offset((page - 1) * limit)
        .limit(limit + 1)
        .execute()
      return { ...toPage(rows, limit, toAnnotation), total: Number(counted?.total ?? 0) }
    },

    /** What the app's queries are compared with, oldest first; vectors only of this model. */
    async matchRows(
      caller: Caller,
      appId: AppId,
      model: string,
      page: { readonly after?: MatchRow; readonly limit: number },
    ): Promise<readonly MatchRow[]> {
      let query = ofApp(db.kysely, caller, appId).select(['id', 'question', 'vector', 'vector_model', 'created_at'])
      const { after } = page
      if (after) {
        query = query.where((eb) =>
          eb.or([
            eb('created_at', '>', after.createdAt),
            eb.and([eb('created_at', '=', after.createdAt), eb('id', '>', after.id)]),
          ]),
        )
      }
      const rows = await query.orderBy('created_at').orderBy('id').limit(page.limit).execute()
      return rows.map((row) => ({
        id: row.id,
        question: row.question,
        vector: row.vector !== null && row.vector_model === model ? fromBase64(row.vector) : null,
        createdAt: row.created_at,
      }))
    },

    /** Questions that have no vector of this model. */
    async pending(caller: Caller, appId: AppId, model: string, limit: number): Promise<readonly PendingQuestion[]> {
      return ofApp(db.kysely, caller, appId)
        .select(['id', 'question'])
        .where((eb) => eb.or([eb('vector', 'is', null), eb('vector_model', '!=', model)]))
        .orderBy('created_at')
        .orderBy('id')
        .limit(limit)
        .execute()
    },

    /** Keeps the vectors of questions that still read the same. @returns how many */
    async saveVectors(
      caller: Caller,
      appId: AppId,
      model: string,
      vectors: readonly QuestionVector[],
    ): Promise<number> {
      return db.transaction(async (transaction) => {
        let saved = 0n
        for (const { id, question, vector } of vectors) {
          const result = await transaction
            .updateTable('annotations')
            .set({ vector: toBase64(vector), vector_model: model })
            .where('tenant_id', '=', caller.tenantId)
            .where('app_id', '=', appId)
            .where('id', '=', id)
            .where('question', '=', question)
            .executeTakeFirst()
          saved += result.numUpdatedRows
        }
        await moveOn(transaction, caller, appId, clock.now())
        return Number(saved)
      })
    },

    /** Counts one more reply; the annotation with its author, undefined when it is gone. */
    async hit(caller: Caller, appId: AppId, id: AnnotationId) {
      const { numUpdatedRows } = await db.kysely
        .updateTable('annotations')
        .set((eb) => ({ hit_count: eb('hit_count', '+', 1) }))
        .where('tenant_id', '=', caller.tenantId)
        .where('app_id', '=', appId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return undefined
      const row = await db.kysely
        .selectFrom('annotations')
        // The author's id is of whatever kind the writer was.
        .leftJoin('accounts', (join) => join.onRef('accounts.id', '=', 'annotations.created_by'))
        .leftJoin('api_keys', (join) =>
          join.on('api_keys.tenant_id', '=', caller.tenantId).onRef('api_keys.id', '=', 'annotations.created_by'),
        )
        .select(['annotations.id', 'annotations.question', 'annotations.answer', 'annotations.created_by'])
        .select(['accounts.name as account_name', 'api_keys.name as key_name'])
        .where('annotations.tenant_id', '=', caller.tenantId)
        .where('annotations.id', '=', id)
        .executeTakeFirst()
      if (!row) return undefined
      const author = { id: row.created_by, name: row.account_name ?? row.key_name ?? '' }
      return { id: row.id, question: row.question, answer: row.answer, author }
    },
  }
}

/** The settings' next revision. */
const moveOn = async (transaction: Queries, caller: Caller, appId: AppId, now: number): Promise<void> => {
  await transaction
    .updateTable('annotation_settings')
    .set((eb) => ({ updated_at: nextRevision(eb.ref('updated_at'), now) }))
    .where('tenant_id', '=', caller.tenantId)
    .where('app_id', '=', appId)
    .execute()
}

const toAnnotation = (
  row: Pick<AnnotationRow, 'id' | 'app_id' | 'question' | 'answer' | 'hit_count' | 'created_at'>,
): Annotation => ({
  id: row.id,
  appId: row.app_id,
  question: row.question,
  answer: row.answer,
  hitCount: row.hit_count,
  createdAt: row.created_at,
})

/** Float32 values, little endian whatever the machine. */
const toBase64 = (vector: Float32Array): string => {
  const bytes = Buffer.alloc(vector.length * 4)
  for (let i = 0; i < vector.length; i++) bytes.writeFloatLE(vector[i] as number, i * 4)
  return bytes.toString('base64')
}

const fromBase64 = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64')
  const vector = new Float32Array(Math.floor(bytes.length / 4))
  for (let i = 0; i < vector.length; i++) vector[i] = bytes.readFloatLE(i * 4)
  return vector
}
