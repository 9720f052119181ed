// The arguments of a tool node: templates, raw variables and fixed values, from two places of its settings.

import { z } from 'zod'
import { isList, isObject, objectFrom, own, setOwn, type Value, type ValueObject } from '../../base/value.ts'
import type { Selector } from '../../flow/spec.ts'
import { type Lookup, parseTemplate, renderTemplate } from '../../flow/template.ts'
import type { Tool } from '../../tool/spec.ts'
import { NodeError } from '../errors.ts'

const TYPES = new Set(['mixed', 'variable', 'constant'])

/** Name → argument as app files write it; entries without a value are left out. */
export const argumentsField = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((table) => table ?? {})

export interface ToolArgument {
  readonly name: string
  /** The value in one run; undefined when its variable is missing. */
  read(get: Lookup): Value | undefined
  /** Named when it is missing. */
  readonly selector?: Selector
}

/** Parameters: `{ type, value }` each. Old files hold the bare value. */
export const compileArguments = (table: Readonly<Record<string, unknown>>): readonly ToolArgument[] =>
  Object.entries(table).flatMap(([name, entry]) => {
    const argument = compileArgument(name, entry as Value | undefined, true)
    return argument === undefined ? [] : [argument]
  })

/** Configurations: fixed values, read as templates and variables only in newer files. */
export const compileConfigurations = (
  table: Readonly<Record<string, unknown>>,
  dynamic: boolean,
): readonly ToolArgument[] =>
  Object.entries(table).flatMap(([name, entry]) => {
    const argument = compileArgument(name, entry as Value | undefined, dynamic)
    return argument === undefined ? [] : [argument]
  })

const compileArgument = (name: string, entry: Value | undefined, dynamic: boolean): ToolArgument | undefined => {
  const wrapped = isObject(entry) && TYPES.has(own(entry, 'type') as string) && Object.hasOwn(entry, 'value')
  const value = wrapped ? (own(entry, 'value') as Value) : entry
  if (value === null || value === undefined) return undefined
  if (!dynamic) return { name, read: () => value }
  if (wrapped && own(entry, 'type') === 'variable') {
    const selector = isList(value) ? value.map(String) : []
    return { name, selector, read: (get) => get(selector) }
  }
  if (typeof value !== 'string') return { name, read: () => value }
  const template = parseTemplate(value)
  return { name, read: (get) => renderTemplate(template, get) }
}

/** The arguments of one call. What the tool does not know is passed as null.
 *  @throws NodeError `node/tool-parameter` when a required variable is missing */
export const readArguments = (list: readonly ToolArgument[], tool: Tool, get: Lookup): ValueObject => {
  const values = objectFrom([])
  for (const argument of list) {
    const parameter = tool.parameters.find((candidate) => candidate.name === argument.name)
    if (parameter === undefined) {
      setOwn(values, argument.name, null)
      continue
    }
    const value = argument.read(get)
    if (value !== undefined) setOwn(values, argument.name, value)
    else if (parameter.required) {
      const reason = `the variable ${argument.selector?.join('.') ?? ''} was never set`
      throw new NodeError('node/tool-parameter', { details: { name: argument.name, tool: tool.name, reason } })
    }
  }
  return values
}
