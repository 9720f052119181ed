// Our own rules that no linter knows. Each fails with the list of what breaks it; `npm run check` runs them.

import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { nodeKinds } from '../src/nodes/kinds.ts'
import { configKeys, defaultsOf } from './support/config-keys.ts'
import { forbiddenGlobals } from './support/forbidden-globals.ts'
import { filesIn, read, root } from './support/project-files.ts'
import { rowsOf } from './support/tables.ts'

const sources = filesIn('src').filter((path) => /\.(ts|mjs)$/.test(path))
const programs = sources.filter((path) => !/\.(test|fixture)\.ts$/.test(path))
const written = [
  ...sources,
  ...filesIn('test').filter((path) => /\.(ts|mjs)$/.test(path)),
  ...filesIn('scripts'),
  ...filesIn('bench').filter((path) => path.endsWith('.mjs')),
]

describe('files of the sources', () => {
  test('open with a comment that says what they own', () => {
    const silent = programs.filter((path) => {
      const [first = '', second = ''] = read(path).split('\n')
      return !(first.startsWith('#!') ? second : first).startsWith('// ')
    })
    expect(silent).toEqual([])
  })

  test('have kebab-case names', () => {
    const named = /^[a-z0-9]+(-[a-z0-9]+)*(\.prop)?(\.(test|fixture))?\.(ts|mjs)$/
    expect(written.filter((path) => !named.test(path.split('/').at(-1) ?? ''))).toEqual([])
  })

  test('say in their names what is inside', () => {
    const empty = /^(utils?|helpers?|commons?|managers?|services?|handlers?|misc|index)$/
    const lastWord = (name: string) => name.split('.')[0]?.split('-').at(-1) ?? ''
    const names = written.filter((path) => path.split('/').some((name) => empty.test(lastWord(name))))
    expect(names).toEqual([])
  })

  test('leave nothing for later', () => {
    expect(written.filter((path) => /\b(TODO|FIXME|XXX)\b/.test(read(path)) && !path.endsWith('tidy.test.ts'))).toEqual(
      [],
    )
  })

  // Past this many lines a file usually has a second idea. Tests are tables of rows and may be half as long again.
  const LINES = 400
  const LONG: Readonly<Record<string, string>> = {
    'src/flow/run.ts': 'one loop over one state; its parts would have to share all of it',
  }

  test(`are at most ${LINES} lines long, or listed here with the reason`, () => {
    const long = written.filter((path) => {
      const lines = read(path).split('\n').length - 1
      return lines > (/\.test\.ts$|^test\//.test(path) ? LINES * 1.5 : LINES)
    })
    expect(long.filter((path) => !Object.hasOwn(LONG, path))).toEqual([])
    expect(Object.keys(LONG).filter((path) => !long.includes(path))).toEqual([])
  })
})

describe('the outside world', () => {
  const ALLOWED: readonly (readonly [prefix: string, reason: string])[] = [
    ['src/base/', 'makes the seams'],
    ['src/config.ts', 'reads the environment'],
    ['src/cli/', 'is where the process begins'],
    ['src/sandbox/drivers/pyodide/child.mjs', 'is a process of its own'],
    ['src/sandbox/drivers/quickjs/worker.mjs', 'is a thread of its own'],
  ]

  test('comes in by argument', () => {
    const found = programs
      .filter((path) => !ALLOWED.some(([prefix]) => path.startsWith(prefix)))
      .flatMap((path) => forbiddenGlobals(path, read(path)).map((name) => `${path}: ${name}`))
    expect(found).toEqual([])
  })

  test('is recognised', () => {
    const text = `
      import { randomUUID } from 'node:crypto'
      // Date.now() in a comment and 'setTimeout(' in a text do not count.
      const given = ({ fetch }) => fetch('x'), page = 'setTimeout()'
      console.log(Date.now(), new Date(), new Date(5), process.env.X, randomUUID(), Math.random(), Math.max(1))
      clock.setTimeout(1); setTimeout(given, 1); globalThis.fetch(page)`
    expect([...forbiddenGlobals('x.ts', text)].sort()).toEqual(
      [
        ...['Date.now', 'Math.random', 'console', 'globalThis.fetch', 'new Date()'],
        ...['process.env', 'randomUUID', 'setTimeout'],
      ].sort(),
    )
    expect(forbiddenGlobals('x.ts', "await fetch('x')")).toEqual(['fetch'])
  })
})

describe('documents', () => {
  test('errors.md lists every code of every catalogue with its message', async () => {
    const paths = [...programs.filter((path) => path.endsWith('/errors.ts')), 'src/config.ts']
    const modules = await Promise.all(paths.map((path) => import(pathToFileURL(`${root}${path}`).href)))
    const codes = Object.fromEntries(modules.flatMap((module) => Object.values(module).flatMap(cataloguedIn)))
    const listed = Object.fromEntries(
      rowsOf(read('docs/errors.md'), 'Code').map(({ Code, Message }) => [plain(Code), plain(Message)]),
    )
    expect(Object.keys(codes).length).toBeGreaterThan(100)
    expect(listed).toEqual(codes)
  })

  test('errors.md says of every code whether it can be tried again', () => {
    const odd = rowsOf(read('docs/errors.md'), 'Code').filter(({ Again }) => !/^(no|yes|sometimes)$/.test(Again ?? ''))
    expect(odd).toEqual([])
  })

  test('configuration.md names every setting with its default', () => {
    const rows = rowsOf(read('docs/configuration.md'), 'Setting')
    const listed = rows.map(({ Setting }) => plain(Setting))
    expect([...listed].sort()).toEqual([...configKeys(read('src/config.ts'))].sort())
    const defaults = defaultsOf(listed)
    const shown = Object.fromEntries(rows.map(({ Setting, Default }) => [plain(Setting), plain(Default)]))
    expect(Object.fromEntries(Object.keys(defaults).map((key) => [key, shown[key]]))).toEqual(defaults)
  })

  test('nodes.md has a row for every kind', () => {
    const listed = rowsOf(read('docs/nodes.md'), 'Type').flatMap(({ Type = '' }) =>
      [...Type.matchAll(/`([^`]+)`/g)].map((match) => match[1]),
    )
    expect(listed.sort()).toEqual(nodeKinds.flatMap((kind) => kind.types).sort())
  })

  test('service-api.md names every call', () => {
    const page = read('docs/service-api.md')
    const calls = programs
      .filter((path) => path.startsWith('src/api/'))
      .flatMap((path) =>
        [...read(path).matchAll(/\bserver\.(get|post|put|patch|delete)(?:<[^(]*>)?\(\s*'([^']+)'/g)].map(
          ([, method = '', address = '']) =>
            `${method.toUpperCase()} ${path.includes('/dify/') ? '/v1' : ''}${address}`.replace(/:(\w+)/g, '{$1}'),
        ),
      )
    expect(calls.length).toBeGreaterThan(5)
    expect(calls.filter((call) => !page.includes(`\`${call}\``))).toEqual([])
  })

  test('architecture.md has a line for every folder', () => {
    const page = read('docs/architecture.md')
    const folders = [...new Set(sources.map((path) => path.split('/')[1] ?? ''))].map((name) =>
      name.endsWith('.ts') ? name : `${name}/`,
    )
    expect(folders.filter((name) => !name.endsWith('.test.ts') && !page.includes(`  ${name}`))).toEqual([])
  })
})

test('the project speaks of itself alone', () => {
  // Reference data keeps its own words.
  const own = [...filesIn('').filter((path) => !path.includes('/')), ...filesIn('docs'), ...filesIn('changes')]
  const texts = [...own, ...written, ...filesIn('examples'), ...filesIn('.ci')]
  // Spelled so that this line is not one of its own findings.
  const elsewhere = /(^|[\s"'`(])\/wor[k]\/|\bshare[d]\//
  expect(texts.filter((path) => path !== 'package-lock.json' && elsewhere.test(read(path)))).toEqual([])
})

const cataloguedIn = (value: unknown): [string, string][] => {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const isCatalogue = entries.length > 0 && entries.every(([code]) => /^[a-z]+\/[a-z0-9-]+$/.test(code))
  return isCatalogue ? entries.map(([code, message]) => [code, String(message)]) : []
}

/** A cell without its backticks and escapes. */
const plain = (cell = ''): string => cell.replace(/^`+ ?| ?`+$/g, '').replaceAll('\\|', '|')
