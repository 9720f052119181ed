// Conditions on variables: what each operator means for each kind of value. Used by branches, loops and list filters.
//
// Values keep the app format's (Python's) view: empty means null, '', 0, false or an empty list or object; numbers and
// texts are never equal; an operator on a value it does not know is an error, not `false`.

import { z } from 'zod'
import { compareNumbers, isInteger, isNumber, type Num, toNumber } from '../base/number.ts'
import { toPythonText } from '../base/python.ts'
import { equalValues, isList, isObject, type Value } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import type { Selector, ValueType } from '../flow/spec.ts'
import { parseTemplate, renderTemplate, type Template } from '../flow/template.ts'
import { selectorField } from './define.ts'
import { NodeError } from './errors.ts'
import { readDouble, readInteger } from './python-number.ts'
import { tryJson } from './variable-types.ts'

export const OPERATORS = [
  'contains',
  'not contains',
  'start with',
  'end with',
  'is',
  'is not',
  'empty',
  'not empty',
  'in',
  'not in',
  'all of',
  '=',
  '≠',
  '>',
  '<',
  '≥',
  '≤',
  'null',
  'not null',
  'exists',
  'not exists',
] as const
export type Operator = (typeof OPERATORS)[number]

const operatorField = z.enum(OPERATORS)
/** Text (a template), a list of texts, or a boolean; absence reads as null. */
const expectedField = z
  .union([z.string(), z.array(z.string()), z.boolean(), z.literal(0), z.literal(1)])
  .nullish()
  .transform((value) => (typeof value === 'number' ? value === 1 : (value ?? null)))
export const joinField = z.enum(['and', 'or'])

export const conditionField = z.object({
  variable_selector: selectorField,
  comparison_operator: operatorField,
  value: expectedField,
  sub_variable_condition: z
    .object({
      logical_operator: joinField,
      conditions: z
        .array(z.object({ key: z.string(), comparison_operator: operatorField, value: expectedField }))
        .nullish()
        .transform((list) => list ?? []),
    })
    .nullish(),
})
export type ConditionSettings = z.output<typeof conditionField>

type Expected = Value

/** A list of conditions, ready to be checked. */
export interface Conditions {
  readonly join: 'and' | 'or'
  readonly list: readonly Condition[]
}
interface Condition {
  readonly selector: Selector
  readonly operator: Operator
  /** Set when the expected text has places for variables. */
  readonly template: Template | undefined
  readonly expected: Expected
  readonly files: ConditionSettings['sub_variable_condition']
}

export interface Variables {
  get(selector: Selector): Value | undefined
  typeOf(selector: Selector): ValueType | undefined
}

export const compileConditions = (settings: readonly ConditionSettings[], join: 'and' | 'or'): Conditions => ({
  join,
  list: settings.map((condition) => {
    const template = typeof condition.value === 'string' ? parseTemplate(condition.value) : undefined
    return {
      selector: condition.variable_selector,
      operator: condition.comparison_operator,
      template: template && template.selectors.length > 0 ? template : undefined,
      expected: condition.value,
      files: condition.sub_variable_condition,
    }
  }),
})

/** Checks from left to right and stops as soon as the result is certain. An empty list holds for `and`, not for `or`.
 *  @throws NodeError `node/condition` when a value is missing or does not suit its operator */
export const checkConditions = (conditions: Conditions, variables: Variables): boolean => {
  const decisive = conditions.join === 'or'
  for (const condition of conditions.list) if (check(condition, variables) === decisive) return decisive
  return !decisive
}

const check = (condition: Condition, variables: Variables): boolean => {
  const { selector, operator } = condition
  try {
    const actual = variables.get(selector)
    if (actual === undefined) throw new Unsuitable('it has no value; the node that sets it did not run')
    if (isFileList(actual, selector, variables)) {
      if (operator === 'contains' || operator === 'not contains' || operator === 'all of') {
        if (!condition.files) throw new Unsuitable('files are compared by their attributes, and none is named')
        return checkFiles(condition.files, actual as readonly FileValue[])
      }
    }
    if (operator === 'exists' || operator === 'not exists') return compare(operator, actual, null)
    const { template } = condition
    const expected = template ? fill(template, variables) : condition.expected
    return compare(operator, actual, isTruthValue(actual, selector, variables) ? toTruth(expected) : expected)
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error
    throw new NodeError('node/condition', { details: { name: selector.join('.'), reason: error.message } })
  }
}

const fill = (template: Template, variables: Variables): string =>
  renderTemplate(
    template,
    (selector) => variables.get(selector),
    'text',
    (selector) => variables.typeOf(selector),
  )

/** A value and an operator that do not go together. */
export class Unsuitable extends Error {}

const isFileList = (value: Value, selector: Selector, variables: Variables): boolean =>
  isList(value) &&
  (value.length === 0 ? variables.typeOf(selector) === 'array[file]' : value.every((item) => item instanceof FileValue))

const isTruthValue = (value: Value, selector: Selector, variables: Variables): boolean => {
  if (typeof value === 'boolean') return true
  if (!isList(value)) return false
  return value.length === 0
    ? variables.typeOf(selector) === 'array[boolean]'
    : value.every((item) => typeof item === 'boolean')
}

/** Booleans are compared with what the expected text says as JSON: `true`, `1` … */
const toTruth = (expected: Expected): boolean => {
  if (typeof expected === 'boolean') return expected
  const value = typeof expected === 'string' ? tryJson(expected) : undefined
  if (typeof value === 'boolean') return value
  if (value !== undefined && isInteger(value)) return value != 0
  throw new Unsuitable(`it is a boolean, which cannot be compared with '${toPythonText(expected)}'`)
}

