// Kept answers in the database: the tier that knows all of them.
//
// D1  Every statement names the owner, who is the tenant; the one exception finds the owners for the sweep.
// D2  An owner has at most so many entries and bytes; what was not used for longest goes first.
// D3  What is asked for less than so many times an hour goes as well, once it has been there for an hour.

import { type SqlBool, sql } from 'kysely'
import type { Clock } from '../../../base/seams.ts'
import { containsText } from '../../../db/like.ts'
import type { Database } from '../../../db/spec.ts'
import { answerOf } from '../cacheable.ts'
import { ownerOf } from '../scope.ts'
import type { EntryFilter, EntryStore, ListedEntry } from '../spec.ts'
import { fromRow, fromText, type OwnerId, partsFromText, prepareKeep, toOwnerId, toRow } from './entry-statements.ts'

export interface DatabaseStoreOptions {
  readonly db: Database
  readonly clock: Pick<Clock, 'now'>
  /** Of one owner. */
  readonly maxEntries: number
  readonly maxBytes: number
  /** 0 keeps entries however rarely they are asked for. */
  readonly minHitsPerHour: number
}

const HOUR_MS = 3_600_000
const PAGE = 1_000
/** Keys named in one statement. */
const KEYS = 500
/** Pages of one owner in one sweep; the next sweep goes on. */
const SWEEP_PAGES = 100

