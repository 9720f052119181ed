// The vectors of one fingerprint, and the search for the nearest of them: exact, whatever the vectors are.
//
//   segment │ values, 4 bytes each ……… │ once it is full-grown: codes, 1 byte each, in one page
//
// Codes of all rows are compared, values only of those that may be among the best (Q1 of codes.ts).
//
// B1  Rows lie without gaps: all segments but the last are full, a row that goes is replaced by the last one.
// B2  A search sees every vector that stays for as long as it takes; one that another's removal moves meanwhile it may miss.

import { nextTurn } from '../../../base/seams.ts'
import type { Neighbour } from '../spec.ts'
import { type CodePages, type Probe, rowsOf, slackOf, toProbe } from './codes.ts'

export interface Found {
  readonly key: string
  readonly question: string
  /** Cosine, -1 to 1. */
  readonly similarity: number
}

const LEAST_ROOM = 4
/** Rows of a segment whose vectors are too long for codes. */
const ROWS_WITHOUT_CODES = 16
/** Bytes of codes that are read in one turn of the event loop: one or two milliseconds. */
const READ_AT_ONCE = 8_388_608
/** A value that is read takes as long as so many codes. */
const CODES_A_VALUE = 16

/** The rows of one page. */
class Segment {
  readonly #dimensions: number
  readonly #pages: CodePages | undefined
  /** Rows when it is full-grown. */
  readonly rows: number
  #values: Float32Array
  #page: number | undefined
  #scales = new Float64Array(0)
  #lengths = new Float64Array(0)
  #errors = new Float64Array(0)

  constructor(dimensions: number, pages: CodePages | undefined) {
    this.#dimensions = dimensions
    this.rows = rowsOf(dimensions) || ROWS_WITHOUT_CODES
    this.#pages = rowsOf(dimensions) > 0 ? pages : undefined
    this.#values = new Float32Array(Math.min(LEAST_ROOM, this.rows) * dimensions)
  }

  get bytes(): number {
    return this.#values.byteLength + 3 * this.#scales.byteLength
  }

  /** Codes that take as long to read. */
  costOf(rows: number): number {
    return rows * this.#dimensions * (this.#page === undefined ? CODES_A_VALUE : 1)
  }

  get(row: number): Float32Array {
    return this.#values.subarray(row * this.#dimensions, (row + 1) * this.#dimensions)
  }

