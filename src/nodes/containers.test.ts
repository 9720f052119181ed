import { describe, expect, it } from 'vitest'
import { type Played, runGraph } from '../../test/support/run-graph.ts'
import type { Value } from '../base/value.ts'
import { answer } from './answer.ts'
import { assigner } from './assigner.ts'
import { iterationStart, loopStart } from './entry.ts'
import { ifElse } from './if-else.ts'
import { iteration } from './iteration.ts'
import { listOperator } from './list-operator.ts'
import { loop } from './loop.ts'
import { loopEnd } from './loop-end.ts'
import type { Kind } from './spec.ts'
import { start } from './start.ts'
import { variableAggregator } from './variable-aggregator.ts'

const kinds: readonly Kind[] = [
  start,
  answer,
  assigner,
  ifElse,
  iteration,
  iterationStart,
  listOperator,
  loop,
  loopStart,
  loopEnd,
  variableAggregator,
]

const types = (played: Played): string[] => played.events.map((event) => event.type)

describe('iteration', () => {
  /** Each item is passed on; a text or a mixed list as item fails at the list operator. */
  const iterate = (items: Value, settings: Record<string, unknown> = {}, output = ['pass', 'output']) =>
    runGraph({
      kinds,
      inputs: { items },
      nodes: {
        start: { type: 'start', variables: [{ variable: 'items' }] },
        it: {
          type: 'iteration',
          start_node_id: 'itstart',
          iterator_selector: ['start', 'items'],
          output_selector: output,
          ...settings,
        },
        itstart: { type: 'iteration-start', parent: 'it' },
        pass: { type: 'variable-aggregator', variables: [['it', 'item']], parent: 'it' },
        ...(settings.checked === true && {
          check: {
            type: 'list-operator',
            variable: ['it', 'item'],
            filter_by: {},
            order_by: {},
            limit: {},
            parent: 'it',
          },
        }),
      },
      edges: ['start>it', settings.checked === true ? 'itstart>check' : 'itstart>pass', 'check>pass'].slice(
        0,
        settings.checked === true ? 3 : 2,
      ),
    })

  const rows: [Value, Record<string, unknown>, Value][] = [
    [null, {}, []],
    [[], {}, []],
    [['a', 'b'], {}, ['a', 'b']],
    [[['a'], ['b', 'c']], {}, ['a', 'b', 'c']],
    [[['a'], ['b', 'c']], { flatten_output: false }, [['a'], ['b', 'c']]],
    [[['a'], null], {}, ['a']],
    [[['a'], 'b'], {}, [['a'], 'b']],
    [[1, 2, 3, 4, 5], { is_parallel: true, parallel_nums: 2 }, [1, 2, 3, 4, 5]],
    [[['a'], 'bad', ['c']], { checked: true, error_handle_mode: 'continue-on-error' }, ['a', 'c']],
    [[['a'], 'bad'], { checked: true, error_handle_mode: 'remove-abnormal-output', flatten_output: false }, [['a']]],
    [
      [['a'], 'bad'],
      { checked: true, error_handle_mode: 'continue-on-error', flatten_output: false, is_parallel: true },
      [['a'], null],
    ],
  ]
  it.each(rows)('%j with %j gives %j', async (items, settings, expected) => {
    expect((await iterate(items, settings)).output('it', 'output')).toEqual(expected)
  })

  it('says every item, and no item of an empty list', async () => {
    expect(types(await iterate(['a', 'b'])).filter((type) => type.startsWith('iteration'))).toEqual([
      'iteration-start',
      'iteration-next',
      'iteration-next',
      'iteration-end',
    ])
    expect(types(await iterate([])).filter((type) => type === 'iteration-next')).toEqual([])
  })

  it('fails with what it has when an item fails', async () => {
    const played = await iterate([['a'], 'bad', ['c']], { checked: true, flatten_output: false })
    expect(played.end).toMatchObject({ status: 'failed', exceptions: 2 })
    expect(played.node('it')).toMatchObject({ status: 'failed', outputs: { output: [['a']] }, failure: { type: '' } })
    expect(played.events.filter((event) => event.type === 'iteration-next')).toHaveLength(2)
  })

  it.each(['text', { a: 1 }])('refuses %j as its list', async (items) => {
    expect((await iterate(items)).node('it').failure?.type).toBe('WorkflowNodeError')
  })

  it('gives null for what an item did not produce', async () => {
    expect((await iterate(['a'], {}, ['nowhere', 'x'])).output('it', 'output')).toEqual([null])
  })
})

interface LoopCase {
  readonly count: number
  readonly conditions?: readonly unknown[]
  readonly variables?: readonly unknown[]
  /** The value of the counter from which a `loop-end` is reached. */
  readonly endFrom?: number
}

