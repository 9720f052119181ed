// Takes over foreign data as a frozen document: plain values only, at most so deep and so large, nothing shared with the giver.

import { Float, float, isNumber } from '../../../base/number.ts'
import { Opaque, setOwn, type Value } from '../../../base/value.ts'
import { MAX_DEPTH, MAX_WEIGHT } from './limits.ts'
import { describe, joinPath, type Problems } from './problems.ts'

/** A frozen copy. Fields without a value are left out, as JSON does. Problems name what is no data, and stop at the limits. */
export const takeDocument = (data: unknown, problems: Problems): Value => new Taker(problems).take(data, '', 0)

class Taker {
  readonly #problems: Problems
  #weight = 0
  #stopped = false
  constructor(problems: Problems) {
    this.#problems = problems
  }

  take(data: unknown, path: string, depth: number): Value {
    this.#weight += typeof data === 'string' ? data.length + 1 : 1
    if (this.#weight > MAX_WEIGHT) this.#stop(path, 'app/too-large', { size: 'too many', limit: MAX_WEIGHT })
    if (this.#stopped || data === null || data === undefined) return null
    if (typeof data === 'string' || typeof data === 'boolean') return data
    // A plain number beyond the safe range is a float: integers of that size come as bigints.
    if (typeof data === 'number') return Number.isSafeInteger(data) ? data + 0 : float(data)
    if (isNumber(data)) return data instanceof Float ? Object.freeze(data) : data
    if (data instanceof Opaque) return this.take(data.toObject(), path, depth)
    if (typeof data !== 'object') return this.#refuse(path, `a ${typeof data}`)
    if (depth >= MAX_DEPTH) {
      this.#stop(path, 'app/too-deep', { limit: MAX_DEPTH, place: '' })
      return null
    }
    if (Array.isArray(data)) {
      return Object.freeze(data.map((item: unknown, index) => this.take(item, joinPath(path, index), depth + 1)))
    }
    const prototype: unknown = Object.getPrototypeOf(data)
    if (prototype !== Object.prototype && prototype !== null) return this.#refuse(path, describeInstance(data))
    const copy = {}
    for (const [key, value] of Object.entries(data)) {
      if (value !== undefined) setOwn(copy, key, this.take(value, joinPath(path, key), depth + 1))
    }
    return Object.freeze(copy)
  }

  #refuse(path: string, found: string): null {
    this.#problems.add(path, 'app/not-data', { found })
    return null
  }

  #stop(path: string, code: 'app/too-deep' | 'app/too-large', details: Readonly<Record<string, unknown>>): void {
    if (!this.#stopped) this.#problems.add(path, code, details)
    this.#stopped = true
  }
}

const describeInstance = (data: object): string => data.constructor?.name ?? describe(data)
