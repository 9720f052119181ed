// Kinds whose work needs a part of the platform that is not there: an app with them imports and runs, and the node
// fails at its turn with a failure that names what is missing, so that its fail branch or default value can answer.

import { z } from 'zod'
import type { NodeRole } from '../flow/spec.ts'
import { defineKind } from './define.ts'
import { NodeError, type NodeErrorCode, toFailed } from './errors.ts'
import type { Kind } from './spec.ts'

const textField = z.string().nullish().catch(undefined)
const listField = z
  .array(z.unknown())
  .nullish()
  .catch(undefined)
  .transform((list) => list ?? [])

interface Deferred<Schema extends z.ZodType> {
  readonly types: readonly string[]
  readonly role: NodeRole
  readonly settings: Schema
  readonly code: NodeErrorCode
  /** What is missing, for the message. */
  readonly details: (settings: z.output<Schema>) => Readonly<Record<string, unknown>>
}

const defer = <Schema extends z.ZodType>(deferred: Deferred<Schema>): Kind =>
  defineKind({
    types: deferred.types,
    role: deferred.role,
    settings: deferred.settings,
    compile(settings) {
      const details = deferred.details(settings)
      return {
        run: () => toFailed(new NodeError(deferred.code, { details })),
      }
    },
  })

const names = (list: readonly unknown[]): string => list.map(String).join(', ') || 'none is named'

export const knowledgeRetrieval = defer({
  types: ['knowledge-retrieval'],
  role: 'task',
  settings: z.object({ dataset_ids: listField }),
  code: 'node/knowledge-missing',
  details: (settings) => ({ names: names(settings.dataset_ids) }),
})

export const knowledgeRetrievalV2 = defer({
  types: ['knowledge-retrieval-v2'],
  role: 'task',
  settings: z.object({ control_space_ids: listField }),
  code: 'node/knowledge-missing',
  details: (settings) => ({ names: names(settings.control_space_ids) }),
})

export const knowledgeIndex = defer({
  types: ['knowledge-index'],
  role: 'task',
  settings: z.object({ chunk_structure: textField }),
  code: 'node/knowledge-missing',
  details: (settings) => ({ names: settings.chunk_structure ?? 'none is named' }),
})

export const agent = defer({
  types: ['agent'],
  role: 'task',
  settings: z.object({ agent_strategy_provider_name: textField, agent_strategy_name: textField }),
  code: 'node/agent-missing',
  details: (settings) => ({
    strategy: settings.agent_strategy_name ?? 'without a name',
    provider: settings.agent_strategy_provider_name ?? 'no provider',
  }),
})

const trigger = <Schema extends z.ZodType>(
  type: string,
  settings: Schema,
  event: (settings: z.output<Schema>) => string,
): Kind =>
  defer({
    types: [type],
    role: 'root',
    settings,
    code: 'node/trigger-missing',
    details: (parsed) => ({ event: event(parsed) }),
  })

export const triggerWebhook = trigger(
  'trigger-webhook',
  z.object({ method: textField }),
  (settings) => `a ${(settings.method ?? 'post').toUpperCase()} request to its address`,
)

export const triggerSchedule = trigger(
  'trigger-schedule',
  z.object({ mode: textField, frequency: textField, cron_expression: textField }),
  (settings) => `the schedule ${settings.cron_expression || settings.frequency || settings.mode || 'without a time'}`,
)

export const triggerPlugin = trigger(
  'trigger-plugin',
  z.object({ provider_id: textField, event_name: textField }),
  (settings) => `${settings.event_name ?? 'an event'} of ${settings.provider_id ?? 'a plugin'}`,
)

export const datasource = defer({
  types: ['datasource'],
  role: 'root',
  settings: z.object({ provider_name: textField, datasource_name: textField, datasource_label: textField }),
  code: 'node/datasource-missing',
  details: (settings) => ({
    name: settings.datasource_label || settings.datasource_name || 'without a name',
    provider: settings.provider_name ?? 'no provider',
  }),
})

export const datasourceEmpty = defer({
  types: ['datasource-empty'],
  role: 'task',
  settings: z.object({}),
  code: 'node/datasource-missing',
  details: () => ({ name: 'to be chosen', provider: 'no provider' }),
})

/** All of them. A kind leaves this list, and this file, when its engine comes. */
export const deferredKinds: readonly Kind[] = [
  knowledgeRetrieval,
  knowledgeRetrievalV2,
  knowledgeIndex,
  agent,
  triggerWebhook,
  triggerSchedule,
  triggerPlugin,
  datasource,
  datasourceEmpty,
]
