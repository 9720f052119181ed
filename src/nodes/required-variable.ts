// Variables a node cannot do without.

import type { Value } from '../base/value.ts'
import type { Selector } from '../flow/spec.ts'
import type { Lookup } from '../flow/template.ts'
import { NodeError } from './errors.ts'

/** The value, null included.
 *  @throws NodeError `node/variable-missing` when nothing was ever written there */
export const requiredVariable = (selector: Selector, get: Lookup): Value => {
  const value = get(selector)
  if (value === undefined) throw new NodeError('node/variable-missing', { details: { name: selector.join('.') } })
  return value
}
