// Checks values against a JSON Schema, draft 7.
//
// Compiling generates code, so it happens once per schema and only for schemas of bounded size.
// Remote references are never loaded: a schema that names one does not compile.
// Regular expressions of strangers can run for years, so a schema with some is checked against a deadline.

import { createRequire } from 'node:module'
import { createContext, Script } from 'node:vm'
import type { ValidateFunction } from 'ajv'
import { Float } from '../../base/number.ts'
import { isList, isObject, objectFrom, own, toPlain, type Value, type ValueObject } from '../../base/value.ts'

// Few apps have schemas: the validator is loaded with the first one.
const require = createRequire(import.meta.url)
const loadAjv = () => require('ajv') as typeof import('ajv')

/** Characters of a schema as JSON. */
const MAX_SCHEMA_CHARACTERS = 100_000
/** Problems named in one answer. */
const MAX_PROBLEMS = 5

/** Milliseconds one check may take. */
const DEADLINE_MS = 250

/** The problems of a value, empty when it fits. */
export type SchemaCheck = (value: Value) => readonly string[]

/** @throws Error with a reason for people when the schema cannot be used */
export const compileSchema = (schema: ValueObject): SchemaCheck => {
  const plain = toJsonNumbers(schema)
  if (JSON.stringify(plain).length > MAX_SCHEMA_CHARACTERS) {
    throw new Error(`the schema is larger than ${MAX_SCHEMA_CHARACTERS} characters`)
  }
  // Formats are hints for the model here; ids are dropped with the instance, so two schemas never collide.
  const { Ajv } = loadAjv()
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, addUsedSchema: false, logger: false })
  const validate = ajv.compile(withoutDialect(plain))
  const fits = /"pattern(?:Properties)?":/.test(JSON.stringify(plain)) ? withDeadline(validate) : validate
  return (value) => {
    const verdict = fits(toJsonNumbers(toPlain(value)))
    if (verdict === 'late') return ['/ the patterns of the schema take too long']
    if (verdict) return []
    const errors = validate.errors ?? []
    return errors
      .slice(0, MAX_PROBLEMS)
      .map((error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`)
  }
}

/** The engine can only stop code that runs inside a script with a time limit. That script is ours and calls back. */
const withDeadline = (validate: ValidateFunction): ((value: unknown) => boolean | 'late') => {
  const task = { run: (): boolean => false }
  const context = createContext({ task })
  const script = new Script('task.run()')
  return (value) => {
    task.run = () => validate(value)
    try {
      return script.runInContext(context, { timeout: DEADLINE_MS }) as boolean
    } catch (error) {
      if (isTimeout(error)) return 'late'
      throw error
    }
  }
}

/** By its code: the error belongs to the script's own context and is no `Error` of ours. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && own(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT'

/** Other drafts' names in `$schema` would be looked up; the rules are draft 7 all the same. */
const withoutDialect = (schema: unknown): Record<string, unknown> => {
  const { $schema: _, ...rest } = schema as Record<string, unknown>
  return rest
}

/** Plain numbers throughout: the validator knows JavaScript's only. */
const toJsonNumbers = (value: Value): unknown => {
  if (value instanceof Float) return value.value
  if (typeof value === 'bigint') return Number(value)
  if (isList(value)) return value.map(toJsonNumbers)
  if (!isObject(value)) return value
  return objectFrom(Object.entries(value).map(([key, item]) => [key, toJsonNumbers(item) as Value]))
}
