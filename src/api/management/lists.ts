// Cursors of lists, ids in addresses and filters, and times as the management API writes them.

import { parseId } from '../../product/ids.ts'
import type { Page } from '../../product/store-seams.ts'
import { invalidParam } from '../errors.ts'

/** Where a list goes on: the time and the id of its last item. */
export interface Cursor<Prefix extends string> {
  readonly at: number
  readonly id: `${Prefix}_${string}`
}

const FORM = /^(\d{1,15}) (\S{1,100})$/

/** @throws ApiError `api/invalid-param` for what no list of these ids gave */
export const readCursor = <Prefix extends string>(
  prefix: Prefix,
  cursor: string | undefined,
): Cursor<Prefix> | undefined => {
  if (cursor === undefined) return undefined
  const [, time, text = ''] = FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  const id = parseId(prefix, text)
  if (time === undefined || !id) throw invalidParam('cursor', 'is none that this list gave')
  return { at: Number(time), id }
}

/** @param place where the last item of the page stands */
export const toPageBody = <Item, Body>(
  page: Page<Item>,
  toBody: (item: Item) => Body,
  place: (item: Item) => { readonly at: number; readonly id: string },
) => {
  const last = page.items.at(-1)
  const { at, id } = page.hasMore && last !== undefined ? place(last) : { at: 0, id: '' }
  const nextCursor = id === '' ? null : Buffer.from(`${at} ${id}`).toString('base64url')
  return { items: page.items.map(toBody), nextCursor }
}

/** An id in a filter. @throws ApiError `api/invalid-param` */
export const readFilterId = <Prefix extends string>(
  param: string,
  prefix: Prefix,
  text: string | undefined,
): `${Prefix}_${string}` | undefined => {
  if (text === undefined) return undefined
  const id = parseId(prefix, text)
  if (!id) throw invalidParam(param, `must be an id: ${prefix}_ and a UUID`)
  return id
}

/** ISO 8601 in UTC. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()

export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms))
