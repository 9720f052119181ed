// A definition made into a router.
//
// C1  What it decides depends on the facts, the world and, for turns, on what it decided before. Nothing else.
// C2  Who is unhealthy comes after everyone who is not, the fallback chain included.
// C3  A router that hands over to another finds it anew each time: the other may change, and chains end at DEEPEST.

import { createHash } from 'node:crypto'
import type { Issue, Result } from '../../base/errors.ts'
import type { ValueObject } from '../../base/value.ts'
import { type Candidate, type Sifted, siftTargets, type WeightedTarget } from './candidates.ts'
import { checkRouter, findCycle, type Known } from './check.ts'
import { compileCondition, Seen, type Test } from './conditions.ts'
import type { RouteDefinition, RouterDefinition, RuleDefinition, StrategyName } from './definition.ts'
import { RouteError, routeIssue } from './errors.ts'
import type { Decision, RouteFacts, Router, RouteWorld } from './spec.ts'
import { createStrategy } from './strategies/all.ts'
import type { Strategy } from './strategies/spec.ts'

export interface CompiledRouter extends Router {
  readonly definition: RouterDefinition
  /** As `decide`, but takes nobody's turn and says of each rule why it holds or not. */
  preview(facts: RouteFacts, world: RouteWorld, only?: string): Decision
  /** For routers that hand over to this one. */
  choose(asked: Asked): Decision
  /** `targets`, of routers that were not visited yet. @param visited takes the names of those that are now */
  reach(visited: Set<string>): readonly string[]
}

export interface Asked {
  readonly seen: Seen
  readonly world: RouteWorld
  readonly only: string | undefined
  /** False: nobody's turn is taken, and every rule is explained. */
  readonly advance: boolean
  /** Routers that handed over so far. */
  readonly depth: number
}

export interface RouterSource {
  readonly name: string
  readonly definition: RouterDefinition
  /** Default: a hash of the definition. */
  readonly version?: string
}

type FindRouter = (name: string) => CompiledRouter | undefined

/** Routers that hand over to each other in a chain. */
const DEEPEST = 8

/** Checked by the caller already; never throws. */
export const compileRouter = ({ name, definition, version }: RouterSource, find: FindRouter): CompiledRouter => {
  const usual = compileRoute(definition.default, definition.default)
  const rules = definition.rules.map((rule) => compileRule(rule, definition.default))
  const routes = [usual, ...rules.map(({ route }) => route)]
  const own = [...new Set(routes.flatMap(({ all }) => all))]
  const delegates = [...new Set(routes.flatMap(({ router }) => router ?? []))]
  const stamp = version ?? hashDefinition(definition)
  const reach = (visited: Set<string>): readonly string[] => {
    visited.add(name)
    const further = delegates.flatMap((other) => (visited.has(other) ? [] : (find(other)?.reach(visited) ?? [])))
    return further.length === 0 ? own : [...new Set([...own, ...further])]
  }
  const choose = (asked: Asked): Decision => {
    const reasons: string[] = []
    const rule = findRule(rules, asked, reasons)
    const route = rule?.route ?? usual
    const decision = { router: name, version: stamp, rule: rule?.name ?? null }
    if (route.router !== undefined) return handOver(route.router, { asked, reasons, route, find, decision })
    const { panel, stages, parameters: overrides } = route
    const { strategy, targets } = orderTargets(route, { name, asked, reasons })
    return Object.freeze({ ...decision, strategy, targets, overrides, panel, stages, reasons })
  }
  const start = (facts: RouteFacts, world: RouteWorld, asked: Pick<Asked, 'only' | 'advance'>): Decision => {
    const { only } = asked
    if (only !== undefined && !reach(new Set()).includes(only)) {
      throw new RouteError('route/not-a-target', { details: { router: name, target: only } })
    }
    return choose({ ...asked, seen: new Seen(facts), world, depth: 0 })
  }
  return Object.freeze({
    name,
    version: stamp,
    definition,
    get targets() {
      return reach(new Set())
    },
    decide: (facts: RouteFacts, world: RouteWorld, only?: string) => start(facts, world, { only, advance: true }),
    preview: (facts: RouteFacts, world: RouteWorld, only?: string) => start(facts, world, { only, advance: false }),
    choose,
    reach,
  })
}

interface Route {
  readonly pool: readonly WeightedTarget[]
  readonly fallback: readonly WeightedTarget[]
  /** Pool and fallback. */
  readonly all: readonly string[]
  readonly strategyName: StrategyName
  readonly strategy: Strategy
  readonly parameters: ValueObject
  readonly panel: string | null
  readonly stages: readonly string[]
  readonly router: string | undefined
}

/** What a route does not say it takes from the default; parameters are laid over each other. */
const compileRoute = (said: RouteDefinition, usual: RouteDefinition): Route => {
  const hasTargets = said.targets !== undefined
  const pool = (said.targets ?? usual.targets ?? []).map(({ target, weight }) => ({ id: target, weight }))
  const inPool = new Set(pool.map(({ id }) => id))
  const chain = (said.fallback ?? usual.fallback ?? []).filter((id) => !inPool.has(id))
  const fallback = chain.map((id) => ({ id, weight: 1 }))
  const inherited = hasTargets || said.panel !== undefined ? undefined : usual.router
  const router = said.router ?? inherited
  const strategyName = said.strategy ?? usual.strategy ?? 'round-robin'
  return {
    pool: router === undefined ? pool : [],
    fallback: router === undefined ? fallback : [],
    all: router === undefined ? [...pool, ...fallback].map(({ id }) => id) : [],
    strategyName,
    strategy: createStrategy(strategyName),
    parameters: Object.freeze({ ...usual.parameters, ...said.parameters }) as ValueObject,
    panel: said.panel ?? usual.panel ?? null,
    stages: said.stages ?? usual.stages ?? [],
    router,
  }
}

