// JavaScript code that tries to get out, to stay, to hurt or to lie. Every probe says what must come back instead.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { silentLog, systemClock } from '../base/seams.ts'
import { createPythonDriver } from './drivers/pyodide/pool.ts'
import { createJavascriptDriver } from './drivers/quickjs/pool.ts'
import { SandboxError } from './errors.ts'
import { createCodeRunner } from './runner.ts'

const seams = { clock: systemClock, log: silentLog }
const runner = createCodeRunner({
  python: createPythonDriver({ ...seams, fetch }),
  javascript: createJavascriptDriver({ ...seams, limits: { timeMs: 800 } }),
})

const globalsBefore = Object.getOwnPropertyNames(globalThis).sort()
beforeAll(() => runner.warm('javascript'))
afterAll(() => runner.close())
afterEach(() => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(Object.getOwnPropertyNames(globalThis).sort()).toEqual(globalsBefore)
})

/** What came back, as one text: `= <json>` or `<code>: <message>`. */
const attempt = async (code: string, inputs: unknown = {}): Promise<string> => {
  const source = code.includes('main') ? code : `function main() { ${code} }`
  try {
    const { resultJson } = await runner.run({
      language: 'javascript',
      code: source,
      inputsJson: JSON.stringify(inputs),
    })
    return `= ${resultJson}`
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return `${error.code}: ${error.message}`
  }
}

type Probe = readonly [name: string, code: string, expected: string | RegExp]

const check = (title: string, probes: readonly Probe[]) =>
  describe(title, () => {
    it.each(probes)('%s', async (_name, code, expected) => {
      const outcome = await attempt(code)
      if (typeof expected === 'string') expect(outcome).toBe(expected)
      else expect(outcome).toMatch(expected)
    })
  })

const undefinedName = (name: string) => `sandbox/script-error: ReferenceError: '${name}' is not defined`
const late = 'sandbox/time-limit: The code ran longer than 800 ms.'
const tooMuch = 'sandbox/memory-limit: The code used more memory than its limit of 67108864 bytes.'

check('names of the host', [
  ...['process', 'require', 'module', 'exports', 'global', 'fetch', 'Buffer', '__dirname', 'window', 'self'].map(
    (name): Probe => [`has no ${name}`, `return String(${name})`, undefinedName(name)],
  ),
  ...['setTimeout', 'setInterval', 'setImmediate', 'XMLHttpRequest', 'WebSocket', 'WebAssembly', 'Worker'].map(
    (name): Probe => [`has no ${name}`, `return String(${name})`, undefinedName(name)],
  ),
  ['has no loader', "return import('fs')", /^sandbox\/script-error: TypeError: main returned a promise/],
  ['has no static imports', "import fs from 'fs'; function main() { return 1 }", /^sandbox\/script-error: SyntaxError/],
  [
    'has no std or os of QuickJS',
    'return [typeof std, typeof os, typeof bjson, typeof scriptArgs]',
    '= ["undefined","undefined","undefined","undefined"]',
  ],
  [
    'sees only the language in globalThis',
    'return Object.getOwnPropertyNames(globalThis).filter((n) => /^[a-z]/.test(n)).sort()',
    '= ["console","decodeURI","decodeURIComponent","encodeURI","encodeURIComponent","escape","eval","globalThis","isFinite","isNaN","main","parseFloat","parseInt","undefined","unescape"]',
  ],
])

check('ways to the outer realm', [
  ['the Function constructor', "return Function('return typeof process')()", '= "undefined"'],
  ['a chain of constructors', "return this.constructor.constructor('return typeof process')()", '= "undefined"'],
  ['the constructor of a host function', "return console.log.constructor('return typeof require')()", '= "undefined"'],
  ['the generator constructor', "return (function*(){}).constructor('return typeof process')().next().done", '= true'],
  ['the async constructor', "return typeof (async () => {}).constructor('return process')", '= "function"'],
  ['indirect eval', "return (0, eval)('typeof process')", '= "undefined"'],
  ['this of a sloppy function', 'return (function () { return Object.keys(this) })()', '= ["console","main"]'],
  [
    'callers',
    'function main() { return String(main.caller) }',
    /^= "null"|^= "undefined"|^sandbox\/script-error: TypeError/,
  ],
  [
    'arguments.callee.caller',
    'return (function () { return String(arguments.callee.caller) })()',
    /^= "|^sandbox\/script-error: TypeError/,
  ],
  [
    'Error.prepareStackTrace',
    "Error.prepareStackTrace = (e, frames) => frames.map((f) => typeof f.getThis?.()); const s = new Error().stack; return Array.isArray(s) ? s.includes('object') : typeof s",
    /^= (false|"string")$/,
  ],
  [
    'a Proxy in the way of the prelude',
    "return new Proxy({}, { get: (t, k, r) => { if (k === 'toJSON') return () => ({ types: [typeof process, typeof r.constructor] }) } })",
    '= {"types":["undefined","undefined"]}',
  ],
  [
    'Symbol.species',
    'class A extends Array { static get [Symbol.species]() { return Function } } return String(typeof new A(1).map((x) => x))',
    /^= |^sandbox\/script-error/,
  ],
  ['a thenable result', 'return { then: (f) => f(globalThis) }', '= {}'],
  ['a getter that throws strange things', 'return { get x() { throw globalThis } }', /^sandbox\/script-error: /],
  ['replacing the JSON functions', "JSON.stringify = () => '}{'; JSON.parse = () => 1; return { ok: 1 }", '= {"ok":1}'],
  [
    'replacing prototypes',
    "Array.prototype.join = Object.prototype.toString = String.prototype.slice = () => { throw 1 }; console.log('x'); return { ok: 1 }",
    '= {"ok":1}',
  ],
  ['replacing Promise', 'globalThis.Promise = 1; Reflect.apply = 2; return { ok: 1 }', '= {"ok":1}'],
  [
    'leaving a promise that never settles',
    'return new Promise(() => {})',
    /^sandbox\/script-error: TypeError: main returned a promise/,
  ],
  ['an async main', 'async function main() { return 1 }', /^sandbox\/script-error: TypeError: main returned a promise/],
  [
    'waiting with Atomics',
    'const a = new Int32Array(new SharedArrayBuffer(4)); return Atomics.wait(a, 0, 0, 1e9)',
    /^sandbox\/script-error: /,
  ],
])

