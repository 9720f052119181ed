// Requests that are wrong in one way each, made from the operations: what a schema declares says what does not fit it.
//
// M1  Everything else about a request is right: it is the operation's good one with a single change.
// M2  What is promised to be forgiven is no case here; FORGIVEN says what that is.

import type { Operation } from '../../src/wire/operation.ts'
import { pathCases, queryCases } from './malformed-addresses.ts'
import { bodyCases, bodylessCases, formCases, typeCases } from './malformed-bodies.ts'
import { bodyFields, fieldCases, inputCases, prototypeCases, twiceCases } from './malformed-fields.ts'
import { type Malformed, takesForm } from './malformed-requests.ts'

/** Every one for an operation. */
export const malformedOf = (operation: Operation): readonly Malformed[] => {
  const fields = takesForm(operation) ? [] : bodyFields(operation)
  return [
    ...fieldCases(operation, fields),
    ...inputCases(operation),
    ...(operation.body && !takesForm(operation)
      ? [...prototypeCases(operation, fields), ...twiceCases(operation, fields), ...bodyCases(operation)]
      : []),
    ...(operation.body ? typeCases(operation) : bodylessCases(operation)),
    ...(takesForm(operation) ? formCases(operation) : []),
    ...pathCases(operation),
    ...queryCases(operation),
  ]
}
