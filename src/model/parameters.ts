// What becomes of every parameter of a request at every family of vendors: the data behind strict and lenient calls, behind the
// drivers' own encoders and behind docs/protocols.md.

import type { Family, Protocol } from './spec.ts'

export type Verdict =
  /** Taken as it is meant, perhaps under another name. */
  | { readonly type: 'mapped'; readonly as: string }
  /** Taken, but not quite as it is meant. */
  | { readonly type: 'approximated'; readonly as: string; readonly reason: string }
  | { readonly type: 'unsupported'; readonly reason: string }

export interface Parameter {
  /** In the neutral form: a field of `ChatRequest`, or of its `parameters`. */
  readonly name: string
  readonly meaning: string
  /** The field's name at each door; a door that has no such field is absent. */
  readonly doors: Readonly<Partial<Record<Protocol, string>>>
  readonly families: Readonly<Record<Family, Verdict>>
}

export const parameters: readonly Parameter[] = []

/** What a family cannot take of these fields, as the door names them. Fields nobody knows are unsupported everywhere but in
 *  their own protocol. */
export const verdictsOf = (
  _door: Protocol,
  _family: string,
  _fields: Iterable<string>,
): readonly {
  readonly field: string
  readonly verdict: 'approximated' | 'unsupported'
  readonly reason: string
}[] => []