export const createDatabaseStore = (options: DatabaseStoreOptions): EntryStore => {
  const { db, clock } = options
  const keep = prepareKeep(db.kysely)
  const chosen = (owner: OwnerId, filter: EntryFilter) => {
    let query = db.kysely.selectFrom('cache_entries').where('tenant_id', '=', owner)
    const { scope, target, before, text } = filter
    if (scope !== undefined) {
      const below = `${scope.replace(/[\\%_]/g, '\\$&')}/%`
      query = query.where((eb) => eb.or([eb('scope', '=', scope), sql<SqlBool>`scope like ${below} escape '\\'`]))
    }
    if (target !== undefined) query = query.where('target', '=', target)
    if (before !== undefined) query = query.where('created_at', '<', before)
    if (text !== undefined) query = query.where((eb) => containsText(eb.ref('question'), text))
    return query
  }
  const owners = async (): Promise<readonly OwnerId[]> =>
    (await db.kysely.selectFrom('cache_entries').select('tenant_id').distinct().execute()).map((row) => row.tenant_id)
  const remove = async (owner: OwnerId, keys: readonly string[]): Promise<void> => {
    for (const page of pagesOf(keys)) {
      await db.kysely.deleteFrom('cache_entries').where('tenant_id', '=', owner).where('id', 'in', page).execute()
    }
  }
  const sizes = async (owner: OwnerId, filter: EntryFilter = {}) => {
    const row = await chosen(owner, filter)
      .select((eb) => [eb.fn.countAll<number>().as('entries'), eb.fn.sum<number | null>('size_bytes').as('bytes')])
      .executeTakeFirst()
    return { entries: Number(row?.entries ?? 0), bytes: Number(row?.bytes ?? 0) }
  }

  return {
    name: 'database',
    async get(scope, key) {
      const row = await db.kysely
        .selectFrom('cache_entries')
        .selectAll()
        .where('tenant_id', '=', toOwnerId(ownerOf(scope)))
        .where('id', '=', key)
        .where('expires_at', '>=', clock.now())
        .executeTakeFirst()
      return row && fromRow(row)
    },
    async set(entry, forMs) {
      await db.write([keep(toRow(entry, { now: clock.now(), forMs }))])
    },
    delete: (owner, keys) => remove(toOwnerId(owner), keys),
    async *keys() {
      for (const owner of await owners()) {
        let after = ''
        while (true) {
          const rows = await db.kysely
            .selectFrom('cache_entries')
            .select('id')
            .where('tenant_id', '=', owner)
            .where('id', '>', after)
            .orderBy('id')
            .limit(PAGE)
            .execute()
          if (rows.length > 0) yield rows.map((row) => row.id)
          if (rows.length < PAGE) break
          after = rows.at(-1)?.id ?? ''
        }
      }
    },
    async neighbours(scope, fingerprint, { model, limit }) {
      const rows = await db.kysely
        .selectFrom('cache_entries')
        .select(['id', 'question', 'vector'])
        .where('tenant_id', '=', toOwnerId(ownerOf(scope)))
        .where('fingerprint', '=', fingerprint)
        .where('vector_model', '=', model)
        .where('expires_at', '>=', clock.now())
        .orderBy('created_at', 'desc')
        .limit(limit)
        .execute()
      return rows.flatMap(({ id, question, vector }) =>
        vector === null ? [] : [{ key: id, question, values: fromText(vector) }],
      )
    },
    async list(owner, filter, { limit, after }) {
      let query = chosen(toOwnerId(owner), filter)
        .select(['id', 'scope', 'target', 'question', 'parts_json', 'hits', 'size_bytes', 'created_at', 'expires_at'])
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
      if (after) {
        const { createdAt, key } = after
        query = query.where((eb) =>
          eb.or([eb('created_at', '<', createdAt), eb.and([eb('created_at', '=', createdAt), eb('id', '<', key)])]),
        )
      }
      return (await query.execute()).map(
        (row): ListedEntry => ({
          key: row.id,
          scope: row.scope,
          target: row.target,
          question: row.question,
          answer: answerOf(partsFromText(row.parts_json)),
          hits: row.hits,
          sizeBytes: row.size_bytes,
          createdAt: row.created_at,
          expiresAt: row.expires_at,
        }),
      )
    },
    sizes: (owner, filter) => sizes(toOwnerId(owner), filter),
    async matching(owner, filter, limit) {
      const rows = await chosen(toOwnerId(owner), filter).select('id').limit(limit).execute()
      return rows.map((row) => row.id)
    },
    async present(owner, keys) {
      const found = new Set<string>()
      for (const page of pagesOf(keys)) {
        const rows = await db.kysely
          .selectFrom('cache_entries')
          .select('id')
          .where('tenant_id', '=', toOwnerId(owner))
          .where('id', 'in', page)
          .execute()
        for (const row of rows) found.add(row.id)
      }
      return found
    },
    async touch(owner, hits) {
      const now = clock.now()
      const statements = [...hits].map(([key, count]) => {
        const { sql, parameters } = db.kysely
          .updateTable('cache_entries')
          .set((eb) => ({
            hits: eb('hits', '+', count),
            counted_hits: eb('counted_hits', '+', count),
            last_used_at: now,
          }))
          .where('tenant_id', '=', toOwnerId(owner))
          .where('id', '=', key)
          .compile()
        // Numbers and texts are all that was set.
        return { sql, parameters: parameters as readonly (string | number)[] }
      })
      await db.write(statements)
    },
    async sweep() {
      const removed = new Map<string, readonly string[]>()
      for (const owner of await owners()) removed.set(owner, await sweepOwner(options, owner, { remove, sizes }))
      return removed
    },
    async loadCategory(scope, id) {
      const row = await db.kysely
        .selectFrom('cache_categories')
        .select('state_json')
        .where('tenant_id', '=', toOwnerId(ownerOf(scope)))
        .where('id', '=', id)
        .executeTakeFirst()
      return row?.state_json
    },
    async saveCategory(scope, id, state) {
      const values = { state_json: state, updated_at: clock.now() }
      await db.kysely
        .insertInto('cache_categories')
        .values({ tenant_id: toOwnerId(ownerOf(scope)), id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet(values))
        .execute()
    },
    async close() {},
  }
}

interface SweepSteps {
  remove(owner: OwnerId, keys: readonly string[]): Promise<void>
  sizes(owner: OwnerId): Promise<{ readonly entries: number; readonly bytes: number }>
}

const sweepOwner = async (
  options: DatabaseStoreOptions,
  owner: OwnerId,
  { remove, sizes }: SweepSteps,
): Promise<readonly string[]> => {
  const removed: string[] = []
  const drop = async (keys: readonly string[]) => {
    await remove(owner, keys)
    removed.push(...keys)
  }
  for (let page = 0; page < SWEEP_PAGES; page++) {
    const keys = await overOrRare(options, owner)
    await drop(keys)
    if (keys.length < PAGE) break
  }
  await countAnew(options, owner)
  let { entries, bytes } = await sizes(owner)
  for (let page = 0; page < SWEEP_PAGES && (entries > options.maxEntries || bytes > options.maxBytes); page++) {
    const oldest = await leastUsed(options, owner)
    const out: string[] = []
    for (const row of oldest) {
      if (entries <= options.maxEntries && bytes <= options.maxBytes) break
      out.push(row.id)
      entries--
      bytes -= row.size_bytes
    }
    if (out.length === 0) break
    await drop(out)
  }
  return removed
}

const overOrRare = async ({ db, clock, minHitsPerHour }: DatabaseStoreOptions, owner: OwnerId) => {
  const now = clock.now()
  const rows = await db.kysely
    .selectFrom('cache_entries')
    .select('id')
    .where('tenant_id', '=', owner)
    .where((eb) =>
      eb.or([
        eb('expires_at', '<', now),
        eb.and([
          eb('counted_at', '<=', now - HOUR_MS),
          // Whole hours: a sweep is never on time. Literals, since a parameter may reach the database as a float.
          sql<SqlBool>`counted_hits < ${sql.lit(minHitsPerHour)} * ((${sql.lit(now)} - counted_at) / ${sql.lit(HOUR_MS)})`,
        ]),
      ]),
    )
    .limit(PAGE)
    .execute()
  return rows.map((row) => row.id)
}

/** Whoever was asked for often enough proves it again in the next hour. */
const countAnew = async ({ db, clock }: DatabaseStoreOptions, owner: OwnerId): Promise<void> => {
  const now = clock.now()
  await db.kysely
    .updateTable('cache_entries')
    .set({ counted_hits: 0, counted_at: now })
    .where('tenant_id', '=', owner)
    .where('counted_at', '<=', now - HOUR_MS)
    .execute()
}

const leastUsed = ({ db }: DatabaseStoreOptions, owner: OwnerId) =>
  db.kysely
    .selectFrom('cache_entries')
    .select(['id', 'size_bytes'])
    .where('tenant_id', '=', owner)
    .orderBy('last_used_at')
    .limit(PAGE)
    .execute()

const pagesOf = function* (keys: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < keys.length; i += KEYS) yield keys.slice(i, i + KEYS)
}
