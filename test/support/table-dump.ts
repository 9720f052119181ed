// What a platform has stored, in a form that shows where it changed: rows and a hash of each table, the names of all files.

import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Schema } from '../../src/db/schema.ts'
import type { TestPlatform } from './platform.ts'

/** Columns that tell when something was last used: the one thing that looking at it changes. A table without a row here does
 *  not compile. */
const TABLES: Readonly<Record<keyof Schema, readonly string[]>> = {
  tenants: [],
  accounts: [],
  members: [],
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
}

export interface Dump {
  /** Rows and a hash by table, and the names of stored files. Equal exactly when nothing changed. */
  readonly state: Readonly<Record<string, unknown>>
  /** The UUIDs in the rows of each tenant that are in no other tenant's. */
  readonly idsOf: ReadonlyMap<string, ReadonlySet<string>>
  /** The tables in which each tenant has rows. */
  readonly tablesOf: ReadonlyMap<string, ReadonlySet<string>>
}

/** Tables of tenants; accounts are of nobody. */
export const TENANT_TABLES = Object.keys(TABLES).filter((table) => table !== 'accounts')

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

export const uuidsIn = (text: string): string[] => text.match(UUID) ?? []

export const dumpTables = async ({ database, folder }: Pick<TestPlatform, 'database' | 'folder'>): Promise<Dump> => {
  const state: Record<string, unknown> = { files: filesIn(join(folder, 'files')) }
  const ids = new Map<string, Set<string>>()
  const tables = new Map<string, Set<string>>()
  for (const [table, ignored] of Object.entries(TABLES) as [keyof Schema, readonly string[]][]) {
    const rows: Record<string, unknown>[] = await database.kysely.selectFrom(table).selectAll().execute()
    const texts = rows.map((row) => {
      const text = JSON.stringify(Object.entries(row).filter(([name]) => !ignored.includes(name)))
      const tenant = row.tenant_id
      if (typeof tenant === 'string') {
        setOf(tables, tenant).add(table)
        for (const id of uuidsIn(text)) setOf(ids, tenant).add(id)
      }
      return text
    })
    state[table] = [rows.length, createHash('sha256').update(texts.sort().join('\n')).digest('hex')]
  }
  return { state, idsOf: withoutShared(ids), tablesOf: tables }
}

const setOf = (sets: Map<string, Set<string>>, key: string): Set<string> => {
  const set = sets.get(key) ?? new Set()
  sets.set(key, set)
  return set
}

const withoutShared = (ids: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> => {
  const uses = new Map<string, number>()
  for (const set of ids.values()) for (const id of set) uses.set(id, (uses.get(id) ?? 0) + 1)
  return new Map([...ids].map(([tenant, set]) => [tenant, new Set([...set].filter((id) => uses.get(id) === 1))]))
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