const number = (label: string, value: unknown) => ({ label, var_type: 'number', value_type: 'constant', value })
const atLeast = (value: string, id = 'lp') => ({ variable_selector: [id, 'k'], comparison_operator: '≥', value })

/** A counter from 0, one more in each round. */
const runLoop = ({ count, conditions = [], variables = [number('k', 0)], endFrom }: LoopCase) =>
  runGraph({
    kinds,
    nodes: {
      start: { type: 'start' },
      lp: {
        type: 'loop',
        start_node_id: 'lpstart',
        loop_count: count,
        logical_operator: 'and',
        break_conditions: conditions,
        loop_variables: variables,
      },
      lpstart: { type: 'loop-start', parent: 'lp' },
      add: {
        type: 'assigner',
        version: '2',
        loop_id: 'lp',
        items: [{ variable_selector: ['lp', 'k'], input_type: 'constant', operation: '+=', value: 1 }],
      },
      enough: {
        type: 'if-else',
        loop_id: 'lp',
        cases: [{ case_id: 'true', logical_operator: 'and', conditions: [atLeast(String(endFrom ?? 999))] }],
      },
      stop: { type: 'loop-end', loop_id: 'lp' },
      say: { type: 'answer', answer: '{{#lp.k#}};', loop_id: 'lp' },
    },
    edges: ['start>lp', 'lpstart>add', 'add>enough', 'enough:true>stop', 'enough:false>say'],
  })

describe('loop', () => {
  const ends: [string, LoopCase, Record<string, Value>, string, number][] = [
    ['uses up its rounds', { count: 3 }, { k: 3, loop_round: 3 }, 'loop_completed', 3],
    ['breaks by a condition', { count: 5, conditions: [atLeast('2')] }, { k: 2, loop_round: 2 }, 'loop_break', 5],
    ['breaks before it begins', { count: 5, conditions: [atLeast('0')] }, {}, 'loop_break', 0],
    ['breaks at a loop-end', { count: 3, endFrom: 1 }, { k: 1, loop_round: 1 }, 'loop_break', 3],
  ]
  it.each(ends)('%s', async (_, settings, outputs, completed_reason, steps) => {
    const played = await runLoop(settings)
    expect(played.node('lp')).toMatchObject({ status: 'succeeded', metadata: { completed_reason } })
    expect(played.node('lp').outputs).toEqual(outputs)
    expect(played.events.find((event) => event.type === 'loop-end')).toMatchObject({ steps })
  })

  it('says the rounds between the first and the last', async () => {
    const nexts = (await runLoop({ count: 3 })).events.filter((event) => event.type === 'loop-next')
    expect(nexts).toMatchObject([
      { round: 1, variables: { k: 1 } },
      { round: 2, variables: { k: 2 } },
    ])
  })

  it('joins the answers of all rounds', async () => {
    expect((await runLoop({ count: 3 })).end.outputs.answer).toBe('1;2;3;')
  })

  it('ignores a condition it cannot check at first, and fails by it later', async () => {
    const played = await runLoop({ count: 3, conditions: [atLeast('2', 'nowhere')] })
    expect(played.node('lp')).toMatchObject({ status: 'failed', outputs: {}, failure: { type: '' } })
    expect(played.events.filter((event) => event.type === 'variable-update')).toHaveLength(1)
  })

  const constant = (var_type: string, value: unknown) => ({ label: 'v', var_type, value_type: 'constant', value })
  const starts: [object, Value | undefined][] = [
    [constant('array[string]', '["a"]'), ['a']],
    [constant('array[string]', ['a']), []],
    [constant('array[string]', ''), []],
    [constant('array[string]', null), []],
    [constant('array[string]', '[1]'), undefined],
    [constant('array[boolean]', [true]), [true]],
    [constant('array[boolean]', '[true]'), [true]],
    [constant('number', '1.5'), 1.5],
    [constant('number', 'abc'), undefined],
    [constant('number', true), undefined],
    [constant('string', '5'), '5'],
    [constant('string', null), undefined],
    [constant('object', { a: 1 }), { a: 1 }],
    [constant('object', 'bad'), undefined],
    [constant('boolean', 'false'), false],
    [{ label: 'v', var_type: 'string', value_type: 'variable', value: ['lp', 'k'] }, 0],
    [{ label: 'v', var_type: 'string', value_type: 'variable', value: ['nowhere', 'k'] }, undefined],
  ]
  it.each(starts)('%j starts as %j', async (variable, expected) => {
    const played = await runLoop({ count: 1, variables: [number('k', 0), variable] })
    if (expected === undefined) expect(played.node('lp').failure?.type).toBe('WorkflowNodeError')
    else expect(played.output('lp', 'v')).toEqual(expected)
  })
})
