// One condition of a list operator, compiled to a test of single items. Which operators exist depends on what the list holds.

import { z } from 'zod'
import { compareNumbers, isNumber, type Num } from '../base/number.ts'
import { isList, type Value } from '../base/value.ts'
import type { FileValue } from '../flow/file.ts'
import type { NodeContext } from '../flow/spec.ts'
import { parseTemplate, renderTemplate } from '../flow/template.ts'
import { OPERATORS } from './conditions.ts'
import { NodeError } from './errors.ts'
import { readDouble } from './python-number.ts'

export type ElementType = 'string' | 'number' | 'boolean' | 'file'

export const filterField = z.object({
  key: z.string().nullish(),
  comparison_operator: z.enum(OPERATORS).nullish(),
  value: z.union([z.string(), z.array(z.string()), z.boolean()]).nullish(),
})

type Keep = (item: Value) => boolean
type Expected = string | boolean | readonly string[]
type Filter = (element: ElementType, context: NodeContext) => Keep

/** A filter: told what the list holds, it gives the test of an item.
 *  @throws NodeError `node/list-setting`, `node/list` when used on a list it is not for */
export const compileFilter = (settings: z.output<typeof filterField>): Filter => {
  const operator = settings.comparison_operator ?? 'contains'
  const given = settings.value ?? ''
  const template = typeof given === 'string' ? parseTemplate(given) : undefined
  return (element, context) => {
    const expected = template ? renderTemplate(template, (selector) => context.get(selector)) : given
    return keepFor(element, operator, expected, settings.key ?? '')
  }
}

const keepFor = (element: ElementType, operator: string, expected: Expected, key: string): Keep => {
  switch (element) {
    case 'string':
      return ofText(operator, expected)
    case 'number':
      return ofNumber(operator, expected)
    case 'boolean':
      return ofTruth(operator, expected)
    case 'file':
      return ofFile(operator, expected, key)
  }
}

const unsuitable = (reason: string): NodeError =>
  new NodeError('node/list', { details: { name: 'of the filter', reason } })
const unusable = (reason: string): NodeError => new NodeError('node/list-setting', { details: { reason } })

const ofText = (operator: string, expected: Expected): Keep => {
  if (typeof expected !== 'string') throw unsuitable('texts are filtered by a text')
  const test = TEXT_TESTS[operator]
  if (!test) throw unsuitable(`'${operator}' is not for texts`)
  return (item) => test(item as string, expected)
}

const TEXT_TESTS: Readonly<Record<string, (item: string, expected: string) => boolean>> = {
  contains: (item, expected) => item.includes(expected),
  'not contains': (item, expected) => !item.includes(expected),
  'start with': (item, expected) => item.startsWith(expected),
  'end with': (item, expected) => item.endsWith(expected),
  is: (item, expected) => item === expected,
  'is not': (item, expected) => item !== expected,
  in: (item, expected) => expected.includes(item),
  'not in': (item, expected) => !expected.includes(item),
  empty: (item) => item === '',
  'not empty': (item) => item !== '',
}

const ofNumber = (operator: string, expected: Expected): Keep => {
  if (typeof expected !== 'string') throw unsuitable('numbers are filtered by a number')
  const wanted = readDouble(expected)
  if (wanted === undefined) throw unusable(`'${expected}' is no number`)
  const test = NUMBER_TESTS[operator]
  if (!test) throw unsuitable(`'${operator}' is not for numbers`)
  return (item) => isNumber(item) && test(compareNumbers(item as Num, wanted))
}

const NUMBER_TESTS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '≠': (order) => order !== 0,
  '<': (order) => order < 0,
  '≤': (order) => order <= 0,
  '>': (order) => order > 0,
  '≥': (order) => order >= 0,
}

const ofTruth = (operator: string, expected: Expected): Keep => {
  if (typeof expected !== 'boolean') throw unusable('booleans are filtered by true or false')
  if (operator !== 'is' && operator !== 'is not') throw unsuitable(`'${operator}' is not for booleans`)
  return (item) => (item === expected) === (operator === 'is')
}

const TEXT_KEYS = ['name', 'extension', 'mime_type', 'url', 'related_id']
const CHOICE_KEYS = ['type', 'transfer_method']

const ofFile = (operator: string, expected: Expected, key: string): Keep => {
  const attribute = (item: Value): Value => (item as FileValue).attribute(key) ?? ''
  if (TEXT_KEYS.includes(key)) {
    const keep = ofText(operator, expected)
    return (item) => keep(attribute(item))
  }
  if (key === 'size') {
    const keep = ofNumber(operator, expected)
    return (item) => keep(attribute(item))
  }
  if (!CHOICE_KEYS.includes(key)) throw unusable(`files have no attribute '${key}'`)
  if (operator !== 'in' && operator !== 'not in') throw unsuitable(`'${operator}' is not for the ${key} of files`)
  if (typeof expected === 'boolean') throw unusable(`the ${key} of files is one of several words`)
  const choices = isList(expected) ? expected : [expected]
  return (item) => choices.includes(attribute(item) as string) === (operator === 'in')
}
