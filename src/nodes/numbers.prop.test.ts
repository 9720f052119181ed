// Numbers and their order against simpler models of them.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatNumber, isFloat } from '../base/number.ts'
import { addNumbers, divideNumbers, multiplyNumbers, subtractNumbers } from './arithmetic.ts'
import { compareCodePoints } from './code-points.ts'
import { readDouble, readInteger } from './python-number.ts'

const wholes = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n })
const asInteger = (value: bigint) => readInteger(String(value)) ?? Number.NaN

it('integers are exact, whatever their size', () => {
  fc.assert(
    fc.property(wholes, wholes, (a, b) => {
      expect(formatNumber(addNumbers(asInteger(a), asInteger(b)))).toBe(String(a + b))
      expect(formatNumber(subtractNumbers(asInteger(a), asInteger(b)))).toBe(String(a - b))
      expect(formatNumber(multiplyNumbers(asInteger(a), asInteger(b)))).toBe(String(a * b))
    }),
  )
})

it('a quotient is a float', () => {
  fc.assert(
    fc.property(wholes, wholes, (a, b) => {
      const quotient = divideNumbers(asInteger(a), asInteger(b))
      if (b === 0n) expect(quotient).toBeUndefined()
      else expect(quotient !== undefined && isFloat(quotient)).toBe(true)
    }),
  )
})

it('doubles are read back from their text', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(readDouble(formatNumber(value === Math.trunc(value) ? value + 0.5 : value))).toEqual(
        value === Math.trunc(value) ? value + 0.5 : value,
      )
    }),
  )
})

it.each(['', ' ', '.', '1_', '_1', '1__0', '0x10', '1e', '--1', '१x'])('%j is no number', (text) => {
  expect([readInteger(text), readDouble(text)]).toEqual([undefined, undefined])
})

it('texts sort by code points', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const left = [...a].map((char) => char.codePointAt(0) ?? 0)
      const right = [...b].map((char) => char.codePointAt(0) ?? 0)
      const at = left.findIndex((code, i) => code !== right[i])
      const expected = at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1)
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(expected))
    }),
  )
})
