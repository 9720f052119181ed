// The JSON value of an answer, with or without talk and fences around it.

import { tryParseJson } from '../base/json.ts'
import { closingBracket } from '../base/json-in-text.ts'
import { isList, isObject, type Value } from '../base/value.ts'
import { withoutFence } from './label.ts'

/** An answer that is longer is not searched for JSON inside it. Characters. */
const LONGEST_SEARCHED = 1_000_000
/** Places where JSON could begin that are tried. */
const MOST_STARTS = 20

/** Undefined when there is none. Text that is only a number, a word or a string counts as JSON when it is JSON as a whole. */
export const readJsonAnswer = (text: string): Value | undefined => {
  const plain = withoutFence(text)
  const whole = tryParseJson(plain)
  if (whole !== undefined || plain.length > LONGEST_SEARCHED) return whole
  let tried = 0
  for (let at = plain.search(/[[{]/); at >= 0 && tried < MOST_STARTS; tried++) {
    const end = closingBracket(plain, at)
    const value = end < 0 ? undefined : tryParseJson(plain.slice(at, end + 1))
    if (isObject(value) || isList(value)) return value
    const next = plain.slice(at + 1).search(/[[{]/)
    at = next < 0 ? -1 : at + 1 + next
  }
  return undefined
}
