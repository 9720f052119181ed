// JSON inside what a model wrote around it.

import { tryParseJson } from '../../base/json.ts'
import { closingBracket } from '../../base/json-in-text.ts'
import { isObject, type ValueObject } from '../../base/value.ts'

/** Openings tried in one text, so that a text of braces costs no more than its length times this. */
const MAX_OPENINGS = 64

/** The first complete JSON object in the text; undefined when there is none. */
export const findJsonObject = (text: string): ValueObject | undefined => {
  let start = text.indexOf('{')
  for (let tries = 0; start !== -1 && tries < MAX_OPENINGS; tries++) {
    const end = closingBracket(text, start)
    const value = end === -1 ? undefined : tryParseJson(text.slice(start, end + 1))
    if (isObject(value)) return value
    start = text.indexOf('{', start + 1)
  }
  return undefined
}

/** Marks that open JSON in a reply, in the order they are looked for, and those that close it. */
const OPENINGS = ['```json', '```', '{', '[']
const CLOSINGS = ['```', '}', ']']

/** The text of the JSON block of a reply: what stands in a fence, else from the first bracket to the last.
 *  Undefined when a block does not open or does not close. */
export const jsonBlock = (reply: string): string | undefined => {
  const opening = OPENINGS.find((mark) => reply.includes(mark))
  if (opening === undefined) return undefined
  const at = reply.indexOf(opening)
  const start = isBracket(opening) ? at : at + opening.length
  const closing = CLOSINGS.find((mark) => reply.indexOf(mark, start) !== -1)
  if (closing === undefined) return undefined
  const last = reply.lastIndexOf(closing)
  const end = isBracket(closing) ? last + 1 : last
  return start < end ? reply.slice(start, end).trim() : undefined
}

const isBracket = (mark: string): boolean => '{[}]'.includes(mark)
