// Panels and stages as the file writes them: what they become, and where a mistake is reported.

import { describe, expect, it, test } from 'vitest'
import { parseConfig } from './config.ts'

const parse = (gateway: object) =>
  parseConfig({ file: { gateway, providers: { p: { type: 'ollama', models: ['a', 'b'] } } }, environment: {} })

it('fills in what a panel leaves open', () => {
  const parsed = parse({ panels: { jury: { members: ['p/a', { target: 'p/b', weight: 2 }] } } })
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      gateway: {
        panels: {
          jury: {
            mode: 'all',
            members: [
              { target: 'p/a', weight: 1, timeoutMs: 60_000, parameters: {} },
              { target: 'p/b', weight: 2, timeoutMs: 60_000, parameters: {} },
            ],
            quorum: 1,
            fusion: 'auto',
            parallel: 8,
          },
        },
      },
    },
  })
})

describe('reports the place of', () => {
  const check = (name: string, gateway: object, path: string) =>
    test(name, () => {
      const parsed = parse(gateway)
      expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.path)).toEqual([path])
    })
  const members = ['p/a']
  check(
    'a member that is not served',
    { panels: { jury: { members: ['p/a', 'p/z'] } } },
    'gateway.panels.jury.members[1]',
  )
  check(
    'an arbiter that is not there',
    { panels: { jury: { members, arbiter: 'q/a' } } },
    'gateway.panels.jury.arbiter',
  )
  check('a quorum of more than all', { panels: { jury: { members, quorum: 2 } } }, 'gateway.panels.jury.quorum')
  check(
    'a weight of nothing',
    { panels: { jury: { members: [{ target: 'p/a', weight: 0 }] } } },
    'gateway.panels.jury.members[0].weight',
  )
  check(
    'a weight of a stranger',
    { panels: { jury: { members, tenantWeights: { t: { 'p/b': 1 } } } } },
    'gateway.panels.jury.tenantWeights.t.p/b',
  )
  check('a model that cannot be warm', { warmUp: ['p/a', 'p/z'] }, 'gateway.warmUp[1]')
  check('a stage of no type', { stages: { x: { type: 'magic' } } }, 'gateway.stages.x.type')
  check(
    'a template without a place',
    { stages: { x: { type: 'preprocess', template: 'Hi' } } },
    'gateway.stages.x.template',
  )
})
