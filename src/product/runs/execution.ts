// One run of an app, from checked inputs to events: what the engine needs, put together. Knows no database, so that a file
// can be run without one.

import { stringifyJson } from '../../base/json.ts'
import type { Clock, Ids } from '../../base/seams.ts'
import type { Value, ValueObject } from '../../base/value.ts'
import type { FlowEvent } from '../../flow/events.ts'
import type { Plan } from '../../flow/plan.ts'
import { run } from '../../flow/run.ts'
import type { DeclaredVariable, ResultCache, Resume, RunLimits } from '../../flow/spec.ts'
import type { ChatMessage, ModelDirectory } from '../../model/spec.ts'
import type { NodeServices } from '../../nodes/spec.ts'
import type { AppFile, AppVariable } from '../apps/file/spec.ts'
import { createEventMask, maskEvents } from './mask-events.ts'

/** What one run adds to the services that all runs share. */
export interface RunSurroundings {
  readonly tenantId: string
  readonly history: readonly ChatMessage[]
  readonly user: string
  /** Whose calls are protected and counted for this run. Default: those of the engine, as they are. */
  readonly models?: ModelDirectory
}

export interface ExecutorParts {
  readonly clock: Clock
  readonly ids: Ids
  readonly limits: Partial<RunLimits>
  readonly services: (surroundings: RunSurroundings) => NodeServices
  /** Results of nodes that may be reused, by scope. */
  readonly results?: (scope: string) => ResultCache
}

export interface Execution extends RunSurroundings {
  readonly file: AppFile
  readonly plan: Plan<NodeServices>
  /** Checked start inputs. */
  readonly inputs: ValueObject
  /** `sys.*` without the prefix. */
  readonly system: ValueObject
  /** Values of conversation variables that differ from the file's. */
  readonly conversation?: ValueObject
  /** Goes on from there. */
  readonly resume?: Resume
  readonly signal: AbortSignal
}

export type Executor = (execution: Execution) => AsyncIterable<FlowEvent>

export const createExecutor =
  ({ clock, ids, limits, services, results }: ExecutorParts): Executor =>
  ({ file, plan, inputs, system, conversation = {}, resume, signal, ...surroundings }) => {
    const mask = createEventMask(file)
    const events = run(plan, {
      inputs,
      system,
      environment: declared(file.environment, {}),
      conversation: declared(file.conversation, conversation),
      services: services(surroundings),
      signal,
      ...(resume && { resume }),
      ...(results && { results: results(scopeOf(surroundings)) }),
      limits,
      clock,
      ids,
    })
    return mask ? maskEvents(events, mask) : events
  }

/** What a node may depend on besides its settings and variables: whose it is, who asks, and what was said before. */
const scopeOf = ({ tenantId, user, history }: RunSurroundings): string =>
  history.length === 0 ? tenantId : stringifyJson([tenantId, user, history as unknown as Value])

const declared = (variables: readonly AppVariable[], values: ValueObject): Record<string, DeclaredVariable> =>
  Object.fromEntries(
    variables.map(({ name, type, value }) => [
      name,
      { type, value: Object.hasOwn(values, name) ? (values[name] as Value) : value },
    ]),
  )
