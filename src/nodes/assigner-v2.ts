// Second generation of the assigner: several changes in order, each seeing those before it, and all or none of them.

import { z } from 'zod'
import { isNumber } from '../base/number.ts'
import { isList, isObject, type Value } from '../base/value.ts'
import { inferType, zeroValue } from '../flow/render.ts'
import type { NodeBody, NodeContext, Selector, ValueType, VariableUpdate } from '../flow/spec.ts'
import { addNumbers, divideNumbers, multiplyNumbers, subtractNumbers } from './arithmetic.ts'
import { NodeError, toFailed } from './errors.ts'
import type { NodeServices } from './spec.ts'
import { fitsElement, fitsType, isArrayType, isNumberType, settledType, tryJson } from './variable-types.ts'

const OPERATIONS = [
  'over-write',
  'clear',
  'set',
  'append',
  'extend',
  '+=',
  '-=',
  '*=',
  '/=',
  'remove-first',
  'remove-last',
] as const
type Operation = (typeof OPERATIONS)[number]

const itemField = z.object({
  variable_selector: z.array(z.string()).min(2, 'must name a node and a variable'),
  input_type: z.enum(['variable', 'constant']),
  operation: z.enum(OPERATIONS),
  value: z.custom<Value>(() => true).optional(),
})
type Item = z.output<typeof itemField>

export const secondSettings = z.object({ items: z.array(itemField) })

export const compileSecond = ({ items }: z.output<typeof secondSettings>): NodeBody<NodeServices> => ({
  writes: items.map((item) => targetOf(item)),
  run: (context) => {
    const changes = new Changes(context)
    try {
      for (const item of items) changes.apply(item)
      return { type: 'success', outputs: {}, updates: changes.updates() }
    } catch (error) {
      return toFailed(error)
    }
  },
})

const targetOf = ({ variable_selector: selector }: Item): readonly [string, string] => [
  selector[0] as string,
  selector[1] as string,
]

/** The changes of one execution, kept apart from the run's variables until all have succeeded. */
class Changes {
  readonly #context: NodeContext
  readonly #updates = new Map<string, VariableUpdate>()
  constructor(context: NodeContext) {
    this.#context = context
  }

  apply(item: Item): void {
    const selector = targetOf(item)
    const before = this.#read(selector)
    if (before === undefined) throw refuse(selector, 'it does not exist')
    const type = settledType(this.#context.typeOf(selector) ?? inferType(before), before)
    if (!TARGETS[item.operation](type)) throw refuse(selector, `'${item.operation}' is not for ${type}`)
    if (!takesInput(item, type)) throw refuse(selector, `'${item.operation}' takes no ${item.input_type} here`)
    const value = this.#input(item, type)
    if (value === undefined) return
    const key = JSON.stringify(selector)
    this.#updates.set(key, { selector, value: operate(item.operation, before, { value, type, selector }) })
  }

  updates(): readonly VariableUpdate[] {
    return [...this.#updates.values()]
  }

  /** The value to work with; undefined when there is none and the item is to be skipped. */
  #input({ operation, input_type, value, variable_selector: target }: Item, type: ValueType): Value | undefined {
    if (TAKES_NOTHING.has(operation)) return null
    if (input_type === 'constant') {
      const isText = operation === 'set' && type === 'object' && typeof value === 'string'
      return (isText ? tryJson(value) : value) ?? null
    }
    const selector = isList(value) ? value.map(String) : []
    const found = this.#read(selector)
    if (found === undefined) throw refuse(target, `the value ${selector.join('.')} does not exist`)
    return found ?? undefined
  }

  #read(selector: Selector): Value | undefined {
    const changed = this.#updates.get(JSON.stringify(selector.slice(0, 2)))
    if (!changed) return this.#context.get(selector)
    let value: Value | undefined = changed.value
    for (const key of selector.slice(2)) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
    return value
  }
}

const TAKES_NOTHING: ReadonlySet<Operation> = new Set(['clear', 'remove-first', 'remove-last'])
const SETTABLE: ReadonlySet<ValueType> = new Set(['string', 'number', 'integer', 'float', 'boolean', 'object'])
const isSettable = (type: ValueType): boolean => SETTABLE.has(type)

/** The types an operation is for. */
const TARGETS: Readonly<Record<Operation, (type: ValueType) => boolean>> = {
  'over-write': () => true,
  clear: () => true,
  set: isSettable,
  append: isArrayType,
  extend: isArrayType,
  '+=': isNumberType,
  '-=': isNumberType,
  '*=': isNumberType,
  '/=': isNumberType,
  'remove-first': isArrayType,
  'remove-last': isArrayType,
}

const takesInput = ({ operation, input_type }: Item, type: ValueType): boolean => {
  const constant = input_type === 'constant'
  switch (operation) {
    case 'over-write':
      return !constant || isSettable(type)
    case 'set':
    case '+=':
    case '-=':
    case '*=':
    case '/=':
      return constant
    default:
      return !constant
  }
}

interface Input {
  readonly value: Value
  readonly type: ValueType
  readonly selector: Selector
}

const operate = (operation: Operation, before: Value, { value, type, selector }: Input): Value => {
  const fits = (suits: boolean): Value => {
    if (!suits) throw refuse(selector, `the value does not fit ${type}`)
    return value
  }
  switch (operation) {
    case 'over-write':
    case 'set':
      return fits(fitsType(value, type))
    case 'clear':
      return zeroValue(type)
    case 'append':
      return [...asList(before), fits(fitsElement(value, type))]
    case 'extend':
      return [...asList(before), ...asList(fits(fitsType(value, type)))]
    case 'remove-first':
      return asList(before).slice(1)
    case 'remove-last':
      return asList(before).slice(0, -1)
    default:
      return calculate(operation, before, fits(fitsType(value, type)), selector)
  }
}

// A list variable that was filled with something else by the first generation of assigners counts as empty.
const asList = (value: Value): readonly Value[] => (isList(value) ? value : [])

const asNumber = (value: Value, selector: Selector) => {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (!isNumber(value)) throw refuse(selector, 'it holds no number')
  return value
}

const calculate = (operation: '+=' | '-=' | '*=' | '/=', before: Value, by: Value, selector: Selector): Value => {
  const left = asNumber(before, selector)
  const right = asNumber(by, selector)
  switch (operation) {
    case '+=':
      return addNumbers(left, right)
    case '-=':
      return subtractNumbers(left, right)
    case '*=':
      return multiplyNumbers(left, right)
    case '/=': {
      const quotient = divideNumbers(left, right)
      if (quotient === undefined) throw refuse(selector, 'nothing can be divided by 0')
      return quotient
    }
  }
}

const refuse = (selector: Selector, reason: string): NodeError =>
  new NodeError('node/assignment', { details: { name: selector.join('.'), reason } })
