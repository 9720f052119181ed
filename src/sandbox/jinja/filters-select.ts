// Filters that apply other filters and tests to each item: map, select, reject and their kin.

import { isText, plainText } from './arguments.ts'
import { createGetter, type Getter } from './attribute-path.ts'
import { argumentError, JinjaError } from './error.ts'
import { each, isTrue } from './iterate.ts'
import { type Args, type Filter, type PyValue, type Run, Stream } from './values.ts'

const nameOf = (value: PyValue): string => (isText(value) ? plainText(value) : '')

/** Nothing is looked up or asked before the first item is wanted, and nothing at all for an empty value. */
const lazily = (run: Run, value: PyValue, prepare: () => (item: PyValue) => readonly PyValue[]): Stream => {
  function* chosen(): Generator<PyValue> {
    if (!isTrue(value)) return
    const pick = prepare()
    for (const item of each(run, value)) yield* pick(item)
  }
  return new Stream(chosen())
}

const prepareMap = (run: Run, { positional, keywords }: Args): Getter => {
  const [name, ...rest] = positional
  const attribute = keywords?.get('attribute')
  if (name === undefined && attribute !== undefined) {
    for (const keyword of keywords?.keys() ?? []) {
      if (keyword !== 'attribute' && keyword !== 'default')
        throw argumentError(`Unexpected keyword argument '${keyword}'`)
    }
    return createGetter(run, attribute, { fallback: keywords?.get('default') })
  }
  if (name === undefined) throw argumentError('map requires a filter argument')
  const filter = run.filters.get(nameOf(name))
  return (item) => {
    if (!filter) throw new JinjaError('TemplateRuntimeError', `No filter named '${nameOf(name)}'.`)
    return filter(run, item, { positional: rest, keywords })
  }
}

/** The item's answer to the test named by the first argument; without one, its truth. */
const prepareTest = (run: Run, { positional, keywords }: Args): ((item: PyValue) => boolean) => {
  const [name, ...rest] = positional
  if (name === undefined) return isTrue
  const test = run.tests.get(nameOf(name))
  return (item) => {
    if (!test) throw new JinjaError('TemplateRuntimeError', `No test named '${nameOf(name)}'.`)
    return test(run, item, { positional: rest, keywords })
  }
}

const select =
  (wanted: boolean): Filter =>
  (run, value, args) =>
    lazily(run, value, () => {
      const holds = prepareTest(run, args)
      return (item) => (holds(item) === wanted ? [item] : [])
    })

const selectByAttribute =
  (wanted: boolean): Filter =>
  (run, value, args) =>
    lazily(run, value, () => {
      const [path, ...rest] = args.positional
      if (path === undefined) throw argumentError('Missing parameter for attribute name')
      const read = createGetter(run, path)
      const holds = prepareTest(run, { positional: rest, keywords: args.keywords })
      return (item) => (holds(read(item)) === wanted ? [item] : [])
    })

export const selectFilters: readonly (readonly [string, Filter])[] = [
  [
    'map',
    (run, value, args) =>
      lazily(run, value, () => {
        const apply = prepareMap(run, args)
        return (item) => [apply(item)]
      }),
  ],
  ['reject', select(false)],
  ['rejectattr', selectByAttribute(false)],
  ['select', select(true)],
  ['selectattr', selectByAttribute(true)],
]
