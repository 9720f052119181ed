// Routers as members look at them and change them. Whatever is wrong with one is told at once, and nothing of it is kept.

import type { Issue } from '../../base/errors.ts'
import { checkRouter, findCycle, type Known } from '../../model/route/check.ts'
import { parseRouter, type RouterDefinition, routerName } from '../../model/route/definition.ts'
import { RouteError, routeIssue } from '../../model/route/errors.ts'
import { createFacts } from '../../model/route/facts.ts'
import type { Decision, RouteWorld, TargetState } from '../../model/route/spec.ts'
import type { ChatRequest } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { RouterBook, RouterEntry } from './router-book.ts'
import type { RouterStore } from './router-store.ts'

export interface TenantRouters {
  /** By name, those of the configuration included. */
  list(caller: Caller): readonly RouterEntry[]
  /** @throws RouteError `route/not-found` */
  get(caller: Caller, name: string): RouterEntry
  /** @param given any JSON data
   *  @throws RouteError `route/invalid-router` with `issues`, `route/name-taken`, `route/too-many` */
  create(caller: Caller, name: string, given: unknown): Promise<RouterEntry>
  /** @param change.baseVersion what the change was made on; undefined: whatever stands there
   *  @throws RouteError as `create`, and `route/not-found`, `route/changed`, `route/configured` */
  update(caller: Caller, name: string, change: RouterChange): Promise<RouterEntry>
  /** @throws RouteError `route/not-found`, `route/configured` */
  delete(caller: Caller, name: string): Promise<void>
  /** What the router would decide now. Calls nobody and takes nobody's turn.
   *  @throws RouteError `route/not-found`, `route/no-target`, `route/not-a-target` */
  dryRun(caller: Caller, name: string, question: Question): Answer
}

export interface RouterChange {
  readonly definition: unknown
  readonly baseVersion: number | undefined
}

export interface Question {
  readonly request: ChatRequest
  readonly metadata: Readonly<Record<string, string>>
  readonly only: string | undefined
}

export interface Answer {
  readonly decision: Decision
  /** Every target the router can choose, as it is now; those that are not configured are missing. */
  readonly targets: readonly TargetState[]
}

export interface TenantRouterParts {
  readonly store: RouterStore
  readonly book: RouterBook
  readonly known: Omit<Known, 'hasRouter'>
  readonly world: RouteWorld
}

/** Of one tenant: each process keeps all of them in memory. */
const MOST_ROUTERS = 200

export const createTenantRouters = ({ store, book, known, world }: TenantRouterParts): TenantRouters => {
  const get = (caller: Caller, name: string): RouterEntry => {
    const entry = book.entry(caller, name)
    if (!entry) throw new RouteError('route/not-found')
    return entry
  }

  const read = (caller: Caller, name: string, given: unknown): RouterDefinition => {
    const parsed = parseRouter(given, PLACE)
    if (!parsed.ok) throw refuse(parsed.issues)
    const definition = parsed.value
    const hasRouter = (other: string): boolean => other === name || book.find(caller, other) !== undefined
    const issues = checkRouter(definition, { ...known, hasRouter }, PLACE)
    const cycle = findCycle(name, (other) => (other === name ? definition : book.find(caller, other)?.definition))
    const all = cycle ? [...issues, routeIssue(PLACE, 'route/cycle', { path: cycle.join(' → ') })] : issues
    if (all.length > 0) throw refuse(all)
    return definition
  }

  /** Where what the caller wants to change is not. */
  const whyMissing = async (caller: Caller, name: string): Promise<RouteError> => {
    // What is no name is asked of no database.
    if (!isName(name)) return new RouteError('route/not-found')
    const stored = await store.find(caller, name)
    if (stored) return new RouteError('route/changed', { details: { version: stored.version } })
    const isConfigured = book.entry(caller, name)?.stored === undefined && book.find(caller, name) !== undefined
    return isConfigured
      ? new RouteError('route/configured', { details: { router: name } })
      : new RouteError('route/not-found')
  }

  return {
    list: (caller) => book.entries(caller),
    get,
    async create(caller, name, given) {
      const named = routerName.safeParse(name)
      if (!named.success) {
        const reason = named.error.issues[0]?.message ?? 'is not valid'
        throw refuse([routeIssue('name', 'route/invalid', { reason })])
      }
      const definition = read(caller, name, given)
      const made = await store.create(caller, { name, definition }, MOST_ROUTERS)
      if (made === 'taken') throw new RouteError('route/name-taken')
      if (made === 'full') throw new RouteError('route/too-many', { details: { limit: MOST_ROUTERS } })
      book.keep(caller, made)
      return get(caller, name)
    },
    async update(caller, name, { definition: given, baseVersion }) {
      // Of what is not there, nothing is told but that.
      const isThere = isName(name) && (book.entry(caller, name)?.stored ?? (await store.find(caller, name)))
      if (!isThere) throw await whyMissing(caller, name)
      const definition = read(caller, name, given)
      const changed = await store.update(caller, name, { definition, baseVersion })
      if (!changed) throw await whyMissing(caller, name)
      book.keep(caller, changed)
      return get(caller, name)
    },
    async delete(caller, name) {
      const id = isName(name) ? await store.delete(caller, name) : undefined
      if (!id) throw await whyMissing(caller, name)
      book.drop(caller, id)
    },
    dryRun(caller, name, { request, metadata, only }) {
      const { router } = get(caller, name)
      const facts = createFacts(request, { kind: 'chat', metadata })
      const decision = router.preview(facts, world, only)
      return { decision, targets: router.targets.flatMap((id) => world.target(id) ?? []) }
    },
  }
}

const isName = (text: string): boolean => routerName.safeParse(text).success

/** Where the definition stands in the request. */
const PLACE = 'definition'

const refuse = (issues: readonly Issue[]): RouteError => {
  const [first] = issues
  const message = first ? `${first.path}: ${first.message}` : ''
  return new RouteError('route/invalid-router', { details: { message, param: first?.path, issues } })
}
