// The round trip of secret variables: files leave without their values, and come back to where the values are.

import { isList, isObject, objectFrom, type Value, type ValueObject } from '../../../base/value.ts'
import { field } from './problems.ts'

/** What stands for a value that is kept: nothing at all, an empty text, or the mark that editors of the format send back. */
const isLeftOut = (value: Value | undefined): boolean =>
  value === undefined || value === null || value === '' || value === '[__HIDDEN__]'

const LISTS = ['environment_variables', 'conversation_variables'] as const

/** Values of secret variables by place: the list, then the variable's id, or its name. */
type Secrets = ReadonlyMap<string, string>

const byId = (list: string, variable: ValueObject): string => `${list} id ${String(field(variable, 'id'))}`
const byName = (list: string, variable: ValueObject): string => `${list} name ${String(field(variable, 'name'))}`

/** The document with the values of `earlier` wherever a secret variable comes without one. A variable is the same when its id
 *  is, whatever it is called by now; without such an id, when its name is. Secrets are emptied by removing the variable. */
export const keepSecrets = (document: Value, earlier: ValueObject): Value => {
  const workflow = isObject(document) ? field(document, 'workflow') : undefined
  if (!isObject(document) || !isObject(workflow)) return document
  const known = secretsOf(earlier)
  if (known.size === 0) return document
  const lists = LISTS.flatMap((list) => {
    const variables = field(workflow, list)
    if (!isList(variables)) return []
    return [[list, variables.map((variable) => withValue(variable, list, known))] as const]
  })
  return withField(document, 'workflow', objectFrom([...Object.entries(workflow), ...lists]))
}

const withValue = (variable: Value, list: string, known: Secrets): Value => {
  if (!isObject(variable) || field(variable, 'value_type') !== 'secret') return variable
  if (!isLeftOut(field(variable, 'value'))) return variable
  const value = known.get(byId(list, variable)) ?? known.get(byName(list, variable))
  return value === undefined ? variable : withField(variable, 'value', value)
}

/** The map with the field set, in its place when it was there. */
const withField = (map: ValueObject, key: string, value: Value): ValueObject =>
  objectFrom([...Object.entries(map), [key, value]])

/** A document's secrets, those with a value. */
const secretsOf = (document: ValueObject): Secrets => {
  const workflow = field(document, 'workflow')
  const secrets = new Map<string, string>()
  for (const list of LISTS) {
    const variables = isObject(workflow) ? field(workflow, list) : undefined
    for (const variable of isList(variables) ? variables : []) {
      if (!isObject(variable) || field(variable, 'value_type') !== 'secret') continue
      const value = field(variable, 'value')
      if (typeof value !== 'string' || value === '') continue
      secrets.set(byName(list, variable), value)
      if (field(variable, 'id') !== undefined) secrets.set(byId(list, variable), value)
    }
  }
  return secrets
}
