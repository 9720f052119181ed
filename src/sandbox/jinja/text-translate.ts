// `str.translate`, `maketrans`, `encode`: texts character by character.

import { textOf } from './arguments.ts'
import { Dict } from './dict.ts'
import { JinjaError, typeError, valueError } from './error.ts'
import { typeNameOf } from './iterate.ts'
import { asInt } from './numbers.ts'
import { codePoints, textLength } from './text.ts'
import type { TextBody } from './text-body.ts'
import { Bytes, type PyValue } from './values.ts'

export const translate: TextBody = (run, self, [table]) => {
  if (!(table instanceof Dict)) throw typeError(`'${typeNameOf(table ?? null)}' object is not a translation table`)
  run.items(self.length)
  let result = ''
  for (const char of self) {
    const mapped = table.get(char.codePointAt(0) as number)
    if (mapped === undefined) result += char
    else if (mapped !== null) result += typeof mapped === 'string' ? mapped : String.fromCodePoint(codePointOf(mapped))
    run.step()
    run.bound(result.length)
  }
  run.text(result.length)
  return result
}

const codePointOf = (value: PyValue): number => {
  const code = asInt(value)
  if (code === undefined || code < 0 || code > 0x10ffff)
    throw typeError('character mapping must return integer, None or str')
  return Number(code)
}

export const makeTranslation: TextBody = (_run, _self, [from, to, removed]) => {
  const table = new Dict()
  if (to === undefined) {
    if (!(from instanceof Dict)) throw typeError('if you give only one argument to maketrans it must be a dict')
    for (const [key, value] of from.entries()) {
      if (typeof key === 'string' && textLength(key) !== 1)
        throw valueError('string keys in translate table must be of length 1')
      table.set(typeof key === 'string' ? (key.codePointAt(0) as number) : key, value)
    }
    return table
  }
  const left = codePoints(textOf(from ?? null, 'maketrans'))
  const right = codePoints(textOf(to, 'maketrans'))
  if (left.length !== right.length) throw valueError('the first two maketrans arguments must have equal length')
  for (const [i, char] of left.entries()) {
    table.set(char.codePointAt(0) as number, (right[i] as string).codePointAt(0) as number)
  }
  if (removed !== undefined)
    for (const char of textOf(removed, 'maketrans')) table.set(char.codePointAt(0) as number, null)
  return table
}

export const encode: TextBody = (run, self, [encoding]) => {
  const name = encoding === undefined ? 'utf-8' : textOf(encoding, 'encode').toLowerCase().replaceAll('_', '-')
  run.text(self.length)
  if (/[\ud800-\udfff]/u.test(self)) throw new JinjaError('UnicodeEncodeError', 'surrogates not allowed')
  if (name === 'utf-8' || name === 'utf8') return new Bytes(new TextEncoder().encode(self))
  const top =
    name === 'ascii' || name === 'us-ascii' ? 0x7f : ['latin-1', 'latin1', 'iso-8859-1'].includes(name) ? 0xff : 0
  if (top === 0) throw new JinjaError('LookupError', `unknown encoding: ${name}`)
  const points = codePoints(self).map((char) => char.codePointAt(0) as number)
  if (points.some((code) => code > top)) throw new JinjaError('UnicodeEncodeError', 'a character is out of range')
  return new Bytes(Uint8Array.from(points))
}
