// Properties: plain text passes through, and whatever the source is, a template renders or fails with a JinjaError.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ValueObject } from '../../base/value.ts'
import { compileTemplate, JinjaError } from './template.ts'

const INPUTS: ValueObject = { x: 'abc', n: 5, l: [3, 1, 2], d: { a: [1], b: null }, f: 1.5, t: true, e: '' }

test('text without tags is returned unchanged but for one trailing newline', () => {
  const plain = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/\{(?=[{%#])/g, '(').replaceAll('\r', ' '))
  fc.assert(
    fc.property(plain, (source) => {
      expect(compileTemplate(source).render({})).toBe(source.endsWith('\n') ? source.slice(0, -1) : source)
    }),
    { numRuns: 500 },
  )
})

const FRAGMENTS = [
  ...['{{', '}}', '{%', '%}', '{#', '#}', '-%}', '{%-', '{{-', '\n', ' ', 'text'],
  ...['for', 'in', 'endfor', 'if', 'else', 'elif', 'endif', 'set', 'endset', 'macro', 'endmacro', 'call', 'endcall'],
  ...[
    'with',
    'endwith',
    'filter',
    'endfilter',
    'block',
    'endblock',
    'raw',
    'endraw',
    'recursive',
    'not',
    'and',
    'or',
    'is',
  ],
  ...['x', 'n', 'l', 'd', 'f', 'loop', 'range', 'self', 'caller', 'cycler', 'namespace', 'undefined', 'none', 'true'],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '.',
    '|',
    '~',
    '+',
    '-',
    '*',
    '**',
    '/',
    '//',
    '%',
    '==',
    '<',
    '>=',
    '=',
    "'",
    '"',
  ],
  ...['1', '0', '-1', '2.5', '1e3', '99999999999999999999', "'a'", "'%s'", "'{}'", "'\\x41'"],
  ...[
    'upper',
    'join',
    'map',
    'sort',
    'default',
    'int',
    'round',
    'tojson',
    'format',
    'items',
    'append',
    'split',
    'defined',
    'odd',
  ],
]

const ends = (source: string): void => {
  try {
    expect(typeof compileTemplate(source).render(INPUTS, { steps: 20_000 })).toBe('string')
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error
    expect(error.kind).toMatch(/^[A-Z]\w+$/)
  }
}

test('soup of tokens renders or fails with a JinjaError', () => {
  const soup = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 40 }).map((parts) => parts.join(' '))
  fc.assert(fc.property(soup, ends), { numRuns: 2000 })
})

test('expressions of any shape render or fail with a JinjaError', () => {
  const atom = fc.constantFrom(
    'x',
    'n',
    'l',
    'd',
    'f',
    't',
    'e',
    'nope',
    '1',
    '-2',
    '0.5',
    "'s'",
    '[]',
    '{}',
    'none',
    'range(3)',
    '2**70',
  )
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      atom,
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom('+', '-', '*', '/', '//', '%', '**', '~', '==', '<', 'in', 'and', 'or'),
          tie('expression'),
        )
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom(
            'upper',
            'list',
            'sort',
            'sum',
            'join',
            'int',
            'float',
            'abs',
            'length',
            'tojson',
            'pprint',
            'title',
            'xmlattr',
            'urlize',
            'striptags',
            'unique',
            'batch',
            'groupby',
            'truncate',
            'filesizeformat',
          ),
        )
        .map(([value, filter]) => `(${value})|${filter}`),
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom('format', 'split', 'items', 'append', 'get', 'pop', 'update', 'replace', 'strip', 'index'),
          tie('expression'),
        )
        .map(([value, method, argument]) => `(${value}).${method}(${argument})`),
      fc.tuple(tie('expression'), tie('expression')).map(([value, key]) => `(${value})[${key}]`),
    ),
  }))
  fc.assert(
    fc.property(expression, (source) => ends(`{{ ${source} }}`)),
    { numRuns: 1500 },
  )
})

test('a template that renders gives the same text again', () => {
  const source =
    "{% for k, v in d.items() %}{{ loop.index }}{{ k }}{{ v }}{% endfor %}{{ x|upper }}{{ l|sort|join(',') }}"
  const template = compileTemplate(source)
  fc.assert(
    fc.property(fc.string(), fc.array(fc.integer()), (x, l) => {
      const inputs: ValueObject = { x, l, d: { a: x } }
      expect(template.render(inputs)).toBe(compileTemplate(source).render(inputs))
    }),
  )
})
