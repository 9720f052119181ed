// The built-in tests: what may follow `is`.

import { Float } from '../../base/number.ts'
import { isLowerText, isUpperText } from './characters.ts'
import { contains, equal, isSame, type Order, ordered } from './compare.ts'
import { test } from './define.ts'
import { Dict, hashKey } from './dict.ts'
import { iteratorOf } from './iterate.ts'
import { operate } from './operators.ts'
import { toText } from './represent.ts'
import { Bytes, Callable, List, Markup, type PyValue, Range, type Run, type Test, Tuple, Undefined } from './values.ts'

const isInteger = (value: PyValue): boolean =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
const isFloat = (value: PyValue): boolean =>
  value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))

const isSequence = (value: PyValue): boolean =>
  typeof value === 'string' ||
  [List, Tuple, Dict, Markup, Range, Bytes, Undefined].some((type) => value instanceof type)

const scanned = (run: Run, value: PyValue): string => {
  const text = toText(run, value)
  run.scan(text.length, 4)
  return text
}

const remainder = (run: Run, value: PyValue, by: PyValue): PyValue => operate(run, '%', value, by)

/** Unhashable values cannot be asked for. */
const isKey = (table: ReadonlyMap<string, unknown>, value: PyValue): boolean => {
  const key = hashKey(value)
  return typeof key === 'string' && table.has(key)
}

const comparison = (order: Order, ...names: string[]) =>
  names.map((name) => test(name, 'other', (run, value, [other]) => ordered(run, order, value, other as PyValue)))

const builtIn = (filters: ReadonlyMap<string, unknown>): readonly (readonly [string, Test])[] => [
  test('boolean', '', (_run, value) => typeof value === 'boolean'),
  test('callable', '', (_run, value) => value instanceof Callable || value instanceof Undefined),
  test('defined', '', (_run, value) => !(value instanceof Undefined)),
  test('divisibleby', 'num', (run, value, [by]) => equal(run, remainder(run, value, by as PyValue), 0)),
  test('escaped', '', (_run, value) => value instanceof Markup),
  test('even', '', (run, value) => equal(run, remainder(run, value, 2), 0)),
  test('false', '', (_run, value) => value === false),
  test('filter', '', (_run, value) => isKey(filters, value)),
  test('float', '', (_run, value) => isFloat(value)),
  test('in', 'seq', (run, value, [container]) => contains(run, container as PyValue, value)),
  test('integer', '', (_run, value) => isInteger(value)),
  test('iterable', '', (run, value) => iteratorOf(run, value) !== undefined),
  test('lower', '', (run, value) => isLowerText(scanned(run, value))),
  test('mapping', '', (_run, value) => value instanceof Dict),
  test('none', '', (_run, value) => value === null),
  test('number', '', (_run, value) => typeof value === 'boolean' || isInteger(value) || isFloat(value)),
  test('odd', '', (run, value) => equal(run, remainder(run, value, 2), 1)),
  test('sameas', 'other', (run, value, [other]) => isSame(run, value, other as PyValue)),
  test('sequence', '', (_run, value) => isSequence(value)),
  test('string', '', (_run, value) => typeof value === 'string' || value instanceof Markup),
  test('test', '', (run, value) => isKey(run.tests, value)),
  test('true', '', (_run, value) => value === true),
  test('undefined', '', (_run, value) => value instanceof Undefined),
  test('upper', '', (run, value) => isUpperText(scanned(run, value))),
  ...['==', 'eq', 'equalto'].map((name) =>
    test(name, 'other', (run, value, [other]) => equal(run, value, other as PyValue)),
  ),
  ...['!=', 'ne'].map((name) => test(name, 'other', (run, value, [other]) => !equal(run, value, other as PyValue))),
  ...comparison('<', '<', 'lt', 'lessthan'),
  ...comparison('<=', '<=', 'le'),
  ...comparison('>', '>', 'gt', 'greaterthan'),
  ...comparison('>=', '>=', 'ge'),
]

export const createTests = (filters: ReadonlyMap<string, unknown>): ReadonlyMap<string, Test> =>
  new Map(builtIn(filters))
