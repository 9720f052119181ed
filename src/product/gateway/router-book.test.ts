// The copy of routers that a process keeps: what it knows at once, what it learns from others, and what it never forgets too early.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createIds, silentLog, systemClock } from '../../base/seams.ts'
import { openSqlite } from '../../db/drivers/sqlite.ts'
import type { Database } from '../../db/spec.ts'
import { systemCaller } from '../caller.ts'
import { createTenantStore } from '../tenants/store.ts'
import { createRouterBook, type RouterBook } from './router-book.ts'
import { createRouterStore, type RouterStore, type StoredRouter } from './router-store.ts'

const ours = systemCaller('tenant_11111111-1111-7111-8111-111111111111')
const theirs = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
const ids = createIds(systemClock)
const to = (target: string) => ({ default: { targets: [{ target, weight: 1 }] }, rules: [] })

let db: Database
let store: RouterStore
let books: RouterBook[]
const openBook = (from: Pick<RouterStore, 'revisions' | 'get'> = store): RouterBook => {
  const book = createRouterBook({ store: from, clock: systemClock, log: silentLog })
  books.push(book)
  return book
}
const make = async (name: string, target: string): Promise<StoredRouter> => {
  const made = await store.create(ours, { name, definition: to(target) }, 10)
  if (typeof made === 'string') throw new Error(made)
  return made
}
beforeEach(async () => {
  db = await openSqlite({ path: ':memory:', clock: systemClock, ids })
  store = createRouterStore({ db, clock: systemClock, ids })
  for (const caller of [ours, theirs]) await createTenantStore({ db, clock: systemClock, ids }).ensure(caller, 'x')
  books = []
})
afterEach(async () => {
  for (const book of books) book.close()
  await db.close()
})

describe('the book of routers', () => {
  it('has a router of a tenant for that tenant alone, in the place of the configured one', async () => {
    const book = openBook()
    book.replaceConfigured({ house: to('p/house'), extra: to('p/extra') })
    book.keep(ours, await make('house', 'p/own'))
    const first = (caller: typeof ours) => book.find(caller, 'house')?.targets
    expect([first(ours), first(theirs)]).toEqual([['p/own'], ['p/house']])
    expect(book.list(ours).map(({ name, targets }) => [name, ...targets])).toEqual([
      ['extra', 'p/extra'],
      ['house', 'p/own'],
    ])
    book.replaceConfigured({})
    expect([first(ours), first(theirs)]).toEqual([['p/own'], undefined])
  })

  it('learns what others made, changed, deleted and made again', async () => {
    const book = openBook()
    const seen = () => book.find(ours, 'a')?.targets[0]
    await make('a', 'p/1')
    expect(seen()).toBeUndefined()
    await book.refresh()
    expect(seen()).toBe('p/1')
    await store.update(ours, 'a', { definition: to('p/2'), baseVersion: 1 })
    await book.refresh()
    expect([seen(), book.find(ours, 'a')?.version]).toEqual(['p/2', '2'])
    await store.delete(ours, 'a')
    await make('a', 'p/3')
    await book.refresh()
    expect([seen(), book.find(ours, 'a')?.version]).toEqual(['p/3', '1'])
    await store.delete(ours, 'a')
    await book.refresh()
    expect(seen()).toBeUndefined()
  })

  it('forgets nothing that this process made while it was looking', async () => {
    let whileLooking = async () => {}
    const book = openBook({
      get: store.get,
      async revisions() {
        const found = await store.revisions()
        await whileLooking()
        return found
      },
    })
    whileLooking = async () => book.keep(ours, await make('new', 'p/new'))
    await book.refresh()
    expect(book.find(ours, 'new')?.targets).toEqual(['p/new'])
  })

  it('never takes an older version for a newer one', async () => {
    const book = openBook()
    const first = await make('a', 'p/1')
    const second = await store.update(ours, 'a', { definition: to('p/2'), baseVersion: undefined })
    if (!second) throw new Error('not there')
    book.keep(ours, second)
    book.keep(ours, first)
    expect(book.find(ours, 'a')?.targets).toEqual(['p/2'])
  })

  it('leaves out what another version of the program wrote, and keeps the rest', async () => {
    const book = openBook()
    await store.create(ours, { name: 'odd', definition: { from: 'the future' } }, 10)
    await make('a', 'p/1')
    await book.refresh()
    expect(book.list(ours).map(({ name }) => name)).toEqual(['a'])
  })
})
