// Kinds that only look things up: start, end, answer, if-else, aggregator.

import { describe, expect, it } from 'vitest'
import { compileBody, compileContext, createNodeContext } from '../../test/support/node-context.ts'
import type { Value, ValueObject } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import type { NodeSuccess } from '../flow/spec.ts'
import { answer } from './answer.ts'
import { end } from './end.ts'
import { ifElse } from './if-else.ts'
import type { Kind } from './spec.ts'
import { start } from './start.ts'
import { variableAggregator } from './variable-aggregator.ts'

const picture = new FileValue({
  id: null,
  type: 'image',
  transferMethod: 'remote_url',
  remoteUrl: 'http://x/p',
  relatedId: null,
  filename: 'p',
  extension: null,
  mimeType: null,
  size: -1,
  url: null,
})
const POOL: Record<string, ValueObject> = { v: { x: 'X', none: null, list: ['a', 'b'], picture } }

const run = async (kind: Kind, data: Record<string, unknown>, inputs: ValueObject = {}): Promise<NodeSuccess> => {
  const { context } = createNodeContext({ pool: POOL })
  const outcome = await compileBody(kind, data).run(Object.assign(Object.create(context), { inputs }))
  if (outcome.type === 'failure') throw new Error(`failure ${outcome.failure.type}`)
  return outcome
}
const outputs = async (kind: Kind, data: Record<string, unknown>, inputs?: ValueObject): Promise<Value> =>
  (await run(kind, data, inputs)).outputs

it('start gives its declared inputs', async () => {
  const variables = [{ variable: 'a', type: 'number' }, { variable: '__proto__' }]
  const given = JSON.parse('{"a": 1, "b": 2, "__proto__": 3}')
  expect(JSON.stringify(await outputs(start, { variables }, given))).toBe('{"a":1,"__proto__":3}')
  expect(await outputs(start, {})).toEqual({})
})

it('end names values; files become maps, what is missing null', async () => {
  const data = {
    outputs: [
      { variable: 'a', value_selector: ['v', 'x'], value_type: 'Array[string]' },
      { variable: 'b', value_selector: ['no', 'x'] },
      { variable: 'c', value_selector: ['v', 'picture'] },
    ],
  }
  expect(await outputs(end, data)).toEqual({ a: 'X', b: null, c: picture.toObject() })
  expect(compileBody(end, data).template?.map((segment) => segment.type)).toEqual([
    'variable',
    'text',
    'variable',
    'text',
    'variable',
  ])
})

it('answer shows values to readers and collects files', async () => {
  const text = '{{#v.x#}}{{#v.none#}}|{{#v.list#}}|{{#v.picture#}}|{{#9.no#}}'
  expect(await outputs(answer, { answer: text })).toEqual({
    answer: 'X|- a\n- b|![p](http://x/p)|9.no',
    files: [picture],
  })
})

describe('if-else', () => {
  const is = (value: string) => ({ variable_selector: ['v', 'x'], comparison_operator: 'is', value })
  const cases = [
    { case_id: 'true', logical_operator: 'and', conditions: [is('Y')] },
    { case_id: 'second', logical_operator: 'or', conditions: [is('Y'), is('X')] },
  ]
  it('takes the first case that holds', async () => {
    expect(await run(ifElse, { cases })).toMatchObject({
      handle: 'second',
      outputs: { result: true, selected_case_id: 'second' },
    })
    expect(await run(ifElse, { cases: cases.slice(0, 1) })).toMatchObject({
      handle: 'false',
      outputs: { result: false, selected_case_id: 'false' },
    })
    expect(compileBody(ifElse, { cases }).handles).toEqual(['true', 'second', 'false'])
  })
  it('reads the form of the first versions', async () => {
    expect(await run(ifElse, { logical_operator: 'or', conditions: [is('X')] })).toMatchObject({ handle: 'true' })
  })
  it('fails without a name when a value is missing', async () => {
    const conditions = [{ variable_selector: ['no', 'x'], comparison_operator: 'empty' }]
    await expect(run(ifElse, { conditions })).rejects.toThrow(/^failure $/)
  })
  it('reports every problem of its settings', () => {
    const bad = { cases: [{ case_id: 1, logical_operator: 'xor', conditions: [{ comparison_operator: '!' }] }] }
    const result = ifElse.compile({ id: 'i', data: bad }, compileContext())
    expect(!result.ok && result.issues.map((issue) => issue.path)).toEqual([
      'cases[0].case_id',
      'cases[0].logical_operator',
      'cases[0].conditions[0].comparison_operator',
    ])
  })
})

describe('variable-aggregator', () => {
  const rows: [Record<string, unknown>, Value][] = [
    [
      {
        variables: [
          ['no', 'x'],
          ['v', 'x'],
        ],
      },
      { output: 'X' },
    ],
    [
      {
        variables: [
          ['v', 'none'],
          ['v', 'x'],
        ],
      },
      { output: null },
    ],
    [{ variables: [['no', 'x']] }, {}],
    [
      {
        variables: [['v', 'x']],
        advanced_settings: {
          group_enabled: true,
          groups: [
            {
              group_name: 'G',
              variables: [
                ['no', 'x'],
                ['v', 'x'],
              ],
            },
            { group_name: 'H', variables: [['no', 'x']] },
          ],
        },
      },
      { G: { output: 'X' } },
    ],
    [{ variables: [['v', 'x']], advanced_settings: { group_enabled: false, groups: [] } }, { output: 'X' }],
  ]
  it.each(rows)('%j', async (data, expected) => expect(await outputs(variableAggregator, data)).toEqual(expected))
})
