// Runs code that the author of the app wrote, and takes what it returns only in the declared form.

import { z } from 'zod'
import { isAbort } from '../base/errors.ts'
import { parseJson, stringifyJson } from '../base/json.ts'
import { isList, isObject, setOwn, toPlain, type Value, type ValueObject } from '../base/value.ts'
import type { NodeContext, NodeOutcome } from '../flow/spec.ts'
import { SandboxError } from '../sandbox/errors.ts'
import { checkOutputs, outputsField } from './code-outputs.ts'
import { defineKind, variableListField } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import { readFloat } from './python-number.ts'
import type { NodeServices } from './spec.ts'

export const code = defineKind({
  types: ['code'],
  role: 'task',
  retryable: true,
  settings: z.object({
    variables: variableListField,
    code_language: z.enum(['python3', 'javascript']),
    code: z.string(),
    outputs: outputsField,
  }),
  compile: ({ variables, code_language: language, code: source, outputs }) => ({
    run: async (context): Promise<NodeOutcome> => {
      const inputs: ValueObject = {}
      for (const { variable, value_selector } of variables) setOwn(inputs, variable, inputOf(value_selector, context))
      try {
        const returned = await runCode({ language, code: source, inputsJson: stringifyJson(inputs) }, context)
        return { type: 'success', inputs, outputs: checkOutputs(outputs, returned) }
      } catch (error) {
        return toFailed(error, { inputs })
      }
    },
  }),
})

const inputOf = (selector: readonly string[], context: NodeContext): Value => {
  const value = context.get(selector) ?? null
  // No files at all reach the code as None, not as an empty list.
  if (isList(value) && value.length === 0 && context.typeOf(selector) === 'array[file]') return null
  return toPlain(value)
}

interface Work {
  readonly language: 'python3' | 'javascript'
  readonly code: string
  readonly inputsJson: string
}

const runCode = async (work: Work, { services, signal }: NodeContext<NodeServices>): Promise<ValueObject> => {
  try {
    const { resultJson } = await services.code.run({ ...work, signal })
    const returned = parseJson(resultJson)
    if (isObject(returned)) return readExponents(returned) as ValueObject
  } catch (error) {
    if (isAbort(error) || !(error instanceof SandboxError || error instanceof SyntaxError)) throw error
    throw new NodeError('node/code-failed', { details: { reason: error.message }, cause: error })
  }
  throw new NodeError('node/code-failed', { details: { reason: 'The function main must return an object.' } })
}

// Some sandboxes hand floats over as texts with an exponent, so the app format reads all such texts as numbers.
const EXPONENT = /^-?\d+\.?\d*e[+-]\d+$/i

const readExponents = (value: Value): Value => {
  if (typeof value === 'string') return EXPONENT.test(value) ? (readFloat(value) ?? value) : value
  if (isList(value)) return value.map(readExponents)
  if (!isObject(value)) return value
  const object: ValueObject = {}
  for (const [key, item] of Object.entries(value)) setOwn(object, key, readExponents(item))
  return object
}
