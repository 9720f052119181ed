// The methods of list, tuple, dict, dict views and range. Lists and dicts belong to the render, so changing them is safe.

import { indexOf, sizeOf } from './arguments.ts'
import { byLess, contains, equal } from './compare.ts'
import { Dict, DictView } from './dict.ts'
import { JinjaError, typeError, undefinedError, valueError } from './error.ts'
import { each, requireLength, toArray, typeNameOf } from './iterate.ts'
import { freeMethod, type Method, type MethodTable, method } from './method.ts'
import { represent } from './represent.ts'
import { indexError, sliceBounds } from './slices.ts'
import { type Args, Callable, List, type PyValue, type Range, type Run, Tuple, Undefined } from './values.ts'

const positionOf = (run: Run, items: readonly PyValue[], sought: PyValue, start?: PyValue, stop?: PyValue): number => {
  const bounds = sliceBounds(items.length, start ?? null, stop ?? null, null)
  for (let i = bounds.start; i < bounds.start + bounds.count; i++) {
    run.step()
    const item = items[i] as PyValue
    if (item === sought || equal(run, item, sought)) return i
  }
  return -1
}

const countIn = (run: Run, items: Iterable<PyValue>, sought: PyValue): number => {
  let count = 0
  for (const item of items) {
    run.step()
    if (item === sought || equal(run, item, sought)) count++
  }
  return count
}

const requirePosition = (
  run: Run,
  items: readonly PyValue[],
  sought: PyValue,
  start?: PyValue,
  stop?: PyValue,
): number => {
  const at = positionOf(run, items, sought, start, stop)
  if (at === -1) throw valueError(`${represent(run, sought)} is not in the sequence`)
  return at
}

/** Sorts in place by `<` of the keys; equal items keep their order, in reverse too. */
export const sortBy = (
  run: Run,
  items: PyValue[],
  key: ((item: PyValue) => PyValue) | undefined,
  reverse: boolean,
): void => {
  run.items(items.length)
  const keyed = items.map((item) => ({ item, key: key ? key(item) : item }))
  if (reverse) keyed.reverse()
  const compare = byLess(run)
  keyed.sort((a, b) => compare(a.key, b.key))
  if (reverse) keyed.reverse()
  for (let i = 0; i < keyed.length; i++) items[i] = (keyed[i] as { item: PyValue }).item
}

const sort = (run: Run, self: List, args: Args): null => {
  if (args.positional.length > 0) throw typeError('sort() takes no positional arguments')
  let key: PyValue = null
  let reverse = false
  for (const [name, value] of args.keywords ?? []) {
    if (name === 'key') key = value
    else if (name === 'reverse') reverse = indexOf(value) !== 0
    else throw typeError(`sort() got an unexpected keyword argument '${name}'`)
  }
  if (key instanceof Undefined) throw undefinedError(key.reason)
  if (key !== null && !(key instanceof Callable)) throw typeError(`'${typeNameOf(key)}' object is not callable`)
  const by = key
  sortBy(
    run,
    self.items,
    by === null ? undefined : (item) => by.call(run, { positional: [item], keywords: undefined }),
    reverse,
  )
  return null
}

export const listMethods: MethodTable = new Map<string, Method>([
  method<List>('append', 'object /', (run, self, [item]) => {
    run.items(1)
    self.items.push(item ?? null)
    return null
  }),
  method<List>('clear', '/', (_run, self) => {
    self.items.length = 0
    return null
  }),
  method<List>('copy', '/', (run, self) => new List(toArray(run, self))),
  method<List>('count', 'value /', (run, self, [value]) => countIn(run, self.items, value ?? null)),
  method<List>('extend', 'iterable /', (run, self, [items]) => {
    const added = toArray(run, items ?? null)
    run.bound(self.items.length + added.length)
    for (const item of added) self.items.push(item)
    return null
  }),
  method<List>('index', 'value start= stop= /', (run, self, [value, start, stop]) =>
    requirePosition(run, self.items, value ?? null, start, stop),
  ),
  method<List>('insert', 'index object /', (run, self, [at, item]) => {
    run.items(self.items.length)
    self.items.splice(sizeOf(at ?? null), 0, item ?? null)
    return null
  }),
  method<List>('pop', 'index= /', (run, self, [index]) => {
    run.items(self.items.length / 16)
    const at = index === undefined ? -1 : sizeOf(index)
    const [item] =
      self.items.length === 0
        ? []
        : self.items.splice(at < 0 ? Math.max(at + self.items.length, -1) : at, at < -self.items.length ? 0 : 1)
    if (item === undefined) throw indexError(self.items.length === 0 ? 'pop from empty list' : 'pop index out of range')
    return item
  }),
  method<List>('remove', 'value /', (run, self, [value]) => {
    self.items.splice(requirePosition(run, self.items, value ?? null), 1)
    return null
  }),
  method<List>('reverse', '/', (run, self) => {
    run.items(self.items.length)
    self.items.reverse()
    return null
  }),
  freeMethod<List>('sort', sort),
])