/** Each attribute condition holds when it does for any file, or, for operators with `not`, for all files. */
const checkFiles = (settings: NonNullable<Condition['files']>, files: readonly FileValue[]): boolean => {
  const results = settings.conditions.map(({ key, comparison_operator: operator, value: given }) => {
    const dotted = key === 'extension'
    if (dotted && typeof given !== 'string') throw new Unsuitable('a file extension is compared with a text')
    const expected = dotted ? withDot(given) : given
    const one = (file: FileValue) => {
      const actual = file.attribute(key)
      if (actual === undefined) throw new Unsuitable(`files have no attribute '${key}'`)
      return compare(operator, dotted ? withDot(actual) : actual, expected)
    }
    // Every file is looked at, as errors count even when the result is certain.
    const each = files.map(one)
    return operator.includes('not') ? each.every(Boolean) : each.some(Boolean)
  })
  return settings.logical_operator === 'and' ? results.every(Boolean) : results.some(Boolean)
}

const withDot = (value: Value): Value =>
  typeof value === 'string' && value !== '' && !value.startsWith('.') ? `.${value}` : value

/** Python's `not value`. */
export const isEmpty = (value: Value): boolean => {
  if (value === null || value === '' || value === false) return true
  if (isNumber(value)) return toNumber(value) === 0
  if (isList(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

/** Whether `actual operator expected` holds. @throws Unsuitable */
export const compare = (operator: Operator, actual: Value, expected: Expected): boolean => {
  switch (operator) {
    case 'contains':
      return !isEmpty(actual) && contains(actual, expected)
    case 'not contains':
      return isEmpty(actual) || !contains(actual, expected)
    case 'start with':
      return !isEmpty(actual) && text(actual).startsWith(expectedText(expected))
    case 'end with':
      return !isEmpty(actual) && text(actual).endsWith(expectedText(expected))
    case 'is':
      return actual !== null && is(actual, expected)
    case 'is not':
      return actual !== null && !is(actual, expected)
    case 'empty':
      return isEmpty(actual)
    case 'not empty':
      return !isEmpty(actual)
    case 'in':
      return !isEmpty(actual) && expectedList(expected).some((item) => same(item, actual))
    case 'not in':
      return isEmpty(actual) || !expectedList(expected).some((item) => same(item, actual))
    case 'all of':
      return !isEmpty(actual) && expectedList(expected).every((item) => contains(actual, item))
    case '=':
      return actual !== null && equalsNumber(actual, expected)
    case '≠':
      return actual !== null && !equalsNumber(actual, expected)
    case '>':
      return actual !== null && order(actual, expected) > 0
    case '<':
      return actual !== null && order(actual, expected) < 0
    case '≥':
      return actual !== null && order(actual, expected) >= 0
    case '≤':
      return actual !== null && order(actual, expected) <= 0
    case 'null':
    case 'not exists':
      return actual === null
    case 'not null':
    case 'exists':
      return actual !== null
  }
}

const contains = (actual: Value, expected: Expected): boolean => {
  if (typeof actual === 'string') return actual.includes(toPythonText(expected))
  if (isList(actual)) return actual.some((item) => same(item, expected))
  throw new Unsuitable('it is neither a text nor a list')
}

/** Equality as Python has it inside lists: true is 1 there. */
const same = (a: Value, b: Value): boolean => equalValues(truthAsNumber(a, b), truthAsNumber(b, a))
const truthAsNumber = (value: Value, other: Value): Value =>
  typeof value === 'boolean' && isNumber(other) ? (value ? 1 : 0) : value

const is = (actual: Value, expected: Expected): boolean => {
  if (typeof actual !== 'string' && typeof actual !== 'boolean')
    throw new Unsuitable('it is neither a text nor a boolean')
  return actual === expected
}

const text = (actual: Value): string => {
  if (typeof actual !== 'string') throw new Unsuitable('it is no text')
  return actual
}

const expectedText = (expected: Expected): string => {
  if (typeof expected !== 'string') throw new Unsuitable('the expected value is no text')
  return expected
}

const expectedList = (expected: Expected): readonly Value[] => {
  if (!isList(expected)) throw new Unsuitable('the expected value is no list')
  return expected
}

const equalsNumber = (actual: Value, expected: Expected): boolean => {
  if (typeof actual === 'boolean') return actual === !isEmpty(expected)
  if (!isNumber(actual)) throw new Unsuitable('it is neither a number nor a boolean')
  const wanted = isInteger(actual) ? expectedInteger(expected) : expectedDouble(expected)
  return compareNumbers(actual, wanted) === 0
}

const expectedInteger = (expected: Expected): number | bigint => {
  if (typeof expected === 'boolean') return expected ? 1 : 0
  const value = typeof expected === 'string' ? readInteger(expected) : undefined
  if (value === undefined) throw new Unsuitable(`it is an integer, and '${toPythonText(expected)}' is none`)
  return value
}

const expectedDouble = (expected: Expected): number => {
  if (typeof expected === 'boolean') return expected ? 1 : 0
  const value = typeof expected === 'string' ? readDouble(expected) : undefined
  if (value === undefined) throw new Unsuitable(`it is a number, and '${toPythonText(expected)}' is none`)
  return value
}

const order = (actual: Value, expected: Expected): number => {
  const value: Value = typeof actual === 'boolean' ? (actual ? 1 : 0) : actual
  if (!isNumber(value)) throw new Unsuitable('it is no number')
  return compareNumbers(value as Num, expectedDouble(expected))
}
