import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isNumber, toNumber } from '../../base/number.ts'
import { evaluateExpression } from './expression.ts'
import { ExpressionError } from './operand.ts'

const pieces = [
  '1',
  '2.5',
  '0',
  '(',
  ')',
  '+',
  '-',
  '*',
  '/',
  '//',
  '%',
  '**',
  ',',
  ' ',
  'sqrt',
  'round',
  'max',
  'pi',
  '9e9',
  '?',
]

test('every text ends in a finite number or a reason', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((list) => list.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const value = evaluateExpression(text)
        expect(isNumber(value) && (typeof value === 'bigint' || Number.isFinite(toNumber(value)))).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError)
      }
    }),
    { numRuns: 3000 },
  )
})

test('integer arithmetic is exact, and // and % belong together', () => {
  const big = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
  fc.assert(
    fc.property(big, big, (a, b) => {
      expect(BigInt(evaluateExpression(`(${a}) * (${b}) + (${a})`) as never)).toBe(a * b + a)
      if (b === 0n) return
      const quotient = BigInt(evaluateExpression(`(${a}) // (${b})`) as never)
      const rest = BigInt(evaluateExpression(`(${a}) % (${b})`) as never)
      expect(quotient * b + rest).toBe(a)
      expect(rest === 0n || rest < 0n === b < 0n).toBe(true)
    }),
  )
})
