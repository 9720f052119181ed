// JSON values that stand in a text: a whole message, a fenced block, an example in a prompt.

import { tryParseJson } from '../../../base/json.ts'
import { closingBracket } from '../../../base/json-in-text.ts'
import { isList, isObject, type Value, type ValueObject } from '../../../base/value.ts'

/** Places tried per text; prompts have few. */
const MAX_PLACES = 200

/** The outermost objects and lists in a text, in order. */
export const jsonValuesIn = (text: string): (ValueObject | readonly Value[])[] => {
  const values: (ValueObject | readonly Value[])[] = []
  let places = 0
  for (let at = nextOpening(text, 0); at >= 0 && places < MAX_PLACES; places++) {
    const end = closingBracket(text, at)
    const value = end < 0 ? undefined : tryParseJson(text.slice(at, end + 1))
    if (isObject(value) || isList(value)) values.push(value)
    at = nextOpening(text, value === undefined ? at + 1 : end + 1)
  }
  return values
}

/** The object that the text is; undefined when there is anything else around it. */
export const wholeObject = (text: string): ValueObject | undefined => {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return undefined
  const value = tryParseJson(trimmed)
  return isObject(value) ? value : undefined
}

const nextOpening = (text: string, from: number): number => {
  for (let i = from; i < text.length; i++) if (text[i] === '{' || text[i] === '[') return i
  return -1
}
