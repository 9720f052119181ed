// Schemas of operations as JSON Schema: named ones become components, everything else stands where it is used.
//
// O1  A name stands for one schema. What goes in and what comes out of it may differ (defaults, transforms): then the form
//     that goes in is named `…Input`, and so is every schema that refers to it.
// O2  Nothing throws but mistakes of the schemas themselves: a name used twice, a recursion without a name.

import { z } from 'zod'

/** JSON Schema 2020-12, or a piece of an OpenAPI document. */
export interface JsonObject {
  readonly [key: string]: unknown
}

type Direction = 'input' | 'output'

export interface SchemaBook {
  /** The schema as it may stand in the document. Complete only after `components` was called. */
  write(schema: z.ZodType, direction: Direction): JsonObject
  /** Every named schema that was written, by its name; also settles the references of what was written before. */
  components(): Readonly<Record<string, JsonObject>>
}

type Draft = { [key: string]: unknown }

/** @param prefix of the names of its components: each surface has names of its own */
export const createSchemaBook = (prefix = ''): SchemaBook => {
  const named: Record<Direction, Map<string, JsonObject>> = { input: new Map(), output: new Map() }
  const written: { readonly schema: JsonObject; readonly direction: Direction }[] = []
  return {
    write(schema, direction) {
      const { value, definitions } = convert(schema, direction)
      for (const [name, definition] of Object.entries(definitions)) {
        const known = named[direction].get(name)
        if (known !== undefined && !isSame(known, definition)) throw new Error(`two schemas are named ${name}`)
        named[direction].set(name, definition)
      }
      written.push({ schema: value, direction })
      return value
    },

    components() {
      const split = splitNames(named.input, named.output)
      const nameOf = (name: string, direction: Direction) =>
        `${prefix}${name}${direction === 'input' && split.has(name) ? 'Input' : ''}`
      const all = new Map<string, JsonObject>()
      for (const direction of ['output', 'input'] as const) {
        const rename = (name: string) => `#/components/schemas/${nameOf(name, direction)}`
        for (const [name, definition] of named[direction]) {
          all.set(nameOf(name, direction), redirect(structuredClone(definition), rename))
        }
        for (const one of written) if (one.direction === direction) redirect(one.schema, rename)
      }
      return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
    },
  }
}

const convert = (schema: z.ZodType, direction: Direction) => {
  // Wrapped, so that a named schema is a reference also where it is the whole.
  const { properties, $defs = {} } = z.toJSONSchema(z.object({ value: schema }), {
    target: 'draft-2020-12',
    io: direction,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => simplify(jsonSchema as Draft, direction),
  }) as { readonly properties: Readonly<Record<string, JsonObject>>; readonly $defs?: Record<string, JsonObject> }
  const nameless = Object.keys($defs).find((name) => name.startsWith('__'))
  if (nameless !== undefined) throw new Error('a schema that contains itself needs a name: .meta({ id })')
  return { value: properties.value as JsonObject, definitions: $defs }
}

const simplify = (schema: Draft, direction: Direction): void => {
  // Answers may grow: a client that refuses fields it does not know would break.
  if (direction === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
  // What every number in JSON is bound to says nothing.
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  // Stands in the name of the component.
  delete schema.id
}

/** Names whose two forms differ, directly or through what they refer to. */
const splitNames = (
  input: ReadonlyMap<string, JsonObject>,
  output: ReadonlyMap<string, JsonObject>,
): ReadonlySet<string> => {
  const both = [...input.keys()].filter((name) => output.has(name))
  const split = new Set(both.filter((name) => !isSame(input.get(name), output.get(name))))
  for (let before = -1; before !== split.size; ) {
    before = split.size
    for (const name of both) if (referencesOf(input.get(name)).some((other) => split.has(other))) split.add(name)
  }
  return split
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const LOCAL = '#/$defs/'

const referencesOf = (value: unknown): readonly string[] => {
  const found: string[] = []
  visit(value, (node) => {
    if (typeof node.$ref === 'string' && node.$ref.startsWith(LOCAL)) found.push(node.$ref.slice(LOCAL.length))
  })
  return found
}

const redirect = <T extends JsonObject>(value: T, rename: (name: string) => string): T => {
  visit(value, (node) => {
    if (typeof node.$ref === 'string' && node.$ref.startsWith(LOCAL)) node.$ref = rename(node.$ref.slice(LOCAL.length))
  })
  return value
}

const visit = (value: unknown, see: (node: Draft) => void): void => {
  if (Array.isArray(value)) for (const item of value) visit(item, see)
  else if (isPlain(value)) {
    see(value)
    for (const item of Object.values(value)) visit(item, see)
  }
}

const isPlain = (value: unknown): value is Draft => typeof value === 'object' && value !== null