check('lying', [
  [
    'pollutes by its result',
    'return JSON.parse(\'{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}\')',
    '= {"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  ],
  ['pollutes its own realm', 'Object.prototype.polluted = 1; return {}', '= {}'],
  ['returns a function', 'return () => process', '= null'],
  ['returns a symbol', "return Symbol('x')", '= null'],
  ['returns a big integer', 'return 10n', /^sandbox\/script-error: TypeError/],
  ['returns a circle', 'const a = {}; a.a = a; return a', /^sandbox\/script-error: TypeError: circular reference/],
  [
    'throws an error that lies about itself',
    "const e = new Error('x'); Object.defineProperty(e, 'name', { get() { throw 1 } }); throw e",
    /^sandbox\/script-error: /,
  ],
  ['throws nothing', 'throw undefined', 'sandbox/script-error: undefined'],
  ['throws a very long text', "throw 'x'.repeat(1e6)", /^sandbox\/script-error: x{8000}$/],
  [
    'imitates running out of memory',
    "const e = new Error('out of memory'); e.name = 'InternalError'; throw e",
    /^sandbox\//,
  ],
])

check('staying alive too long', [
  ['an endless loop', 'for (;;);', late],
  ['an endless loop that catches', 'for (;;) try { for (;;); } catch {}', late],
  ['an endless loop in finally', 'try { for (;;); } finally { for (;;); }', late],
  ['an endless generator', 'function* g() { for (;;) yield 1 } for (const x of g());', late],
  ['an endless getter at the end', 'return { get x() { for (;;); } }', late],
  ['an endless toString of an error', 'throw { toString() { for (;;); }, toJSON() { for (;;); } }', late],
  ['a regular expression', "return /^(a+)+$/.test('a'.repeat(50) + 'b')", late],
  ['endless microtasks', 'const f = () => Promise.resolve().then(f); f(); return 1', '= 1'],
  ['a sort that never decides', 'for (;;) [3, 1, 2].sort(() => Math.random() - 0.5)', late],
])

check('taking too much', [
  ['a growing array', 'const a = []; for (;;) a.push(new Array(1000).fill(1))', tooMuch],
  ['one gigabyte', 'return new ArrayBuffer(1 << 30).byteLength', tooMuch],
  ['typed arrays', 'const a = []; for (;;) a.push(new Uint8Array(1 << 20))', tooMuch],
  [
    'a string that doubles',
    "let s = 'x'; for (;;) s += s",
    /^sandbox\/(memory-limit|script-error: InternalError: string too long)/,
  ],
  ['many strings', "const a = []; for (let i = 0; ; i++) a.push(('x' + i).repeat(1e5))", tooMuch],
  ['a map without end', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, {})', /^sandbox\/(memory|time)-limit/],
  ['a huge result', "return 'x'.repeat(5e6)", 'sandbox/output-too-large: The output is larger than 4194304 bytes.'],
  [
    'a huge result of wide characters',
    "return '中'.repeat(2e6)",
    'sandbox/output-too-large: The output is larger than 4194304 bytes.',
  ],
  ['recursion', 'function main() { return main() + 1 }', 'sandbox/script-error: InternalError: stack overflow'],
  ['recursion in JSON', "return JSON.parse('['.repeat(1e5))", /^sandbox\/script-error: /],
  [
    'recursion in a regular expression',
    "return new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('x')",
    /^sandbox\/script-error: /,
  ],
  [
    'recursion of bound functions',
    'let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); return f()',
    /^sandbox\/|^= 1$/,
  ],
])

describe('between runs', () => {
  it('keeps nothing', async () => {
    await attempt('globalThis.kept = 1; Array.prototype.kept = 1; JSON.stringify = 0; return 1')
    expect(await attempt('return [typeof globalThis.kept, typeof [].kept, typeof JSON.stringify]')).toBe(
      '= ["undefined","undefined","function"]',
    )
  })

  it('keeps __proto__ in inputs a plain key', async () => {
    const { resultJson } = await runner.run({
      language: 'javascript',
      code: 'function main(i) { return [Object.keys(i), i.polluted === undefined, ({}).polluted === undefined] }',
      inputsJson: '{"__proto__": {"polluted": 1}}',
    })
    expect(resultJson).toBe('[["__proto__"],true,true]')
  })

  it('runs honest code after everything above', async () => {
    expect(await attempt('function main({ a }) { return { r: a + 1 } }', { a: 1 })).toBe('= {"r":2}')
  })
})
