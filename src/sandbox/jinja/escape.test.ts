// Attempts to leave the template language, to exhaust the host, or to reach another render. Permanent: never loosen a row.
// Each row ends in exact harmless text or in an error of a known kind; ends by budget are told by their kind, not by time.

import { describe, expect, test } from 'vitest'
import type { ValueObject } from '../../base/value.ts'
import { compileTemplate, JinjaError, type RenderLimits } from './template.ts'

const INPUTS: ValueObject = {
  x: 'abc',
  n: 5,
  l: [1, 2, 3],
  d: { a: 1, list: [1] },
  p: { constructor: 'C', length: 'L' },
}

type Outcome = { readonly text: string } | { readonly kind: string }

const run = (source: string, inputs: ValueObject = INPUTS, limits?: Partial<RenderLimits>): Outcome => {
  try {
    return { text: compileTemplate(source).render(inputs, limits) }
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error
    return { kind: error.kind }
  }
}
const text = (expected: string): Outcome => ({ text: expected })
const fails = (kind: string): Outcome => ({ kind })
const LIMIT = fails('TemplateLimitError')

describe('nothing of the host language is reachable', () => {
  test.each<[string, Outcome]>([
    // The class and what hangs on it: defined, empty, of no use.
    ["{{ ''.__class__ }}|{{ [].__class__ }}|{{ n.__class__ }}|{{ {}.__class__ }}", text('|||')],
    ["{{ ''.__class__.__mro__ }}", fails('SecurityError')],
    ["{{ ''.__class__() }}", fails('SecurityError')],
    ["{{ ''['__class__']['__base__'] }}", fails('SecurityError')],
    ["{{ ''.__class__ + 'a' }}", fails('SecurityError')],
    ["{{ ''|attr('__class__')|attr('__mro__') }}|", text('|')],
    ["{{ ''|attr('__cl' ~ 'ass__') }}|", text('|')],
    ["{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}|", text('|')],
    ['{{ x.__dict__ }}|{{ x.__globals__ }}|{{ x.__builtins__ }}|{{ x._private }}', text('|||')],
    ['{{ x.__globals__.os }}', fails('UndefinedError')],
    // JavaScript's own names.
    ['{{ x.constructor }}|{{ l.constructor }}|{{ d.constructor }}|{{ n.constructor }}', text('|||')],
    ["{{ x.constructor.constructor('return process')() }}", fails('UndefinedError')],
    ["{{ d['constructor'] }}|{{ d['__proto__'] }}|{{ d.__proto__ }}|{{ d.prototype }}", text('|||')],
    ['{{ d.__proto__.a }}', fails('UndefinedError')],
    [
      '{{ x.toString }}|{{ x.length }}|{{ l.length }}|{{ l.push }}|{{ d.hasOwnProperty }}|{{ n.toFixed }}',
      text('|||||'),
    ],
    ['{{ p.constructor }}{{ p.length }}{{ p.toString }}', text('CL')],
    ['{{ globalThis }}|{{ process }}|{{ require }}|{{ this }}|{{ arguments }}|{{ module }}', text('|||||')],
    ["{{ ['x']|map(attribute='constructor')|list }}", text('[Undefined]')],
    ["{{ ['x']|map(attribute='constructor.constructor')|list }}", fails('UndefinedError')],
    ["{{ ['x']|map(attribute='__class__')|list }}", text('[]')],
    ["{{ ['x']|map(attribute='__class__.__mro__')|list }}", fails('SecurityError')],
    ["{{ ['x']|groupby('constructor') }}", text("[(Undefined, ['x'])]")],
    ["{{ ['x']|groupby('__class__.__mro__') }}", fails('SecurityError')],
    ["{{ ['x']|selectattr('constructor')|list }}|{{ ['x']|sort(attribute='constructor') }}", text("[]|['x']")],
    ["{{ ['x']|sum(attribute='constructor') }}", fails('UndefinedError')],
    ["{{ ['x']|map('constructor')|list }}", fails('TemplateRuntimeError')],
    ["{{ ['x']|map('__proto__')|list }}", fails('TemplateRuntimeError')],
    ["{{ ['x']|select('constructor')|list }}", fails('TemplateRuntimeError')],
    ["{{ 'x'|constructor }}", fails('TemplateAssertionError')],
    ["{{ 'x' is toString }}", fails('TemplateAssertionError')],
    ["{{ 'constructor' is filter }}{{ '__proto__' is test }}", text('FalseFalse')],
    // Functions, classes and bound methods.
    [
      '{{ range.constructor }}|{{ dict.__base__ }}|{{ cycler.prototype }}|{{ namespace.call }}|{{ lipsum.bind }}',
      text('||||'),
    ],
    ['{{ cycler.__init__.__globals__ }}', fails('SecurityError')],
    ['{{ lipsum.__globals__.os }}', fails('UndefinedError')],
    ['{{ x.upper.__self__ }}|{{ x.upper.__func__ }}|{{ x.upper.call }}|{{ x.upper.apply }}', text('|||')],
    ['{{ x.upper.constructor("return 1")() }}', fails('UndefinedError')],
    ['{{ x.upper }}', text('<method upper>')],
    ['{{ d.update is callable }}{{ d.items }}', text('True<method items>')],
    // Objects of the template language.
    ["{% set c = cycler('a') %}{{ c._items }}|{{ c.items }}|{{ c.__dict__ }}|{{ c.constructor }}", text('|||')],
    ['{% set j = joiner() %}{{ j.constructor }}|{{ j.__init__ }}|{{ j._used }}', text('||')],
    ['{% set ns = namespace() %}{{ ns.constructor }}|{{ ns._Namespace__attrs }}|{{ ns.fields }}', text('||')],
    [
      '{% set ns = namespace() %}{% set ns.__proto__ = {"polluted": 1} %}{{ {}.polluted }}|{{ ns.polluted }}',
      text('|'),
    ],
    ['{% set ns = namespace() %}{% set ns.constructor = 1 %}{{ ns.constructor }}|{{ x.constructor }}', text('1|')],
    ['{% macro f() %}{% endmacro %}{{ f._func }}|{{ f.constructor }}|{{ f.call }}|{{ f }}', text("|||<Macro 'f'>")],
    [
      '{% macro f() %}{{ caller.__self__ }}{{ caller.constructor }}{% endmacro %}{% call f() %}{% endcall %}|',
      text('|'),
    ],
    [
      '{% for i in [1] %}{{ loop._iterator }}{{ loop.constructor }}{{ loop.__class__ }}{{ loop.next }}{% endfor %}|',
      text('|'),
    ],
    ['{{ self }}|{{ self._TemplateReference__context }}|{{ self.__init__ }}|{{ self.constructor }}', text('|||')],
    ['{{ (1 if false).constructor }}', fails('UndefinedError')],
    // Format strings reach no attribute at all.
    ["{{ '{0.__class__}'.format(x) }}", fails('AttributeError')],
    ["{{ '{0.upper}'.format(x) }}", fails('AttributeError')],
    ["{{ '{x.constructor}'.format(x=x) }}", fails('AttributeError')],
    ["{{ '{0[__class__]}'.format(d) }}", fails('KeyError')],
    ["{{ '{0[constructor]}'.format(l) }}", fails('TypeError')],
    ["{{ '{x.__class__}'.format_map({'x': 1}) }}", fails('AttributeError')],
    ["{{ '{0:{1.__class__}}'.format(1, x) }}", fails('AttributeError')],
    ["{{ '%(__class__)s' % d }}", fails('KeyError')],
    ["{{ '%(constructor)s' % {'a': 1} }}", fails('KeyError')],
    ["{{ ('<b>'|safe).format.__globals__ }}|", text('|')],
    // No loader, no code.
    ["{% include '/etc/passwd' %}", fails('TypeError')],
    ["{% import 'os' as os %}{{ os }}", fails('TypeError')],
    ["{% extends 'base' %}", fails('TypeError')],
    ["{{ eval('1') }}", fails('UndefinedError')],
    ["{{ open('/etc/passwd').read() }}", fails('UndefinedError')],
  ])('%s', (source, expected) => {
    expect(run(source)).toEqual(expected)
  })
})

