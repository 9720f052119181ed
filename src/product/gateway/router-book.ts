// Every router there is, in memory: those of the configuration, and those that tenants made, which live in the database.
//
// B1  `find` never waits and asks nobody: what a process does not know yet does not exist for it.
// B2  What this process changes it knows at once; what others change within REFRESH_MS and the time of a query.
// B3  A tenant's router takes the place of the configured one of its name, for this tenant alone.
// B4  What is newer is never replaced by what is older: versions of a router only grow, and a copy that was read while this process
//     changed something is dropped.

import type { Clock, Log } from '../../base/seams.ts'
import { type CompiledRouter, compileRouter, linkRouters } from '../../model/route/compile.ts'
import { parseRouter, type RouterDefinition } from '../../model/route/definition.ts'
import { type Caller, systemCaller } from '../caller.ts'
import type { RouterId, TenantId } from '../ids.ts'
import type { RouterRevision, RouterStore, StoredRouter } from './router-store.ts'

export interface RouterEntry {
  readonly router: CompiledRouter
  /** Undefined for routers of the configuration. */
  readonly stored: StoredRouter | undefined
}

export interface RouterBook {
  find(caller: Caller, name: string): CompiledRouter | undefined
  /** By name. */
  list(caller: Caller): readonly CompiledRouter[]
  entry(caller: Caller, name: string): RouterEntry | undefined
  /** By name. */
  entries(caller: Caller): readonly RouterEntry[]
  /** Definitions that were checked. All of them at once: nobody sees half. */
  replaceConfigured(definitions: Readonly<Record<string, RouterDefinition>>): void
  /** Takes over what this process wrote. */
  keep(caller: Caller, stored: StoredRouter): void
  drop(caller: Caller, id: RouterId): void
  /** Takes over what others wrote. @throws DbError */
  refresh(): Promise<void>
  close(): void
}

export interface RouterBookParts {
  readonly store: Pick<RouterStore, 'revisions' | 'get'>
  readonly clock: Clock
  readonly log: Log
}

const REFRESH_MS = 2_000

type TenantEntries = ReadonlyMap<string, RouterEntry & { readonly stored: StoredRouter }>

/** Looks for changes from now on. */
export const createRouterBook = ({ store, clock, log }: RouterBookParts): RouterBook => {
  let configured: ReadonlyMap<string, CompiledRouter> = new Map()
  const tenants = new Map<TenantId, TenantEntries>()
  /** Versions that cannot be read: told once, not at every look. */
  const unreadable = new Map<RouterId, number>()
  /** Grows with every change that this process made. */
  let changes = 0

  const find = ({ tenantId }: Caller, name: string): CompiledRouter | undefined =>
    tenants.get(tenantId)?.get(name)?.router ?? configured.get(name)

  const put = (caller: Caller, stored: StoredRouter): void => {
    const entries = new Map(tenants.get(caller.tenantId))
    const former = entries.get(stored.name)
    if (former?.stored.id === stored.id && former.stored.version > stored.version) return
    const read = parseRouter(stored.definition)
    if (!read.ok) {
      // Written by another version of this program.
      unreadable.set(stored.id, stored.version)
      log.warn('router-unreadable', { tenantId: caller.tenantId, router: stored.name, issues: read.issues })
      return
    }
    const source = { name: stored.name, definition: read.value, version: String(stored.version) }
    entries.set(stored.name, { stored, router: compileRouter(source, (other) => find(caller, other)) })
    tenants.set(caller.tenantId, entries)
  }

  const remove = ({ tenantId }: Caller, id: RouterId): void => {
    const left = new Map([...(tenants.get(tenantId) ?? [])].filter(([, { stored }]) => stored.id !== id))
    if (left.size > 0) tenants.set(tenantId, left)
    else tenants.delete(tenantId)
  }

  const refresh = async (): Promise<void> => {
    const before = changes
    const revisions = await store.revisions()
    const { missing, gone } = compareRevisions(tenants, revisions)
    const read: (readonly [Caller, StoredRouter])[] = []
    const ids = new Set(revisions.map(({ id }) => id))
    for (const id of unreadable.keys()) if (!ids.has(id)) unreadable.delete(id)
    for (const { tenantId, id, version } of missing) {
      if (unreadable.get(id) === version) continue
      const caller = systemCaller(tenantId)
      const stored = await store.get(caller, id)
      if (stored) read.push([caller, stored])
    }
    if (changes !== before) return
    // First, so that a router made anew under an old name is not taken for the old one.
    for (const { tenantId, id } of gone) remove(systemCaller(tenantId), id)
    for (const [caller, stored] of read) put(caller, stored)
  }

  let isFailing = false
  const look = async (): Promise<void> => {
    try {
      await refresh()
      isFailing = false
    } catch (error) {
      if (!isFailing) log.warn('routers-refresh-failed', { reason: String(error) })
      isFailing = true
    }
  }
  const ending = new AbortController()
  let cancel = () => {}
  const lookAgain = (): void => {
    if (ending.signal.aborted) return
    cancel = clock.after(REFRESH_MS, () => void look().then(lookAgain))
  }
  lookAgain()

  const entries = ({ tenantId }: Caller): readonly RouterEntry[] => {
    const own = tenants.get(tenantId)
    const others = [...configured.values()].filter(({ name }) => !own?.has(name))
    const all = [...(own?.values() ?? []), ...others.map((router) => ({ router, stored: undefined }))]
    return all.sort((a, b) => (a.router.name < b.router.name ? -1 : 1))
  }

  return {
    find,
    list: (caller) => entries(caller).map(({ router }) => router),
    entries,
    entry(caller, name) {
      const own = tenants.get(caller.tenantId)?.get(name)
      const router = configured.get(name)
      return own ?? (router && { router, stored: undefined })
    },
    replaceConfigured(definitions) {
      configured = linkRouters(new Map(Object.entries(definitions)))
    },
    keep(caller, stored) {
      changes++
      put(caller, stored)
    },
    drop(caller, id) {
      changes++
      remove(caller, id)
    },
    refresh,
    close() {
      ending.abort()
      cancel()
    },
  }
}

const compareRevisions = (tenants: ReadonlyMap<TenantId, TenantEntries>, revisions: readonly RouterRevision[]) => {
  const known = new Map(
    [...tenants].flatMap(([tenantId, entries]) =>
      [...entries.values()].map(({ stored }) => [stored.id, { tenantId, id: stored.id, version: stored.version }]),
    ),
  )
  const found = new Set(revisions.map(({ id }) => id))
  return {
    missing: revisions.filter(({ id, version }) => (known.get(id)?.version ?? 0) < version),
    gone: [...known.values()].filter(({ id }) => !found.has(id)),
  }
}
