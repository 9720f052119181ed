// The configuration file on disk: absent, broken, whole.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CONFIG_FILE, loadConfig } from './config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'heddle-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const load = (text: string, environment: Record<string, string> = {}) => {
  writeFileSync(join(folder, CONFIG_FILE), text)
  return loadConfig({ folder, environment })
}

describe('the configuration file', () => {
  it('may be absent, unless it was asked for', () => {
    const empty = join(folder, 'nowhere')
    expect(loadConfig({ folder: empty, environment: {} })).toMatchObject({
      ok: true,
      value: { server: { port: 3210 } },
    })
    const asked = loadConfig({ folder, path: join(empty, 'x.yaml'), environment: {} })
    expect(asked).toMatchObject({ ok: false, issues: [{ code: 'config/unreadable' }] })
    expect(loadConfig({ folder, path: folder, environment: {} })).toMatchObject({ ok: false })
  })

  it('is YAML with references to the environment', () => {
    const text = '# ours\nserver:\n  port: $' + '{PORT}\nproviders:\n  local:\n    type: ollama\n    models: [qwen3]\n'
    expect(load(text, { PORT: '4000' })).toMatchObject({
      ok: true,
      value: { server: { port: 4000 }, providers: { local: { type: 'ollama', models: ['qwen3'] } } },
    })
    expect(load('')).toMatchObject({ ok: true })
    expect(load('# nothing\n')).toMatchObject({ ok: true })
  })

  it.each([
    ['syntax', 'server: [1'],
    ['a key twice', 'dataDir: a\ndataDir: b\n'],
    ['an alias to nowhere', 'dataDir: *x\n'],
    [
      'multiplying aliases',
      `a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]\n`,
    ],
  ])('says where it is broken: %s', (_title, text) => {
    expect(load(text)).toMatchObject({ ok: false, issues: [{ code: 'config/yaml-syntax' }] })
  })

  it('lists every problem', () => {
    const result = load('a: 1\nserver:\n  port: no\n')
    expect(result.ok ? [] : result.issues.map((issue) => issue.path)).toEqual(['server.port', 'a'])
  })
})

describe('files with routers', () => {
  const main = 'providers:\n  p: {type: ollama, models: [a, b]}\ngateway:\n  routerFiles: [routers.yaml, more/*.yaml]\n'
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  mkdirSync(join(folder, 'more'), { recursive: true })
  const problems = (text = main): readonly string[] => {
    const result = load(text)
    return result.ok ? [] : result.issues.map(({ place, path, code }) => `${place} ${path} ${code}`)
  }

  it('are one set of routers', () => {
    write('routers.yaml', 'routers:\n  one:\n    default: {router: three}\n')
    write('more/a.yaml', 'routers:\n  two:\n    default: {targets: p/a}\n')
    write('more/b.yaml', '# none yet\n')
    write('more/c.txt', 'not: yaml: at all')
    const result = load(`${main}  routers:\n    three: {default: {targets: '$` + `{TARGET}'}}\n`, { TARGET: 'p/b' })
    expect(result.ok && Object.keys(result.value.gateway.routers).sort()).toEqual(['one', 'three', 'two'])
    expect(result.ok && result.value.gateway.routers.three?.default.targets).toEqual([{ target: 'p/b', weight: 1 }])
  })

  it('list every problem of every file with its line', () => {
    write(
      'routers.yaml',
      [
        'routers:',
        '  one:',
        '    default:',
        '      targets: [p/a, p/zebra]',
        '      strategy: fastest',
        '    rules:',
        '      - name: long',
        '        when:',
        '          inputCharacters: {}',
        '      - name: short',
        '        wehn: 1',
        '  a.b:',
        '    default:',
        '      targets:',
        '        - p/a',
        '        - q/b',
        '      panel: nobody',
        'extra: 1',
      ].join('\n'),
    )
    write('more/a.yaml', 'routers:\n  two: {default: {router: two}}\n\n  one: {default: {targets: p/a}}\n')
    write('more/b.yaml', 'routers: [')
    expect(problems(`${main}  routers:\n    two:\n      default: {targets: '$` + `{NOWHERE}'}\n`).toSorted()).toEqual(
      [
        'heddle.yaml:7 gateway.routers.two.default.targets config/missing-variable',
        'more/a.yaml:4 routers.one route/duplicate-name',
        'more/b.yaml:1  config/yaml-syntax',
        'routers.yaml:18 extra route/unknown-key',
        'routers.yaml:5 routers.one.default.strategy route/invalid',
        'routers.yaml:10 routers.one.rules[1].when route/invalid',
        'routers.yaml:9 routers.one.rules[0].when.inputCharacters route/invalid',
        'routers.yaml:11 routers.one.rules[1].wehn route/unknown-key',
      ].toSorted(),
    )
  })

  it('list what is wrong with them as a whole', () => {
    write(
      'routers.yaml',
      'routers:\n  one:\n    default:\n      targets:\n      - p/a\n      - p/zebra\n      - q/b\n      panel: x\n',
    )
    write('more/a.yaml', 'routers:\n  two: {default: {router: three}}\n  three:\n    default: {router: two}\n')
    write('more/b.yaml', '{}')
    expect(problems().toSorted()).toEqual(
      [
        'routers.yaml:6 routers.one.default.targets[1] route/unknown-target',
        'routers.yaml:7 routers.one.default.targets[2] route/unknown-target',
        'routers.yaml:8 routers.one.default.panel route/unknown-panel',
        'more/a.yaml:2 routers.two route/cycle',
        'more/a.yaml:3 routers.three route/cycle',
      ].toSorted(),
    )
  })

  it('that cannot be read are problems, by the name they are given', () => {
    write('routers.yaml', '')
    expect(problems('gateway:\n  routerFiles: [nowhere.yaml, nowhere/*.yaml, more/*.none]\n')).toEqual([
      'nowhere.yaml gateway.routerFiles config/unreadable',
      'nowhere/*.yaml gateway.routerFiles config/unreadable',
    ])
    expect(problems('gateway:\n  routerFiles: routers.yaml\n')).toEqual([
      'heddle.yaml:2 gateway.routerFiles config/invalid',
    ])
  })
})
