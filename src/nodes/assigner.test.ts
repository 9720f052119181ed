import { describe, expect, it } from 'vitest'
import { compileBody, createNodeContext } from '../../test/support/node-context.ts'
import { Float } from '../base/number.ts'
import type { Value, ValueObject } from '../base/value.ts'
import { inferType } from '../flow/render.ts'
import type { ValueType } from '../flow/spec.ts'
import { assigner } from './assigner.ts'

const POOL: ValueObject = { b: 'b', bs: ['b'], one: 1, nothing: null }

const assign = async (
  target: Value,
  settings: Record<string, unknown>,
  type: ValueType = inferType(target),
): Promise<Value | undefined> => {
  const { context } = createNodeContext({ pool: { c: { v: target }, n: POOL }, types: { 'c.v': type } })
  const outcome = await compileBody(assigner, settings).run(context)
  if (outcome.type === 'failure') return `failure ${outcome.failure.type}`.trim()
  return outcome.updates?.[0]?.value
}

const item = (operation: string, value?: Value, input_type = Array.isArray(value) ? 'variable' : 'constant') => ({
  variable_selector: ['c', 'v'],
  input_type,
  operation,
  value,
})
const second = (...items: object[]) => ({ version: '2', items })
const from = (name: string): Value => ['n', name]

describe('second generation', () => {
  const rows: [Value, object[], Value | undefined, ValueType?][] = [
    [4, [item('/=', 2)], new Float(2)],
    [4, [item('/=', 0)], 'failure'],
    [7, [item('+=', true)], 8],
    [7, [item('+=', '1')], 'failure'],
    [9007199254740991, [item('+=', 1)], 9007199254740992n],
    [new Float(4), [item('*=', 0)], new Float(0)],
    [-2.5, [item('*=', 0)], new Float(-0)],
    [1, [item('+=', ['n', 'one'])], 'failure'],
    [7, [item('clear', null)], 'failure'],
    [7, [item('clear', null, 'variable')], 0],
    [1.5, [item('clear', null, 'variable')], new Float(0), 'number'],
    [['a'], [item('append', from('b'))], ['a', 'b']],
    [['a'], [item('append', from('one'))], 'failure'],
    [['a'], [item('append', 'b')], 'failure'],
    [['a'], [item('extend', from('bs'))], ['a', 'b']],
    [['a'], [item('extend', from('b'))], 'failure'],
    [[], [item('remove-first', null, 'variable')], [], 'array[string]'],
    [['a', 'b'], [item('remove-last', null, 'variable')], ['a']],
    ['x', [item('remove-last', null, 'variable')], 'failure'],
    [{}, [item('set', '{"k": 1}')], { k: 1 }],
    [{}, [item('set', 'k')], 'failure'],
    ['x', [item('set', null)], 'failure'],
    [5, [item('set', true)], true],
    [['a'], [item('set', 'x')], 'failure'],
    ['x', [item('over-write', from('nothing'))], undefined],
    ['x', [item('over-write', from('missing'))], 'failure'],
    ['x', [item('over-write', from('one'))], 'failure'],
    [1, [item('+=', 1), item('*=', 10), item('over-write', ['c', 'v'])], 20],
    ['x', [item('over-write', from('b')), item('append', from('b'))], 'failure'],
    [['a'], [item('over-write', ['x'], 'constant')], 'failure'],
  ]
  it.each(rows)('%j %j', async (target, items, expected, type) => {
    expect(await assign(target, second(...items), type)).toEqual(expected)
  })

  it('refuses a target that does not exist', async () => {
    const settings = second({ ...item('set', 'x'), variable_selector: ['c', 'no'] })
    expect(await assign('x', settings)).toBe('failure')
  })
})

describe('first generation', () => {
  const settings = (write_mode: string, name: string, target = 'v') => ({
    write_mode,
    assigned_variable_selector: ['c', target],
    input_variable_selector: ['n', name],
  })
  const rows: [Value, Record<string, unknown>, Value | undefined, ValueType?][] = [
    ['x', settings('over-write', 'bs'), ['b'], 'string'],
    ['x', settings('over-write', 'nothing'), null, 'string'],
    ['x', settings('over-write', 'missing'), 'failure WorkflowNodeError'],
    ['x', settings('over-write', 'b', 'no'), 'failure WorkflowNodeError'],
    [['a'], settings('append', 'one'), ['a', 1]],
    ['x', settings('append', 'one'), 'failure WorkflowNodeError'],
    [['a'], settings('clear', 'one'), []],
    [4, settings('clear', 'one'), 0, 'number'],
  ]
  it.each(rows)('%j %j', async (target, data, expected, type) => {
    expect(await assign(target, data, type)).toEqual(expected)
  })
})
