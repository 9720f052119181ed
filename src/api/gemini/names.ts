// Names of fields: this protocol takes `generationConfig` and `generation_config` alike, as all of protobuf's JSON.

import { setOwn } from '../../base/value.ts'
import type { Json, JsonObject } from '../doors/spec.ts'

const SNAKE = /_([a-z0-9])/g

export const camelName = (name: string): string => name.replace(SNAKE, (_, letter: string) => letter.toUpperCase())

/** The object with its own names in camel case; what stands inside is left alone, for it may be the caller's. */
export const withCamelNames = (object: JsonObject): JsonObject => {
  const names = Object.keys(object)
  if (!names.some((name) => name.includes('_'))) return object
  const copy: Record<string, Json> = {}
  for (const name of names) setOwn(copy, camelName(name), object[name])
  return copy
}
