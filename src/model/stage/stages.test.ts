// What stages do to requests and answers: tables, and every cut of random texts.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { answered, asked, finish, partsOf, requestOf, stageOf, textOf } from '../../../test/support/stages.ts'
import type { ChatMessage, ChatStreamPart } from '../spec.ts'
import { createWordMatcher } from './word-matcher.ts'

const words = (list: readonly string[], more: object = {}) => stageOf({ type: 'sensitive-words', words: list, ...more })
const delta = (text: string): ChatStreamPart => ({ type: 'text-delta', text })
const thought = (text: string): ChatStreamPart => ({ type: 'reasoning-delta', text })

describe('sensitive words', () => {
  const check = (list: readonly string[], text: string, expected: string, more: object = {}) =>
    test(`${JSON.stringify(text)} without ${list.join()} ${JSON.stringify(more)}`, async () => {
      expect(await answered(words(list, more), text)).toBe(expected)
      expect(await answered(words(list, more), ...text)).toBe(expected)
      const verdict = asked(words(list, more), requestOf(text))
      expect(verdict).toMatchObject({ request: { messages: [{ content: expected }] } })
    })
  const parts = { wholeWords: false }
  check(['bad'], 'A bad, BAD, ｂａｄ day', 'A ***, ***, *** day')
  check(['bad'], 'badge bad_ forbad bad', 'badge bad_ forbad ***')
  check(['bad'], 'badge', '***ge', parts)
  check(['敏感'], '这是敏感词，敏 感', '这是**词，敏 感')
  check(['敏感'], '敏 . 感词', '*****词', { skipSeparators: true })
  check(['敏感'], '敏 . 感词', '[-]词', { skipSeparators: true, action: 'replace', replacement: '[-]' })
  check(['b a d'], 'b-a-d and b.ad', '***** and ****', { skipSeparators: true })
  check(['bad'], `b${'.'.repeat(9)}ad`, `b${'.'.repeat(9)}ad`, { skipSeparators: true })
  check(['bad'], '坏bad坏', '坏***坏')
  check(['abc', 'cde'], 'abcde', '*****', parts)
  check(['abc', 'cde'], 'abcde abc abccde', '# # ##', { ...parts, action: 'replace', replacement: '#' })
  check(['a', 'abcd'], 'abce', '*bce', parts)
  check(['naïve'], 'Nai\u0308ve!', '*****!')
  check(['x1'], 'x12 x1', 'x12 **')

  it('reads words from files, with comments', async () => {
    const stage = stageOf(
      { type: 'sensitive-words', words: ['one'], files: ['list.txt'] },
      { 'list.txt': '\ufeff# a list\r\ntwo\r\n\r\n 三 ' },
    )
    expect(await answered(stage, 'one two 三 four #')).toBe('*** *** * four #')
  })

  const refusesSettings = (name: string, settings: object, reason: string) =>
    it(`is not made with ${name}`, () =>
      expect(() => stageOf({ type: 'sensitive-words', ...settings })).toThrow(
        `The stage test cannot be used: ${reason}`,
      ))
  refusesSettings('a file that is not there', { files: ['gone'] }, 'the list gone cannot be read')
  refusesSettings(
    'a replacement that makes words',
    { words: ['xa'], replacement: 'ab' },
    'its replacement begins or ends',
  )
  refusesSettings('a replacement that is a word', { words: ['*'] }, 'its replacement begins or ends')

  it('refuses a request, with an answer or an error that does not name the word', () => {
    const refusing = { action: 'refuse' }
    expect(() => asked(words(['bad'], refusing), requestOf('fine', 'a bad one'))).toThrow(
      'The stage test refused the request: it has a listed word in it.',
    )
    expect(asked(words(['bad'], { ...refusing, answer: 'No.' }), requestOf('bad'))).toEqual({
      type: 'answer',
      text: 'No.',
    })
    const request = requestOf('good')
    expect(asked(words(['bad'], refusing), request)).toEqual({ type: 'request', request })
  })

  it('says something else from the first word of an answer on', async () => {
    const stage = words(['bad'], { action: 'refuse', answer: 'No more.' })
    const parts = await partsOf(stage, [delta('It is ba'), delta('d and so on'), delta('bad'), finish])
    expect(textOf(parts)).toBe('It is No more.')
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'content-filter' })
    const last = await partsOf(stage, [delta('so bad'), finish])
    expect(textOf(last)).toBe('so No more.')
    expect(last.at(-1)).toMatchObject({ type: 'finish', reason: 'content-filter' })
    await expect(partsOf(words(['bad'], { action: 'refuse' }), [delta('bad'), finish])).rejects.toMatchObject({
      code: 'stage/refused',
    })
  })

  it('filters thinking and arguments of tools, and lets go of signatures of what it changed', async () => {
    const vendorState = { anthropic: { signature: 's' } }
    const call = { id: 'c1', name: 'find', argumentsJson: '{"q":"\\u0062ad","n":1.0}' }
    const parts = await partsOf(words(['bad']), [
      thought('so b'),
      thought('ad'),
      { type: 'reasoning-end', vendorState },
      thought('fine'),
      { type: 'reasoning-end', vendorState },
      delta('Let me'),
      { type: 'tool-start', index: 0, id: 'c1', name: 'find' },
      { type: 'tool-delta', index: 0, argumentsJson: '{"q":"\\u0062ad"' },
      { type: 'tool-delta', index: 0, argumentsJson: ',"n":1.0}' },
      { type: 'tool-call', call },
      finish,
    ])
    const argumentsJson = '{"q":"***","n":1.0}'
    expect(parts.map((part) => ('text' in part ? `${part.type} ${part.text}` : part))).toEqual([
      'reasoning-delta so ',
      'reasoning-delta ***',
      'reasoning-delta fin',
      'reasoning-delta e',
      { type: 'reasoning-end', vendorState },
      'text-delta Let m',
      'text-delta e',
      { type: 'tool-start', index: 0, id: 'c1', name: 'find' },
      { type: 'tool-delta', index: 0, argumentsJson },
      { type: 'tool-call', call: { ...call, argumentsJson } },
      finish,
    ])
  })

  it('reads the parts of a message as one text and leaves untouched requests as they are', () => {
    const content = [
      { type: 'text', text: 'so ba' },
      { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'url', url: 'https://bad' } },
      { type: 'text', text: 'd.' },
    ] as const
    const verdict = asked(words(['bad']), requestOf({ role: 'user', content }))
    expect(verdict).toMatchObject({ request: { messages: [{ content: [{ text: 'so ' }, {}, { text: '***.' }] }] } })
    const request = requestOf('good', { role: 'user', content: [{ type: 'text', text: 'fine' }] })
    expect(asked(words(['bad']), request)).toEqual({ type: 'request', request })
  })

  it('keeps to its side', () => {
    expect(words(['x'], { where: 'input' }).after).toBeUndefined()
    expect(words(['x'], { where: 'output' }).before).toBeUndefined()
  })

  const letter = fc.constantFrom(
    'a',
    'A',
    'ａ',
    'b',
    'c',
    'é',
    '\u0301',
    ' ',
    '-',
    '敏',
    '感',
    '😀',
    '\ud83d',
    '1',
    '_',
  )
  const text = (max: number) => fc.array(letter, { minLength: 1, maxLength: max }).map((letters) => letters.join(''))
  it('is the same for every cut, and no listed word leaves', async () => {
    let hits = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          list: fc.array(text(3), { minLength: 1, maxLength: 4 }),
          wholeWords: fc.boolean(),
          skipSeparators: fc.boolean(),
          action: fc.constantFrom('mask', 'replace'),
        }),
        text(20),
        fc.array(fc.nat(20), { maxLength: 6 }),
        async ({ list, ...more }, whole, cuts) => {
          const stage = words(list, { ...more, replacement: '\u2021' })
          const ends = [0, ...new Set(cuts.filter((at) => at < whole.length)), whole.length].sort((a, b) => a - b)
          const pieces = ends.slice(1).map((end, i) => whole.slice(ends[i], end))
          const out = await answered(stage, ...pieces)
          expect(out).toBe(await answered(stage, whole))
          // Where separators are skipped, words are looked for without theirs.
          const real = more.skipSeparators ? list.filter((word) => !/[ \-😀_\ud83d]/u.test(word)) : list
          const matcher = createWordMatcher(real, { wholeWords: more.wholeWords })
          expect(matcher.find(out)).toBe(false)
          if (out !== whole) hits++
        },
      ),
      { numRuns: 1_500 },
    )
    expect(hits).toBeGreaterThan(200)
  })
})

