// The provider `maths`: evaluates expressions. `calculator` is another name that apps use for it.
// The answer's wording is that of Dify's tool, which prompts rely on.

import { formatNumber } from '../../base/number.ts'
import { defineTool } from '../define.ts'
import type { Tool } from '../spec.ts'
import { evaluateExpression } from './expression.ts'
import { ExpressionError } from './operand.ts'

const answer = (expression: string): string => {
  if (expression === '') return 'Invalid expression'
  try {
    return `The result of the expression "${expression}" is ${formatNumber(evaluateExpression(expression))}`
  } catch (error) {
    if (error instanceof ExpressionError) return `Invalid expression: ${expression}, error: ${error.message}`
    throw error
  }
}

const evaluator = (provider: string): Tool =>
  defineTool(
    {
      provider,
      name: 'eval_expression',
      description: 'Evaluates a mathematical expression, e.g. (3 + 4) * 2 ** 0.5 or sqrt(2) / pi.',
      parameters: [{ name: 'expression', type: 'string', required: true, description: 'The expression' }],
    },
    function* (parameters) {
      yield { type: 'text', text: answer(String(parameters.expression).trim()) }
    },
  )

export const arithmeticTools: readonly Tool[] = [evaluator('maths'), evaluator('calculator')]
