// What a platform has stored, in a form that shows what changed: the rows of every table, the names of all files.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Schema } from '../../src/db/schema.ts'
import type { TestPlatform } from './platform.ts'

/** Columns that tell when something was last used: the one thing that looking at it changes. A table without a row here does
 *  not compile. */
const TABLES: Readonly<Record<keyof Schema, readonly string[]>> = {
  tenants: [],
  accounts: [],
  members: [],
  invitations: [],
  sign_ins: ['last_used_at'],
  settings: [],
  apps: [],
  app_versions: [],
  api_keys: ['last_used_at'],
  end_users: [],
  conversations: [],
  messages: [],
  feedbacks: [],
  uploads: [],
  message_files: [],
  annotations: [],
  annotation_settings: [],
  annotation_jobs: [],
  runs: [],
  node_executions: [],
  run_pauses: [],
  forms: [],
  model_usage: [],
  panel_feedback: [],
  routers: [],
  limits: [],
  budgets: [],
  budget_spend: [],
  cache_entries: ['hits', 'counted_hits', 'last_used_at'],
  cache_categories: [],
}

/** Tables of tenants; accounts are of nobody. */
export const TENANT_TABLES = Object.keys(TABLES).filter((table) => table !== 'accounts')

interface Stored {
  readonly table: string
  readonly tenant: string | undefined
  /** JSON of the row. */
  readonly text: string
}

export type Dump = readonly Stored[]

export const dumpTables = async ({ database, folder }: Pick<TestPlatform, 'database' | 'folder'>): Promise<Dump> => {
  const stored: Stored[] = filesIn(join(folder, 'files')).map((text) => ({ table: 'files', tenant: undefined, text }))
  for (const [table, ignored] of Object.entries(TABLES) as [keyof Schema, readonly string[]][]) {
    const rows: Record<string, unknown>[] = await database.kysely.selectFrom(table).selectAll().execute()
    for (const row of rows) {
      for (const column of ignored) delete row[column]
      const tenant = typeof row.tenant_id === 'string' ? row.tenant_id : undefined
      stored.push({ table, tenant, text: JSON.stringify(row) })
    }
  }
  return stored
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).size}`)

/** Kept after the fact: rows of a call that is over may come while the next is looked at. Whoever compares says in another way
 *  that no model was asked. */
const LATE: ReadonlySet<string> = new Set(['model_usage', 'budget_spend'])

/** Rows and files that came and went. */
export const changesBetween = (before: Dump, after: Dump): readonly string[] => {
  const keyOf = ({ table, text }: Stored) => `${table} ${text}`
  const keysOf = (dump: Dump) => new Set(dump.filter(({ table }) => !LATE.has(table)).map(keyOf))
  const [had, has] = [keysOf(before), keysOf(after)]
  const came = [...has].filter((key) => !had.has(key)).map((key) => `+ ${key}`)
  const went = [...had].filter((key) => !has.has(key)).map((key) => `- ${key}`)
  return [...went, ...came].map((line) => line.slice(0, 500))
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

export const uuidsIn = (text: string): string[] => text.match(UUID) ?? []

/** By tenant: the UUIDs in its rows that are in no other tenant's. */
export const idsOfTenants = (dump: Dump): ReadonlyMap<string, ReadonlySet<string>> => {
  /** Undefined for those of several. */
  const owners = new Map<string, string | undefined>()
  for (const { tenant, text } of dump) {
    if (tenant === undefined) continue
    for (const id of uuidsIn(text)) owners.set(id, owners.has(id) && owners.get(id) !== tenant ? undefined : tenant)
  }
  const ids = new Map<string, Set<string>>()
  for (const [id, owner] of owners) {
    if (owner === undefined) continue
    const known = ids.get(owner) ?? new Set()
    ids.set(owner, known.add(id))
  }
  return ids
}
