// `value.name` and `value[key]`: the only door from a template to the inside of a value.
// A1  Names are looked up in our tables and in the data of dicts and namespaces, nowhere else.
// A2  Names with a leading underscore reach data only. Those every Python object has are `Hidden`: defined, but of no use.

import { Float } from '../../base/number.ts'
import { isText, plainText } from './arguments.ts'
import { Dict, DictView } from './dict.ts'
import { JinjaError, undefinedError } from './error.ts'
import { typeNameOf } from './iterate.ts'
import type { MethodTable } from './method.ts'
import { dictMethods, listMethods, rangeMethods, tupleMethods, viewMethods } from './methods-containers.ts'
import { bytesMethods, floatMethods, intMethods, numberFields } from './methods-numbers.ts'
import { markupMethods, textMethods } from './methods-text.ts'
import { itemAt } from './slices.ts'
import {
  Builtin,
  Bytes,
  Hidden,
  List,
  Markup,
  PyObject,
  type PyValue,
  Range,
  type Run,
  Tuple,
  Undefined,
} from './values.ts'

const EVERY_OBJECT: ReadonlySet<string> = new Set(
  (
    'class delattr dict dir doc eq format ge getattribute getstate gt hash init init_subclass le lt module ne new reduce ' +
    'reduce_ex repr setattr sizeof str subclasshook'
  )
    .split(' ')
    .map((name) => `__${name}__`),
)
/** What a failure costs: the host builds an error for it. */
export const FAILURE_STEPS = 25

const HIDDEN = new Hidden()

const methodsOf = (value: PyValue): MethodTable | undefined => {
  if (typeof value === 'string') return textMethods
  if (typeof value === 'number') return Number.isInteger(value) ? intMethods : floatMethods
  if (typeof value === 'bigint' || typeof value === 'boolean') return intMethods
  if (value instanceof Dict) return dictMethods
  if (value instanceof List) return listMethods
  if (value instanceof Float) return floatMethods
  if (value instanceof Tuple) return tupleMethods
  if (value instanceof Markup) return markupMethods
  if (value instanceof DictView) return viewMethods
  if (value instanceof Range) return rangeMethods
  return value instanceof Bytes ? bytesMethods : undefined
}

/** The attribute proper, leaving items aside; undefined where there is none. */
export const ownAttribute = (run: Run, value: PyValue, name: string): PyValue | undefined => {
  if (name.startsWith('_')) {
    const data = value instanceof PyObject ? value.attribute(name, run) : undefined
    return data === undefined && EVERY_OBJECT.has(name) ? HIDDEN : data
  }
  const method = methodsOf(value)?.get(name)
  if (method) return new Builtin(`<method ${name}>`, (inner, args) => method(inner, value, args))
  if (value instanceof PyObject) return value.attribute(name, run)
  return numberFields(value, name)
}

const failFor = (value: Undefined | Hidden): JinjaError =>
  value instanceof Undefined
    ? undefinedError(value.reason)
    : new JinjaError('SecurityError', 'the inside of a value is not accessible')

const missing = (value: PyValue, name: string): Undefined => {
  const owner = value === null ? 'None' : `'${typeNameOf(value)} object'`
  return new Undefined(`${owner} has no attribute '${name}'`)
}

/** None is a value like any other; only undefined means absent. */
const orMissing = (found: PyValue | undefined, value: PyValue, name: string): PyValue =>
  found === undefined ? missing(value, name) : found

/** `value.name`: the attribute, else the item.
 *  @throws UndefinedError when `value` itself is undefined */
export const getAttribute = (run: Run, value: PyValue, name: string): PyValue => {
  if (value instanceof Undefined || value instanceof Hidden) throw failFor(value)
  if (!(value instanceof Dict)) return orMissing(ownAttribute(run, value, name), value, name)
  // Hidden names give way to data of that name.
  const item = value.getText(name)
  if (item !== undefined && name.startsWith('_')) return item
  const found = ownAttribute(run, value, name)
  return orMissing(found === undefined ? item : found, value, name)
}

/** `value[key]`: the item, else, for texts, the attribute.
 *  @throws UndefinedError when `value` itself is undefined */
export const getItem = (run: Run, value: PyValue, key: PyValue): PyValue => {
  if (value instanceof Undefined || value instanceof Hidden) throw failFor(value)
  const item = value instanceof Dict ? dictItem(run, value, key) : itemAt(run, value, key)
  if (item !== undefined) return item
  if (isText(key)) return orMissing(ownAttribute(run, value, plainText(key)), value, plainText(key))
  return missing(value, typeof key === 'number' || typeof key === 'bigint' ? key.toString() : typeNameOf(key))
}

const dictItem = (run: Run, dict: Dict, key: PyValue): PyValue | undefined => {
  try {
    return dict.get(key)
  } catch (error) {
    // An unhashable key is simply not in the dict.
    if (!(error instanceof JinjaError) || error.kind !== 'TypeError') throw error
    run.spend(FAILURE_STEPS)
    return undefined
  }
}
