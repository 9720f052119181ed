// The declared outputs of code, and the rules a returned value must pass.
//
// Two modes, as the app format has them: fields with a declaration are checked against it (and booleans given for
// numbers become 1 and 0, NUL characters vanish from texts); below an object without `children` only the limits hold.

import { z } from 'zod'
import { compareNumbers, formatNumber, isFloat, isNumber, type Num } from '../base/number.ts'
import { isList, isObject, own, setOwn, type Value, type ValueObject } from '../base/value.ts'
import { longerThan } from './code-points.ts'
import { NodeError } from './errors.ts'

/** Code points of one text. */
export const MAX_TEXT_LENGTH = 400_000
/** Numbers lie between minus this and this. */
export const MAX_NUMBER = 2n ** 63n - 1n
/** Decimal places of a number. */
export const MAX_DECIMALS = 20
export const MAX_NUMBERS = 1000
export const MAX_TEXTS = 30
export const MAX_OBJECTS = 30
/** Objects inside objects; what `main` returns is the first. */
export const MAX_DEPTH = 5

const TYPES = [
  'string',
  'number',
  'object',
  'boolean',
  'array[string]',
  'array[number]',
  'array[object]',
  'array[boolean]',
] as const

interface Declaration {
  readonly type: (typeof TYPES)[number]
  readonly children?: Declarations | null | undefined
}
type Declarations = Readonly<Record<string, Declaration>>

const declarationField: z.ZodType<Declaration> = z.lazy(() =>
  z.object({ type: z.enum(TYPES), children: z.record(z.string(), declarationField).nullish() }),
)
export const outputsField = z.record(z.string(), declarationField)

/** The returned object in the declared form.
 *  @throws NodeError `node/code-output`, `node/code-depth`, `node/code-undeclared` */
export const checkOutputs = (declared: Declarations, returned: ValueObject): ValueObject =>
  checkObject(returned, declared, { path: '', depth: 1 })

interface Place {
  readonly path: string
  readonly depth: number
}

const inside = ({ path, depth }: Place, name: string): Place => ({ path: path ? `${path}.${name}` : name, depth })

const wrong = (place: Place, reason: string): NodeError =>
  new NodeError('node/code-output', { details: { name: place.path, reason } })

const checkObject = (object: ValueObject, declared: Declarations | null | undefined, place: Place): ValueObject => {
  if (place.depth > MAX_DEPTH) {
    throw new NodeError('node/code-depth', { details: { name: place.path, limit: MAX_DEPTH } })
  }
  if (declared === null || declared === undefined) {
    for (const [name, value] of Object.entries(object)) checkFree(value, inside(place, name))
    return object
  }
  const result: ValueObject = {}
  for (const [name, declaration] of Object.entries(declared)) {
    const value = own(object, name) as Value | undefined
    const at = inside(place, name)
    if (value === undefined) throw wrong(at, 'is missing.')
    setOwn(result, name, checkDeclared(value, declaration, at))
  }
  const undeclared = Object.keys(object).filter((name) => !Object.hasOwn(declared, name))
  if (undeclared.length > 0) throw new NodeError('node/code-undeclared', { details: { names: undeclared.join(', ') } })
  return result
}

const checkDeclared = (value: Value, { type, children }: Declaration, place: Place): Value => {
  if (value === null) return value
  switch (type) {
    // Anything passes for a boolean: apps rely on that, so it stays.
    case 'boolean':
      return value
    case 'string':
      return checkText(value, place)
    case 'number':
      return checkNumber(value, place)
    case 'object':
      if (!isObject(value)) throw wrong(place, 'must be an object.')
      return checkObject(value, children, deeper(place))
    case 'array[number]':
      return checkList(value, MAX_NUMBERS, place, (item, at) => checkNumber(item, at))
    case 'array[string]':
      return checkList(value, MAX_TEXTS, place, (item, at) => (item === null ? null : checkText(item, at)))
    case 'array[boolean]':
      return checkList(value, Number.POSITIVE_INFINITY, place, (item, at) => {
        if (item !== null && typeof item !== 'boolean') throw wrong(at, 'must be a boolean.')
        return item
      })
    case 'array[object]':
      return checkList(value, MAX_OBJECTS, place, (item, at) => {
        if (item === null) return null
        if (!isObject(item)) throw wrong(at, 'must be an object.')
        return checkObject(item, children, deeper(at))
      })
  }
}

const deeper = ({ path, depth }: Place): Place => ({ path, depth: depth + 1 })

const checkList = (value: Value, limit: number, place: Place, check: (item: Value, at: Place) => Value): Value => {
  if (!isList(value)) throw wrong(place, 'must be a list.')
  if (value.length > limit) throw wrong(place, `has more than ${limit} items.`)
  return value.map((item, i) => check(item, itemOf(place, i)))
}

const itemOf = ({ path, depth }: Place, index: number): Place => ({ path: `${path}[${index}]`, depth })

const checkText = (value: Value, place: Place): string => {
  if (typeof value !== 'string') throw wrong(place, 'must be a text.')
  if (longerThan(value, MAX_TEXT_LENGTH)) throw wrong(place, `is longer than ${MAX_TEXT_LENGTH} characters.`)
  return value.replaceAll('\0', '')
}

const checkNumber = (value: Value, place: Place): Num => {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (!isNumber(value)) throw wrong(place, 'must be a number.')
  const size = compareNumbers(value, MAX_NUMBER) <= 0 && compareNumbers(value, -MAX_NUMBER) >= 0
  if (!size) throw wrong(place, `must lie between ${-MAX_NUMBER} and ${MAX_NUMBER}.`)
  if (isFloat(value) && decimals(value) > MAX_DECIMALS) throw wrong(place, `has more than ${MAX_DECIMALS} decimals.`)
  return value
}

/** Decimal places of the shortest text of a float. */
const decimals = (value: Num): number => {
  const [mantissa = '', exponent = '0'] = formatNumber(value).split('e')
  const fraction = (mantissa.split('.')[1] ?? '').replace(/0+$/, '')
  return fraction.length - Number(exponent)
}

/** Below an object without a declaration: limits only, and lists are of one kind, named by their first item. */
const checkFree = (value: Value, place: Place): void => {
  if (isObject(value)) checkObject(value, null, deeper(place))
  else if (isList(value)) checkFreeList(value, place)
  else if (typeof value === 'string') checkText(value, place)
  else if (isNumber(value)) checkNumber(value, place)
}

const checkFreeList = (list: readonly Value[], place: Place): void => {
  const first = list[0]
  if (first === undefined || first === null) return
  const kind = kindOf(first)
  if (!list.every((item) => item === null || kindOf(item) === kind)) throw wrong(place, 'mixes items of several kinds.')
  list.forEach((item, i) => {
    const at = itemOf(place, i)
    if (isList(item)) checkFreeList(item, deepEnough(at))
    else checkFree(item, at)
  })
}

/** Lists in lists count as levels too: their number has to end somewhere. */
const deepEnough = (place: Place): Place => {
  if (place.depth >= MAX_DEPTH)
    throw new NodeError('node/code-depth', { details: { name: place.path, limit: MAX_DEPTH } })
  return deeper(place)
}

const kindOf = (value: Value): string => {
  if (typeof value === 'boolean' || isNumber(value)) return 'number'
  if (typeof value === 'string') return 'text'
  return isList(value) ? 'list' : 'object'
}
