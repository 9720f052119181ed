// Hot statements: built and compiled once, then only filled with values.

import type { Compilable } from 'kysely'
import type { SqlValue, Statement } from './spec.ts'

/** Stands for the value of one name while the statement is compiled. */
class Placeholder {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Compiles the query that `build` makes; `value(name)` marks where a value of `Row` will go.
 *  Placeholders are for `values()` and `set()` and the right side of comparisons. */
export const prepareStatement = <Row extends { readonly [Name in keyof Row]: SqlValue }>(
  build: (value: <Name extends keyof Row & string>(name: Name) => Row[Name]) => Compilable,
): ((row: Row) => Statement) => {
  // The cast lets a marker pass the typed builder in the place of the value it stands for.
  const compiled = build((name) => new Placeholder(name) as unknown as Row[typeof name]).compile()
  const sql = compiled.sql
  const slots = compiled.parameters
  return (row) => ({
    sql,
    parameters: slots.map((slot) =>
      slot instanceof Placeholder ? row[slot.name as keyof Row & string] : (slot as SqlValue),
    ),
  })
}
