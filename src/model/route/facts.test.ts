// What is read off a request: tables of texts, and what is computed only when it is asked for.

import { describe, expect, it } from 'vitest'
import { asks } from '../../../test/support/routing.ts'
import { hasCode } from './code-signs.ts'
import { foldText, hasWholeWord } from './folded-text.ts'
import { detectLanguage } from './language.ts'

it.each([
  ['en', 'What is the fastest way to learn how to swim?'],
  ['en', 'Please write me a short poem about the sea and the wind.'],
  ['de', 'Wie kann ich die Datei mit dem Programm öffnen?'],
  ['de', 'Bitte schreibe mir ein Gedicht über den Herbst.'],
  ['fr', 'Comment est-ce que je peux ouvrir le fichier dans cette fenêtre ?'],
  ['es', '¿Cómo puedo abrir el archivo en esta ventana?'],
  ['pt', 'Como posso abrir o arquivo? Não está funcionando para mim.'],
  ['it', 'Come si apre il file? Non è più nella cartella.'],
  ['nl', 'Hoe kan ik het bestand openen? Het is niet in de map.'],
  ['zh', '请写一首关于大海的诗'],
  ['zh', '用 Python 实现一个快速排序算法'],
  ['ja', '海についての短い詩を書いてください'],
  ['ko', '바다에 대한 짧은 시를 써 주세요'],
  ['ru', 'Напиши короткое стихотворение о море'],
  ['uk', 'Напиши короткий вірш про море і її хвилі'],
  ['ar', 'اكتب قصيدة قصيرة عن البحر'],
  ['fa', 'چگونه می‌توانم این پرونده را باز کنم؟'],
  ['he', 'כתוב שיר קצר על הים'],
  ['el', 'Γράψε ένα σύντομο ποίημα για τη θάλασσα'],
  ['th', 'เขียนบทกวีสั้น ๆ เกี่ยวกับทะเล'],
  ['hi', 'समुद्र पर एक छोटी कविता लिखो'],
  ['und', ''],
  ['und', '12345 !?'],
  ['und', 'ok'],
])('%s: %s', (language, text) => {
  expect(detectLanguage(text)).toBe(language)
})

it.each([
  [true, 'Why?\n```\nx\n```'],
  [true, 'function add(a, b) {\n  return a + b;\n}'],
  [true, 'def f(x):\n    return f(x - 1)\n\nprint(f(3))'],
  [true, 'SELECT a FROM b;\nINSERT INTO c VALUES (1);'],
  [true, '#include <stdio.h>\nint x = 3;\n'],
  [true, '<div class="a">\n<p>hello</p>\n</div>'],
  [false, 'Write a story about a class of children.'],
  [false, 'Dear Ann,\nthe import of goods is difficult.\nLet us return to it; later.\nYours'],
  [false, 'Steps:\n1. Buy milk (two bottles)\n2. Go home\n'],
  [false, ''],
])('code: %s in %j', (expected, text) => {
  expect(hasCode(text)).toBe(expected)
})

it('takes linear time for lines made to be slow', () => {
  const texts = ['if (', '=>', '<a ', 'x(', '  ', 'a=', 'return '].map((piece) => piece.repeat(20_000 / piece.length))
  for (const text of texts) expect(typeof hasCode(text)).toBe('boolean')
})

describe('folded texts', () => {
  it.each([
    ['STRASSE', 'straße'],
    ['ΟΔΟΣ', 'οδος'],
    ['ﬁne', 'FINE'],
    ['e\u0301te\u0301', 'ÉTÉ'],
    ['ＡＢＣ', 'abc'],
  ])('%s is %s', (a, b) => {
    expect(foldText(a)).toBe(foldText(b))
  })

  it.each([
    [true, 'tell me a story.', 'story'],
    [false, 'the history of art', 'story'],
    [true, 'history and a story', 'story'],
    [false, 'stories', 'story'],
    [true, '写一个故事吧', '故事'],
    [true, 'c++ rocks', 'c++'],
    [false, 'naïve', 'na'],
    [true, 'a𝔸 b', 'b'],
  ])('%s: %j has the word %j', (expected, text, word) => {
    expect(hasWholeWord(foldText(text), foldText(word))).toBe(expected)
  })
})

describe('facts', () => {
  it('are of the last message of the user', () => {
    const facts = asks({
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'First' },
        { role: 'assistant', content: 'Yes' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'AA==' } },
            { type: 'text', text: 'what is it?' },
          ],
        },
      ],
      tools: [{ name: 't', parameters: {} }],
      responseSchema: { name: 's', schema: {} },
      parameters: { max_tokens: 20 },
    })
    expect(facts).toMatchObject({ input: 'Look:\nwhat is it?', hasImage: true, hasCode: false, expectedTokens: 20 })
    expect(facts.characters).toBe('Be kind.FirstYesLook:what is it?'.length)
    expect([...facts.needs].sort()).toEqual(['structured-output', 'tools', 'vision'])
  })

  it('need no tools that are not to be used', () => {
    const facts = asks({ messages: [], tools: [{ name: 't', parameters: {} }], toolChoice: 'none' })
    expect([...facts.needs]).toEqual([])
    expect(facts).toMatchObject({ input: '', language: 'und' })
  })

  it('have the same prefix from turn to turn, and another one for another beginning', () => {
    const first = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hello' },
    ] as const
    const turn = [...first, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'More' }] as const
    const prefix = (messages: Parameters<typeof asks>[0] & object) => asks(messages).prefix
    expect(prefix({ messages: turn })).toBe(prefix({ messages: first }))
    const others = [
      { messages: [first[0], { role: 'user', content: 'Hello!' } as const] },
      { messages: [{ role: 'system', content: 'Be rude.' } as const, first[1]] },
      { messages: first, tools: [{ name: 't', parameters: {} }] },
    ]
    expect(new Set([...others, { messages: first }].map(prefix)).size).toBe(4)
  })

  it('are computed when they are asked for, once', () => {
    let reads = 0
    const request = {
      get messages() {
        reads++
        return [{ role: 'user' as const, content: 'x' }]
      },
    }
    const facts = asks(request)
    expect(reads).toBe(0)
    expect([facts.input, facts.input, facts.language]).toEqual(['x', 'x', 'und'])
    expect(reads).toBe(1)
  })
})
