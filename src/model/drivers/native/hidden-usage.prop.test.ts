import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HiddenUsage } from './hidden-usage.ts'

const frame = (data: unknown, end: string) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}${end}`
const usage = { id: 'x', choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }
const texts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 })

test('takes out the usage frame and keeps every other byte, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom('\n\n', '\r\n\r\n'),
      fc.array(fc.nat(400), { maxLength: 12 }),
      (said, end, cuts) => {
        const others = said.map((content) => frame({ choices: [{ delta: { content } }], usage: null }, end))
        const done = frame('[DONE]', end)
        const bytes = Buffer.from([...others, frame(usage, end), done].join(''))
        const places = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length]
        const filter = new HiddenUsage()
        const out: Uint8Array[] = []
        for (const [i, from] of places.slice(0, -1).entries()) {
          const next = filter.push(bytes.subarray(from, places[i + 1]))
          if (next) out.push(next)
        }
        const rest = filter.end()
        if (rest) out.push(rest)
        expect(Buffer.concat(out).toString('utf8')).toBe([...others, done].join(''))
      },
    ),
  )
})

test('a stream without a last blank line is handed over to its end', () => {
  const filter = new HiddenUsage()
  const first = filter.push(Buffer.from('data: {"choices":[{}]}\n\ndata: [DONE]'))
  expect(Buffer.from(first ?? []).toString()).toBe('data: {"choices":[{}]}\n\n')
  expect(Buffer.from(filter.end() ?? []).toString()).toBe('data: [DONE]')
})
