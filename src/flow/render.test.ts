import { expect, it } from 'vitest'
import { Float } from '../base/number.ts'
import type { Value } from '../base/value.ts'
import { FileValue } from './file.ts'
import { renderDeclared, renderMarkdown, renderText } from './render.ts'
import type { ValueType } from './spec.ts'
import { parseTemplate, renderTemplate } from './template.ts'

const image = new FileValue({
  id: null,
  type: 'image',
  transferMethod: 'remote_url',
  remoteUrl: 'http://x/p.png',
  relatedId: null,
  filename: 'p.png',
  extension: '.png',
  mimeType: 'image/png',
  size: -1,
  url: null,
})

// Value, text, markdown (where it differs).
const forms: [Value, string, string?][] = [
  ['a', 'a'],
  [3, '3'],
  [new Float(3), '3.0'],
  [0.00001, '1e-05'],
  [new Float(1e16), '1e+16'],
  [12345678901234567890n, '12345678901234567890'],
  [true, 'True'],
  [null, ''],
  [{ a: 1, b: 'é' }, '{"a": 1, "b": "é"}', '{\n  "a": 1,\n  "b": "é"\n}'],
  [['x', 'y'], '["x", "y"]', '- x\n- y'],
  [[], ''],
  [[1, 2.5], '[1, 2.5]', '- 1\n- 2.5'],
  [[{ a: null }], "[{'a': None}]", "- {'a': None}"],
  [[true, 'x'], "[True, 'x']", '- True\n- x'],
  [image, '', '![p.png](http://x/p.png)'],
]
it.each(forms)('%s reads %j', (value, text, markdown = text) => {
  expect(renderText(value)).toBe(text)
  expect(renderMarkdown(value)).toBe(markdown)
})

const declared: [Value, ValueType, string][] = [
  [{ x: 1 }, 'string', "{'x': 1}"],
  [['p', 'q'], 'number', "['p', 'q']"],
  [null, 'boolean', 'None'],
  ['new', 'object', '"new"'],
  [null, 'object', 'null'],
  ['new', 'array[string]', '- n\n- e\n- w'],
  [{ x: 1 }, 'array[number]', '- x'],
  [3, 'array[number]', '3'],
  [['p'], 'array[string]', '- p'],
  ['as usual', 'string', 'as usual'],
]
it.each(declared)('%j in a variable of the type %s reads %j', (value, type, text) => {
  expect(renderDeclared(value, type, 'markdown')).toBe(text)
})

const templates: [string, string][] = [
  ['a {{#9.x#}} b', 'a X b'],
  ['{{#9.missing#}}', '9.missing'],
  ['{{#9.none#}}', ''],
  ['{{ #9.x# }}', '{{ #9.x# }}'],
  ['{{#9.x.y#}}', '9.x.y'],
  ['{{#context#}}', '{{#context#}}'],
  ['{{#9.again#}}', '{{#9.x#}}'],
]
it.each(templates)('the template %j gives %j', (template, text) => {
  const pool: Record<string, Value> = { '9.x': 'X', '9.none': null, '9.again': '{{#9.x#}}' }
  expect(renderTemplate(parseTemplate(template), (selector) => pool[selector.join('.')])).toBe(text)
})