  put(row: number, values: Float32Array): void {
    const room = this.#values.length / this.#dimensions
    if (row >= room) this.#enlarge(Math.min(this.rows, 2 * room))
    this.#values.set(values, row * this.#dimensions)
    if (this.#page !== undefined) this.#encode(this.#page, row)
  }

  close(): void {
    if (this.#page !== undefined) this.#pages?.give(this.#page)
    this.#page = undefined
  }

  /** @param rows those that are there */
  search(probe: Probe, rows: number, best: Nearest): void {
    const page = this.#page
    if (page === undefined) {
      for (let row = 0; row < rows; row++) best.offer(this.#similarity(probe, row), row)
      return
    }
    const sums = (this.#pages as CodePages).scan(probe, page, rows)
    for (let row = 0; row < rows; row++) {
      const near = (sums[row] as number) * (this.#scales[row] as number) * probe.scale
      const slack = slackOf(probe, this.#lengths[row] as number, this.#errors[row] as number)
      if (near + slack > best.floor) best.offer(this.#similarity(probe, row), row)
    }
  }

  #enlarge(room: number): void {
    const larger = new Float32Array(room * this.#dimensions)
    larger.set(this.#values)
    const filled = this.#values.length / this.#dimensions
    this.#values = larger
    if (room < this.rows) return
    this.#page = this.#pages?.take()
    if (this.#page === undefined) return
    this.#scales = new Float64Array(room)
    this.#lengths = new Float64Array(room)
    this.#errors = new Float64Array(room)
    for (let row = 0; row < filled; row++) this.#encode(this.#page, row)
  }

  #encode(page: number, row: number): void {
    const coded = this.#pages?.write(page, row, this.get(row))
    this.#scales[row] = coded?.scale ?? 0
    this.#lengths[row] = coded?.length ?? 0
    this.#errors[row] = coded?.error ?? 0
  }

  /** Four sums at once: additions need not wait for each other. */
  #similarity({ values }: Probe, row: number): number {
    const all = this.#values
    const { length } = values
    const start = row * length
    let [a, b, c, d] = [0, 0, 0, 0]
    let i = 0
    for (; i + 3 < length; i += 4) {
      a += (all[start + i] as number) * (values[i] as number)
      b += (all[start + i + 1] as number) * (values[i + 1] as number)
      c += (all[start + i + 2] as number) * (values[i + 2] as number)
      d += (all[start + i + 3] as number) * (values[i + 3] as number)
    }
    for (; i < length; i++) a += (all[start + i] as number) * (values[i] as number)
    return a + b + c + d
  }
}

/** The best so far, best first; of equal ones the earlier. */
class Nearest {
  readonly found: Found[] = []
  readonly #most: number
  readonly #nameOf: (row: number) => Pick<Found, 'key' | 'question'>
  /** What is not above it is not among them. */
  floor = Number.NEGATIVE_INFINITY
  /** The block's row of a segment's first. */
  first = 0

  constructor(most: number, nameOf: (row: number) => Pick<Found, 'key' | 'question'>) {
    this.#most = most
    this.#nameOf = nameOf
  }

  offer(similarity: number, row: number): void {
    if (!(similarity > this.floor)) return
    const { found } = this
    let place = found.length
    while (place > 0 && (found[place - 1]?.similarity ?? 0) < similarity) place--
    found.splice(place, 0, { ...this.#nameOf(this.first + row), similarity })
    if (found.length > this.#most) found.pop()
    if (found.length === this.#most) this.floor = found.at(-1)?.similarity ?? this.floor
  }
}

/** The vectors of one fingerprint, all of one length and made by one model. */
export class VectorBlock {
  readonly dimensions: number
  readonly #most: number
  readonly #pages: CodePages | undefined
  readonly #segments: Segment[] = []
  #keys: string[] = []
  #questions: string[] = []
  readonly #places = new Map<string, number>()
  /** Where the next one goes once the block is full. */
  #next = 0

  constructor(dimensions: number, most: number, pages: CodePages | undefined) {
    this.dimensions = dimensions
    this.#most = most
    this.#pages = pages
  }

  get size(): number {
    return this.#keys.length
  }

  /** Of the vectors; codes are counted by their pages. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  add({ key, question, values }: Neighbour): void {
    if (values.length !== this.dimensions) return
    let at = this.#places.get(key)
    if (at === undefined) {
      if (this.#keys.length < this.#most) at = this.#keys.length
      else {
        at = this.#next
        this.#next = (this.#next + 1) % this.#most
        this.#places.delete(this.#keys[at] as string)
      }
      this.#places.set(key, at)
    }
    this.#keys[at] = key
    this.#questions[at] = question
    const { segment, row } = this.#rowAt(at)
    segment.put(row, values)
  }

  remove(key: string): void {
    const at = this.#places.get(key)
    if (at === undefined) return
    const last = this.#keys.length - 1
    this.#places.delete(key)
    const from = this.#rowAt(last)
    if (at !== last) {
      const moved = this.#keys[last] as string
      this.#keys[at] = moved
      this.#questions[at] = this.#questions[last] as string
      this.#places.set(moved, at)
      const to = this.#rowAt(at)
      to.segment.put(to.row, from.segment.get(from.row))
    }
    this.#keys.pop()
    this.#questions.pop()
    if (from.row === 0) this.#segments.pop()?.close()
    this.#next = 0
  }

  /** The nearest, best first; equal ones in the order of their rows. Others have their turn while many are compared. */
  async nearest(values: Float32Array, most: number): Promise<readonly Found[]> {
    if (values.length !== this.dimensions || most < 1) return []
    const probe = toProbe(values)
    const best = new Nearest(most, (row) => ({
      key: this.#keys[row] as string,
      question: this.#questions[row] as string,
    }))
    let read = 0
    for (let at = 0; ; at++) {
      if (read >= READ_AT_ONCE) {
        await nextTurn()
        read = 0
      }
      const segment = this.#segments[at]
      if (!segment) return best.found
      best.first = at * segment.rows
      const rows = Math.min(segment.rows, this.#keys.length - best.first)
      segment.search(probe, rows, best)
      read += segment.costOf(rows)
    }
  }

  /** Gives back what it holds; a search that is under way ends. */
  close(): void {
    for (const segment of this.#segments.splice(0)) segment.close()
    this.#keys = []
    this.#questions = []
    this.#places.clear()
  }

  #rowAt(at: number): { readonly segment: Segment; readonly row: number } {
    const rows = this.#segments[0]?.rows ?? 0
    const index = rows === 0 ? 0 : Math.floor(at / rows)
    let segment = this.#segments[index]
    if (!segment) {
      segment = new Segment(this.dimensions, this.#pages)
      this.#segments.push(segment)
    }
    return { segment, row: at - index * segment.rows }
  }
}