type Messages = readonly (string | ChatMessage)[]

describe('preprocess', () => {
  const stage = (settings: object) => stageOf({ type: 'preprocess', ...settings })
  const contents = (settings: object, ...messages: Messages) => {
    const verdict = asked(stage(settings), requestOf(...messages))
    if (!verdict || !('request' in verdict)) throw new Error('no request')
    return verdict.request.messages.map(({ content }) => content)
  }
  const check = (name: string, settings: object, messages: Messages, expected: readonly unknown[]) =>
    test(name, () => expect(contents(settings, ...messages)).toEqual(expected))
  const system = { role: 'system', content: 'Be kind.' } as const
  const assistant = { role: 'assistant', content: 'Aha.' } as const
  check('trims', { trim: true }, [system, ' hi \n'], ['Be kind.', 'hi'])
  check('normalises', { normalise: 'nfkc' }, ['ｈｉ\u0000\tﬁ'], ['hi\tfi'])
  check(
    'frames the system prompt',
    { systemPrefix: 'A', systemSuffix: 'B' },
    [system, 'x'],
    ['A\n\nBe kind.\n\nB', 'x'],
  )
  check('makes a system prompt', { systemPrefix: 'A' }, ['x'], ['A', 'x'])
  check(
    'fills a template once',
    { template: '{{input}} in {{metadata.city}}{{metadata.x}}!' },
    ['{{input}}', '{{metadata.city}}'],
    ['{{input}}', '{{metadata.city}} in Bern!'],
  )
  check(
    'drops old turns',
    { maxCharacters: 8 },
    [system, 'first', assistant, 'next', assistant],
    ['Be kind.', 'next', 'Aha.'],
  )
  check('cuts the end', { maxCharacters: 4, truncate: 'end' }, ['ab', 'cdefg'], ['ab', 'cd'])
  check('cuts the start', { maxCharacters: 4, truncate: 'start' }, ['ab', 'cdefg'], ['ab', 'fg'])
  check('cuts the middle', { maxCharacters: 5, truncate: 'middle' }, ['abcdefgh'], ['ab…gh'])
  check('cuts no character in two', { maxCharacters: 2, truncate: 'end' }, ['a😀b'], ['a'])
  check('leaves short ones', { maxCharacters: 5 }, ['abcde'], ['abcde'])
  test.each(['refuse', 'oldest-turns', 'end'])('refuses what cannot be shortened by %s', (truncate) => {
    const long = [{ role: 'assistant', content: 'very long indeed' }, 'abc'] as const
    const request = truncate === 'oldest-turns' ? ['abcdef'] : long
    expect(() => contents({ maxCharacters: 3, truncate }, ...request)).toThrow('it is longer than 3 characters')
  })
})

