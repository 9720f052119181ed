// How the methods of built-in types are written down.

import { bind, signature } from './signature.ts'
import type { Args, PyValue, Run } from './values.ts'

export type Method = (run: Run, self: PyValue, args: Args) => PyValue
export type MethodTable = ReadonlyMap<string, Method>
export type Bound = readonly (PyValue | undefined)[]

/** A table entry. `parameters` as in signature.ts; `self` has the type the table belongs to. */
export const method = <Self extends PyValue>(
  name: string,
  parameters: string,
  body: (run: Run, self: Self, bound: Bound) => PyValue,
): readonly [string, Method] => {
  const shape = signature(name, parameters)
  return [name, (run, self, args) => body(run, self as Self, bind(shape, args))]
}

/** A table entry that reads its arguments itself. */
export const freeMethod = <Self extends PyValue>(
  name: string,
  body: (run: Run, self: Self, args: Args) => PyValue,
): readonly [string, Method] => [name, (run, self, args) => body(run, self as Self, args)]
