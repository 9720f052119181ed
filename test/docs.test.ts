// What the documents show is true: links lead somewhere, examples parse, commands run against the built command and a real
// server. Languages of code fences: `sh` is run, `yaml` and `json` are read, `text` is only shown.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { build } from '../scripts/prepare.mjs'
import { EXIT } from '../src/cli/output.ts'
import { parseConfig } from '../src/config.ts'
import { filesIn, read, root } from './support/project-files.ts'
import { rowsOf } from './support/tables.ts'

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...[...filesIn('docs'), ...filesIn('changes')].filter((path) => path.endsWith('.md')),
]

interface Example {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly text: string
}

const examplesIn = (page: string): Example[] =>
  [...read(page).matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: read(page).slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    text: match[2] ?? '',
  }))
const examples = pages.flatMap(examplesIn)
const written = (language: string) =>
  examples.filter((example) => example.language === language).map((one) => [`${one.page}:${one.line}`, one] as const)

describe('pages', () => {
  test('use the languages that are run, read or only shown', () => {
    const known = new Set(['sh', 'yaml', 'json', 'text'])
    expect(examples.filter(({ language }) => !known.has(language))).toEqual([])
  })

  test.each(pages)('%s links to what exists', (page) => {
    const text = read(page).replace(/^```[\s\S]*?^```$/gm, '')
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^https?:/.test(target)) return []
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : normalize(join(dirname(page), path))
      if (!existsSync(join(root, file))) return [target]
      return anchor === undefined || anchorsOf(file).has(anchor) ? [] : [target]
    })
    expect(broken).toEqual([])
  })
})

/** As GitHub makes them. */
const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )

describe('examples that are read', () => {
  test.each(written('yaml'))('%s is a configuration', (_, { text }) => {
    const environment = Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'sample']))
    expect(parseConfig({ file: parse(text), environment })).toMatchObject({ ok: true })
  })

  test.each(written('json'))('%s is JSON', (_, { text }) => {
    expect(() => JSON.parse(text)).not.toThrow()
  })
})

describe('commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-docs-'))
  let server: ChildProcess | undefined
  let served: { readonly url: string; readonly key: string; readonly gatewayKey: string } | undefined

  beforeAll(async () => {
    await build()
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'heddle'), `#!/bin/sh\nexec "${process.execPath}" "${root}dist/cli/main.js" "$@"\n`)
    chmodSync(join(bin, 'heddle'), 0o755)
    symlinkSync(join(root, 'examples'), join(folder, 'examples'))
    server = spawn(join(bin, 'heddle'), ['serve', '--port', '0', '--json', '--data', join(folder, 'served')], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
      const { url, demo } = JSON.parse(line)
      const wanted = [
        'keys',
        'create',
        '--scope',
        'gateway',
        '--name',
        'docs',
        '--data',
        join(folder, 'served'),
        '--json',
      ]
      const made = await promisify(execFile)(join(bin, 'heddle'), wanted)
      served = { url, key: demo.key, gatewayKey: JSON.parse(made.stdout).secret }
      break
    }
  })

  afterAll(async () => {
    if (server && server.exitCode === null) {
      const ended = new Promise((resolve) => server?.once('exit', resolve))
      server.kill('SIGTERM')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  })

  const run = async (script: string): Promise<string> => {
    // Nothing else of the environment: whoever runs the tests may have keys in it.
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      KEY: served?.key ?? '',
      GATEWAY_KEY: served?.gatewayKey ?? '',
    }
    const { stdout } = await promisify(execFile)('sh', ['-euc', script], { cwd: folder, env })
    return stdout
  }

  test.runIf(process.platform !== 'win32').each(written('sh'))('%s runs', async (_, { text }) => {
    const lines = text.split('\n')
    const scripts = new Set(Object.keys(JSON.parse(read('package.json')).scripts))
    // npm's own commands are known by name; running them here would build and test in a circle.
    const npm = lines.filter((line) => line.startsWith('npm '))
    const unknown = npm.filter((line) => !scripts.has(line.replace(/^npm (run )?/, '').split(' ')[0] ?? ''))
    expect(unknown).toEqual([])
    const rest = lines
      .filter((line) => !npm.includes(line))
      .join('\n')
      .replaceAll('npx heddle', 'heddle')
      .replaceAll('http://127.0.0.1:3210', served?.url ?? '')
    if (rest.trim() === '') return
    const output = await run(rest)
    expect(output).not.toBe('')
    if (rest.includes('curl')) expect(output).toMatch(/"event":"message_end"|"finish_reason":"stop"/)
  })

  const help = async (command: string): Promise<string> => run(`heddle ${command} --help`)
  const commandsIn = (text: string): string[] =>
    [...(text.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}([a-z]+)\b/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help')
  /** Help of the command, or of every command in its group. */
  const helpsOf = async (name: string): Promise<string[]> => {
    const text = await help(name)
    const inner = commandsIn(text)
    return inner.length === 0 ? [text] : Promise.all(inner.map((one) => help(`${name} ${one}`)))
  }

  test('cli.md has a section for every command with every option', async () => {
    const page = read('docs/cli.md')
    const shared = page.slice(0, page.indexOf('\n## '))
    const commands = commandsIn(await help(''))
    expect(commands).toContain('run')
    const helps = await Promise.all(commands.map(async (name) => [name, await helpsOf(name)] as const))
    const missing: string[] = []
    for (const [name, texts] of helps) {
      const section = page.split(/^## /m).find((part) => part.split('\n', 1)[0]?.split(/[ ,]+/).includes(name))
      if (section === undefined) missing.push(name)
      for (const text of texts) {
        const usage = /^Usage: heddle ([a-z ]+)/.exec(text)?.[1]?.trim() ?? ''
        if (!section?.includes(usage.split(' ').at(-1) ?? '')) missing.push(usage)
        for (const [, option = ''] of text.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) {
          if (!section?.includes(option) && !shared.includes(option)) missing.push(`${usage} ${option}`)
        }
      }
    }
    expect(missing).toEqual([])
  })

  test('cli.md lists the exit codes', () => {
    const listed = rowsOf(read('docs/cli.md'), 'Exit code').map((row) => Number(row['Exit code']))
    expect(listed).toEqual(Object.values(EXIT))
  })
})
