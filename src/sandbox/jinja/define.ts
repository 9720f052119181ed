// How filters and tests are written down: a name, parameters as in signature.ts, a body.

import type { Bound } from './method.ts'
import { bind, signature } from './signature.ts'
import type { Filter, PyValue, Run, Test } from './values.ts'

export const filter = (
  name: string,
  parameters: string,
  body: (run: Run, value: PyValue, bound: Bound) => PyValue,
): readonly [string, Filter] => {
  const shape = signature(name, parameters)
  return [name, (run, value, args) => body(run, value, bind(shape, args))]
}

export const test = (
  name: string,
  parameters: string,
  body: (run: Run, value: PyValue, bound: Bound) => boolean,
): readonly [string, Test] => {
  const shape = signature(name, parameters)
  return [name, (run, value, args) => body(run, value, bind(shape, args))]
}

/** A parameter that was not given takes its default; None given is None. */
export const orElse = (value: PyValue | undefined, fallback: PyValue): PyValue =>
  value === undefined ? fallback : value
