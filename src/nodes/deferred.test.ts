import { describe, expect, test } from 'vitest'
import { compileBody, createNodeContext } from '../../test/support/node-context.ts'
import * as deferred from './deferred.ts'
import type { Kind } from './spec.ts'

describe('a kind that cannot run says what is missing', () => {
  const check = (kind: Kind, data: Record<string, unknown>, type: string, named: string) =>
    test(`${kind.types[0]} ${JSON.stringify(data)}`, async () => {
      const outcome = await compileBody(kind, data).run(createNodeContext().context)
      expect(outcome).toMatchObject({ type: 'failure', failure: { type, message: expect.stringContaining(named) } })
    })
  check(deferred.knowledgeRetrieval, { dataset_ids: ['d-1'] }, 'KnowledgeRetrievalNodeError', 'd-1')
  check(deferred.knowledgeRetrieval, { dataset_ids: 'odd' }, 'KnowledgeRetrievalNodeError', 'none')
  check(deferred.knowledgeRetrievalV2, { control_space_ids: ['s'] }, 'KnowledgeRetrievalNodeError', 's')
  check(deferred.knowledgeIndex, {}, 'KnowledgeRetrievalNodeError', '')
  check(
    deferred.agent,
    { agent_strategy_name: 'ReAct', agent_strategy_provider_name: 'x/y/z' },
    'AgentNodeError',
    'ReAct',
  )
  check(deferred.triggerWebhook, { method: 'put' }, 'TriggerNodeError', 'PUT')
  check(deferred.triggerSchedule, { cron_expression: '* * * * *' }, 'TriggerNodeError', '* * * * *')
  check(deferred.triggerPlugin, { provider_id: 'a/b/c', event_name: 'e' }, 'TriggerNodeError', 'a/b/c')
  check(deferred.datasource, { datasource_label: 'Drive' }, 'DatasourceNodeError', 'Drive')
  check(deferred.datasourceEmpty, {}, 'DatasourceNodeError', 'chosen')
})
