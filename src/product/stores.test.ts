// Every statement of every store: written down in the golden file, bound to a tenant, and powerless for another one.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, noteSkippedDatabases } from '../../test/support/databases.ts'
import { annotationsCalls } from '../../test/support/stores/annotations.ts'
import { appsCalls } from '../../test/support/stores/apps.ts'
import { endsCalls } from '../../test/support/stores/ends.ts'
import { gatewayCalls } from '../../test/support/stores/gateway.ts'
import { peopleCalls } from '../../test/support/stores/people.ts'
import { runsCalls } from '../../test/support/stores/runs.ts'
import { talksCalls } from '../../test/support/stores/talks.ts'
import { createWorld, MARK, owner, type StoreCalls, stranger } from '../../test/support/stores/world.ts'
import { createIds, systemClock } from '../base/seams.ts'
import { DbError } from '../db/errors.ts'
import type { Database } from '../db/spec.ts'

const golden = fileURLToPath(new URL('./__golden__/statements.sql', import.meta.url))

/** Questions that cannot name a tenant, and why. */
const WITHOUT_TENANT: Readonly<Record<string, string>> = {
  'replies.unfinished': 'at start, finds the jobs of all tenants that a dead process left behind',
  'purge.deleted': 'at start, finds the apps of all tenants that a dead process left behind',
  'accounts.hasAny': 'at start, before anybody signs in',
  'accounts.createFirst': 'the first account of all; what it puts into the tenant names the tenant',
  'accounts.findByAddress': 'a person signs in before a tenant is chosen',
  'accounts.get': 'a person belongs to no tenant',
  'accounts.rename': 'a person has one name in all tenants',
  'accounts.setPassword': 'a person has one password for all tenants',
  'accounts.memberships': 'asked in order to choose a tenant',
  'signIns.revokeOthers': 'a new password ends the sign-ins to all tenants',
  'routers.revisions': 'every process keeps a copy of all tenants’ routers, since no call may wait for the database',
  'keys.findByHash': 'a request shows its key before anyone knows whose it is',
  'forms.due': 'finds the forms of all tenants whose time is over',
  'forms.nextExpiry': 'asked in order to look again when it is time, for all tenants',
  'forms.unheard': 'at start, finds the runs of all tenants that a dead process did not resume',
  'limits.everything': 'every process keeps the rules of all tenants at hand',
  'limits.marker': 'every process asks whether a rule of any tenant has changed',
  'limits.spends': 'at start, reads what the budgets of all tenants have spent',
  'limits.forgetSpends': 'at start, forgets windows that are over',
  'runs.markInterrupted': 'at start, finds the tenants whose runs a dead process left behind',
}

let db: Database
const seen: string[] = []
const clock = { ...systemClock, now: () => 1_000 }
const ids = createIds(clock)
const forget = () => {
  seen.length = 0
}

/** In this order: what removes comes last. */
const calls: StoreCalls = {
  ...peopleCalls,
  ...gatewayCalls,
  ...appsCalls,
  ...talksCalls,
  ...runsCalls,
  ...annotationsCalls,
  ...endsCalls,
}

const TABLES = {
  sqlite: "select name from sqlite_schema where type = 'table' order by name",
  postgres: 'select table_name as name from information_schema.tables where table_schema = current_schema() order by 1',
}

const ownersRows = async (kind: keyof typeof TABLES): Promise<string> => {
  const tables = await sql.raw<{ name: string }>(TABLES[kind]).execute(db.kysely)
  let dump = ''
  for (const { name } of tables.rows.filter((row) => row.name !== 'migrations' && row.name !== 'accounts')) {
    const rows = await sql`select * from ${sql.table(name)} where tenant_id = ${owner.tenantId}`.execute(db.kysely)
    const texts = rows.rows.map((row) => JSON.stringify(row))
    dump += `${name} ${texts.sort().join()}\n`
  }
  return dump
}

