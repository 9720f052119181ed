// The configuration file on disk: absent, broken, whole.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
