// Values on their way into JSON and back without loss: files come back as files.
//
// V1  Only what was a file comes back as one. A plain object that looks like a file, which anybody may send, stays plain.

import { isNumber, toNumber } from '../base/number.ts'
import { isList, isObject, objectFrom, own, type Value, type ValueObject } from '../base/value.ts'
import { type FileFields, FileValue } from './file.ts'

const FILE = '$file'

/** Keys of plain objects that begin with `$` get another one in front, so that none is taken for the mark. */
export const toStored = (value: Value): Value => {
  if (value instanceof FileValue) return { [FILE]: { ...value.fields } }
  if (isList(value)) return value.map(toStored)
  if (!isObject(value)) return value
  return objectFrom(
    Object.entries(value).flatMap(([key, item]) =>
      // What is absent in an object of ours is absent in JSON.
      item === undefined ? [] : [[key.startsWith('$') ? `$${key}` : key, toStored(item)] as const],
    ),
  )
}

export const fromStored = (value: Value): Value => {
  if (isList(value)) return value.map(fromStored)
  if (!isObject(value)) return value
  const file = own(value, FILE)
  if (isObject(file)) return readFile(file)
  return objectFrom(
    Object.entries(value).map(([key, item]) => [key.startsWith('$$') ? key.slice(1) : key, fromStored(item)]),
  )
}

/** The cast is sound: only `toStored` writes the mark. */
const readFile = (fields: ValueObject): FileValue => {
  const { size } = fields
  return new FileValue({ ...fields, size: isNumber(size) ? toNumber(size) : -1 } as unknown as FileFields)
}