noteSkippedDatabases()
describe.each(databases)('the statements of all stores on $name', ({ name: kind, open }) => {
  beforeAll(async () => {
    db = await open({ clock, ids, trace: (text) => void seen.push(text) })
  })
  afterAll(() => db.close())

  it('leave nothing of one tenant to another', async () => {
    const world = await createWorld({ db, clock, ids, forget })
    const before = await ownersRows(kind)
    for (const [name, call] of Object.entries(calls)) {
      if (name in WITHOUT_TENANT) continue
      // What the schema refuses, such as a row that points at another tenant's, is as good as no answer.
      const answer = await Promise.resolve(call(stranger, world)).catch((error: unknown) => {
        expect(error, name).toBeInstanceOf(DbError)
        expect(error, name).toMatchObject({ code: 'db/constraint' })
      })
      expect(JSON.stringify(answer) ?? '', name).not.toContain(MARK)
    }
    expect(await ownersRows(kind)).toBe(before)
    await world.stores.apps.markDeleted(owner, world.app.id)
    await world.stores.purge.remove(owner, world.app.id)
  })

  it('answer their tenant, name it, and are the golden ones (UPDATE_GOLDEN=1 rewrites them)', async () => {
    const world = await createWorld({ db, clock, ids, forget })
    const called = new Set<string>()
    let text = ''
    for (const [name, call] of Object.entries(calls)) {
      forget()
      const answer = await call(owner, world)
      expect(answer, name).not.toBe(false)
      expect(answer, name).not.toBe(0)
      called.add(name)
      const statements = [...new Set(seen)]
      expect(statements.length, name).toBeGreaterThan(0)
      if (!(name in WITHOUT_TENANT)) {
        for (const statement of statements) expect(boundToTenant(statement), `${name}: ${statement}`).toBe(true)
      }
      text += `-- ${name}\n${statements.map((statement) => `${statement};\n`).join('')}\n`
    }
    const offered = Object.entries(world.stores).flatMap(([store, functions]) =>
      Object.keys(functions).map((name) => `${store}.${name}`),
    )
    expect([...called].sort()).toEqual(offered.sort())
    if (kind !== 'sqlite') return
    if (process.env.UPDATE_GOLDEN || !existsSync(golden)) writeFileSync(golden, text)
    expect(text).toBe(readFileSync(golden, 'utf8'))
  })
})

/** Every select, update and delete in the text compares the tenant with a parameter; every insert sets it. People belong to
 *  no tenant, so statements on their table alone are free. */
const boundToTenant = (text: string): boolean => {
  const parts = text.split(/(?=\b(?:select|update "|delete from|insert into)\b)/).filter((part) => part.trim() !== '')
  return parts.every((part) => {
    // Sums over rows that the query inside has chosen.
    if (/^select .* from \($/.test(part.trim())) return true
    if (/^(insert into|update|select .* from) "accounts" (?!.*\bjoin\b)/.test(part)) return true
    return part.startsWith('insert into') ? /\("tenant_id"/.test(part) : /"tenant_id" = (\?|\$\d)/.test(part)
  })
}

describe('boundToTenant', () => {
  it.each([
    ['select * from "apps" where "tenant_id" = ?', true],
    ['select sum("n") from (select 1 as "n" from "apps" where "tenant_id" = ?) as "a"', true],
    ['select sum("n") from (select 1 as "n" from "apps") as "a"', false],
    ['select * from "apps" where "id" = ?', false],
    ['select "tenant_id" from "apps"', false],
    ['update "apps" set "name" = ? where "id" = ?', false],
    ['delete from "apps" where "id" in (select "id" from "runs" where "tenant_id" = ?)', false],
    ['select * from "a" where "tenant_id" = ? and "id" in (select "id" from "b")', false],
    ['insert into "apps" ("id") values (?)', false],
    ['insert into "apps" ("tenant_id", "id") values (?, ?)', true],
    ['select * from "apps" where "id" = $1 and "tenant_id" = $2', true],
    ['select * from "apps" where "tenant_id" = "id"', false],
    ['select "id" from "accounts" where "email" = ?', true],
    ['insert into "accounts" ("id") values (?)', true],
    ['select * from "accounts" inner join "members" on "account_id" = "id" where "id" = ?', false],
    ['select * from "members" inner join "accounts" on "id" = "account_id" where "id" = ?', false],
  ])('%s: %s', (text, bound) => {
    expect(boundToTenant(text)).toBe(bound)
  })
})
