// What callers write as a model: a target, a model's own name, a router, an app.

import type { Target } from '../../model/resilience/spec.ts'
import type { RouteFacts, Router } from '../../model/route/spec.ts'
import type { ChatRequest, ModelKind } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import { GatewayError } from './errors.ts'
import type { Targets } from './targets.ts'

export const APP_PREFIX = 'app:'

export interface Routers {
  find(caller: Caller, name: string): Router | undefined
  list(caller: Caller): readonly Router[]
}

export type Named =
  | { readonly type: 'target'; readonly target: Target }
  | { readonly type: 'router'; readonly router: Router }
  | { readonly type: 'app'; readonly name: string }

export interface NamingParts {
  readonly targets: Targets
  readonly routers: Routers
}

/** A router wins over a model of the same name: the operator gave it. @throws GatewayError `gateway/unknown-model` */
export const findNamed = (
  { targets, routers }: NamingParts,
  caller: Caller,
  written: string,
  kind: ModelKind,
): Named => {
  if (UNREADABLE.test(written)) throw new GatewayError('gateway/unknown-model', { details: { model: '' } })
  if (written.startsWith(APP_PREFIX)) return { type: 'app', name: written.slice(APP_PREFIX.length) }
  const router = kind === 'chat' ? routers.find(caller, written) : undefined
  if (router) return { type: 'router', router }
  const target = targets.find(written, kind) ?? targets.named(written, kind)
  if (!target) throw new GatewayError('gateway/unknown-model', { details: { model: written.slice(0, LONGEST_TOLD) } })
  return { type: 'target', target }
}

/** No name has them. Databases and headers would stumble. */
const UNREADABLE = /[\u0000-\u001f\u007f]/
/** Characters of a name that are told back. */
const LONGEST_TOLD = 200

export type FactsOf = (
  request: ChatRequest,
  about: { readonly kind: ModelKind; readonly metadata: Readonly<Record<string, string>> },
) => RouteFacts
