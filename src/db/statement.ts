// Hot statements: built and compiled once, then only filled with values.

import type { Compilable } from 'kysely'
import type { Queries, SqlValue, Statement } from './spec.ts'

/** Stands for the value of one name while the statement is compiled. */
class Placeholder {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

type Values<Row> = { readonly [Name in keyof Row]: SqlValue }
type Mark<Row> = <Name extends keyof Row & string>(name: Name) => Row[Name]

const compile = <Row extends Values<Row>, Query extends Compilable<unknown>>(build: (value: Mark<Row>) => Query) => {
  // The cast lets a marker pass the typed builder in the place of the value it stands for.
  const compiled = build((name) => new Placeholder(name) as unknown as Row[typeof name]).compile()
  const fill = (row: Row): readonly SqlValue[] =>
    compiled.parameters.map((slot) =>
      slot instanceof Placeholder ? row[slot.name as keyof Row & string] : (slot as SqlValue),
    )
  return { compiled, fill }
}

/** Compiles the query that `build` makes; `value(name)` marks where a value of `Row` will go.
 *  Placeholders are for `values()` and `set()` and the right side of comparisons. */
export const prepareStatement = <Row extends Values<Row>>(
  build: (value: Mark<Row>) => Compilable<unknown>,
): ((row: Row) => Statement) => {
  const { compiled, fill } = compile(build)
  return (row) => ({ sql: compiled.sql, parameters: fill(row) })
}

/** The same for the few reads that every run asks: the first row, or undefined. */
export const prepareQuery = <Given extends Values<Given>, Row>(
  queries: Pick<Queries, 'executeQuery'>,
  build: (value: Mark<Given>) => Compilable<Row>,
): ((given: Given) => Promise<Row | undefined>) => {
  const { compiled, fill } = compile<Given, Compilable<Row>>(build)
  return async (given) => (await queries.executeQuery<Row>({ ...compiled, parameters: fill(given) })).rows[0]
}
