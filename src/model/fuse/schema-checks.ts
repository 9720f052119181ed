// Compiled schemas of callers, the latest ones.

import type { ValueObject } from '../../base/value.ts'
import type { ChatRequest } from '../spec.ts'
import type { SchemaCheck } from './field-vote.ts'

/** @throws Error when the schema cannot be used */
export type CompileSchema = (schema: ValueObject) => SchemaCheck

const MOST_KEPT = 100

/** @returns for a request: its check; undefined when it asks for none, or for one that cannot be checked */
export const createSchemaChecks = (compile: CompileSchema) => {
  const kept = new Map<string, SchemaCheck | undefined>()
  return ({ responseSchema }: Pick<ChatRequest, 'responseSchema'>): SchemaCheck | undefined => {
    if (!responseSchema) return undefined
    const key = JSON.stringify(responseSchema.schema)
    if (kept.has(key)) return kept.get(key)
    const check = tryCompile(compile, responseSchema.schema)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, check)
    return check
  }
}

/** A schema that only its vendor understands is the vendor's to hold its model to. */
const tryCompile = (compile: CompileSchema, schema: ValueObject): SchemaCheck | undefined => {
  try {
    return compile(schema)
  } catch {
    return undefined
  }
}
