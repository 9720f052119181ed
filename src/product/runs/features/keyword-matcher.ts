// Finds keywords in text that comes in pieces, however it is cut, and says how much of it may be shown meanwhile.
//
// Texts are compared folded: NFKC, lower case, and one form of the Greek sigma. Folding works on segments: a character with
// the marks that may combine with it. So the folded text is that of the whole, and never depends on where pieces end.
//
// K1  What is released never contains a keyword, together with everything released before it. That holds between any two
//     segments, not inside one.
// K2  Without a hit, the released pieces join to the text.
// K3  Held back is the last segment, and before it only what begins a keyword.

/** Code units of a segment at most. Source: 30 marks in a row, the Stream-Safe Text Format of UAX #15. */
const MAX_SEGMENT = 32

// What may combine with the character before it, by its decomposition: marks, and the vowels and finals of Hangul and of
// Kirat Rai, which are letters.
const COMBINES = /^[\p{M}\u{1160}-\u{11ff}\u{16d63}-\u{16d6a}]/u

const combines = (point: string): boolean =>
  (point.codePointAt(0) ?? 0) >= 0x300 && COMBINES.test(point.normalize('NFKD'))

/** The text in segments; they join to it. */
const segmentsOf = (text: string): string[] => {
  const segments: string[] = []
  let current = ''
  for (const point of text) {
    if (current !== '' && (!combines(point) || current.length >= MAX_SEGMENT)) {
      segments.push(current)
      current = ''
    }
    current += point
  }
  if (current !== '') segments.push(current)
  return segments
}

const foldSegment = (segment: string): string => segment.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ')

/** A node of the automaton of Aho and Corasick (1975): where the text stands in the keywords. */
interface State {
  readonly next: Map<number, State>
  /** The longest proper suffix of this state's text that begins a keyword. */
  fallback: State | undefined
  /** Code units of this state's text. */
  readonly depth: number
  /** True when a keyword ends here. */
  ends: boolean
}

const newState = (depth: number): State => ({ next: new Map(), fallback: undefined, depth, ends: false })

const buildAutomaton = (keywords: readonly string[]): State => {
  const root = newState(0)
  for (const keyword of keywords) {
    let state = root
    for (let i = 0; i < keyword.length; i++) {
      const unit = keyword.charCodeAt(i)
      let next = state.next.get(unit)
      if (!next) state.next.set(unit, (next = newState(state.depth + 1)))
      state = next
    }
    if (state !== root) state.ends = true
  }
  const queue = [root]
  for (const state of queue) {
    for (const [unit, next] of state.next) {
      next.fallback = state.fallback ? step(root, state.fallback, unit) : root
      next.ends ||= next.fallback.ends
      queue.push(next)
    }
  }
  return root
}

const step = (root: State, from: State, unit: number): State => {
  for (let state: State | undefined = from; state; state = state.fallback) {
    const next = state.next.get(unit)
    if (next) return next
  }
  return root
}

export interface KeywordMatcher {
  /** True when the text contains a keyword. */
  find(text: string): boolean
  /** Reads one text that comes in pieces. */
  stream(): KeywordStream
}

/** @param keywords in any form; empty ones are ignored */
export const createKeywordMatcher = (keywords: readonly string[]): KeywordMatcher => {
  const root = buildAutomaton(keywords.map((keyword) => segmentsOf(keyword).map(foldSegment).join('')))
  return {
    find(text) {
      const stream = new KeywordStream(root)
      return stream.push(text) === undefined || stream.end() === undefined
    },
    stream: () => new KeywordStream(root),
  }
}

export class KeywordStream {
  readonly #root: State
  #state: State
  /** The last segment, which the next piece may still change. */
  #open = ''
  #held: { readonly text: string; readonly foldedUnits: number }[] = []
  #heldUnits = 0

  constructor(root: State) {
    this.#root = root
    this.#state = root
  }

  /** The segments that may be shown now; undefined at a hit. Nothing may be pushed after a hit. */
  push(text: string): readonly string[] | undefined {
    const whole = this.#open + text
    // Half a character waits for its other half.
    const half = isHighSurrogate(whole.charCodeAt(whole.length - 1)) ? whole.slice(-1) : ''
    const segments = segmentsOf(half === '' ? whole : whole.slice(0, -1))
    this.#open = (segments.pop() ?? '') + half
    return this.#close(segments)
  }

  /** The rest; undefined at a hit. Another text may follow. */
  end(): readonly string[] | undefined {
    const released = this.#close(segmentsOf(this.#open))
    this.#open = ''
    if (released === undefined) return undefined
    for (const { text } of this.#held) released.push(text)
    this.#held = []
    this.#heldUnits = 0
    this.#state = this.#root
    return released
  }

  #close(segments: readonly string[]): string[] | undefined {
    const released: string[] = []
    for (const text of segments) {
      const folded = foldSegment(text)
      for (let i = 0; i < folded.length; i++) {
        this.#state = step(this.#root, this.#state, folded.charCodeAt(i))
        if (this.#state.ends) return undefined
      }
      this.#held.push({ text, foldedUnits: folded.length })
      this.#heldUnits += folded.length
      this.#release(released)
    }
    return released
  }

  /** Lets go of what no keyword can begin in any more. */
  #release(released: string[]): void {
    let count = 0
    for (const segment of this.#held) {
      if (this.#heldUnits - segment.foldedUnits < this.#state.depth) break
      this.#heldUnits -= segment.foldedUnits
      released.push(segment.text)
      count++
    }
    if (count > 0) this.#held.splice(0, count)
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
