import { describe, expect, test } from 'vitest'
import { Float } from '../base/number.ts'
import type { Value } from '../base/value.ts'
import { checkToolParameters } from './parameters.ts'
import type { ToolParameter } from './spec.ts'

const check = (type: ToolParameter['type'], value: Value | undefined, more: Partial<ToolParameter> = {}) => {
  const parameter = { name: 'p', type, required: false, description: '', ...more }
  const given = value === undefined ? {} : { p: value }
  return checkToolParameters({ name: 'tool', parameters: [parameter] }, given)
}
const options = ['a', 'b']

describe('parameters are read as their type', () => {
  test.each<[ToolParameter['type'], Value, Value]>([
    ['string', 'x', 'x'],
    ['string', '', ''],
    ['string', 3, '3'],
    ['string', new Float(3), '3.0'],
    ['string', true, 'True'],
    ['number', 3, 3],
    ['number', '3', 3],
    ['number', ' -3 ', -3],
    ['number', '+3', 3],
    ['number', '3.5', 3.5],
    ['number', '3.0', new Float(3)],
    ['number', '.5', 0.5],
    ['number', '1e3', new Float(1000)],
    ['number', '12345678901234567890', 12345678901234567890n],
    ['boolean', true, true],
    ['boolean', 'TRUE', true],
    ['boolean', 'no', false],
    ['boolean', '', false],
    ['boolean', 0, false],
    ['boolean', 2, true],
    ['select', 'a', 'a'],
    ['object', { a: 1 }, { a: 1 }],
    ['object', '{"a": 1}', { a: 1 }],
    ['array', [1], [1]],
    ['array', '[1, "x"]', [1, 'x']],
  ])('%s %j', (type, given, expected) => {
    expect(check(type, given, { options })).toEqual({ p: expected })
  })

  test.each<[ToolParameter['type'], Value]>([
    ['string', { a: 1 }],
    ['string', [1]],
    ['number', 'three'],
    ['number', '3x'],
    ['number', '0x10'],
    ['number', 'Infinity'],
    ['number', '1e999'],
    ['number', Number.NaN],
    ['number', true],
    ['boolean', 'maybe'],
    ['boolean', [true]],
    ['select', 'c'],
    ['object', '[1]'],
    ['object', '{broken'],
    ['object', 3],
    ['array', '{"a": 1}'],
    ['array', { a: 1 }],
    ['file', 'name.txt'],
    ['file', ['name.txt']],
  ])('%s refuses %j', (type, given) => {
    expect(() => check(type, given, { options })).toThrow(
      expect.objectContaining({
        code: 'tool/bad-parameter',
        details: expect.objectContaining({ parameter: 'p', tool: 'tool' }),
      }),
    )
  })
})

test('absence: default, else left out, else an error for required ones', () => {
  expect(check('number', undefined)).toEqual({})
  expect(check('number', null)).toEqual({})
  expect(check('number', '')).toEqual({})
  expect(check('number', undefined, { default: '7' })).toEqual({ p: 7 })
  expect(check('number', '', { default: 7, required: true })).toEqual({ p: 7 })
  for (const absent of [undefined, null, '']) {
    expect(() => check('number', absent, { required: true })).toThrow(/p of tool is not usable: it is required/)
  }
  expect(check('string', '', { required: true })).toEqual({ p: '' })
})

test('names nobody declared are dropped, inherited ones are no values', () => {
  const tool = {
    name: 't',
    parameters: [{ name: 'toString', type: 'string', required: false, description: '' }],
  } as const
  expect(checkToolParameters(tool, { other: 1 })).toEqual({})
})
