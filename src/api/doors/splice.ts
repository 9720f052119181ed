// Edits of a JSON body that keep all its other bytes: another model, and the wish to be told the usage.
//
// S1  The text was parsed before: it is valid JSON and an object. Of a name that comes twice the last counts, as for the parser.

import type { JsonObject } from './spec.ts'

const QUOTE = 34
const BACKSLASH = 92

export interface SplicedBody {
  readonly text: string
  readonly usageAdded: boolean
}

/** @param askUsage add `stream_options.include_usage` where the caller has not asked himself */
export const splice = (text: string, body: JsonObject, model: string, askUsage: boolean): SplicedBody => {
  const named = body.model === undefined || body.model === model ? text : withModel(text, model)
  if (!askUsage) return { text: named, usageAdded: false }
  const options = body.stream_options
  if (options === undefined) {
    const open = named.indexOf('{') + 1
    const rest = named.slice(open)
    const comma = /^\s*\}/.test(rest) ? '' : ','
    return {
      text: `${named.slice(0, open)}"stream_options":{"include_usage":true}${comma}${rest}`,
      usageAdded: true,
    }
  }
  const asked = typeof options === 'object' && options !== null && !Array.isArray(options)
  if (asked && (options as JsonObject).include_usage === true) return { text: named, usageAdded: false }
  const merged = { ...(asked ? (options as JsonObject) : {}), include_usage: true }
  return { text: JSON.stringify({ ...body, model, stream_options: merged }), usageAdded: true }
}

const withModel = (text: string, model: string): string => {
  const place = findMember(text, 'model')
  return place ? `${text.slice(0, place.start)}${JSON.stringify(model)}${text.slice(place.end)}` : text
}

/** Where the text value of a member of the outermost object stands, quotes included. */
const findMember = (text: string, name: string): { readonly start: number; readonly end: number } | undefined => {
  let depth = 0
  let found: { start: number; end: number } | undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      const end = endOfText(text, i)
      if (depth === 1 && isName(text, i, end, name)) {
        let value = skipSpace(text, end)
        if (text[value] === ':') {
          value = skipSpace(text, value + 1)
          if (text.charCodeAt(value) === QUOTE) found = { start: value, end: endOfText(text, value) }
        }
      }
      i = end - 1
    } else if (code === 123 || code === 91) depth++
    else if (code === 125 || code === 93) depth--
  }
  return found
}

/** Names may be written with escapes. */
const isName = (text: string, start: number, end: number, name: string): boolean =>
  end - start === name.length + 2
    ? text.startsWith(name, start + 1)
    : text.slice(start, end).includes('\\') && JSON.parse(text.slice(start, end)) === name

/** Just behind the closing quote. */
const endOfText = (text: string, start: number): number => {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at + 1
  }
  return text.length
}

const skipSpace = (text: string, from: number): number => {
  let at = from
  while (/\s/.test(text[at] ?? 'x')) at++
  return at
}
