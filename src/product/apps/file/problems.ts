// Collects what is wrong with a file, each problem with its place. Bounded: a hostile file cannot make a report without end.

import type { Issue } from '../../../base/errors.ts'
import { isNumber } from '../../../base/number.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import { type AppErrorCode, appIssue } from '../errors.ts'

const LIMIT = 100

export class Problems {
  readonly #issues: Issue[] = []
  readonly #warnings: Issue[] = []

  get any(): boolean {
    return this.#issues.length > 0
  }
  get issues(): readonly Issue[] {
    return Object.freeze(this.#issues.slice())
  }
  get warnings(): readonly Issue[] {
    return Object.freeze(this.#warnings.slice())
  }

  add(path: string, code: AppErrorCode, details?: Readonly<Record<string, unknown>>): void {
    push(this.#issues, path, code, details)
  }
  warn(path: string, code: AppErrorCode, details?: Readonly<Record<string, unknown>>): void {
    push(this.#warnings, path, code, details)
  }

  /** The map at `path`; undefined, and a problem, when it is missing or something else. */
  map(value: Value | undefined, path: string): ValueObject | undefined {
    if (isObject(value)) return value
    this.#expected(value, path, 'a map')
    return undefined
  }
  list(value: Value | undefined, path: string): readonly Value[] | undefined {
    if (isList(value)) return value
    this.#expected(value, path, 'a list')
    return undefined
  }
  text(value: Value | undefined, path: string): string | undefined {
    if (typeof value === 'string' && value !== '') return value
    if (value === '') this.add(path, 'app/missing')
    else this.#expected(value, path, 'a text')
    return undefined
  }

  /** As `map` and `list`, but what is absent or null counts as empty. */
  optionalMap(value: Value | undefined, path: string): ValueObject {
    return value === undefined || value === null ? EMPTY_MAP : (this.map(value, path) ?? EMPTY_MAP)
  }
  optionalList(value: Value | undefined, path: string): readonly Value[] {
    return value === undefined || value === null ? EMPTY_LIST : (this.list(value, path) ?? EMPTY_LIST)
  }

  #expected(value: Value | undefined, path: string, expected: string): void {
    if (value === undefined || value === null) this.add(path, 'app/missing')
    else this.add(path, 'app/wrong-type', { expected, found: describe(value) })
  }
}

const EMPTY_MAP: ValueObject = Object.freeze({})
const EMPTY_LIST: readonly Value[] = Object.freeze([])

const push = (
  issues: Issue[],
  path: string,
  code: AppErrorCode,
  details: Readonly<Record<string, unknown>> | undefined,
): void => {
  if (issues.length < LIMIT) issues.push(appIssue(path, code, details))
  else if (issues.length === LIMIT) issues.push(appIssue(path, 'app/too-many-problems', { limit: LIMIT }))
}

/** The own field `key` as data. */
export const field = (object: ValueObject, key: string): Value | undefined => own(object, key) as Value | undefined

/** What a value is, in the words of the messages: `a number`, `an empty text`. */
export const describe = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text'
  if (typeof value === 'boolean') return String(value)
  if (isNumber(value)) return 'a number'
  return isList(value) ? 'a list' : 'a map'
}

const PLAIN_KEY = /^[^\s.[\]"']{1,80}$/u

/** The path of a place inside `path`: `a.b`, `a[3]`, or `a["odd key"]`. */
export const joinPath = (path: string, ...keys: readonly (string | number)[]): string =>
  keys.reduce<string>(joinKey, path)

const joinKey = (path: string, key: string | number): string => {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key)}]`
  return path === '' ? key : `${path}.${key}`
}
