// What every store is built from, and how values become columns.

import { parseJson, stringifyJson } from '../base/json.ts'
import type { Clock, Ids } from '../base/seams.ts'
import { isList, isObject, type Value, type ValueObject } from '../base/value.ts'
import type { Database } from '../db/spec.ts'

export interface StoreSeams {
  readonly db: Database
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
}

/** A page of a list that is read by a cursor. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly hasMore: boolean
}

/** Makes a page from rows that were read with a limit of one more. */
export const toPage = <Row, Item>(rows: readonly Row[], limit: number, toItem: (row: Row) => Item): Page<Item> => ({
  items: rows.slice(0, limit).map(toItem),
  hasMore: rows.length > limit,
})

/** JSON text without loss: floats stay floats, files become their objects. */
export const toJsonColumn = (value: Value): string => stringifyJson(value)

/** The object of a column that only objects are written to. */
export const fromJsonColumn = (text: string): ValueObject => {
  const value = parseJson(text)
  return isObject(value) ? value : {}
}

/** The list of a column that only lists are written to. */
export const fromJsonListColumn = (text: string): readonly Value[] => {
  const value = parseJson(text)
  return isList(value) ? value : []
}
