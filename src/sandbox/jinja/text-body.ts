// What a method of `str` looks like: its arguments bound to their parameters.

import type { Bound } from './method.ts'
import type { PyValue, Run } from './values.ts'

export type TextBody = (run: Run, self: string, bound: Bound) => PyValue
