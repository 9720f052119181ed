import { describe, expect, it } from 'vitest'
import { Float } from '../base/number.ts'
import type { Value } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import { checkConditions, compileConditions, conditionField, type Operator } from './conditions.ts'
import { NodeError } from './errors.ts'

const file = (name: string, type: 'image' | 'document', size = 1): FileValue =>
  new FileValue({
    id: null,
    type,
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: 'f',
    filename: name,
    extension: name.slice(name.indexOf('.')),
    mimeType: null,
    size,
    url: null,
  })

type Result = boolean | 'error'
interface Row {
  readonly operator: string
  readonly value?: unknown
  readonly files?: readonly unknown[]
}

const check = (actual: Value | undefined, { operator, value, files }: Row): Result => {
  const settings = conditionField.parse({
    variable_selector: ['v', 'x'],
    comparison_operator: operator,
    value,
    ...(files && { sub_variable_condition: { logical_operator: 'and', conditions: files } }),
  })
  const pool: Record<string, Value | undefined> = { 'v.x': actual, 'v.other': 'abc' }
  const variables = { get: (selector: readonly string[]) => pool[selector.join('.')], typeOf: () => undefined }
  try {
    return checkConditions(compileConditions([settings], 'and'), variables)
  } catch (error) {
    if (!(error instanceof NodeError)) throw error
    return 'error'
  }
}

const rows: [Value | undefined, Operator, unknown, Result][] = [
  ['', 'contains', 'a', false],
  ['', 'not contains', 'a', true],
  ['Hello', 'contains', 'hello', false],
  [[1, 2], 'contains', '1', false],
  [['a'], 'contains', 'a', true],
  [null, 'contains', 'a', false],
  [5, 'contains', '5', 'error'],
  [[true, false], 'contains', 'true', true],
  ['Hello', 'start with', 'He', true],
  ['Hello', 'end with', 'lo', true],
  [5, 'start with', '5', 'error'],
  [null, 'start with', 'a', false],
  [null, 'is', 'a', false],
  [null, 'is not', 'a', false],
  [5, 'is', '5', 'error'],
  [false, 'is', 'false', true],
  [true, 'is', 'True', 'error'],
  [true, 'is', '1', true],
  ['abc', 'is', '{{#v.other#}}', true],
  [5, '=', '5', true],
  [5, '=', ' 5 ', true],
  [5, '=', '5.0', 'error'],
  [5, '=', '', 'error'],
  [new Float(5), '=', '5', true],
  [new Float(1000), '=', '1e3', true],
  [null, '=', '5', false],
  [null, '≠', '5', false],
  ['5', '=', '5', 'error'],
  [true, '=', 'false', false],
  [12345678901234567n, '≠', '12345678901234568', true],
  [5, '>', '4.5', true],
  [5, '≥', '5', true],
  [5, '≤', 'abc', 'error'],
  ['5', '>', '3', 'error'],
  [null, '<', '3', false],
  [true, '>', '0', true],
  [true, '>', 'false', true],
  [0, 'empty', '', true],
  [0, 'not empty', '', false],
  [new Float(0), 'empty', '', true],
  [{}, 'empty', '', true],
  ['x', 'empty', '', false],
  [false, 'empty', '', 'error'],
  [null, 'null', '', true],
  ['', 'not null', '', true],
  ['abc', 'in', ['abc'], true],
  ['abc', 'in', 'abc', 'error'],
  ['', 'in', ['abc'], false],
  ['', 'not in', ['abc'], true],
  [['a', 'b'], 'all of', ['a', 'b'], true],
  [['a'], 'all of', ['a', 'b'], false],
  ['abc', 'all of', ['a', 'c'], true],
  [false, 'exists', '', true],
  [null, 'not exists', '', true],
  [undefined, 'empty', '', 'error'],
]
it.each(rows)('%s %s %j: %s', (actual, operator, value, expected) => {
  expect(check(actual, { operator, value })).toBe(expected)
})

describe('lists of files', () => {
  const files = [file('a.PNG', 'image'), file('b.pdf', 'document', 9)]
  const table: [string, Record<string, unknown>, Result][] = [
    ['contains', { key: 'extension', comparison_operator: 'is', value: 'pdf' }, true],
    ['not contains', { key: 'extension', comparison_operator: 'is', value: 'pdf' }, true],
    ['contains', { key: 'type', comparison_operator: 'not in', value: ['image'] }, false],
    ['contains', { key: 'extension', comparison_operator: 'is', value: 'png' }, false],
    ['all of', { key: 'size', comparison_operator: '>', value: '5' }, true],
    ['contains', { key: 'colour', comparison_operator: 'is', value: 'red' }, 'error'],
  ]
  it.each(table)('%s %j: %s', (operator, condition, expected) => {
    expect(check(files, { operator, files: [condition] })).toBe(expected)
  })
  it('need an attribute to be compared by', () => expect(check(files, { operator: 'contains' })).toBe('error'))
})

it('stops as soon as the result is certain', () => {
  const missing = conditionField.parse({ variable_selector: ['no', 'x'], comparison_operator: 'is', value: 'x' })
  const holds = conditionField.parse({ variable_selector: ['v', 'x'], comparison_operator: 'not null' })
  const variables = { get: ([id]: readonly string[]) => (id === 'v' ? 1 : undefined), typeOf: () => undefined }
  expect(checkConditions(compileConditions([holds, missing], 'or'), variables)).toBe(true)
  expect(() => checkConditions(compileConditions([holds, missing], 'and'), variables)).toThrow(NodeError)
  expect(checkConditions(compileConditions([], 'and'), variables)).toBe(true)
  expect(checkConditions(compileConditions([], 'or'), variables)).toBe(false)
})