interface Rule {
  readonly name: string
  readonly when: Test
  readonly route: Route
}

const compileRule = (rule: RuleDefinition, usual: RouteDefinition): Rule => ({
  name: rule.name,
  when: compileCondition(rule.when),
  route: compileRoute(rule, usual),
})

const findRule = (rules: readonly Rule[], { seen, advance }: Asked, reasons: string[]): Rule | undefined => {
  for (const rule of rules) {
    const holds = rule.when.holds(seen)
    if (holds || !advance)
      reasons.push(`rule ${rule.name} ${holds ? 'holds' : 'does not hold'}: ${rule.when.explain(seen)}`)
    if (holds) return rule
  }
  if (rules.length > 0) reasons.push('no rule holds: the default')
  return undefined
}

const orderTargets = (
  route: Route,
  { name, asked, reasons }: { readonly name: string; readonly asked: Asked; readonly reasons: string[] },
): { readonly strategy: string; readonly targets: readonly string[] } => {
  const { seen, world, only, advance } = asked
  const { facts } = seen
  const sift = (pool: readonly WeightedTarget[]): Sifted => siftTargets(pool, { facts, world, reasons })
  const refuse = (): never => {
    const told = reasons.filter((reason) => reason.startsWith('left out')).join('; ') || 'it has none'
    throw new RouteError('route/no-target', { details: { router: name, reasons: told } })
  }
  if (only !== undefined) {
    const { healthy, unhealthy } = sift([{ id: only, weight: 1 }])
    if (healthy.length + unhealthy.length === 0) return refuse()
    reasons.push(`manual: the caller insists on ${only}`)
    return { strategy: 'manual', targets: [only] }
  }
  const order = (candidates: readonly Candidate[], takesTurn: boolean): readonly Candidate[] => {
    if (candidates.length === 0) return []
    const ordered = route.strategy(candidates, { facts, random: () => world.random(), advance: takesTurn && advance })
    if (takesTurn) reasons.push(ordered.reason)
    return ordered.candidates
  }
  if (route.panel !== null && route.all.length === 0) {
    reasons.push(`the panel ${route.panel} answers`)
    return { strategy: 'panel', targets: [] }
  }
  const pool = sift(route.pool)
  const chain = sift(route.fallback)
  const healthy = [...order(pool.healthy, true), ...chain.healthy]
  const late = [...order(pool.unhealthy, healthy.length === 0), ...chain.unhealthy]
  if (late.length > 0) reasons.push(`tried last, since calls to them fail: ${late.map(({ id }) => id).join(', ')}`)
  const targets = [...healthy, ...late].map(({ id }) => id)
  if (targets.length === 0) return refuse()
  return { strategy: route.strategyName, targets }
}

interface HandOver {
  readonly asked: Asked
  readonly reasons: readonly string[]
  readonly route: Route
  readonly find: FindRouter
  readonly decision: Pick<Decision, 'router' | 'version' | 'rule'>
}

const handOver = (name: string, { asked, reasons, route, find, decision }: HandOver): Decision => {
  const router = asked.depth < DEEPEST ? find(name) : undefined
  if (!router) {
    const why = asked.depth < DEEPEST ? `there is no router ${name}` : `more than ${DEEPEST} routers in a chain`
    throw new RouteError('route/no-target', { details: { router: decision.router, reasons: why } })
  }
  const inner = router.choose({ ...asked, depth: asked.depth + 1 })
  return Object.freeze({
    ...inner,
    ...decision,
    version: `${decision.version}+${inner.version}`,
    overrides: { ...inner.overrides, ...route.parameters },
    reasons: [...reasons, `the router ${name} decides`, ...inner.reasons],
  })
}

/** Equal definitions, equal versions. */
const hashDefinition = (definition: RouterDefinition): string =>
  createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 12)

/** Every problem of routers that may hand over to each other, by the name of the router that has it.
 *  @param placeOf what stands in front of the paths of a router */
export const checkRouters = (
  definitions: ReadonlyMap<string, RouterDefinition>,
  known: Known,
  placeOf: (name: string) => string,
): ReadonlyMap<string, readonly Issue[]> => {
  const found = new Map<string, readonly Issue[]>()
  for (const [name, definition] of definitions) {
    const place = placeOf(name)
    const issues = checkRouter(definition, known, place)
    const cycle = findCycle(name, (other) => definitions.get(other))
    const all = cycle ? [...issues, routeIssue(place, 'route/cycle', { path: cycle.join(' → ') })] : issues
    if (all.length > 0) found.set(name, all)
  }
  return found
}

/** Routers that were checked, each finding the others. Never throws. */
export const linkRouters = (
  definitions: ReadonlyMap<string, RouterDefinition>,
): ReadonlyMap<string, CompiledRouter> => {
  const routers = new Map<string, CompiledRouter>()
  const find: FindRouter = (name) => routers.get(name)
  for (const [name, definition] of definitions) routers.set(name, compileRouter({ name, definition }, find))
  return routers
}

/** @returns the routers by name, or every problem of all of them, each path beginning with a router's name */
export const compileRouters = (
  definitions: ReadonlyMap<string, RouterDefinition>,
  known: Omit<Known, 'hasRouter'>,
): Result<ReadonlyMap<string, CompiledRouter>> => {
  const all = { ...known, hasRouter: (name: string) => definitions.has(name) }
  const issues = [...checkRouters(definitions, all, (name) => name).values()].flat()
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: linkRouters(definitions) }
}
