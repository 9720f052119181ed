import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ThinkFilter } from './think-tags.ts'

const piece = fc.constantFrom(
  '<think>',
  '</think>',
  '<',
  'think',
  '>',
  ' ',
  '\n',
  'a',
  'bc',
  '</',
  '<think a="1">',
  'é',
)

test('however the text is cut, the result is the same', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }),
      (pieces, cuts) => {
        const source = pieces.join('')
        const whole = new ThinkFilter()
        whole.push(source)
        whole.end()
        const cut = new ThinkFilter()
        let shown = ''
        for (let at = 0, i = 0; at < source.length; i++) {
          const size = (cuts[i % cuts.length] ?? 0) + 1
          shown += cut.push(source.slice(at, at + size)).visible
          at += size
        }
        shown += cut.end().visible
        expect(cut.text).toBe(whole.text)
        expect(cut.reasoning).toBe(whole.reasoning)
        expect(shown.replace(/\n\s*\n/g, '\n\n').trim()).toBe(whole.text)
      },
    ),
  )
})
