// What a schema cannot see in a definition: names that do not exist, names that stand twice, settings that contradict each other,
// and routers that lead in a circle.

import type { Issue } from '../../base/errors.ts'
import { type Condition, joinPath, type RouteDefinition, type RouterDefinition } from './definition.ts'
import { routeIssue } from './errors.ts'

/** What there is besides the router itself. */
export interface Known {
  /** Undefined when `provider/model` can be a target; otherwise why not. */
  readonly whyNoTarget: (id: string) => string | undefined
  readonly hasRouter: (name: string) => boolean
  readonly hasPanel: (name: string) => boolean
  readonly hasStage: (name: string) => boolean
}

/** Conditions inside conditions. */
const DEEPEST = 10

/** Every problem of one definition. @param place in front of every path */
export const checkRouter = (definition: RouterDefinition, known: Known, place = ''): readonly Issue[] => {
  const issues: Issue[] = []
  const report: Report = (path, code, details) => void issues.push(routeIssue(path, code, details))
  const { default: usual, rules } = definition
  const at = joinPath(place, 'default')
  checkRoute(usual, at, { known, report })
  if (!usual.targets && usual.router === undefined && usual.panel === undefined) {
    report(at, 'route/invalid', { reason: 'must name targets, a panel, or a router that decides' })
  }
  const names = new Set<string>()
  rules.forEach((rule, i) => {
    const ruleAt = joinPath(joinPath(place, 'rules'), i)
    if (names.has(rule.name)) report(joinPath(ruleAt, 'name'), 'route/duplicate-name', { name: rule.name })
    names.add(rule.name)
    checkRoute(rule, ruleAt, { known, report })
    const decides = rule.router !== undefined || rule.targets !== undefined || rule.panel !== undefined
    if (!decides && !usual.targets && usesTargets(rule)) {
      report(ruleAt, 'route/invalid', { reason: 'must name targets: the default has none of its own' })
    }
    if (depthOf(rule.when, 0) > DEEPEST) {
      report(joinPath(ruleAt, 'when'), 'route/invalid', { reason: `must not be deeper than ${DEEPEST} conditions` })
    }
  })
  return issues
}

type Report = (path: string, code: Parameters<typeof routeIssue>[1], details: Record<string, unknown>) => void

const OF_TARGETS = ['targets', 'strategy', 'fallback', 'panel', 'stages'] as const

const usesTargets = (route: RouteDefinition): boolean => OF_TARGETS.some((key) => route[key] !== undefined)

const checkRoute = (
  route: RouteDefinition,
  place: string,
  { known, report }: { readonly known: Known; readonly report: Report },
): void => {
  const { targets = [], fallback = [], panel, stages = [], router } = route
  const seen = new Set<string>()
  const checkTarget = (id: string, at: string): void => {
    if (seen.has(id)) report(at, 'route/duplicate-name', { name: id })
    seen.add(id)
    const reason = known.whyNoTarget(id)
    if (reason !== undefined) report(at, 'route/unknown-target', { target: id, reason })
  }
  for (const [i, { target }] of targets.entries()) checkTarget(target, joinPath(joinPath(place, 'targets'), i))
  for (const [i, id] of fallback.entries()) checkTarget(id, joinPath(joinPath(place, 'fallback'), i))
  if (panel !== undefined && !known.hasPanel(panel)) {
    report(joinPath(place, 'panel'), 'route/unknown-panel', { panel })
  }
  for (const [i, stage] of stages.entries()) {
    if (!known.hasStage(stage)) report(joinPath(joinPath(place, 'stages'), i), 'route/unknown-stage', { stage })
  }
  if (router === undefined) return
  const at = joinPath(place, 'router')
  if (!known.hasRouter(router)) report(at, 'route/unknown-router', { router })
  if (usesTargets(route)) {
    report(at, 'route/invalid', {
      reason: 'stands alone or with parameters: everything else is for that router to say',
    })
  }
}

const depthOf = ({ all = [], any = [], not }: Condition, depth: number): number => {
  const inner = [...all, ...any, ...(not ? [not] : [])]
  // Past the limit there is nothing more to learn.
  return depth > DEEPEST ? depth : Math.max(depth, ...inner.map((one) => depthOf(one, depth + 1)))
}

/** The routers that a definition hands over to. */
export const routersOf = ({ default: usual, rules }: RouterDefinition): readonly string[] => [
  ...new Set([usual, ...rules].flatMap(({ router }) => router ?? [])),
]

/** The names along the circle that begins and ends at `start`; undefined when there is none. */
export const findCycle = (
  start: string,
  definitionOf: (name: string) => RouterDefinition | undefined,
): readonly string[] | undefined => {
  const visited = new Set<string>()
  const search = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const definition = definitionOf(name)
    for (const next of definition ? routersOf(definition) : []) {
      if (next === start) return [...path, start]
      if (visited.has(next)) continue
      visited.add(next)
      const found = search(next, [...path, next])
      if (found) return found
    }
    return undefined
  }
  return search(start, [start])
}
