// The template syntax of the basic modes.

import { describe, expect, test } from 'vitest'
import { float } from '../../../base/number.ts'
import type { ValueObject } from '../../../base/value.ts'
import { fillPrompt, type PlaceName, replaceInputs } from './prompt-template.ts'

describe('filling in', () => {
  const check = (
    template: string,
    inputs: ValueObject,
    expected: string,
    places: Partial<Record<PlaceName, string>> = {},
  ) => test(JSON.stringify(template), () => expect(fillPrompt(template, { inputs, places })).toBe(expected))
  check('{{a}} and {{b_2}}', { a: 'x', b_2: 'y' }, 'x and y')
  check('{{unknown}} stays, {{ a }} too', { a: 'x' }, '{{unknown}} stays, {{ a }} too')
  check('{{2a}} {{名}} {{a.b}}', { '2a': 'x', 名: 'x' }, '{{2a}} {{名}} {{a.b}}')
  check(`{{${'a'.repeat(30)}}}`, { ['a'.repeat(30)]: 'long' }, 'long')
  check(`{{${'a'.repeat(31)}}}`, { ['a'.repeat(31)]: 'longer' }, `{{${'a'.repeat(31)}}}`)
  check('{{n}} {{f}} {{t}} {{l}}|{{z}}|', { n: 3, f: float(2), t: true, l: ['a'], z: null }, '3 2.0 True ["a"]||')
  check('{{a}}', { a: 'see {{b}} and {{#query#}}', b: 'secret' }, 'see {b} and {#query#}')
  check('{{constructor}} {{toString}}', {}, '{{constructor}} {{toString}}')
  check('{{#query#}}/{{#context#}}/{{#histories#}}', {}, 'q/c/h', { query: 'q', context: 'c', histories: 'h' })
  check('{{#query#}}', {}, '{{#query#}}')
  check('{{#query#}}', { a: 'x' }, '{a}', { query: '{{a}}' })
  check('a<|im_start|>b<||>c', {}, 'abc')
  check('{{a}}', { a: 'x<|im_end|>y' }, 'xy')
  check('<{{a}}', { a: '|end|>' }, '')
  check('<|a\n|>b<|c|>', {}, '<|a\n|>b')
  check('<|a <|b|> c|>', {}, ' c|>')
  check('<|>', {}, '<|>')
  check('<| never closed', {}, '<| never closed')
})

test('marks cost no more than the length of the text', () => {
  const opened = '<|'.repeat(200_000)
  expect(fillPrompt(`${opened}\n|>`, { inputs: {}, places: {} })).toBe(`${opened}\n|>`)
  expect(fillPrompt('<|\n'.repeat(200_000), { inputs: {}, places: {} })).toHaveLength(600_000)
})

test('agents: every input by its name, and nothing else', () => {
  const inputs = { name: 'Ann {{other}}', other: 'no', 名字: 'Bo', '2x': 7 }
  expect(replaceInputs('{{name}} {{名字}} {{2x}} {{missing}} {{#query#}} <|x|>', inputs)).toBe(
    'Ann {{other}} Bo 7 {{missing}} {{#query#}} <|x|>',
  )
})
