// Conditions of rules, made ready once: each tells whether it holds, and in words what it found.

import type { Condition, Range } from './definition.ts'
import { foldText, hasWholeWord } from './folded-text.ts'
import type { RouteFacts } from './spec.ts'

export interface Test {
  holds(seen: Seen): boolean
  /** What was wanted and what is there. Short; quotes the operator's words, never the user's. */
  explain(seen: Seen): string
}

/** Facts with what several rules compute from them. */
export class Seen {
  readonly facts: RouteFacts
  #folded: string | undefined
  constructor(facts: RouteFacts) {
    this.facts = facts
  }
  get folded(): string {
    return (this.#folded ??= foldText(this.facts.input))
  }
}

export const compileCondition = (condition: Condition): Test => {
  const tests = testsOf(condition)
  const [only] = tests
  return tests.length === 1 && only ? only : allOf(tests)
}

const testsOf = (one: Condition): readonly Test[] => [
  // The cheap ones first: later ones are often not asked.
  ...(one.kind ? [testOne('kind', one.kind, ({ facts }) => facts.kind)] : []),
  ...(one.metadata ? Object.entries(one.metadata).map(([name, values]) => testMetadata(name, values)) : []),
  ...(one.hasImage !== undefined ? [testFlag('an image', one.hasImage, ({ facts }) => facts.hasImage)] : []),
  ...(one.needs ? [testNeeds(one.needs)] : []),
  ...(one.inputCharacters
    ? [testRange('inputCharacters', one.inputCharacters, ({ facts }) => facts.input.length)]
    : []),
  ...(one.characters ? [testRange('characters', one.characters, ({ facts }) => facts.characters)] : []),
  ...(one.promptTokens ? [testRange('promptTokens', one.promptTokens, ({ facts }) => facts.promptTokens)] : []),
  ...(one.contains ? [testWords(one.contains)] : []),
  ...(one.language ? [testOne('language', one.language, ({ facts }) => facts.language)] : []),
  ...(one.hasCode !== undefined ? [testFlag('code', one.hasCode, ({ facts }) => facts.hasCode)] : []),
  ...(one.all ? [allOf(one.all.map(compileCondition))] : []),
  ...(one.any ? [anyOf(one.any.map(compileCondition))] : []),
  ...(one.not ? [notOf(compileCondition(one.not))] : []),
]

const allOf = (tests: readonly Test[]): Test => ({
  holds: (seen) => tests.every((test) => test.holds(seen)),
  explain: (seen) => {
    // Of what does not hold, the first is enough.
    const broken = tests.find((test) => !test.holds(seen))
    return broken ? broken.explain(seen) : tests.map((test) => test.explain(seen)).join(' and ')
  },
})

const anyOf = (tests: readonly Test[]): Test => ({
  holds: (seen) => tests.some((test) => test.holds(seen)),
  explain: (seen) => {
    const holding = tests.find((test) => test.holds(seen))
    return holding ? holding.explain(seen) : `none of: ${tests.map((test) => test.explain(seen)).join(', ')}`
  },
})

const notOf = (test: Test): Test => ({
  holds: (seen) => !test.holds(seen),
  explain: (seen) => `not (${test.explain(seen)})`,
})

const testOne = (name: string, wanted: readonly string[], read: (seen: Seen) => string): Test => {
  const values = new Set(wanted)
  return {
    holds: (seen) => values.has(read(seen)),
    explain: (seen) => {
      const found = read(seen)
      return values.has(found) ? `${name} is ${found}` : `${name} is ${found}, not ${wanted.join(' or ')}`
    },
  }
}

const testMetadata = (name: string, wanted: readonly string[]): Test => {
  const values = new Set(wanted)
  const holds = ({ facts }: Seen): boolean =>
    Object.hasOwn(facts.metadata, name) && values.has(facts.metadata[name] ?? '')
  return {
    holds,
    explain: (seen) => `metadata ${name} is ${holds(seen) ? '' : 'not '}${wanted.join(' or ')}`,
  }
}

const testFlag = (what: string, wanted: boolean, read: (seen: Seen) => boolean): Test => ({
  holds: (seen) => read(seen) === wanted,
  explain: (seen) => `there is ${read(seen) ? '' : 'no '}${what.replace(/^an? /, read(seen) ? '$&' : '')}`,
})

const testNeeds = (wanted: readonly RouteFactsNeed[]): Test => ({
  holds: ({ facts }) => wanted.every((feature) => facts.needs.has(feature)),
  explain: ({ facts }) => {
    const missing = wanted.filter((feature) => !facts.needs.has(feature))
    return missing.length === 0 ? `needs ${wanted.join(' and ')}` : `does not need ${missing.join(' or ')}`
  },
})
type RouteFactsNeed = RouteFacts['needs'] extends ReadonlySet<infer Feature> ? Feature : never

const testRange = (name: string, range: Range, read: (seen: Seen) => number): Test => {
  const { gt = -1, gte = 0, lt = Number.POSITIVE_INFINITY, lte = Number.POSITIVE_INFINITY } = range
  const holds = (seen: Seen): boolean => {
    const value = read(seen)
    return value > gt && value >= gte && value < lt && value <= lte
  }
  const SIGNS = { gt: '>', gte: '≥', lt: '<', lte: '≤' } as const
  const wanted = Object.entries(range).map(([key, value]) => `${SIGNS[key as keyof Range]} ${value}`)
  return {
    holds,
    explain: (seen) => `${name} ${read(seen)} is ${holds(seen) ? '' : 'not '}${wanted.join(' and ')}`,
  }
}

const testWords = ({ any, all, wholeWords = false }: NonNullable<Condition['contains']>): Test => {
  const fold = (words: readonly string[] = []) => words.map((word) => [word, foldText(word)] as const)
  const [someOf, everyOf] = [fold(any), fold(all)]
  const has = (text: string, word: string) => (wholeWords ? hasWholeWord(text, word) : text.includes(word))
  return {
    holds: ({ folded }) =>
      everyOf.every(([, word]) => has(folded, word)) && (!any || someOf.some(([, word]) => has(folded, word))),
    explain: ({ folded }) => {
      const missing = everyOf.filter(([, word]) => !has(folded, word)).map(([word]) => word)
      if (missing.length > 0) return `the input lacks ${quote(missing)}`
      const found = someOf.filter(([, word]) => has(folded, word)).map(([word]) => word)
      if (any && found.length === 0) return `the input contains none of ${quote(any)}`
      return `the input contains ${quote([...everyOf.map(([word]) => word), ...found])}`
    },
  }
}

/** Words that are named in an explanation. */
const SHOWN_WORDS = 5

const quote = (words: readonly string[]): string => {
  const shown = words.slice(0, SHOWN_WORDS).map((word) => `"${word}"`)
  return `${shown.join(', ')}${words.length > SHOWN_WORDS ? ', …' : ''}`
}
