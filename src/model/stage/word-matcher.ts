// Finds words in text that comes in pieces, however it is cut, and says how much of it may go on meanwhile.
//
// W1  What every piece is does not depend on where the text was cut.
// W2  The pieces join to the text. Without those that are marked, no word stands in it, as far as segments tell: of a segment
//     that a word begins or ends in, all is marked.
// W3  Held back is the last segment, and before it only what begins a word.

import { buildAutomaton, type State, step } from './automaton.ts'
import { foldSegment, foldText, segmentsOf } from './segments.ts'

export interface WordOptions {
  /** Where a word begins or ends with a letter of an alphabet or a digit, no other may stand beside it: `ass` is not in
   *  `class`. Scripts that put no blanks between words have no such bounds. Default false. */
  readonly wholeWords?: boolean
  /** Blanks, marks and signs between the characters of a word do not hide it: `b-a d`. At most 8 in a row. Default false. */
  readonly skipSeparators?: boolean
}

/** A segment of the text. */
export interface Piece {
  readonly text: string
  /** Part of a word. */
  readonly isMarked: boolean
  /** Belongs to the same word as the piece before it. */
  readonly isJoined: boolean
}

export interface WordMatcher {
  /** True when the text contains a word. */
  find(text: string): boolean
  /** Reads one text that comes in pieces. */
  stream(): WordStream
}

/** @param words in any form; empty ones are ignored. So are, as whole words, those that begin with an accent:
 *  it belongs to the character before, and without it that one's neighbours would stand alone */
export const createWordMatcher = (words: readonly string[], options: WordOptions = {}): WordMatcher => {
  const folded = words.map((word) => (options.skipSeparators ? withoutSeparators(foldText(word)) : foldText(word)))
  const root = buildAutomaton(options.wholeWords ? folded.filter((word) => !BEGINS_INSIDE.test(word)) : folded)
  return {
    find(text) {
      const stream = new WordStream(root, options)
      stream.push(text)
      if (!stream.hasFound) stream.end()
      return stream.hasFound
    },
    stream: () => new WordStream(root, options),
  }
}

const BEGINS_INSIDE = /^\p{M}/u
const MOST_SKIPPED = 8
const SEPARATORS = /^[\p{Z}\p{P}\p{S}\p{Cf}\s]+$/u

const withoutSeparators = (word: string): string =>
  segmentsOf(word)
    .filter((segment) => !SEPARATORS.test(segment))
    .join('')

/** Letters of alphabets whose words stand apart, and digits. */
const BOUNDED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Georgian}\p{N}_]/u

interface Held {
  readonly text: string
  readonly folded: string
  /** Code units the automaton has seen of it: none of a separator that is skipped. */
  readonly fed: number
  isMarked: boolean
  isJoined: boolean
}

export class WordStream {
  readonly #root: State
  readonly #options: WordOptions
  #state: State
  /** The last segment, which the next piece may still change. */
  #open = ''
  #held: Held[] = []
  #heldUnits = 0
  /** The folded text of the segment that was released last. */
  #before = ''
  #skipped = 0
  #hasFound = false

  constructor(root: State, options: WordOptions) {
    this.#root = root
    this.#options = options
    this.#state = root
  }

  /** Whether a word was in what was read so far. Known before its pieces are let go. */
  get hasFound(): boolean {
    return this.#hasFound
  }

  /** The segments that may go on now. */
  push(text: string): readonly Piece[] {
    const whole = this.#open + text
    // Half a character waits for its other half.
    const half = isHighSurrogate(whole.charCodeAt(whole.length - 1)) ? whole.slice(-1) : ''
    const segments = segmentsOf(half === '' ? whole : whole.slice(0, -1))
    const last = segments.pop() ?? ''
    this.#open = last + half
    const released: Piece[] = []
    for (const [i, segment] of segments.entries()) this.#close(segment, segments[i + 1] ?? last, released)
    return released
  }

  /** The rest. Another text may follow. */
  end(): readonly Piece[] {
    const released: Piece[] = []
    const segments = segmentsOf(this.#open)
    for (const [i, segment] of segments.entries()) this.#close(segment, segments[i + 1] ?? '', released)
    for (const held of this.#held) released.push(toPiece(held))
    this.#open = ''
    this.#held = []
    this.#heldUnits = 0
    this.#before = ''
    this.#skipped = 0
    this.#state = this.#root
    return released
  }

  #close(text: string, next: string, released: Piece[]): void {
    const folded = foldSegment(text)
    const isSkipped = this.#options.skipSeparators === true && SEPARATORS.test(folded)
    this.#skipped = isSkipped ? this.#skipped + 1 : 0
    if (this.#skipped > MOST_SKIPPED) this.#state = this.#root
    const held = { text, folded, fed: isSkipped ? 0 : folded.length, isMarked: false, isJoined: false }
    this.#held.push(held)
    this.#heldUnits += held.fed
    for (let i = 0; i < held.fed; i++) {
      this.#state = step(this.#root, this.#state, folded.charCodeAt(i))
      if (this.#state.word) this.#mark(this.#state.word, folded.length - i - 1, next)
    }
    this.#release(released)
  }

  /** Marks the longest word that ends here and stands for itself.
   *  @param unitsAfter code units of the last held segment behind the end of the word */
  #mark(longest: State, unitsAfter: number, next: string): void {
    for (let word: State | undefined = longest; word; word = word.fallback?.word) {
      const place = this.#placeOf(word.depth + unitsAfter)
      if (this.#options.wholeWords && !this.#standsAlone(place, unitsAfter, next)) continue
      this.#hasFound = true
      for (let i = place.first; i < this.#held.length; i++) {
        const held = this.#held[i] as Held
        held.isMarked = true
        if (i > place.first) held.isJoined = true
      }
      return
    }
  }

  /** The held segment in which a word begins that many fed units before the end, and where in it. */
  #placeOf(unitsBack: number): { readonly first: number; readonly offset: number } {
    let left = unitsBack
    let first = this.#held.length
    while (left > 0 && first > 0) left -= (this.#held[--first] as Held).fed
    return { first, offset: -left }
  }

  #standsAlone({ first, offset }: { first: number; offset: number }, unitsAfter: number, next: string): boolean {
    const begins = this.#held[first]?.folded ?? ''
    const before = offset > 0 ? begins.slice(0, offset) : (this.#held[first - 1]?.folded ?? this.#before)
    const ends = this.#held.at(-1)?.folded ?? ''
    const cut = ends.length - unitsAfter
    const after = unitsAfter > 0 ? ends.slice(cut) : foldSegment(firstPoint(next))
    return (
      !(isBounded(lastPoint(before)) && isBounded(firstPoint(begins.slice(offset)))) &&
      !(isBounded(firstPoint(after)) && isBounded(lastPoint(ends.slice(0, cut))))
    )
  }

  /** Lets go of what no word can begin in any more. */
  #release(released: Piece[]): void {
    let count = 0
    for (const held of this.#held) {
      if (this.#heldUnits - held.fed < this.#state.depth) break
      this.#heldUnits -= held.fed
      this.#before = held.folded
      released.push(toPiece(held))
      count++
    }
    if (count > 0) this.#held.splice(0, count)
  }
}

const toPiece = ({ text, isMarked, isJoined }: Held): Piece => ({ text, isMarked, isJoined })
const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const firstPoint = (text: string): string => String.fromCodePoint(text.codePointAt(0) ?? 0x20)
const lastPoint = (text: string): string => Array.from(text.slice(-2)).at(-1) ?? ' '
const isBounded = (point: string): boolean => BOUNDED.test(point)
