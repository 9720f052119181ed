// Completion parameters of a node: text values may hold variables, and `stop` is the list of stop words.

import { JsonSyntaxError, parseJson } from '../../base/json.ts'
import { isNumber } from '../../base/number.ts'
import { isList, setOwn, type Value, type ValueObject } from '../../base/value.ts'
import { type Lookup, parseTemplate, renderTemplate, type Template } from '../../flow/template.ts'

/** Code points of a parameter made from variables. */
const MAX_CHARACTERS = 1024

export interface ModelParameters {
  readonly parameters: ValueObject
  readonly stop: readonly string[]
}

/** Prepares the parameters; the result fills in the variables of one run. */
export const compileParameters = (raw: Readonly<Record<string, unknown>>): ((get: Lookup) => ModelParameters) => {
  const fixed: ValueObject = {}
  const templates: [string, Template][] = []
  let stop: readonly string[] = []
  for (const name of Object.keys(raw)) {
    const value = raw[name] as Value | undefined
    if (value === null || value === undefined) continue
    if (name === 'stop') stop = stopWords(value)
    else if (typeof value === 'string' && value.includes('{{#')) templates.push([name, parseTemplate(value)])
    else setOwn(fixed, name, value)
  }
  return (get) => {
    if (templates.length === 0) return { parameters: fixed, stop }
    const parameters = { ...fixed }
    for (const [name, template] of templates) setOwn(parameters, name, typedText(renderTemplate(template, get)))
    return { parameters, stop }
  }
}

const stopWords = (value: Value): readonly string[] => {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return isList(value) ? value.filter((word): word is string => typeof word === 'string' && word !== '') : []
}

/** Text that is a JSON number or boolean becomes that value. */
const typedText = (text: string): Value => {
  const cut = text.length > MAX_CHARACTERS ? Array.from(text).slice(0, MAX_CHARACTERS).join('') : text
  try {
    const value = parseJson(cut)
    return typeof value === 'boolean' || isNumber(value) ? value : cut
  } catch (error) {
    if (error instanceof JsonSyntaxError) return cut
    throw error
  }
}