describe('every render ends within its budgets', () => {
  const deep = (open: string, close: string, count: number) => open.repeat(count) + close.repeat(count)
  test.each<[string, string, Outcome]>([
    [
      'endless loop over a growing list',
      '{% set l = [1] %}{% for i in l %}{% set _ = l.append(1) %}{% endfor %}',
      LIMIT,
    ],
    ['nested loops', '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}', LIMIT],
    ['long range', '{% for a in range(10**12) %}{% endfor %}', LIMIT],
    ['long range as a list', '{{ range(10**9)|list }}', LIMIT],
    ['sum over a long range', '{{ range(10**9)|sum }}', LIMIT],
    ['repeated text', "{{ 'a' * 10**9 }}", LIMIT],
    ['repeated list', '{{ [0] * 10**9 }}', LIMIT],
    ['list of lists', '{{ [[1] * 10**5] * 10**5 }}', LIMIT],
    ['padding by center', "{{ 'x'|center(10**10) }}", LIMIT],
    ['padding by method', "{{ 'x'.ljust(10**10) }}{{ 'x'.zfill(10**10) }}", LIMIT],
    ['padding by percent', "{{ '%1000000000d' % 1 }}", LIMIT],
    ['padding by percent star', "{{ '%*d' % (10**9, 1) }}", LIMIT],
    ['padding by braces', "{{ '{:>1000000000}'.format(1) }}", LIMIT],
    ['padding by nested braces', "{{ '{:{}}'.format(1, 10**9) }}", LIMIT],
    ['digits after the point', "{{ '%.1000000000f' % 1.5 }}", LIMIT],
    ['indent', "{{ 'a\\nb'|indent(10**9) }}", LIMIT],
    ['json indent', '{{ [[1]]|tojson(indent=10**9) }}', LIMIT],
    ['batch fill', "{{ [1]|batch(10**9, 'x')|list }}", LIMIT],
    ['slice count', '{{ [1]|slice(10**9)|list }}', LIMIT],
    ['expanded tabs', "{{ '\\t'.expandtabs(10**10) }}", LIMIT],
    ['replacement', "{{ ('a' * 10000)|replace('a', 'b' * 10000) }}", LIMIT],
    ['join', "{{ ('x' * 10000)|join('y' * 10000) }}", LIMIT],
    ['translation', "{{ ('a' * 10000).translate({97: 'b' * 10000}) }}", LIMIT],
    ['filler text', '{{ lipsum(10**9) }}', LIMIT],
    ['huge power', '{{ 9 ** 9 ** 9 ** 9 ** 9 ** 9 ** 9 }}', LIMIT],
    ['number of too many digits', '{{ 9 ** 9 ** 9 ** 9 ** 9 }}', fails('ValueError')],
    ['huge exponent', '{{ 10 ** (10 ** 18) }}', LIMIT],
    [
      'growing product',
      '{% set n = namespace(v=10) %}{% for i in range(99) %}{% set n.v = n.v * n.v %}{% endfor %}',
      LIMIT,
    ],
    [
      'doubling text',
      "{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
      LIMIT,
    ],
    [
      'doubling by tilde',
      "{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
      LIMIT,
    ],
    [
      'doubling list',
      '{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}',
      LIMIT,
    ],
    ['extending itself', '{% set l = [1] %}{% for i in range(99) %}{% set _ = l.extend(l) %}{% endfor %}', LIMIT],
    [
      'shared structure as text',
      '{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}',
      LIMIT,
    ],
    [
      'shared structure as json',
      '{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l|tojson }}',
      LIMIT,
    ],
    [
      'shared structure printed',
      '{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l|pprint }}',
      LIMIT,
    ],
    [
      'shared structure compared',
      '{% set n = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}{% endfor %}{{ n.a == n.b }}',
      LIMIT,
    ],
    [
      'deep value as text',
      '{% set n = namespace(l=[]) %}{% for i in range(9000) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}',
      LIMIT,
    ],
    [
      'deep value as json',
      '{% set n = namespace(l=[]) %}{% for i in range(9000) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l|tojson }}',
      LIMIT,
    ],
    [
      'deep values compared',
      '{% set n = namespace(a=[], b=[]) %}{% for i in range(9000) %}{% set n.a = [n.a] %}{% set n.b = [n.b] %}{% endfor %}{{ n.a == n.b }}{{ n.a < n.b }}',
      LIMIT,
    ],
    [
      'deep key',
      '{% set n = namespace(k=()) %}{% for i in range(9000) %}{% set n.k = (n.k,) %}{% endfor %}{{ {n.k: 1} }}',
      fails('TypeError'),
    ],
    ['list within itself as text', '{% set l = [1] %}{% set _ = l.append(l) %}{{ l }}', text('[1, [...]]')],
    ['list within itself as json', '{% set l = [1] %}{% set _ = l.append(l) %}{{ l|tojson }}', fails('ValueError')],
    ['macro calling itself', '{% macro r() %}{{ r() }}{% endmacro %}{{ r() }}', LIMIT],
    [
      'macros calling each other',
      '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}',
      LIMIT,
    ],
    [
      'caller calling itself',
      '{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}',
      LIMIT,
    ],
    ['block calling itself', '{% block a %}{{ self.a() }}{% endblock %}', LIMIT],
    ['recursive loop without end', '{% for i in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}', LIMIT],
    ['default calling its macro', '{% macro r(a=r()) %}{% endmacro %}{{ r() }}', LIMIT],
    ['output flood', `{% for i in range(30000) %}${'x'.repeat(100)}{% endfor %}`, LIMIT],
    [
      'output flood in a macro',
      `{% macro m() %}{% for i in range(30000) %}${'x'.repeat(100)}{% endfor %}{% endmacro %}{{ m() }}`,
      LIMIT,
    ],
    ['nested parentheses', `{{ ${deep('(', ')', 5000)} }}`, LIMIT],
    ['nested lists in the source', `{{ ${deep('[', ']', 5000)} }}`, LIMIT],
    ['nested calls in the source', `{{ ${'x('.repeat(5000)}${')'.repeat(5000)} }}`, LIMIT],
    ['nested subscripts', `{{ ${'x['.repeat(5000)}1${']'.repeat(5000)} }}`, LIMIT],
    ['nested blocks', deep('{% if x %}', '{% endif %}', 5000), LIMIT],
    ['nested loops in the source', deep('{% for i in l %}', '{% endfor %}', 5000), LIMIT],
    ['nested conditions', `{{ ${'x if x else '.repeat(5000)}x }}`, LIMIT],
    ['chain of not', `{{ ${'not '.repeat(5000)}x }}`, LIMIT],
    ['chain of minus', `{{ ${'-'.repeat(5000)}1 }}`, LIMIT],
    ['chain of plus', `{{ ${'1+'.repeat(50000)}1 }}`, LIMIT],
    ['chain of filters', `{{ x${'|upper'.repeat(50000)} }}`, LIMIT],
    ['chain of attributes', `{{ x${'.a'.repeat(50000)} }}`, LIMIT],
    ['chain of elif', `{% if x %}${'{% elif x %}'.repeat(5000)}{% endif %}`, text('')],
    [
      'streams within streams',
      "{% set n = namespace(s=['a']) %}{% for i in range(20000) %}{% set n.s = n.s|map('upper') %}{% endfor %}{{ n.s|list }}",
      LIMIT,
    ],
    ['periodic search', "{{ ('a' * 1000000).count('b' + 'a' * 500000) }}", text('0')],
    ['periodic search from the end', "{{ ('a' * 1000000).rfind('a' * 500000 + 'b') }}", text('-1')],
    ['number texts', "{{ ('1' * 1000000 ~ 'x')|float }}{{ ('1' * 1000000)|int }}", text('0.00')],
    [
      'words for links',
      "{{ ('(a@' * 100000)|urlize|length }}{{ ('www.' ~ 'a.' * 100000)|urlize|length }}",
      text('300000200004'),
    ],
    ['tags', "{{ ('<!--' * 100000)|striptags|length }}{{ ('<' * 100000)|striptags|length }}", text('400000100000')],
    ['blanks', "{{ (' ' * 100000 ~ 'x')|trim }}{{ ((' ' * 100000) ~ 'x')|wordcount }}", text('x1')],
    ['wrapping of one long word', "{{ ('x' * 300000)|wordwrap(1)|length }}", text('599999')],
  ])('%s', (_name, source, expected) => {
    expect(run(source)).toEqual(expected)
  })

  test.each<[Partial<RenderLimits>, string]>([
    [{ steps: 100 }, '{% for i in range(200) %}{% endfor %}'],
    [{ outputChars: 10 }, '{{ x }}{{ x }}{{ x }}{{ x }}'],
    [{ depth: 3 }, '{% macro r(n) %}{% if n %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(5) }}'],
    [{ valueChars: 10 }, "{{ 'abcdef' ~ 'abcdef' }}"],
  ])('limits of the caller hold: %o', (limits, source) => {
    expect(run(source, INPUTS, limits)).toEqual(LIMIT)
    expect(run(source)).not.toEqual(LIMIT)
  })

  test('deep inputs print, deeper ones are refused', () => {
    const nested = (depth: number): ValueObject => (depth === 0 ? {} : { a: nested(depth - 1) })
    expect(run('{{ v|string|length }}', { v: nested(500) })).toEqual(text('3502'))
    expect(run('{{ v }}', { v: nested(5000) })).toEqual(LIMIT)
  })
})