describe('format', () => {
  const check = (settings: object, text: string, expected: string) =>
    test(`${JSON.stringify(settings)}: ${JSON.stringify(text)}`, async () =>
      expect(await answered(stageOf({ type: 'format', ...settings }), ...text)).toBe(expected))
  check({ to: 'json' }, 'Sure:\n```json\n{"a": 1.0}\n```', '{"a":1.0}')
  check({ to: 'json' }, "Here: {a: 'x', b: [1, 2,],}", '{"a":"x","b":[1,2]}')
  check({ to: 'json' }, 'no JSON', 'no JSON')
  check({ to: 'unfenced' }, '```ts\nlet a\n```', 'let a')
  check(
    { to: 'plain-text' },
    '# Title\n\n**Bold** and _it_, `code` [a](https://b)\n\n* one\n> two',
    'Title\n\nBold and it, code a (https://b)\n\n- one\ntwo',
  )
  check({ to: 'plain-text' }, 'snake_case_name 2*3*4', 'snake_case_name 2*3*4')
  const labels = ['refund', 'no refund', 'other', '退款']
  check({ to: 'label', labels }, '**Refund.**', 'refund')
  check({ to: 'label', labels }, 'I would say: no refund, sorry', 'no refund')
  check({ to: 'label', labels }, '应该是退款吧', '退款')
  check({ to: 'label', labels }, 'refunded', 'refunded')
  check({ to: 'label', labels, fallbackLabel: 'other' }, 'refund or other', 'other')

  it('refuses what cannot be brought into form, where that is wanted', async () => {
    const stage = stageOf({ type: 'format', to: 'json', otherwise: 'refuse' })
    await expect(answered(stage, 'none')).rejects.toMatchObject({ code: 'stage/refused' })
    const call = { type: 'tool-call', call: { id: 'c', name: 'f', argumentsJson: '{}' } } as const
    expect(await partsOf(stage, [call, finish])).toEqual([call, finish])
  })

  it('needs labels to choose from', () => {
    expect(() => stageOf({ type: 'format', to: 'label' })).toThrow('it lists no labels')
  })
})
