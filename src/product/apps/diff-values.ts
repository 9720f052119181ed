// Places where two plain values differ, each with what stood there before and stands there now. Bounded in number and size.

import { stringifyJson } from '../../base/json.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../base/value.ts'
import { joinPath } from './file/problems.ts'

export interface Change {
  /** Place in what is compared, such as `prompt_template[0].text`. */
  readonly path: string
  /** Absent when there was nothing. */
  readonly before?: Value
  /** Absent when there is nothing any more. */
  readonly after?: Value
  /** The values are secret and not shown. */
  readonly secret?: true
}

const MOST_CHANGES = 2_000
/** Characters of one shown value; longer ones are cut and end in `…`. */
const LONGEST_VALUE = 2_000

/** Equality of content in which 1 and 1.0 differ, as they do to the nodes of an app. The order of keys means nothing. */
export const same = (a: Value | undefined, b: Value | undefined): boolean => {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]))
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a)
    if (keys.length !== Object.keys(b).length) return false
    return keys.every((key) => Object.hasOwn(b, key) && same(at(a, key), at(b, key)))
  }
  return !isList(a) && !isList(b) && !isObject(a) && !isObject(b) && stringifyJson(a) === stringifyJson(b)
}

/** Collects changes up to a bound that all its parts share. */
export class ChangeList {
  #left = MOST_CHANGES
  truncated = false

  /** @param secret keys of the maps whose values are not shown */
  between(before: ValueObject, after: ValueObject, secret: readonly string[] = []): readonly Change[] {
    const found: Change[] = []
    this.#walk(before, after, '', found, secret)
    return found
  }

  #walk(
    before: Value | undefined,
    after: Value | undefined,
    path: string,
    found: Change[],
    secret: readonly string[] = [],
  ): void {
    if (isObject(before) && isObject(after)) {
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const [a, b, place] = [at(before, key), at(after, key), joinPath(path, key)]
        if (!secret.includes(key)) this.#walk(a, b, place, found)
        else if (!same(a, b)) this.#add(found, { path: place, secret: true })
      }
      return
    }
    if (isList(before) && isList(after)) {
      for (let i = 0; i < Math.max(before.length, after.length); i++) {
        this.#walk(before[i], after[i], joinPath(path, i), found)
      }
      return
    }
    if (same(before, after)) return
    this.#add(found, {
      path,
      ...(before !== undefined && { before: shown(before) }),
      ...(after !== undefined && { after: shown(after) }),
    })
  }

  #add(found: Change[], change: Change): void {
    if (this.#left === 0) this.truncated = true
    else {
      this.#left--
      found.push(change)
    }
  }
}

const at = (map: ValueObject, key: string): Value | undefined => own(map, key) as Value | undefined

const shown = (value: Value): Value => {
  const text = typeof value === 'string' ? value : stringifyJson(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : value
}
