// The methods and fields of int, bool, float and bytes.

import { Float, float, integer } from '../../base/number.ts'
import { textOf } from './arguments.ts'
import { JinjaError, overflowError, valueError } from './error.ts'
import { type Method, type MethodTable, method } from './method.ts'
import { asInt, bitLength, toDouble } from './numbers.ts'
import { type Bytes, type PyValue, Tuple } from './values.ts'

const intOf = (value: PyValue): number | bigint => asInt(value) ?? 0
const doubleOf = (value: PyValue): number => toDouble(value as number | Float)

/** `real`, `imag`, and for integers `numerator`, `denominator`. */
export const numberFields = (value: PyValue, name: string): PyValue | undefined => {
  const int = asInt(value)
  if (int === undefined && typeof value !== 'number' && !(value instanceof Float)) return undefined
  switch (name) {
    case 'real':
      return int === undefined ? value : int
    case 'imag':
      return int === undefined ? float(0) : 0
    case 'numerator':
      return int
    case 'denominator':
      return int === undefined ? undefined : 1
    default:
      return undefined
  }
}

export const intMethods: MethodTable = new Map<string, Method>([
  method<number>('as_integer_ratio', '/', (_run, self) => new Tuple([intOf(self), 1])),
  method<number>('bit_count', '/', (_run, self) => BigInt(intOf(self)).toString(2).replaceAll(/[-0]/g, '').length),
  method<number>('bit_length', '/', (_run, self) => bitLength(intOf(self))),
  method<number>('conjugate', '/', (_run, self) => intOf(self)),
])

export const floatMethods: MethodTable = new Map<string, Method>([
  method<Float>('as_integer_ratio', '/', (_run, self) => ratioOf(doubleOf(self))),
  method<Float>('conjugate', '/', (_run, self) => self),
  method<Float>('hex', '/', (_run, self) => hexOf(doubleOf(self))),
  method<Float>('is_integer', '/', (_run, self) => Number.isInteger(doubleOf(self))),
])

const ratioOf = (value: number): Tuple => {
  if (Number.isNaN(value)) throw valueError('cannot convert NaN to integer ratio')
  if (!Number.isFinite(value)) throw overflowError('cannot convert Infinity to integer ratio')
  let bottom = 1n
  let top = value
  // Doubling is exact, and ends: a double has at most 1074 binary places.
  while (!Number.isInteger(top)) {
    top *= 2
    bottom *= 2n
  }
  return new Tuple([integer(BigInt(top)), integer(bottom)])
}

const hexOf = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return `${sign}0x0.0p+0`
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(value))
  const bits = view.getBigUint64(0)
  const power = Number(bits >> 52n)
  const exponent = power === 0 ? -1022 : power - 1023
  const fraction = (bits & 0xfffffffffffffn).toString(16).padStart(13, '0')
  return `${sign}0x${power === 0 ? 0 : 1}.${fraction}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

export const bytesMethods: MethodTable = new Map<string, Method>([
  method<Bytes>('decode', 'encoding= errors=', (run, self, [encoding]) => {
    run.text(self.data.length)
    const name = encoding === undefined ? 'utf-8' : textOf(encoding, 'decode').toLowerCase().replaceAll('_', '-')
    if (['latin-1', 'latin1', 'iso-8859-1'].includes(name))
      return Array.from(self.data, (byte) => String.fromCharCode(byte)).join('')
    if (!['utf-8', 'utf8', 'ascii', 'us-ascii'].includes(name))
      throw new JinjaError('LookupError', `unknown encoding: ${name}`)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(self.data)
    } catch (cause) {
      throw cause instanceof TypeError ? new JinjaError('UnicodeDecodeError', 'invalid bytes') : cause
    }
  }),
  method<Bytes>('hex', '/', (run, self) => {
    run.text(self.data.length * 2)
    return Buffer.from(self.data).toString('hex')
  }),
])