describe('renders do not see each other', () => {
  test('inputs keep their content whatever a template does to them', () => {
    const inputs: ValueObject = { l: [3, 1], d: { a: { b: [1] } } }
    const before = structuredClone(inputs)
    const source =
      '{{ l.append(9) }}{{ l.sort() }}{{ d.update(a=1) }}{{ d.clear() }}{{ d.setdefault("__proto__", {"p": 1}) }}{{ l.clear() }}{{ l }}'
    expect(run(source, inputs)).toEqual(text("NoneNoneNoneNone{'p': 1}None[]"))
    expect(run('{{ d.a.b.append(2) }}{{ d.a.b }}', inputs)).toEqual(text('None[1, 2]'))
    expect(inputs).toEqual(before)
    expect(run('{{ {}.p }}|{{ d.p }}', inputs)).toEqual(text('|'))
  })

  test('a compiled template starts afresh each time', () => {
    const template = compileTemplate(
      "{% set c = cycler('a', 'b') %}{{ c.next() }}{% macro m(x=[]) %}{{ x.append(1) }}{{ x }}{% endmacro %}{{ m() }}{{ m() }}{{ l.append(1) }}{{ l }}",
    )
    const once = template.render({ l: [] })
    expect(once).toBe('aNone[1]None[1]None[1]')
    expect(template.render({ l: [] })).toBe(once)
  })

  test('globals cannot be changed for others', () => {
    expect(run('{% set range = 5 %}{{ range }}')).toEqual(text('5'))
    expect(run('{{ range(2)|list }}')).toEqual(text('[0, 1]'))
    expect(run('{% set range.x = 1 %}')).toEqual(fails('TemplateRuntimeError'))
    expect(run('{% set dict.x = 1 %}')).toEqual(fails('TemplateRuntimeError'))
  })

  test('an input may be called anything', () => {
    const inputs = JSON.parse(
      '{"__proto__": {"a": 1}, "constructor": "C", "self": "S", "loop": "L", "range": 7}',
    ) as ValueObject
    expect(run('{{ __proto__.a }}{{ constructor }}{{ loop }}{{ range }}{{ toString }}', inputs)).toEqual(text('1CL7'))
  })
})
