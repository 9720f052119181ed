// What people write about themselves: what is kept, and what is refused.

import { describe, expect, it } from 'vitest'
import { readEmail, readName, readPassword, readUserAgent, toAddress } from './person.ts'

describe('an address', () => {
  const rows = [
    ['Ada@Example.ORG', 'ada@example.org'],
    [' ada@example.org\n', 'ada@example.org'],
    ['ada+tag@sub.example.co.uk', 'ada+tag@sub.example.co.uk'],
    ["o'brien@localhost", "o'brien@localhost"],
    ['ａｄａ＠example.org', 'ada@example.org'],
    ['grüße@bücher.example', 'grüße@bücher.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['', undefined],
    ['ada', undefined],
    ['@example.org', undefined],
    ['ada@', undefined],
    ['ada@example..org', undefined],
    ['ada@-example.org', undefined],
    ['ada@example.org.', undefined],
    ['a@b@example.org', undefined],
    ['ada <ada@example.org>', undefined],
    ['ada @example.org', undefined],
    ['ada\u0000@example.org', undefined],
    ['ada@exa\u202emple.org', undefined],
    ['ada\r\nBcc: x@example.org', undefined],
    [`${'a'.repeat(65)}@example.org`, undefined],
    [`ada@${'a.'.repeat(150)}org`, undefined],
  ] as const
  for (const [given, kept] of rows) {
    it(`${JSON.stringify(given).slice(0, 40)} → ${kept}`, () => {
      if (kept === undefined) expect(() => readEmail(given)).toThrow('This is not an e-mail address.')
      else expect(readEmail(given)).toBe(kept)
    })
  }

  it('has one form, whose form is itself', () => {
    for (const given of ['İ@example.org', 'ſ@EXAMPLE.org', 'ΑΣ@example.org', 'K@x', '\u1e9b\u0323@x']) {
      expect(toAddress(toAddress(given))).toBe(toAddress(given))
    }
  })

  it('is cut before anybody looks at it', () => {
    expect(() => readEmail(`ada@${'a-'.repeat(5_000_000)}`)).toThrow()
    expect(toAddress('x'.repeat(5_000_000)).length).toBe(1_000)
  })
})

describe('a name', () => {
  it.each([
    ['Ada', 'Ada'],
    ['  Ada Lovelace ', 'Ada Lovelace'],
    ['👩‍💻', '👩‍💻'],
    ['می‌خواهم', 'می‌خواهم'],
    ['😀'.repeat(100), '😀'.repeat(100)],
  ])('%j is kept as %j', (given, kept) => {
    expect(readName(given)).toBe(kept)
  })
  it.each(['', '   ', '\u200d', 'a\u0000', 'a\nb', 'a\u001b[31m', '\u202eadA', 'a\u2066b', '\ud800', 'x'.repeat(101)])(
    '%j is refused',
    (given) => {
      expect(() => readName(given)).toThrow('A name has 1 to 100 characters.')
    },
  )
})

describe('a password', () => {
  it('has 10 to 256 characters, whatever their bytes, in one form', () => {
    expect(readPassword('x'.repeat(10))).toBe('x'.repeat(10))
    expect(readPassword('😀'.repeat(256))).toBe('😀'.repeat(256))
    expect(readPassword('ﬁve words of ten')).toBe('five words of ten')
    for (const weak of [undefined, '', 'x'.repeat(9), '😀'.repeat(9), 'x'.repeat(257), 'x'.repeat(1_000_000)]) {
      expect(() => readPassword(weak)).toThrow('A password has 10 to 256 characters.')
    }
  })
})

it('a user agent is cut, without controls', () => {
  expect(readUserAgent(`a\u001b[0m${'b'.repeat(1_000)}`)).toBe(`a [0m${'b'.repeat(195)}`)
})
