// Texts with places for variables: `Hello {{#start.name#}}`. Parsed once; substitution is a single pass, values are not read again.

import type { Value } from '../base/value.ts'
import { renderDeclared } from './render.ts'
import type { ResponseSegment, Selector, ValueType } from './spec.ts'

// Ids up to 50 word characters, then 1–10 names. No blanks. Whatever does not match stays literal.
const PLACEHOLDER = /\{\{#([a-zA-Z0-9_]{1,50}(?:\.[a-zA-Z_][a-zA-Z0-9_]{0,29}){1,10})#\}\}/g

export interface Template {
  readonly segments: readonly ResponseSegment[]
  /** Every variable referred to, in order, repeats included. */
  readonly selectors: readonly Selector[]
}

export const parseTemplate = (text: string): Template => {
  const segments: ResponseSegment[] = []
  let last = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (match.index > last) segments.push({ type: 'text', text: text.slice(last, match.index) })
    segments.push({ type: 'variable', selector: Object.freeze((match[1] as string).split('.')) })
    last = match.index + match[0].length
  }
  if (last < text.length) segments.push({ type: 'text', text: text.slice(last) })
  const selectors = segments.flatMap((segment) => (segment.type === 'variable' ? [segment.selector] : []))
  return Object.freeze({ segments: Object.freeze(segments), selectors: Object.freeze(selectors) })
}

export type Lookup = (selector: Selector) => Value | undefined
/** The declared type of a variable, when it has one. */
export type TypeLookup = (selector: Selector) => ValueType | undefined

/** Fills the template. A missing variable shows its bare selector, `123.text`; null shows nothing. */
export const renderTemplate = (
  template: Template,
  get: Lookup,
  form: 'text' | 'markdown' = 'text',
  typeOf: TypeLookup = noType,
): string => {
  let result = ''
  for (const segment of template.segments) {
    if (segment.type === 'text') {
      result += segment.text
      continue
    }
    const value = get(segment.selector)
    result += value === undefined ? segment.selector.join('.') : renderDeclared(value, typeOf(segment.selector), form)
  }
  return result
}

const noType = (): undefined => undefined
