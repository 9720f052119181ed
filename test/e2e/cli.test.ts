// The built command as a user meets it: what it prints where, and how it ends.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, code, end, llm, start } from '../support/app-files.ts'
import { runCommand, startCommand } from '../support/built-command.ts'
import { sampleApps } from '../support/sample-apps.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const ECHO = path('examples/echo.yml')
const CHAT = path('examples/chat.yml')
const SAMPLES = path('test/data/dify-apps')

let folder: string
let vendor: VendorServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-cli-'))
  vendor = await startOpenAi()
})
afterAll(async () => {
  await vendor.close()
  rmSync(folder, { recursive: true, force: true })
})

/** In an empty folder, so that nobody's heddle.yaml decides. */
const heddle = (...args: string[]) => runCommand(args, { cwd: folder })
const write = (name: string, content: string | object): string => {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
const lines = (text: string): string[] => text.split('\n').slice(0, -1)
const jsonLines = (text: string) => lines(text).map((line) => JSON.parse(line))

describe('heddle run', () => {
  it('prints the answer on stdout and the way there on stderr', async () => {
    const { code: exit, stdout, stderr } = await heddle('run', ECHO, '--input', 'query=hello you')
    expect([exit, stdout]).toEqual([0, 'hello you\n'])
    expect(stderr).toMatch(/✓ Echo \(template-transform/)
    expect(stderr).toMatch(/succeeded, 3 steps/)
  })

  it('says nothing else with --quiet, and takes inputs as JSON and the file from stdin', async () => {
    const options = ['run', '-', '--quiet', '--inputs', '{"query": "hello"}']
    expect(await runCommand(options, { cwd: folder, input: readFileSync(ECHO, 'utf8') })).toMatchObject({
      code: 0,
      stdout: 'hello\n',
      stderr: '',
    })
  })

  it('prints events as JSON lines, the last of them the end of the run', async () => {
    const { code: exit, stdout, stderr } = await heddle('run', CHAT, '--query', 'Hello!', '--json')
    expect([exit, stderr]).toEqual([0, ''])
    const events = jsonLines(stdout)
    expect(events[0].type).toBe('run-start')
    expect(events.filter(({ type }) => type === 'run-end')).toEqual([events.at(-1)])
    expect(events.at(-1)).toMatchObject({ type: 'run-end', status: 'succeeded' })
    expect(
      events
        .filter(({ type }) => type === 'text-delta')
        .map(({ text }) => text)
        .join(''),
    ).toMatch(/\w/)
  })

  it('gives a file to an app', async () => {
    const app = write(
      'file.yml',
      appFile({
        mode: 'workflow',
        nodes: {
          start: start({ variable: 'paper', type: 'file', required: true, allowed_file_types: ['document'] }),
          read: { type: 'document-extractor', variable_selector: ['start', 'paper'], is_array_file: false },
          end: end({ text: ['read', 'text'] }),
        },
        edges: chain('start', 'read', 'end'),
      }),
    )
    const paper = write('paper.txt', 'The words of the paper.')
    const { code: exit, stdout } = await heddle('run', app, '--input', `paper=@${paper}`, '--json')
    expect(exit).toBe(0)
    expect(jsonLines(stdout).at(-1).outputs).toEqual({ text: 'The words of the paper.' })
  })

  it('ends with 1 when the run fails, and says why', async () => {
    const app = write(
      'fails.yml',
      appFile({
        mode: 'workflow',
        nodes: {
          start: start(),
          code: code('function main() { throw new Error("no luck") }', { x: 'string' }),
          end: end({ x: ['code', 'x'] }),
        },
        edges: chain('start', 'code', 'end'),
      }),
    )
    const plain = await heddle('run', app)
    expect([plain.code, plain.stdout]).toEqual([1, ''])
    expect(plain.stderr).toMatch(/✗ code .*no luck/)
    expect(plain.stderr).toMatch(/failed: .*no luck/)
    const json = await heddle('run', app, '--json')
    expect([json.code, json.stderr]).toEqual([1, ''])
    expect(jsonLines(json.stdout).at(-1)).toMatchObject({ status: 'failed' })
  })

  it.each([
    ['an input that is missing', ['run', ECHO], 'query'],
    ['an input that is no pair', ['run', ECHO, '--input', 'query'], 'name=value'],
    ['inputs that are no JSON', ['run', ECHO, '--inputs', '{'], '--inputs'],
    ['inputs that are no object', ['run', ECHO, '--inputs', '[]'], '--inputs'],
    ['a file input that is not there', ['run', ECHO, '--input', 'query=@/nowhere/x'], '/nowhere/x'],
    ['a chat without a message', ['run', CHAT], '--query'],
    ['a file that is not there', ['run', '/nowhere/app.yml'], '/nowhere/app.yml'],
    ['a file that is no app', ['run', path('package.json')], 'package.json'],
    ['an option nobody knows', ['run', ECHO, '--nonsense'], '--nonsense'],
    ['a command nobody knows', ['dance'], 'dance'],
    ['too little', ['run'], 'file'],
    ['a port that is none', ['serve', '--port', '70000'], '--port'],
    ['a configuration that is not there', ['run', ECHO, '--config', '/nowhere/c.yaml'], '/nowhere/c.yaml'],
    ['a key without an app', ['keys', 'create'], '--app'],
  ])('ends with 2 and names what is wrong: %s', async (_, args, named) => {
    const { code: exit, stdout, stderr } = await heddle(...args)
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toContain(named)
    expect(stderr).not.toMatch(/\n {4}at /)
  })

  it.each([
    ['a file that is not there', ['run', 'nosuch.yml'], 2, { message: expect.stringContaining('nosuch.yml') }],
    ['inputs that do not fit', ['run', ECHO], 2, { issues: [expect.objectContaining({ path: 'query' })] }],
    ['an app that is not there', ['export', 'app_x', '--data', 'empty'], 1, { code: 'app/not-found' }],
  ])('says in JSON what stopped it: %s', async (_, words, exit, expected) => {
    const ended = await heddle(...words, '--json')
    expect(ended.code).toBe(exit)
    expect(jsonLines(ended.stdout)).toEqual([expect.objectContaining({ type: 'error', ...expected })])
  })

  it('stops with Ctrl-C: 130, and the model is hung up on', async () => {
    const config = write('vendor.yaml', {
      providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
    })
    const app = write(
      'ask.yml',
      appFile({
        mode: 'advanced-chat',
        nodes: { start: start(), llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
        edges: chain('start', 'llm', 'answer'),
      }),
    )
    vendor.fault({ type: 'hold', afterBytes: 900 })
    const asked = vendor.nextRequest()
    await using command = startCommand(['run', app, '--query', 'Go.', '--config', config, '--json'], { cwd: folder })
    const request = await asked
    await command.lineWith('text-delta')
    const outcome = await command.end('SIGINT')
    expect([outcome.code, outcome.signal]).toEqual([130, null])
    expect(jsonLines(outcome.stdout).at(-1)).toMatchObject({ type: 'run-end', status: 'stopped' })
    await request.hungUp
    vendor.release()
  })

  it('ends quietly when nobody reads on', async () => {
    await using command = startCommand(['run', ECHO, '--input', 'query=x', '--json'], { cwd: folder })
    command.child.stdout?.destroy()
    const { stderr, signal } = await command.outcome
    expect([stderr, signal]).toEqual(['', null])
  })

  it('asks a configured provider with a key from the environment', async () => {
    const config = write(
      'env.yaml',
      `providers:\n  acme:\n    type: openai-compatible\n    baseUrl: ${vendor.url}/v1\n    apiKey: \${ACME_KEY}\n`,
    )
    const app = join(folder, 'ask.yml')
    write(
      'ask.yml',
      appFile({
        mode: 'advanced-chat',
        nodes: { start: start(), llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
        edges: chain('start', 'llm', 'answer'),
      }),
    )
    vendor.reply({ text: 'As you wish.' })
    const options = { cwd: folder, env: { ACME_KEY: TEST_KEY } }
    const asked = await runCommand(['run', app, '--query', 'Go.', '--quiet', '--config', config], options)
    expect(asked).toMatchObject({ code: 0, stdout: 'As you wish.\n', stderr: '' })
    expect(vendor.requests.at(-1)).toMatchObject({
      headers: { authorization: `Bearer ${TEST_KEY}` },
      body: { model: 'acme-large', stream: true, messages: [{ role: 'user', content: 'Go.' }] },
    })
    const without = await runCommand(['run', app, '--query', 'Go.', '--config', config], { cwd: folder })
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('ACME_KEY')])
    const wrong = await runCommand(['run', app, '--query', 'Go.', '--config', config], {
      cwd: folder,
      env: { ACME_KEY: 'sk-wrong-secret-0123' },
    })
    expect(wrong.code).toBe(1)
    expect(wrong.stdout + wrong.stderr).not.toContain('sk-wrong-secret-0123')
  })
})

describe('heddle check', () => {
  it('says of every sample that it can be imported', async () => {
    const { code: exit, stdout } = await heddle('check', SAMPLES)
    expect(exit).toBe(0)
    expect(lines(stdout)).toHaveLength(sampleApps.length + 1)
    expect(lines(stdout).at(-1)).toBe('46 importable, 0 broken')
  })

  it('says so in JSON, a line a file', async () => {
    const { code: exit, stdout, stderr } = await heddle('check', SAMPLES, '--json')
    expect([exit, stderr]).toEqual([0, ''])
    const reports = jsonLines(stdout)
    expect(reports.map(({ file }) => file.slice(SAMPLES.length + 1)).sort()).toEqual(
      sampleApps.map(({ file }) => file).sort(),
    )
    for (const { file, ok, report } of reports) {
      const sample = sampleApps.find((app) => file.endsWith(`/${app.file}`))
      expect([ok, report.mode]).toEqual([true, sample?.mode])
    }
  })

  it('lists every problem of broken files, and the others all the same', async () => {
    const broken = [
      write('syntax.yml', 'app: [\n'),
      write('empty.yml', ''),
      write('list.yml', '- 1\n'),
      write(
        'cycle.yml',
        appFile({
          mode: 'workflow',
          nodes: { start: start(), a: answer('a'), b: answer('b') },
          edges: ['start>a', 'a>b', 'b>a'],
        }),
      ),
    ]
    const plain = await heddle('check', ECHO, ...broken)
    expect([plain.code, lines(plain.stdout).at(-1)]).toEqual([1, '1 importable, 4 broken'])
    const json = await heddle('check', ECHO, ...broken, '--json')
    expect(json.code).toBe(1)
    const results = jsonLines(json.stdout)
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false, false])
    for (const { issues } of results.slice(1)) {
      expect(issues.length).toBeGreaterThan(0)
      for (const issue of issues)
        expect(issue).toEqual({
          path: expect.any(String),
          code: expect.stringMatching(/^[a-z]+\/[a-z-]+$/),
          message: expect.stringMatching(/\S/),
        })
    }
    expect(results[1].issues[0]).toMatchObject({ code: 'app/yaml-syntax', message: expect.stringContaining('line') })
    expect(results[4].issues.map(({ code: problem }: { code: string }) => problem)).toContain('app/cycle')
    expect((await heddle('check', '/nowhere')).code).toBe(2)
  })
})

