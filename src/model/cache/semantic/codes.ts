// Vectors in one byte a value, and how far the similarity that they give may be from the true one.
//
// Q1  |probe · vector − approximate| ≤ slack, always: what lies outside of the slack need not be compared exactly.
// Q2  A page belongs to one owner from `take` to `give`; codes are read and written by their owner alone.

import { openScanKernel, type ScanKernel, type ScanMemory } from './scan-kernel.ts'

/** Of one owner's codes; also a page of WebAssembly. */
const PAGE_BYTES = 65_536
/** Multiples of what one instruction reads. */
const GRAIN = 16
/** The sum of a row stays below 2^31 up to here: 127 · 2047 · 8192. */
const MOST_DIMENSIONS = 8_192
const QUERY_AT = 0
const SUMS_AT = PAGE_BYTES
const FIRST_PAGE = 2
/** Pages that are asked for at once: growing gives up all views of the memory. */
const GROWTH = 64
/** Of 16 bits; 12 are used, for the sums. */
const MOST_QUERY = 2_047
const MOST_CODE = 127
/** For sums of floating-point numbers that were added in another order. */
const ROUNDING = 1e-5

/** What is looked for, in codes. */
export interface Probe {
  readonly values: Float32Array
  readonly codes: Int16Array
  /** A code times this is a value. */
  readonly scale: number
  /** Of the codes as a vector. */
  readonly length: number
  /** Length of what the codes leave out. */
  readonly error: number
}

/** What the codes of one vector need beside them. */
export interface Coded {
  readonly scale: number
  readonly length: number
  readonly error: number
}

export const strideOf = (dimensions: number): number => Math.ceil(dimensions / GRAIN) * GRAIN

/** Rows of one page; 0 for vectors that are too long for codes. */
export const rowsOf = (dimensions: number): number =>
  dimensions > MOST_DIMENSIONS ? 0 : Math.floor(PAGE_BYTES / strideOf(dimensions))

export const toProbe = (values: Float32Array): Probe => {
  const codes = new Int16Array(strideOf(values.length))
  return { values, codes, ...encode(values, codes, MOST_QUERY) }
}

const encode = (values: Float32Array, codes: Int16Array | Int8Array, most: number): Coded => {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  const scale = largest / most || 1
  let [square, error] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    const code = Math.round(value / scale)
    codes[i] = code
    square += value * value
    error += (value - code * scale) ** 2
  }
  return { scale, length: Math.sqrt(square), error: Math.sqrt(error) }
}

/** How far off the sums of this probe are, for a vector with these codes: |p·v − p̂·v̂| ≤ |p − p̂||v| + |p̂||v − v̂|. */
export const slackOf = (probe: Probe, length: number, error: number): number =>
  probe.error * length + (probe.length + probe.error) * error + ROUNDING

/** The memory of all codes, in pages. */
export class CodePages {
  readonly #kernel: ScanKernel
  readonly #free: number[] = []
  #views: { readonly codes: Int8Array; readonly query: Int16Array; readonly sums: Int32Array }
  #end = FIRST_PAGE

  private constructor(kernel: ScanKernel) {
    this.#kernel = kernel
    kernel.memory.grow(FIRST_PAGE - 1)
    this.#views = viewsOf(kernel.memory)
  }

  /** Undefined where codes cannot be searched quickly. */
  static open(): CodePages | undefined {
    const kernel = openScanKernel()
    return kernel && new CodePages(kernel)
  }

  get bytes(): number {
    return this.#views.codes.byteLength
  }

  /** A page, or undefined when there is no memory for one. */
  take(): number | undefined {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#end * PAGE_BYTES >= this.bytes && !this.#grow()) return undefined
    return this.#end++
  }

  give(page: number): void {
    this.#free.push(page)
  }

  write(page: number, row: number, values: Float32Array): Coded {
    const at = page * PAGE_BYTES + row * strideOf(values.length)
    return encode(values, this.#views.codes.subarray(at, at + strideOf(values.length)), MOST_CODE)
  }

  /** One sum for each row, good until the next call. */
  scan(probe: Probe, page: number, rows: number): Int32Array {
    const { query, sums } = this.#views
    query.set(probe.codes)
    this.#kernel.scan(QUERY_AT, page * PAGE_BYTES, rows, probe.codes.length, SUMS_AT)
    return sums
  }

  #grow(): boolean {
    try {
      this.#kernel.memory.grow(GROWTH)
    } catch {
      return false
    }
    this.#views = viewsOf(this.#kernel.memory)
    return true
  }
}

const viewsOf = ({ buffer }: ScanMemory) => ({
  codes: new Int8Array(buffer),
  query: new Int16Array(buffer, QUERY_AT, MOST_DIMENSIONS),
  sums: new Int32Array(buffer, SUMS_AT, PAGE_BYTES / GRAIN),
})
