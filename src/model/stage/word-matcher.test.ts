// Keywords in text that comes in pieces: tables, and every cut of random texts.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWordMatcher, type Piece, type WordStream } from './word-matcher.ts'

describe('what contains a keyword', () => {
  const check = (keyword: string, text: string, expected: boolean) =>
    test(`${JSON.stringify(keyword)} in ${JSON.stringify(text)}`, () =>
      expect(createWordMatcher([keyword]).find(text)).toBe(expected))
  check('bomb', 'A Bomb!', true)
  check('bomb', 'bom b', false)
  check('BOMB', 'bombs', true)
  check('bomb', 'ｂｏｍｂ', true)
  check('ﬁre', 'FIRE', true)
  check('café', 'cafe\u0301', true)
  check('cafe\u0301', 'CAFÉ', true)
  check('cafe', 'cafe\u0301', false)
  check('ΟΔΟΣ', 'η οδος', true)
  check('οδος', 'ΟΔΟΣ', true)
  check('禁止', '这是禁止的', true)
  check('가', '\u1100\u1161', true)
  check('ガ', 'ｶﾞ', true)
  check('😀', 'so 😀 so', true)
  check('', 'anything', false)
})

test('one of several keywords, with shared beginnings and endings', () => {
  const matcher = createWordMatcher(['abcd', 'bcx', 'cy', 'zz'])
  expect(['abcy', 'abcx', 'abc', 'zaz', 'azz', 'bcd'].map((text) => matcher.find(text))).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
  ])
})

/** As moderation reads it: undefined from the first word on. */
const shownBy = (stream: WordStream, pieces: readonly Piece[]) =>
  stream.hasFound ? undefined : pieces.map(({ text }) => text)
const strict = (stream: WordStream) => ({
  push: (text: string) => shownBy(stream, stream.push(text)),
  end: () => shownBy(stream, stream.end()),
})
const joined = (segments: readonly string[] | undefined) => segments?.join('')

test('only what begins a keyword is held back, and the last character', () => {
  const stream = strict(createWordMatcher(['bomb']).stream())
  expect(joined(stream.push('Hello'))).toBe('Hell')
  expect(joined(stream.push(' boy'))).toBe('o ')
  expect(joined(stream.push('s, bo'))).toBe('boys, ')
  expect(joined(stream.push('m'))).toBe('')
  expect(joined(stream.push('b'))).toBe('')
  expect(stream.push('!')).toBeUndefined()
})

test('the end decides what is still open', () => {
  const hit = strict(createWordMatcher(['bomb']).stream())
  expect(joined(hit.push('bomb'))).toBe('')
  expect(hit.end()).toBeUndefined()
  const none = strict(createWordMatcher(['bomb']).stream())
  expect(joined(none.push('bom'))).toBe('')
  expect(joined(none.end())).toBe('bom')
})

test('marks without end are no segment without end', () => {
  const stream = strict(createWordMatcher(['bomb']).stream())
  const text = `a${'\u0301'.repeat(5000)}`
  let shown = ''
  for (const point of text) shown += joined(stream.push(point))
  expect(text.length - shown.length).toBeLessThan(40)
  expect(shown + joined(stream.end())).toBe(text)
})

// Few characters, so that keywords occur: plain, wide, composed and decomposed, ligatures, halves of emoji, sigmas.
const alphabet = ['a', 'A', 'ａ', 'b', 'B', 'e', 'é', '\u0301', '\u0323', 'ﬁ', 'f', 'i', 'İ', '\u0307', 'Σ', 'ς', 'σ']
const more = ['か', '\u3099', 'が', 'ｶ', 'ﾞ', 'ㄱ', 'ㅏ', '가', 'ㄴ', '\u11ab', '😀', '\ud83d', ' ', '禁']
const letter = fc.constantFrom(...alphabet, ...more)
const words = (max: number) => fc.array(letter, { minLength: 1, maxLength: max }).map((letters) => letters.join(''))
const fold = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ')

test('for every text, cut and keyword: nothing shown contains a keyword, and without one the text is unchanged', () => {
  let hits = 0
  fc.assert(
    fc.property(
      fc.array(words(3), { minLength: 1, maxLength: 4 }),
      words(24),
      fc.array(fc.nat(40), { maxLength: 8 }),
      (keywords, text, cuts) => {
        const contained = keywords.some((keyword) => fold(text).includes(fold(keyword)))
        const ends = [...new Set(cuts.filter((cut) => cut < text.length)), text.length].sort((a, b) => a - b)
        const stream = strict(createWordMatcher(keywords).stream())
        let shown = ''
        let from = 0
        let hit = false
        for (const end of ends) {
          const piece = stream.push(text.slice(from, end))
          from = end
          if (piece === undefined) {
            hit = true
            break
          }
          for (const segment of piece) {
            shown += segment
            expect(keywords.some((keyword) => fold(shown).includes(fold(keyword)))).toBe(false)
          }
        }
        const rest = hit ? undefined : stream.end()
        expect(rest === undefined).toBe(contained)
        if (rest !== undefined) expect(shown + rest.join('')).toBe(text)
        if (contained) hits++
      },
    ),
    { numRuns: 2000 },
  )
  expect(hits).toBeGreaterThan(100)
})
