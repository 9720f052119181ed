// The automaton of Aho and Corasick (1975) over UTF-16 code units: all words at once, one step a unit.

/** Where the text stands in the words. */
export interface State {
  readonly next: Map<number, State>
  /** The longest proper suffix of this state's text that begins a word. */
  fallback: State | undefined
  /** The longest suffix of this state's text that is a word, itself included. */
  word: State | undefined
  /** Code units of this state's text. */
  readonly depth: number
}

const newState = (depth: number): State => ({ next: new Map(), fallback: undefined, word: undefined, depth })

/** @param words folded; empty ones are ignored */
export const buildAutomaton = (words: readonly string[]): State => {
  const root = newState(0)
  for (const word of words) {
    let state = root
    for (let i = 0; i < word.length; i++) {
      const unit = word.charCodeAt(i)
      let next = state.next.get(unit)
      if (!next) state.next.set(unit, (next = newState(state.depth + 1)))
      state = next
    }
    if (state !== root) state.word = state
  }
  const queue = [root]
  for (const state of queue) {
    for (const [unit, next] of state.next) {
      next.fallback = state.fallback ? step(root, state.fallback, unit) : root
      next.word ??= next.fallback.word
      queue.push(next)
    }
  }
  return root
}

export const step = (root: State, from: State, unit: number): State => {
  for (let state: State | undefined = from; state; state = state.fallback) {
    const next = state.next.get(unit)
    if (next) return next
  }
  return root
}
