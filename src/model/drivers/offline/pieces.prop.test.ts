import fc from 'fast-check'
import { expect, it } from 'vitest'
import { estimateTokens } from '../../usage.ts'
import { cutText, piecesOf } from './pieces.ts'

const texts = fc
  .array(fc.oneof(fc.string(), fc.constantFrom('世界', 'a b', '\n\n', 'かな', '😀', 'x'.repeat(100))))
  .map((parts) => parts.join(''))

it('pieces join back to the text', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(piecesOf(text).join('')).toBe(text)
    }),
  )
})

it('a cut text is a prefix, within its limit and without its stop words', () => {
  fc.assert(
    fc.property(
      texts,
      fc.array(fc.string({ maxLength: 2 }), { maxLength: 3 }),
      fc.integer({ min: 1, max: 40 }),
      (text, stops, limit) => {
        const cut = cutText(text, stops, limit)
        expect(text.startsWith(cut.text)).toBe(true)
        expect(estimateTokens(cut.text)).toBeLessThanOrEqual(limit)
        for (const stop of stops) if (stop !== '') expect(cut.text).not.toContain(stop)
        if (cut.cutBy === undefined) expect(cut.text).toBe(text)
      },
    ),
  )
})
