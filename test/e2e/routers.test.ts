// Routers on a real server: the example of the documents, files that change while it runs, broken ones that change nothing,
// routers over the API, and what a second process sees of them.

import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCommand, runCommand, startCommand } from '../support/built-command.ts'
import { OWNER } from '../support/management.ts'
import { root } from '../support/project-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'heddle-routers-'))
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)

const PROVIDERS = ['openai', 'anthropic', 'gemini'].map(
  (name) => `  ${name}: {type: openai-compatible, baseUrl: http://127.0.0.1:9/v1, apiKey: none}\n`,
)
const HEDDLE = `providers:\n${PROVIDERS.join('')}gateway:\n  routerFiles: [routers.yaml, 'more/*.yaml']\n`
const EXAMPLE = readFileSync(join(root, 'docs/routers.yaml'), 'utf8')

interface Server {
  readonly command: RunningCommand
  readonly url: string
  readonly pid: number
}
const servers: Server[] = []
let token: string

const serve = async (): Promise<Server> => {
  const command = startCommand(['serve', '--port', '0', '--json'], { cwd: folder })
  const { url, pid, setupToken } = JSON.parse(await command.line())
  const server = { command, url, pid }
  servers.push(server)
  if (setupToken) {
    const made = await fetch(`${url}/api/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: setupToken, ...OWNER }),
    })
    token = ((await made.json()) as { readonly accessToken: string }).accessToken
  }
  return server
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
type Body = any
const call = async ({ url }: Server, method: string, path: string, body?: unknown): Promise<[number, Body]> => {
  const response = await fetch(`${url}/api/gateway/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return [response.status, text === '' ? undefined : JSON.parse(text)]
}
const ask = async (server: Server, name: string, content: string): Promise<Body> => {
  const [, body] = await call(server, 'POST', `routers/${name}/dry-run`, { messages: [{ role: 'user', content }] })
  return body.decision ?? body.error
}

/** Asks until it is so; the test's own time limit ends it. */
const until = async <T>(look: () => Promise<T>, isSo: (found: T) => boolean): Promise<T> => {
  for (;;) {
    const found = await look()
    if (isSo(found)) return found
  }
}
const configuration = async (server: Server): Promise<Body> => (await call(server, 'GET', 'configuration'))[1]

let server: Server
beforeAll(async () => {
  mkdirSync(join(folder, 'more'))
  write('heddle.yaml', HEDDLE)
  write('routers.yaml', EXAMPLE)
  server = await serve()
})
afterAll(async () => {
  for (const { command } of servers) await command[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('the example', () => {
  it.each<[string, string | null, string, number]>([
    ['Write me a POEM about autumn', 'creative', 'anthropic/claude-sonnet-4-5', 0.9],
    ['写一个故事', 'creative', 'anthropic/claude-sonnet-4-5', 0.9],
    ['The history of Rome', null, 'openai/gpt-5-mini', 0.3],
    ['x'.repeat(500), null, 'openai/gpt-5-mini', 0.3],
    ['x'.repeat(501), 'long', 'gemini/gemini-2.5-pro', 0.3],
    [`a story: ${'x'.repeat(501)}`, 'creative', 'anthropic/claude-sonnet-4-5', 0.9],
  ])('%#', async (input, rule, target, temperature) => {
    const decision = await ask(server, 'writer', input)
    expect(decision).toMatchObject({ router: 'writer', rule, parameters: { temperature } })
    expect(decision.targets[0]).toBe(target)
  })

  it('is read by the command too', async () => {
    const { code, stdout } = await runCommand(
      ['routers', 'dry-run', 'writer', '--input', 'a poem', '--json', '--data', join(folder, 'other')],
      { cwd: folder },
    )
    expect([code, JSON.parse(stdout).decision.rule]).toEqual([0, 'creative'])
    const check = await runCommand(['routers', 'check', join(root, 'docs/routers.yaml')], { cwd: folder })
    expect([check.code, check.stdout]).toEqual([0, expect.stringContaining('writer')])
  })
})

describe('files that change', () => {
  it('are taken over by themselves', async () => {
    const before = await configuration(server)
    write('routers.yaml', EXAMPLE.replace('temperature: 0.9', 'temperature: 0.8'))
    const decision = await until(
      () => ask(server, 'writer', 'a poem'),
      ({ parameters }) => parameters.temperature !== 0.9,
    )
    expect(decision.parameters).toEqual({ temperature: 0.8 })
    const after = await configuration(server)
    expect(after).toMatchObject({ failure: null, waiting: [] })
    expect(after.version).not.toBe(before.version)
    // In the way of editors: another file takes the name.
    write('routers.yaml.new', EXAMPLE)
    renameSync(join(folder, 'routers.yaml.new'), join(folder, 'routers.yaml'))
    await until(
      () => ask(server, 'writer', 'a poem'),
      ({ parameters }) => parameters.temperature === 0.9,
    )
    expect((await configuration(server)).version).toBe(before.version)
  })

  it('may be new ones, in folders that are watched', async () => {
    write('more/team.yaml', 'routers:\n  team: {default: {router: writer}}\n')
    const decision = await until(
      () => ask(server, 'team', 'a poem'),
      ({ rule }) => rule !== undefined,
    )
    expect(decision).toMatchObject({ router: 'team', parameters: { temperature: 0.9 } })
  })

  it('that are broken change nothing, and say where', async () => {
    const { version } = await configuration(server)
    write('routers.yaml', 'routers:\n  writer:\n    default:\n      targets: nobody/x\n      strategy: best\n')
    write('more/team.yaml', 'routers:\n  team: {default: {targets: nobody/x}}\n')
    const broken = await until(
      () => configuration(server),
      ({ failure }) => failure?.issues.length === 2,
    )
    expect(broken.version).toBe(version)
    expect(broken.failure.issues.map(({ place, path }: Body) => [place, path])).toEqual([
      ['routers.yaml:5', 'routers.writer.default.strategy'],
      ['more/team.yaml:2', 'routers.team.default.targets[0]'],
    ])
    expect(await ask(server, 'writer', 'a poem')).toMatchObject({ rule: 'creative' })
    const [status, body] = await call(server, 'POST', 'reload')
    expect([status, body.error.code, body.error.issues.length]).toEqual([409, 'route/file-refused', 2])
  })

  it('are read on SIGHUP and when asked, and name what waits for a restart', async () => {
    write('more/team.yaml', '')
    write('routers.yaml', EXAMPLE)
    write('heddle.yaml', `${HEDDLE}log: {level: warn}\n`)
    process.kill(server.pid, 'SIGHUP')
    const found = await until(
      () => configuration(server),
      ({ failure, waiting }) => !failure && waiting.length > 0,
    )
    expect(found.waiting).toEqual(['log'])
    expect((await call(server, 'POST', 'reload'))[1]).toEqual(found)
    expect(await ask(server, 'team', 'x')).toMatchObject({ code: 'route/not-found' })
  })
})

describe('routers of tenants', () => {
  const definition = { default: { targets: ['openai/gpt-5-mini', 'openai/gpt-5'], strategy: 'in-order' } }

  it('are versions, and changed only by who has seen the last one', async () => {
    expect((await call(server, 'POST', 'routers', { name: 'ours', definition }))[1]).toMatchObject({
      name: 'ours',
      source: 'tenant',
      version: '1',
      targets: ['openai/gpt-5-mini', 'openai/gpt-5'],
    })
    expect(await call(server, 'POST', 'routers', { name: 'ours', definition })).toMatchObject([
      409,
      { error: { code: 'route/name-taken' } },
    ])
    const change = { definition: { default: { targets: 'openai/gpt-5' } }, baseVersion: '1' }
    const both = await Promise.all([1, 2].map(() => call(server, 'PUT', 'routers/ours', change)))
    expect(both.map(([status]) => status).sort()).toEqual([200, 409])
    expect((await call(server, 'GET', 'routers/ours'))[1]).toMatchObject({ version: '2', targets: ['openai/gpt-5'] })
    expect(await ask(server, 'ours', 'x')).toMatchObject({ version: '2', targets: ['openai/gpt-5'] })
  })

  it('are refused with every problem, by its path', async () => {
    const bad = {
      default: { targets: ['nobody/x', 'openai/a'] },
      rules: [{ name: 'r', when: { hasCode: true }, panel: 'p' }],
    }
    const [status, body] = await call(server, 'PUT', 'routers/ours', { definition: bad })
    expect(status).toBe(400)
    expect(body.error.code).toBe('route/invalid-router')
    expect(body.error.issues.map(({ path, code }: Body) => `${path} ${code}`)).toEqual([
      'definition.default.targets[0] route/unknown-target',
      'definition.rules[0].panel route/unknown-panel',
    ])
    const self = { default: { router: 'ours' } }
    expect((await call(server, 'PUT', 'routers/ours', { definition: self }))[1].error.issues[0].code).toBe(
      'route/cycle',
    )
    expect((await call(server, 'GET', 'routers/ours'))[1].version).toBe('2')
  })

  it('take the place of configured ones, which cannot be changed', async () => {
    expect((await call(server, 'PUT', 'routers/writer', { definition }))[1].error.code).toBe('route/configured')
    expect((await call(server, 'DELETE', 'routers/writer'))[1].error.code).toBe('route/configured')
    await call(server, 'POST', 'routers', { name: 'writer', definition })
    expect(await ask(server, 'writer', 'a poem')).toMatchObject({ rule: null, version: '1' })
    expect((await call(server, 'DELETE', 'routers/writer'))[0]).toBe(204)
    expect(await ask(server, 'writer', 'a poem')).toMatchObject({ rule: 'creative' })
    const [, { items }] = await call(server, 'GET', 'routers')
    expect(items.map(({ name, source }: Body) => `${name} ${source}`)).toEqual([
      'ours tenant',
      'shared configured',
      'writer configured',
    ])
  })

  it('are seen by other processes within seconds', async () => {
    const other = await serve()
    expect(await ask(other, 'ours', 'x')).toMatchObject({ version: '2' })
    await call(server, 'PUT', 'routers/ours', { definition })
    await call(server, 'POST', 'routers', { name: 'brief', definition })
    await until(
      () => ask(other, 'ours', 'x'),
      ({ version }) => version === '3',
    )
    await until(
      () => ask(other, 'brief', 'x'),
      ({ version }) => version === '1',
    )
    await call(server, 'DELETE', 'routers/brief')
    await until(
      () => ask(other, 'brief', 'x'),
      ({ code }) => code === 'route/not-found',
    )
  })
})
