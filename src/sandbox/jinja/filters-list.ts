// Filters on sequences and mappings.

import { indexOf, sizeOf } from './arguments.ts'
import { createGetter, createSortGetter, type Getter, ignoreCase } from './attribute-path.ts'
import { equal, ordered } from './compare.ts'
import { filter, orElse } from './define.ts'
import { Dict } from './dict.ts'
import { argumentError, JinjaError, typeError, undefinedError } from './error.ts'
import { escapeHtml } from './html.ts'
import { each, isTrue, iteratorOf, requireIterator, requireLength, reversedOf, toArray, typeNameOf } from './iterate.ts'
import { sortBy } from './methods-containers.ts'
import { operate } from './operators.ts'
import { toText } from './represent.ts'
import { codePoints } from './text.ts'
import { joinTexts } from './text-edit.ts'
import { type Filter, Group, List, Markup, type PyValue, type Run, Stream, Tuple, Undefined } from './values.ts'

type Body = Parameters<typeof filter>[2]
const flag = (value: PyValue | undefined): boolean => value !== undefined && isTrue(value)

/** Sorting takes its direction as an integer. */
const direction = (value: PyValue | undefined): boolean => value !== undefined && indexOf(value) !== 0

/** Case counts only where the flag says so. */
const caseRule = (run: Run, caseSensitive: PyValue | undefined): Getter | undefined =>
  flag(caseSensitive) ? undefined : ignoreCase(run)

const sum: Body = (run, value, [attribute, start]) => {
  let total = orElse(start, 0)
  if (typeof total === 'string') throw typeError("sum() can't sum strings [use ''.join(seq) instead]")
  const pick = attribute === undefined || attribute === null ? undefined : createGetter(run, attribute)
  for (const item of each(run, value)) total = operate(run, '+', total, pick ? pick(item) : item)
  return total
}

const join: Body = (run, value, [separator, attribute]) => {
  const pick = attribute === undefined || attribute === null ? undefined : createGetter(run, attribute)
  const items = toArray(run, value).map((item) => (pick ? pick(item) : item))
  const mark = orElse(separator, '')
  if (!run.autoescape)
    return joinTexts(
      run,
      toText(run, mark),
      items.map((item) => toText(run, item)),
    )
  const isMarked = mark instanceof Markup || items.some((item) => item instanceof Markup)
  const text = (item: PyValue) =>
    isMarked && !(item instanceof Markup) ? escapeHtml(toText(run, item)) : toText(run, item)
  const joined = joinTexts(run, text(mark), items.map(text))
  return isMarked ? new Markup(joined) : joined
}

const first: Body = (run, value) => {
  const next = requireIterator(run, value).next()
  return next.done ? new Undefined('No first item, sequence was empty.') : next.value
}

const last: Body = (run, value) => {
  const reversed = reversedOf(run, value)
  if (!reversed) throw typeError(`'${typeNameOf(value)}' object is not reversible`)
  const next = reversed.source.next()
  return next.done ? new Undefined('No last item, sequence was empty.') : next.value
}

const reverse: Body = (run, value) => {
  if (typeof value === 'string' || value instanceof Markup) {
    const text = typeof value === 'string' ? value : value.text
    run.items(text.length)
    const reversed = codePoints(text).reverse().join('')
    return value instanceof Markup ? new Markup(reversed) : reversed
  }
  const reversed = reversedOf(run, value)
  if (reversed) return reversed
  if (iteratorOf(run, value) === undefined) throw argumentError('argument must be iterable')
  return new List(toArray(run, value).reverse())
}

const sort: Body = (run, value, [reversed, caseSensitive, attribute]) => {
  const items = toArray(run, value)
  sortBy(run, items, createSortGetter(run, orElse(attribute, null), caseRule(run, caseSensitive)), direction(reversed))
  return new List(items)
}

const dictSort: Body = (run, value, [caseSensitive, by, reversed]) => {
  const order = orElse(by, 'key')
  if (order !== 'key' && order !== 'value') throw argumentError('You can only sort by either "key" or "value"')
  if (value instanceof Undefined) throw undefinedError(value.reason)
  if (!(value instanceof Dict))
    throw new JinjaError('AttributeError', `'${typeNameOf(value)}' object has no attribute 'items'`)
  const items: PyValue[] = Array.from(value.entries(), (entry) => new Tuple(entry))
  const rule = caseRule(run, caseSensitive)
  const key = (item: PyValue): PyValue => {
    const part = (item as Tuple).items[order === 'key' ? 0 : 1] as PyValue
    return rule ? rule(part) : part
  }
  sortBy(run, items, key, direction(reversed))
  return new List(items)
}

