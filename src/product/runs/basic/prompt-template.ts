// The template syntax of the basic modes: `{{name}}` for inputs, and three places of its own. Source: the app format.
// All places are found before anything is filled in, so text that comes in never opens a place.

import { own, type Value, type ValueObject } from '../../../base/value.ts'
import { renderText } from '../../../flow/render.ts'

/** What a template is filled with. A place without a text stays as written. */
export interface PromptValues {
  readonly inputs: ValueObject
  /** Texts of `{{#histories#}}`, `{{#query#}}` and `{{#context#}}`. */
  readonly places: Readonly<Partial<Record<PlaceName, string>>>
}

export type PlaceName = 'histories' | 'query' | 'context'

const PLACE = /\{\{([a-zA-Z_][a-zA-Z0-9_]{0,29}|#(?:histories|query|context)#)\}\}/g

/** Fills in the template. Unknown names stay as written; `{{x}}` inside a value becomes `{x}`; marks `<|…|>` go. */
export const fillPrompt = (template: string, { inputs, places }: PromptValues): string =>
  withoutMarks(
    template.replace(PLACE, (whole, name: string) => {
      const value = name.startsWith('#') ? places[name.slice(1, -1) as PlaceName] : inputText(inputs, name)
      return value === undefined ? whole : value.replace(PLACE, '{$1}')
    }),
  )

export const hasPlace = (template: string, name: PlaceName): boolean => template.includes(`{{#${name}#}}`)

/** Names an input where the template is to be filled. */
export const namesInput = (template: string, name: string): boolean => template.includes(`{{${name}}}`)

/** The agents' way: every input by its name, whatever the name, and nothing else. */
export const replaceInputs = (template: string, inputs: ValueObject): string =>
  template.replace(/\{\{([^{}]{1,100})\}\}/g, (whole, name: string) => inputText(inputs, name) ?? whole)

const inputText = (inputs: ValueObject, name: string): string | undefined => {
  const value = own(inputs, name) as Value | undefined
  return value === undefined ? undefined : renderText(value)
}

/** Removes `<|…|>`, the control marks of models, where both ends stand in one line. */
const withoutMarks = (text: string): string => {
  // The next of each after a place; looked for again only when passed, so that a hostile text costs no more than its length.
  let close = -1
  let lineEnd = -1
  let kept = ''
  let from = 0
  for (let open = text.indexOf('<|'); open !== -1; open = text.indexOf('<|', open + 2)) {
    if (open < from) continue
    if (close < open + 2) close = text.indexOf('|>', open + 2)
    if (close === -1) break
    if (lineEnd < open) lineEnd = indexOrEnd(text, '\n', open)
    if (lineEnd < close) continue
    kept += text.slice(from, open)
    from = close + 2
  }
  return kept + text.slice(from)
}

const indexOrEnd = (text: string, mark: string, from: number): number => {
  const index = text.indexOf(mark, from)
  return index === -1 ? text.length : index
}