describe('heddle import, export, keys', () => {
  it('keep an app and give it back', async () => {
    const data = join(folder, 'kept')
    const imported = await heddle('import', ECHO, CHAT, '--data', data, '--json')
    expect([imported.code, imported.stderr]).toEqual([0, ''])
    const [echo, chat] = jsonLines(imported.stdout)
    expect([echo.app.name, echo.app.mode, chat.app.name]).toEqual(['Echo', 'workflow', 'Chat'])

    const exported = await heddle('export', echo.app.id, '--data', data)
    expect(exported.code).toBe(0)
    const copy = write('copy.yml', exported.stdout)
    expect((await heddle('run', copy, '--input', 'query=again', '--quiet')).stdout).toBe('again\n')
    const again = await heddle('import', copy, '--data', data, '--name', 'Second', '--json')
    const second = jsonLines(again.stdout)[0].app
    expect(second.name).toBe('Second')
    expect((await heddle('export', second.id, '--data', data)).stdout.replace('name: Second', 'name: Echo')).toBe(
      exported.stdout,
    )
    const toFile = await heddle('export', echo.app.id, '--data', data, '--output', join(folder, 'out.yml'), '--json')
    expect(jsonLines(toFile.stdout)).toEqual([{ id: echo.app.id, file: join(folder, 'out.yml') }])
    expect(readFileSync(join(folder, 'out.yml'), 'utf8')).toBe(exported.stdout)

    const created = await heddle('keys', 'create', '--app', chat.app.id, '--data', data, '--json')
    expect(jsonLines(created.stdout)).toEqual([
      {
        id: expect.stringMatching(/^key_/),
        scope: 'app',
        appId: chat.app.id,
        name: 'command-line',
        secret: expect.stringMatching(/^app-/),
      },
    ])
    const nobody = await heddle('keys', 'create', '--app', 'app_nobody', '--data', data)
    expect([nobody.code, nobody.stdout, nobody.stderr]).toEqual([1, '', 'There is no such app.\n'])
  })

  it('keep nothing broken', async () => {
    const data = join(folder, 'empty')
    const { code: exit, stdout, stderr } = await heddle('import', write('broken.yml', 'app: [\n'), '--data', data)
    expect([exit, stdout]).toEqual([1, ''])
    expect(stderr).toContain('cannot be imported')
  })
})

