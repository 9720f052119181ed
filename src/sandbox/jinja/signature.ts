// Binding of call arguments to parameters by Python's rules, for filters, tests and methods.

import { typeError } from './error.ts'
import type { Args, PyValue } from './values.ts'

export interface Signature {
  readonly name: string
  readonly parameters: readonly string[]
  readonly required: number
  /** False for functions whose arguments have no names. */
  readonly named: boolean
}

/** Reads `'width fillchar='`: names in order, `=` marks optional ones, a final `/` makes all positional only. */
export const signature = (name: string, text: string): Signature => {
  const parts = text.split(' ').filter((part) => part !== '')
  const named = parts.at(-1) !== '/'
  const parameters = named ? parts : parts.slice(0, -1)
  return {
    name,
    parameters: parameters.map((part) => part.replace('=', '')),
    required: parameters.filter((part) => !part.endsWith('=')).length,
    named,
  }
}

/** Values in the order of the parameters; undefined where an optional one was not given.
 *  @throws TypeError for missing, unknown, doubled or surplus arguments */
export const bind = ({ name, parameters, required, named }: Signature, args: Args): (PyValue | undefined)[] => {
  const { positional, keywords } = args
  if (positional.length > parameters.length) {
    throw typeError(`${name}() takes at most ${parameters.length} arguments (${positional.length} given)`)
  }
  if (keywords === undefined || keywords.size === 0) {
    if (positional.length < required)
      throw typeError(`${name}() misses the argument '${parameters[positional.length]}'`)
    return positional as (PyValue | undefined)[]
  }
  if (!named) throw typeError(`${name}() takes no keyword arguments`)
  const bound: (PyValue | undefined)[] = positional.slice()
  for (const [keyword, value] of keywords) {
    const at = parameters.indexOf(keyword)
    if (at === -1) throw typeError(`${name}() got an unexpected keyword argument '${keyword}'`)
    if (bound[at] !== undefined) throw typeError(`${name}() got multiple values for argument '${keyword}'`)
    bound[at] = value
  }
  for (let i = 0; i < required; i++)
    if (bound[i] === undefined) throw typeError(`${name}() misses the argument '${parameters[i]}'`)
  return bound
}