const unique: Body = (run, value, [caseSensitive, attribute]) => {
  const key = createGetter(run, orElse(attribute, null), { change: caseRule(run, caseSensitive) })
  function* distinct(): Generator<PyValue> {
    const seen = new Dict()
    for (const item of each(run, value)) {
      const mark = key(item)
      if (seen.has(mark)) continue
      seen.set(mark, true)
      yield item
    }
  }
  return new Stream(distinct())
}

const extreme =
  (order: '<' | '>'): Body =>
  (run, value, [caseSensitive, attribute]) => {
    const key = createGetter(run, orElse(attribute, null), { change: caseRule(run, caseSensitive) })
    let best: { item: PyValue; key: PyValue } | undefined
    for (const item of each(run, value)) {
      const mark = key(item)
      if (best === undefined || ordered(run, order, mark, best.key)) best = { item, key: mark }
    }
    return best === undefined ? new Undefined('No aggregated item, sequence was empty.') : best.item
  }

const groupBy: Body = (run, value, [attribute, fallback, caseSensitive]) => {
  const path = attribute as PyValue
  const shown = createGetter(run, path, { fallback })
  const key = createGetter(run, path, { fallback, change: caseRule(run, caseSensitive) })
  const items = toArray(run, value)
  sortBy(run, items, key, false)
  const groups: PyValue[] = []
  let members: PyValue[] = []
  let current: PyValue | undefined
  for (const item of items) {
    const mark = key(item)
    if (current === undefined || !(mark === current || equal(run, current, mark))) {
      members = []
      groups.push(new Group([shown(item), new List(members)]))
      current = mark
    }
    members.push(item)
  }
  return new List(groups)
}

const batch: Body = (run, value, [count, fill]) => {
  const size = count as PyValue
  function* rows(): Generator<PyValue> {
    let row: PyValue[] = []
    for (const item of each(run, value)) {
      if (equal(run, row.length, size)) {
        yield new List(row)
        row = []
      }
      row.push(item)
    }
    if (row.length === 0) return
    if (fill !== undefined && fill !== null && ordered(run, '<', row.length, size)) {
      const missing = sizeOf(size) - row.length
      run.items(missing)
      for (let i = 0; i < missing; i++) row.push(fill)
    }
    yield new List(row)
  }
  return new Stream(rows())
}

const slices: Body = (run, value, [count, fill]) => {
  function* columns(): Generator<PyValue> {
    const items = toArray(run, value)
    const number = sizeOf(count as PyValue)
    if (number === 0) throw new JinjaError('ZeroDivisionError', 'integer division or modulo by zero')
    const size = Math.floor(items.length / number)
    const longer = ((items.length % number) + Math.abs(number)) % Math.abs(number)
    let start = 0
    for (let i = 0; i < number; i++) {
      run.step()
      const end = start + size + (i < longer ? 1 : 0)
      const column = items.slice(start, end)
      if (fill !== undefined && fill !== null && i >= longer) column.push(fill)
      start = end
      yield new List(column)
    }
  }
  return new Stream(columns())
}

const items: Body = (run, value) => {
  if (value instanceof Undefined) return new Stream(([] as PyValue[]).values())
  function* pairs(): Generator<PyValue> {
    if (!(value instanceof Dict)) throw typeError('Can only get item pairs from a mapping.')
    for (const entry of value.entries()) {
      run.step()
      yield new Tuple(entry)
    }
  }
  return new Stream(pairs())
}

const random: Body = (run, value) => {
  const list = value instanceof Dict ? undefined : toArray(run, value)
  if (!list) throw new JinjaError('KeyError', 'a mapping has no random item')
  if (list.length === 0) return new Undefined('No random item, sequence was empty.')
  if (!run.random) throw new JinjaError('TemplateRuntimeError', 'random: this template runs without a source of chance')
  return list[Math.floor(run.random.next() * list.length)] as PyValue
}

export const listFilters: readonly (readonly [string, Filter])[] = [
  filter('batch', 'linecount fill_with=', batch),
  ...['count', 'length'].map((name) => filter(name, '', (run, value) => requireLength(run, value))),
  filter('dictsort', 'case_sensitive= by= reverse=', dictSort),
  filter('first', '', first),
  filter('groupby', 'attribute default= case_sensitive=', groupBy),
  filter('items', '', items),
  filter('join', 'd= attribute=', join),
  filter('last', '', last),
  filter('list', '', (run, value) => new List(toArray(run, value))),
  filter('max', 'case_sensitive= attribute=', extreme('>')),
  filter('min', 'case_sensitive= attribute=', extreme('<')),
  filter('random', '', random),
  filter('reverse', '', reverse),
  filter('slice', 'slices fill_with=', slices),
  filter('sort', 'reverse= case_sensitive= attribute=', sort),
  filter('sum', 'attribute= start=', sum),
  filter('unique', 'case_sensitive= attribute=', unique),
]
