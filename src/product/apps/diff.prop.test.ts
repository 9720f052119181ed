// Differences of app files: none between equal ones, and each listed one really there. On all sample apps, changed anywhere.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSampleApp, sampleApps } from '../../../test/support/sample-apps.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../base/value.ts'
import { diffApps } from './diff.ts'
import { type Change, same } from './diff-values.ts'
import { parseAppFile, readAppFile } from './file/parse.ts'
import type { AppFile } from './file/spec.ts'

const files = sampleApps.map(({ file }): AppFile => {
  const parsed = parseAppFile(readSampleApp(file))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return parsed.value
})

type Step = string | number

const placesIn = (value: Value, path: readonly Step[] = [], found: Step[][] = []): Step[][] => {
  if (isList(value)) for (const [i, item] of value.entries()) placesIn(item, [...path, i], found)
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) placesIn(item, [...path, key], found)
  if (path.length > 0) found.push([...path])
  return found
}

/** The value with another one at the place; with undefined the place is gone. */
const changed = (value: Value, [step, ...rest]: readonly Step[], to: Value | undefined): Value | undefined => {
  if (step === undefined) return to
  if (isList(value)) {
    return value.flatMap((item, i) => {
      if (i !== step) return [item]
      const next = changed(item, rest, to)
      return next === undefined ? [] : [next]
    })
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (key !== step) return [[key, item]]
      const next = changed(item, rest, to)
      return next === undefined ? [] : [[key, next]]
    }),
  )
}

const valueAt = (value: Value, path: readonly Step[]): Value =>
  path.reduce((here, step) => (isList(here) ? here[step as number] : own(here as object, String(step))) as Value, value)

const isEmpty = (value: Value | undefined): boolean =>
  value === undefined || value === null || JSON.stringify(value) === '[]' || JSON.stringify(value) === '{}'

/** True inside what a node does: how it is drawn, and notes, are layout. */
const isInNodeData = ({ document }: AppFile, place: readonly Step[]): boolean => {
  const [, , list, , part, field = 'width'] = place
  if (list !== 'nodes' || part !== 'data' || /^(selected|width|height|variables)$/.test(String(field))) return false
  return own(valueAt(document, place.slice(0, 4)) as object, 'type') !== 'custom-note'
}

const STEPS = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g

/** What stands at the path of a change. */
const at = (value: ValueObject, path: string): Value | undefined => {
  let here: Value | undefined = value
  for (const [, index, quoted, plain] of path.matchAll(STEPS)) {
    if (isList(here)) here = here[Number(index)]
    else if (isObject(here)) here = own(here, plain ?? JSON.parse(`"${quoted}"`)) as Value | undefined
    else return undefined
  }
  return here
}

const nodeOf = (file: AppFile, id: string): ValueObject => {
  const graph = (file.document.workflow as ValueObject).graph as ValueObject
  return (graph.nodes as readonly ValueObject[]).find((node) => node.id === id && node.type !== 'custom-note') ?? {}
}

const expectDifferent = (changes: readonly Change[], before: ValueObject, after: ValueObject): void => {
  for (const { path } of changes) expect([path, same(at(before, path), at(after, path))]).toEqual([path, false])
}

describe('differences', () => {
  it('of a file and itself are none', () => {
    for (const file of files) {
      const again = readAppFile(JSON.parse(JSON.stringify(file.document)))
      expect(diffApps(file, file)).toMatchObject({ equal: true, layout: 0, truncated: false })
      if (again.ok) expect(diffApps(file, again.value)).toMatchObject({ equal: true })
    }
  })

  it('are found wherever a document changes, and are there', () => {
    const anything = fc.constantFrom<Value | undefined>(undefined, '', 'other', 1, false, null, [], { a: 1 })
    let compared = 0
    fc.assert(
      fc.property(fc.nat(files.length - 1), fc.nat(), anything, (number, spot, to) => {
        const before = files[number] as AppFile
        const places = placesIn(before.document)
        const place = places[spot % places.length] as Step[]
        const read = readAppFile(changed(before.document, place, to))
        if (!read.ok) return
        compared++
        const after = read.value
        const diff = diffApps(before, after)
        // Lists and maps that are left out and that are empty mean the same.
        if (!isEmpty(valueAt(before.document, place)) || !isEmpty(to)) {
          expect([place, diff.equal]).toEqual([place, same(before.document, after.document)])
        }
        if (isInNodeData(before, place)) expect([place, diff.layout]).toEqual([place, 0])
        for (const { id, changes } of diff.nodes.changed) {
          const [a, b] = [nodeOf(before, id), nodeOf(after, id)]
          expectDifferent(changes, { ...(a.data as object), node: a }, { ...(b.data as object), node: b })
        }
        expectDifferent(diff.features, before.features, after.features)
        const settings = (file: AppFile) => (file.modelConfig?.settings ?? {}) as ValueObject
        expectDifferent(diff.modelConfig, settings(before), settings(after))
        expectDifferent(diff.app, before.document, after.document)
        const back = diffApps(after, before)
        expect([back.nodes.added, back.nodes.removed]).toEqual([diff.nodes.removed, diff.nodes.added])
        expect([back.edges.added, back.edges.removed]).toEqual([diff.edges.removed, diff.edges.added])
        expect(back.layout).toBe(diff.layout)
      }),
      { numRuns: 800 },
    )
    expect(compared).toBeGreaterThan(300)
  })
})
