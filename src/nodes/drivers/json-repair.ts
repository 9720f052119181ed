// Lenient JSON: what people and models write when they mean JSON.

import { jsonrepair } from 'jsonrepair'
import { JsonSyntaxError, parseJson } from '../../base/json.ts'
import type { Value } from '../../base/value.ts'

/** Parses JSON, mending quotes, commas, brackets and fences where needed.
 *  @throws JsonSyntaxError when nothing can be made of the text */
export const parseLenientJson = (text: string): Value => {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
  }
  return parseJson(mend(text))
}

const mend = (text: string): string => {
  try {
    return jsonrepair(text)
  } catch (error) {
    // The package's own error class is not exported as a value by all of its builds; it throws nothing else.
    throw new JsonSyntaxError(error instanceof Error ? error.message : String(error), 0)
  }
}
