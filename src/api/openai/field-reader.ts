// Reads fields of a body that strangers wrote, and gathers every problem with its place.
//
// R1  Null and absent are the same. A field of the wrong form reads as absent, with an issue.

import type { Issue } from '../../base/errors.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { invalidParam } from '../errors.ts'

/** Listed of one request. */
const MOST_ISSUES = 50
/** Characters of a name or value that are told back. */
const LONGEST_QUOTE = 100

interface Range {
  readonly integer?: boolean
  readonly least?: number
  readonly most?: number
}

export class FieldReader {
  readonly #issues: Issue[] = []

  problem(path: string, message: string): undefined {
    if (this.#issues.length < MOST_ISSUES) this.#issues.push({ path, code: 'api/invalid-param', message })
  }

  text(object: JsonObject, key: string, place = ''): string | undefined {
    const value = object[key]
    if (typeof value === 'string' || value === undefined || value === null) return value ?? undefined
    return this.problem(at(place, key), 'must be a text')
  }

  requiredText(object: JsonObject, key: string, place = ''): string {
    const value = this.text(object, key, place)
    if (object[key] === undefined || object[key] === null) this.problem(at(place, key), 'is required')
    return value ?? ''
  }

  number(object: JsonObject, key: string, place = '', { integer = false, least, most }: Range = {}) {
    const value = object[key]
    if (value === undefined || value === null) return undefined
    const path = at(place, key)
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.problem(path, 'must be a number')
    if (integer && !Number.isInteger(value)) return this.problem(path, 'must be a whole number')
    if (least !== undefined && value < least) return this.problem(path, `must be at least ${least}`)
    if (most !== undefined && value > most) return this.problem(path, `must be at most ${most}`)
    return value
  }

  flag(object: JsonObject, key: string, place = ''): boolean | undefined {
    const value = object[key]
    if (typeof value === 'boolean' || value === undefined || value === null) return value ?? undefined
    return this.problem(at(place, key), 'must be true or false')
  }

  object(object: JsonObject, key: string, place = ''): JsonObject | undefined {
    const value = object[key]
    if (value === undefined || value === null) return undefined
    return isJsonObject(value) ? value : this.problem(at(place, key), 'must be an object')
  }

  list(object: JsonObject, key: string, place = ''): readonly Json[] | undefined {
    const value = object[key]
    if (value === undefined || value === null) return undefined
    return isJsonList(value) ? value : this.problem(at(place, key), 'must be a list')
  }

  /** The items that are objects; the others are problems. `undefined` stands for those, so that places stay right. */
  objects(object: JsonObject, key: string, place = ''): readonly (JsonObject | undefined)[] | undefined {
    return this.list(object, key, place)?.map((item, i) =>
      isJsonObject(item) ? item : this.problem(`${at(place, key)}[${i}]`, 'must be an object'),
    )
  }

  oneOf<const T extends string>(object: JsonObject, key: string, allowed: readonly T[], place = ''): T | undefined {
    const value = this.text(object, key, place)
    if (value === undefined) return undefined
    const found = allowed.find((one) => one === value)
    return found ?? this.problem(at(place, key), `must be one of ${allowed.join(', ')}`)
  }

  /** @throws ApiError `api/invalid-param` when anything was wrong */
  finish(): void {
    const [first] = this.#issues
    if (first) throw invalidParam(first.path, first.message, this.#issues.length > 1 ? this.#issues : undefined)
  }
}

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isJsonList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** `messages[0].content`. Names may be as long as the body. */
export const at = (place: string, key: string): string => {
  const name = key.length > LONGEST_QUOTE ? `${key.slice(0, LONGEST_QUOTE)}…` : key
  return place === '' ? name : `${place}.${name}`
}

/** A value as it may be told back. */
export const quote = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
}