describe('heddle serve', () => {
  it('brings a demo app at its first start only, and its printed request works', async () => {
    const data = join(folder, 'served')
    await using first = startCommand(['serve', '--port', '0', '--data', data], { cwd: folder })
    const welcome = await first.lineWith('Heddle is listening on ')
    expect(welcome).toContain(data)
    const printed = [await first.lineWith('curl '), await first.line(), await first.line()].join('\n')
    const request = fromCurl(printed)
    const response = await fetch(request.url, request)
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).toContain('Pyodide')
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/"event":"workflow_finished".*"status":"succeeded"/)
    const { code: exit, stderr } = await first.end('SIGINT')
    expect(exit).toBe(0)
    expect(stderr).not.toMatch(/"level":[56]0/)

    await using second = startCommand(['serve', '--port', '0', '--data', data, '--json'], { cwd: folder })
    const started = JSON.parse(await second.line())
    const facts = { pid: second.child.pid, dataDir: data, setupToken: expect.stringMatching(/^setup-/) }
    expect(started).toEqual({ url: expect.stringMatching(/^http:/), ...facts })
    // The key of the first start still opens the app.
    const again = await fetch(request.url.replace(/^http:\/\/[^/]+/, started.url), request)
    expect(again.status).toBe(200)
    await again.body?.cancel()
    const health = await fetch(`${started.url}/readyz`)
    expect(await health.json()).toEqual({ status: 'ok' })
    const outcome = await second.end('SIGTERM')
    expect([outcome.code, lines(outcome.stdout)]).toEqual([0, [JSON.stringify(started)]])
    expect(readdirSync(data)).toContain('heddle.db')
  })

  it('gives a token for the first account at each start until it is made', async () => {
    const data = join(folder, 'people')
    const start = () => startCommand(['serve', '--port', '0', '--json', '--data', data], { cwd: folder })
    const setUp = (url: string, token: string) =>
      fetch(`${url}/api/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token, email: 'ada@example.org', name: 'Ada', password: 'correct horse battery' }),
      })
    const facts = async (command: ReturnType<typeof start>) => JSON.parse(await command.line())
    await using first = start()
    const { setupToken: old } = await facts(first)
    expect(old).toMatch(/^setup-/)
    await first.end('SIGTERM')
    await using second = start()
    const { url, setupToken } = await facts(second)
    expect((await setUp(url, old)).status).toBe(403)
    expect((await setUp(url, setupToken)).status).toBe(201)
    await second.end('SIGTERM')
    await using third = start()
    expect(await facts(third)).not.toHaveProperty('setupToken')
  })

  it('says that a port is taken', async () => {
    await using first = startCommand(['serve', '--port', '0', '--json', '--data', join(folder, 'one')], { cwd: folder })
    const { url, demo } = JSON.parse(await first.line())
    expect(demo).toEqual({ appId: expect.stringMatching(/^app_/), key: expect.stringMatching(/^app-/) })
    const second = await heddle('serve', '--port', new URL(url).port, '--data', join(folder, 'two'))
    expect([second.code, second.stdout]).toEqual([2, ''])
    expect(second.stderr).toContain('cannot listen')
  })
})

/** A printed `curl` call as the request it sends. */
const fromCurl = (text: string): { url: string; method: string; headers: Record<string, string>; body: string } => {
  const url = /(http:\/\/\S+)/.exec(text)?.[1] ?? ''
  const headers = Object.fromEntries(
    [...text.matchAll(/-H '([^:']+): ([^']+)'/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const body = /-d '([^']+)'/.exec(text)?.[1] ?? ''
  return { url, method: 'POST', headers, body }
}

describe('heddle help', () => {
  it('names every command, and each says how it is used', async () => {
    const { code: exit, stdout } = await heddle('help')
    expect(exit).toBe(0)
    const commands = [
      'run',
      'check',
      'serve',
      'setup',
      'login',
      'logout',
      'whoami',
      'import',
      'export',
      'usage',
      'logs',
    ]
    const groups = { apps: 'diff', keys: 'create', runs: 'show' }
    for (const name of [...commands, ...Object.keys(groups)]) expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
    const each = [...commands.map((name) => [name]), ...Object.entries(groups)]
    const texts = await Promise.all(each.map((words) => heddle(...words, '--help')))
    for (const { code: ended, stdout: help, stderr } of texts) {
      expect([ended, stderr]).toEqual([0, ''])
      expect(help).toMatch(/^Usage: heddle /)
      for (const option of ['--config', '--json']) expect(help).toContain(option)
      expect(help).toMatch(/Examples:\n {2}\$ heddle /)
    }
  })

  it('is what a bare command shows', async () => {
    const bare = await heddle()
    expect(bare.stdout + bare.stderr).toContain('Usage: heddle')
    const version = await heddle('--version')
    expect([version.code, version.stdout]).toEqual([
      0,
      `${JSON.parse(readFileSync(path('package.json'), 'utf8')).version}\n`,
    ])
  })
})