export const tupleMethods: MethodTable = new Map<string, Method>([
  method<Tuple>('count', 'value /', (run, self, [value]) => countIn(run, self.items, value ?? null)),
  method<Tuple>('index', 'value start= stop= /', (run, self, [value, start, stop]) =>
    requirePosition(run, self.items, value ?? null, start, stop),
  ),
])

export const rangeMethods: MethodTable = new Map<string, Method>([
  method<Range>('count', 'value /', (run, self, [value]) => (contains(run, self, value ?? null) ? 1 : 0)),
  method<Range>('index', 'value /', (run, self, [value]) => {
    if (!contains(run, self, value ?? null)) throw valueError(`${represent(run, value ?? null)} is not in range`)
    return (Number((value as number).valueOf()) - self.start) / self.step
  }),
])

/** Adds what `dict(source, **more)` and `d.update(source, **more)` take: a mapping, or pairs. */
export const mergeInto = (run: Run, dict: Dict, { positional, keywords }: Args, name: string): void => {
  if (positional.length > 1) throw typeError(`${name} expected at most 1 argument, got ${positional.length}`)
  const [source] = positional
  if (source instanceof Undefined) throw undefinedError(source.reason)
  if (source instanceof Dict) {
    run.items(source.size)
    // A snapshot: a dict may be merged into itself.
    for (const [key, value] of Array.from(source.entries())) dict.set(key, value)
  } else if (source !== undefined) {
    for (const pair of each(run, source)) {
      const items = toArray(run, pair)
      if (items.length !== 2)
        throw valueError(`dictionary update sequence element has length ${items.length}; 2 is required`)
      dict.set(items[0] as PyValue, items[1] as PyValue)
    }
  }
  for (const [key, value] of keywords ?? []) dict.set(key, value)
}

const keyError = (run: Run, key: PyValue): JinjaError => new JinjaError('KeyError', represent(run, key))

export const dictMethods: MethodTable = new Map<string, Method>([
  method<Dict>('clear', '/', (_run, self) => {
    self.clear()
    return null
  }),
  method<Dict>('copy', '/', (run, self) => {
    run.items(self.size)
    return self.copy()
  }),
  method<Dict>('fromkeys', 'iterable value= /', (run, _self, [keys, value]) => {
    const dict = new Dict()
    for (const key of each(run, keys ?? null)) dict.set(key, value ?? null)
    return dict
  }),
  method<Dict>('get', 'key default= /', (_run, self, [key, fallback]) => {
    const item = self.get(key ?? null)
    return item === undefined ? (fallback ?? null) : item
  }),
  method<Dict>('items', '/', (_run, self) => new DictView(self, 'items')),
  method<Dict>('keys', '/', (_run, self) => new DictView(self, 'keys')),
  method<Dict>('pop', 'key default= /', (run, self, [key, fallback]) => {
    const item = self.delete(key ?? null)
    if (item !== undefined) return item
    if (fallback === undefined) throw keyError(run, key ?? null)
    return fallback
  }),
  method<Dict>('popitem', '/', (run, self) => {
    run.items(self.size)
    const last = self.last()
    if (!last) throw new JinjaError('KeyError', 'popitem(): dictionary is empty')
    self.delete(last[0])
    return new Tuple(last)
  }),
  method<Dict>('setdefault', 'key default= /', (run, self, [key, fallback]) => {
    const known = self.get(key ?? null)
    if (known !== undefined) return known
    run.items(1)
    self.set(key ?? null, fallback ?? null)
    return fallback ?? null
  }),
  freeMethod<Dict>('update', (run, self, args) => {
    mergeInto(run, self, args, 'update')
    return null
  }),
  method<Dict>('values', '/', (_run, self) => new DictView(self, 'values')),
])

export const viewMethods: MethodTable = new Map<string, Method>([
  method<DictView>('isdisjoint', 'other /', (run, self, [other]) => {
    requireLength(run, self)
    for (const item of each(run, other ?? null)) if (contains(run, self, item)) return false
    return true
  }),
])
