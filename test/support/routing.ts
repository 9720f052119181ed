// Worlds for routers: targets as they are at one moment, and chance from a seed.

import type { Known } from '../../src/model/route/check.ts'
import { type CompiledRouter, compileRouters } from '../../src/model/route/compile.ts'
import { parseRouter } from '../../src/model/route/definition.ts'
import { createFacts } from '../../src/model/route/facts.ts'
import type { RouteFacts, RouteWorld, TargetState } from '../../src/model/route/spec.ts'
import type { ChatRequest } from '../../src/model/spec.ts'

export const state = (id: string, more: Partial<TargetState> = {}): TargetState => ({
  id,
  healthy: true,
  pending: 0,
  firstTokenMs: undefined,
  tokenMs: undefined,
  promptPrice: undefined,
  completionPrice: undefined,
  contextTokens: undefined,
  features: undefined,
  quality: undefined,
  ...more,
})

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

export const worldOf = (states: readonly TargetState[], random: () => number = seeded(1)): RouteWorld => ({
  target: (id) => states.find((one) => one.id === id),
  random,
})

export const everything: Omit<Known, 'hasRouter'> = {
  whyNoTarget: () => undefined,
  hasPanel: () => true,
  hasStage: () => true,
}

/** Routers by name; what is wrong with them is thrown. */
export const routersOf = (definitions: Record<string, unknown>): ReadonlyMap<string, CompiledRouter> => {
  const parsed = Object.entries(definitions).map(([name, given]) => {
    const read = parseRouter(given)
    if (!read.ok) throw new Error(JSON.stringify(read.issues))
    return [name, read.value] as const
  })
  const compiled = compileRouters(new Map(parsed), everything)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  return compiled.value
}

export const routerOf = (definition: unknown): CompiledRouter => {
  const router = routersOf({ r: definition }).get('r')
  if (!router) throw new Error('no router')
  return router
}

export const asks = (request: string | ChatRequest, metadata: Record<string, string> = {}): RouteFacts =>
  createFacts(typeof request === 'string' ? { messages: [{ role: 'user', content: request }] } : request, {
    kind: 'chat',
    metadata,
  })
