import { describe, expect, it } from 'vitest'
import { createLineDecoder, LineTooLongError } from './lines.ts'

const encode = (text: string) => new TextEncoder().encode(text)

const check = (chunks: readonly string[], expected: readonly string[]) => {
  const decoder = createLineDecoder()
  const lines = chunks.flatMap((chunk) => decoder.push(encode(chunk)))
  expect([...lines, ...decoder.end()]).toEqual(expected)
}

describe('lines', () => {
  it.each<[string, string[], string[]]>([
    ['LF, CRLF and CR end a line', ['a\nb\r\nc\rd\n'], ['a', 'b', 'c', 'd']],
    ['a cut between CR and LF is one end', ['a\r', '\nb\n'], ['a', 'b']],
    ['CR at the end of a chunk, then an empty line', ['a\r', '\r\nb'], ['a', '', 'b']],
    ['the last line needs no end', ['a\nb'], ['a', 'b']],
    ['a leading BOM is no text', ['\uFEFFa\n'], ['a']],
    ['no bytes, no lines', [], []],
  ])('%s', (_, chunks, expected) => check(chunks, expected))

  it('refuses a line beyond its limit, however it arrives', () => {
    const decoder = createLineDecoder(8)
    decoder.push(encode('12345678'))
    expect(() => decoder.push(encode('9'))).toThrow(LineTooLongError)
    expect(() => createLineDecoder(8).push(encode('123456789\n'))).toThrow(LineTooLongError)
  })
})
