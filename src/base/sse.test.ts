import { describe, expect, it } from 'vitest'
import { createSseDecoder, type ServerSentEvent } from './sse.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const message = (data: string, event = 'message'): ServerSentEvent => ({ event, data })

const decode = (chunks: readonly Uint8Array[]): ServerSentEvent[] => {
  const decoder = createSseDecoder()
  const events = chunks.flatMap((chunk) => decoder.push(chunk))
  return [...events, ...decoder.end()]
}

describe('server-sent events', () => {
  it.each<[string, string, ServerSentEvent[]]>([
    ['plain', 'data: a\n\ndata: b\n\n', [message('a'), message('b')]],
    ['named', 'event: ping\ndata: {}\n\n', [message('{}', 'ping')]],
    ['several data lines', 'data: a\ndata:b\ndata\n\n', [message('a\nb\n')]],
    ['only one blank after the colon belongs to the format', 'data:  a\n\n', [message(' a')]],
    ['comments and unknown fields', ': keep-alive\nid: 1\nretry: 5\ndata: a\n\n', [message('a')]],
    ['an event without data is none', 'event: x\n\ndata: a\n\n', [message('a')]],
    ['a missing end', 'data: a\n\ndata: b', [message('a'), message('b')]],
    ['CRLF', 'event: x\r\ndata: a\r\n\r\n', [message('a', 'x')]],
  ])('%s', (_, text, expected) => expect(decode([encode(text)])).toEqual(expected))

  it('reads the same events whatever the cuts', () => {
    const bytes = encode(': hi\r\nevent: x\r\ndata: 世界 😀\r\ndata: b\r\n\r\ndata: c\n\ndata: é\r\r')
    const whole = decode([bytes])
    expect(whole).toEqual([message('世界 😀\nb', 'x'), message('c'), message('é')])
    for (let i = 0; i <= bytes.length; i++) {
      expect(decode([bytes.subarray(0, i), bytes.subarray(i)])).toEqual(whole)
    }
    expect(decode(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it('bounds an event of many lines', () => {
    const decoder = createSseDecoder(10)
    expect(() => decoder.push(encode('data: 12345\ndata: 123456\n\n'))).toThrow('longer than 10')
  })
})
