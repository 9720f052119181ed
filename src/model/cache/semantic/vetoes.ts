// Why two questions cannot have one answer although they look alike: cheap signs that a similarity of texts overlooks.
// A veto that was not needed costs a hit; one that is missing may cost a wrong answer.

import { capitalised, codeOf, latinWords, type Marks, namesOfPlaces, numbersOf, quotedOf, timesOf } from './marks.ts'
import { sidesOf } from './opposites.ts'

export type Veto = 'numbers' | 'dates' | 'negation' | 'opposites' | 'code' | 'names'

/** Undefined where nothing speaks against it. The order of the texts does not matter. */
export const vetoOf = (a: string, b: string): Veto | undefined => {
  const [left, right] = [marksOf(a), marksOf(b)]
  if (!sameSet(left.numbers, right.numbers)) return 'numbers'
  if (!sameSet(left.times, right.times)) return 'dates'
  if (left.negated !== right.negated) return 'negation'
  if (!sameSet(left.sides, right.sides) && opposed(left.sides, right.sides)) return 'opposites'
  if (!sameSet(left.code, right.code)) return 'code'
  return sameNames(left, right) ? undefined : 'names'
}

const marksOf = (text: string): Marks & { readonly sides: ReadonlySet<string> } => {
  const plain = text.normalize('NFKC').slice(0, MAX_CHARACTERS)
  const lower = plain.toLowerCase()
  return {
    numbers: numbersOf(lower),
    times: timesOf(lower),
    negated: isNegated(lower),
    sides: sidesOf(lower),
    code: codeOf(plain),
    names: capitalised(plain),
    places: new Set([...namesOfPlaces(plain), ...quotedOf(plain)]),
    words: latinWords(lower),
    han: /\p{Script=Han}/u.test(plain),
  }
}

/** Longer texts are compared by their beginnings; that far apart they rarely look alike. */
const MAX_CHARACTERS = 20_000

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item))

/** Names may lose their capitals, not their letters. Latin words in a Chinese text are names by themselves. */
const sameNames = (a: Marks, b: Marks): boolean => {
  if (!sameSet(a.places, b.places)) return false
  if (a.han && b.han) return sameSet(a.words, b.words)
  return [...a.names].every((name) => b.words.has(name)) && [...b.names].every((name) => a.words.has(name))
}

const opposed = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => {
  const facing = (side: string) => (side.startsWith('+') ? `-${side.slice(1)}` : `+${side.slice(1)}`)
  const misses = (from: ReadonlySet<string>, to: ReadonlySet<string>) =>
    [...from].some((side) => !to.has(side) && to.has(facing(side)))
  return misses(a, b) || misses(b, a)
}

const NEGATION =
  /\b(?:not|no|never|without|cannot|none|nor|neither|nothing|except|unless|[a-z]+n['’]t|dont|cant|wont|doesnt|isnt)\b|[不没無无非未别勿]|禁止/u
/** Questions of the form "can or cannot", and words in which the sign does not negate. */
const NO_NEGATION =
  /(\p{Script=Han})[不没](?=\1)|不过|不仅|不但|差不多|对不起|没关系|非常|特别|分别|区别|类别|性别|级别|个别|别的|别人|无论|不管|有没有|是否|未来/gu

const isNegated = (lower: string): boolean => NEGATION.test(lower.replace(NO_NEGATION, '$1'))
