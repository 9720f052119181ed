// The built command against a server it signed in to, and on that server's data folder: the same commands, the same answers.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { appFile, chain, end, humanInput, llm, start, template } from '../support/app-files.ts'
import { type RunningCommand, runCommand, startCommand } from '../support/built-command.ts'
import { withOpenAi } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

// Each command is a process of its own, and these tests start dozens.
vi.setConfig({ testTimeout: 240_000 })

const PASSWORD = 'a long enough password'
const ADA = ['--email', 'ada@example.org']

let folder: string
let data: string
let vendor: VendorServer
let server: RunningCommand
let url: string
let setupToken: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-remote-'))
  data = join(folder, 'data')
  vendor = await startOpenAi()
  writeFileSync(join(folder, 'heddle.yaml'), JSON.stringify({ ...withOpenAi(vendor), auth: { accessTokenMs: 3_000 } }))
  server = startCommand(['serve', '--port', '0', '--json', '--data', data], { cwd: folder })
  ;({ url, setupToken } = JSON.parse(await server.line()))
})
afterEach(() => vendor.release())
afterAll(async () => {
  const { stderr } = await server.end('SIGTERM')
  await vendor.close()
  rmSync(folder, { recursive: true, force: true })
  expect(stderr).not.toMatch(/"level":[56]0/)
})

const options = (input?: string) => ({
  cwd: folder,
  env: { XDG_CONFIG_HOME: join(folder, 'config') },
  ...(input !== undefined && { input }),
})
const heddle = (...args: string[]) => runCommand(args, options())
const withPassword = (...args: string[]) => runCommand([...args, '--password-stdin'], options(`${PASSWORD}\n`))
const follow = (...args: string[]) => startCommand(args, options())

const jsonLines = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
/** What the command prints as JSON; it must succeed and say nothing else. */
const read = async (...args: string[]) => {
  const { code, stdout, stderr } = await heddle(...args, '--json')
  expect([args, code, stderr]).toEqual([args, 0, ''])
  return jsonLines(stdout)
}

const saved = () => {
  const file = join(folder, 'config', 'heddle', 'credentials.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  return JSON.parse(readFileSync(file, 'utf8')).servers[url]?.tokens
}

const write = (name: string, content: object): string => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(content))
  return file
}

const counting = (prompt: string) =>
  appFile({
    mode: 'workflow',
    nodes: { start: start(), greet: template('Hello.'), llm: llm(prompt), end: end({ said: ['llm', 'text'] }) },
    edges: chain('start', 'greet', 'llm', 'end'),
  })
const APP = counting('Count.')
const LONG = 'One two three four five six seven.'

describe('signing in', () => {
  it('needs the token of the first start, and works once', async () => {
    const wrong = await withPassword('setup', '--url', url, '--token', 'setup-wrong', ...ADA, '--name', 'Ada')
    expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([1, '', expect.stringContaining('set-up token')])
    const early = await heddle('apps', 'list', '--url', url)
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining(`heddle login --url ${url}`)])

    const made = await withPassword('setup', '--url', url, '--token', setupToken, ...ADA, '--name', 'Ada', '--json')
    expect([made.code, jsonLines(made.stdout)]).toEqual([0, [{ email: 'ada@example.org', name: 'Ada' }]])
    expect((await heddle('whoami', '--url', url)).stdout).toMatch(/Ada \(ada@example\.org\)[\s\S]*owner/)
    const again = await withPassword('setup', '--data', data, ...ADA, '--name', 'Eve', '--json')
    expect([again.code, jsonLines(again.stdout)]).toMatchObject([1, [{ type: 'error', code: 'account/setup-done' }]])
  })

  it('is forgotten by logout and comes back by login', async () => {
    expect(await read('logout', '--url', url)).toEqual([{ url, signedOut: true }])
    expect(saved()).toBeUndefined()
    expect((await heddle('whoami', '--url', url)).code).toBe(2)
    const wrong = await runCommand(['login', '--url', url, ...ADA, '--password-stdin'], options('wrong password\n'))
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('The address or the password is wrong.')])
    const right = await withPassword('login', '--url', `${url}/`, ...ADA)
    expect([right.code, right.stdout]).toEqual([0, ''])
    expect(right.stderr).not.toContain(PASSWORD)
    expect((await read('whoami', '--url', url))[0]).toMatchObject({ role: 'owner', account: { name: 'Ada' } })
  })

  it('goes on when the access token has expired', async () => {
    const first = saved()
    // The token lives for three seconds: some command comes after it.
    while (saved().accessToken === first.accessToken) await read('whoami', '--url', url)
    expect(saved().refreshToken).not.toBe(first.refreshToken)
    // Several at once still renew one after the other: a refresh token shown twice would end the sign-in.
    const all = await Promise.all(Array.from({ length: 4 }, () => heddle('whoami', '--url', url)))
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  })

  it('says where it cannot reach anybody', async () => {
    const closed = await withPassword('login', '--url', 'http://127.0.0.1:9', ...ADA)
    expect([closed.code, closed.stdout]).toEqual([1, ''])
    expect(closed.stderr).toContain('http://127.0.0.1:9')
    for (const args of [
      ['apps', 'list'],
      ['runs', 'list', '--url', 'not an address'],
      ['apps', 'list', '--url', url, '--data', data],
      ['setup', ...ADA, '--name', 'Ada', '--url', url],
      ['login', '--url', url, ...ADA],
      ['logs', '--limit', '0', '--data', data],
      ['usage', '--from', 'yesterday', '--data', data],
      ['usage', '--by', 'year', '--data', data],
    ]) {
      const { code, stdout, stderr } = await heddle(...args)
      expect([args, code, stdout]).toEqual([args, 2, ''])
      expect(stderr).not.toMatch(/\n {4}at /)
    }
  })
})

describe('people', () => {
  const asGrace = (input?: string) => ({ ...options(input), env: { XDG_CONFIG_HOME: join(folder, 'grace') } })
  const graceJoins = (token: string, ...more: string[]) =>
    runCommand(['join', '--url', url, '--token', token, '--json', ...more], asGrace(`${PASSWORD}\n`))

  it('are invited, join with a new account, and are removed', async () => {
    const [invitation] = await read('members', 'invite', 'Grace@example.org', '--role', 'editor', '--url', url)
    expect(invitation).toMatchObject({ email: 'grace@example.org', role: 'editor' })
    expect(await read('members', 'list', '--data', data)).toMatchObject([
      { type: 'member', email: 'ada@example.org', role: 'owner' },
      { type: 'invitation', id: invitation.id },
    ])
    const early = await graceJoins(invitation.token)
    expect([early.code, jsonLines(early.stdout)]).toMatchObject([2, [{ type: 'error' }]])
    const joined = await graceJoins(invitation.token, '--name', 'Grace', '--password-stdin')
    expect([joined.code, jsonLines(joined.stdout)]).toMatchObject([
      0,
      [{ url, email: 'grace@example.org', role: 'editor' }],
    ])
    const again = await graceJoins(invitation.token, '--name', 'Grace', '--password-stdin')
    expect([again.code, jsonLines(again.stdout)]).toMatchObject([1, [{ code: 'account/wrong-invitation' }]])
    const [, grace] = await read('members', 'list', '--url', url)
    expect(grace).toMatchObject({ type: 'member', name: 'Grace', role: 'editor' })
    const refused = await runCommand(['members', 'remove', grace.id, '--url', url], asGrace())
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(await read('members', 'remove', grace.id, '--url', url)).toEqual([{ id: grace.id, removed: true }])
  })

  it('have an account and join another tenant by it, and a revoked invitation is worth nothing', async () => {
    const back = (await heddle('members', 'invite', 'grace@example.org', '--data', data)).stdout.trim()
    expect((await graceJoins(back, '--name', 'Grace', '--password-stdin')).code).toBe(0)
    await read('whoami', '--url', url)
    // biome-ignore lint/suspicious/noExplicitAny: bodies of which the test knows what is in them
    const call = async (path: string, token: string, body: object): Promise<any> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return (await fetch(`${url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    }
    const { tenantId } = await call('/tenants', saved().accessToken, { name: 'Second' })
    const { accessToken } = await call('/auth/switch', saved().accessToken, { tenantId })
    const { token } = await call('/members', accessToken, { email: 'grace@example.org', role: 'admin' })
    const joined = await graceJoins(token)
    expect(jsonLines(joined.stdout)).toEqual([{ url, email: 'grace@example.org', tenantId, role: 'admin' }])
    const whoami = await runCommand(['whoami', '--url', url, '--json'], asGrace())
    expect(jsonLines(whoami.stdout)).toMatchObject([{ tenantId, role: 'admin' }])

    const [invitation] = await read('members', 'invite', 'x@example.org', '--url', url)
    expect(await read('members', 'revoke', invitation.id, '--url', url)).toEqual([{ id: invitation.id, revoked: true }])
    const late = await graceJoins(invitation.token, '--name', 'X', '--password-stdin')
    expect([late.code, jsonLines(late.stdout)]).toMatchObject([1, [{ code: 'account/wrong-invitation' }]])
  })
})

/** The command has no editor: drafts come from the console. */
const saveDraft = async (id: string, file: object): Promise<void> => {
  const [{ secret }] = await read('keys', 'create', '--scope', 'tenant', '--url', url)
  const response = await fetch(`${url}/api/apps/${id}/draft`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: JSON.stringify(file) }),
  })
  expect([response.status, await response.text()]).toMatchObject([200, expect.anything()])
}

/** Both places by name; the folder is the one that the server uses meanwhile. */
const places = [
  ['a server', () => ['--url', url]],
  ['a data folder', () => ['--data', data]],
] as const

describe.each(places)('on %s', (name, at) => {
  let appId: string
  let key: { id: string; secret: string }
  const call = () => ({ url, key: key.secret })

  it('imports an app, makes a key for it, and the Service API takes it', async () => {
    const file = write('app.json', APP)
    const broken = write('broken.json', { version: '0.3.0', kind: 'app' })
    const { code, stdout } = await heddle('import', broken, file, '--name', `On ${name}`, '--json', ...at())
    const [refused, kept] = jsonLines(stdout)
    expect(code).toBe(1)
    expect(refused).toMatchObject({ file: broken, ok: false, issues: [{ code: expect.stringMatching(/^app\//) }] })
    expect(kept).toMatchObject({ file, ok: true, app: { name: `On ${name}`, mode: 'workflow' } })
    appId = kept.app.id

    ;[key] = await read('keys', 'create', '--app', appId, '--name', 'script', ...at())
    expect(key).toMatchObject({ appId, scope: 'app', name: 'script', secret: expect.stringMatching(/^app-/) })
    vendor.reply({ text: 'One two.' })
    const ran = await post(call(), '/v1/workflows/run', { inputs: {}, user: 'ada', response_mode: 'blocking' })
    expect(await ran.json()).toMatchObject({ data: { status: 'succeeded', outputs: { said: 'One two.' } } })
    const listed = await read('keys', 'list', '--app', appId, ...at())
    expect(listed).toMatchObject([{ id: key.id, revokedAt: null }])
    expect(JSON.stringify(listed)).not.toContain(key.secret)
  })

  it('shows what ran, node by node', async () => {
    const [run, ...others] = await read('runs', 'list', '--app', appId, '--status', 'succeeded', ...at())
    expect([run.status, run.user, others]).toEqual(['succeeded', 'ada', []])
    const [detail] = await read('runs', 'show', run.id, ...at())
    expect(detail.outputs).toEqual({ said: 'One two.' })
    expect(detail.nodes.map((node: { nodeId: string }) => node.nodeId)).toEqual(['start', 'greet', 'llm', 'end'])
    const text = await heddle('runs', 'show', run.id, ...at())
    expect(text.stdout).toMatch(/One two\.[\s\S]*\n1 +succeeded [\s\S]*\n4 +succeeded /)
    const log = await read('logs', run.id, '-f', ...at())
    expect(log.map((entry) => entry.nodeId ?? entry.type)).toEqual(['start', 'greet', 'llm', 'end', 'run-end'])
    const missing = await heddle('runs', 'show', 'run_00000000-0000-7000-8000-000000000000', ...at())
    expect([missing.code, missing.stdout, missing.stderr.split('\n').length]).toEqual([1, '', 2])
  })

  it('sums up what was used', async () => {
    const [usage] = await read('usage', '--by', 'model', '--app', appId, ...at())
    expect(usage.groups).toMatchObject([{ key: 'acme/acme-large', runs: 1, failedRuns: 0, calls: 1 }])
    expect(usage.total).toMatchObject({ runs: 1, calls: 1, totalTokens: usage.groups[0].totalTokens })
    const { stdout } = await heddle('usage', '--by', 'day', '--app', appId, '--from', '2020-01-01', ...at())
    const figures = `1 +0 +1 +${usage.total.promptTokens} +${usage.total.completionTokens} +${usage.total.totalTokens} +-`
    expect(stdout).toMatch(new RegExp(`^day .*tokens +cost\\n\\d{4}-\\d\\d-\\d\\d +${figures}\\ntotal +${figures}\\n$`))
    const [before] = await read('usage', '--to', '2020-01-01', ...at())
    expect(before).toMatchObject({ to: '2020-01-01T23:59:59.999Z', groups: [], total: { runs: 0 } })
  })

  it('follows a run until it is stopped', async () => {
    vendor.reply({ text: LONG })
    vendor.fault({ type: 'hold', afterBytes: 900 })
    await using stream = await openStream(call(), '/v1/workflows/run', { inputs: {}, user: 'ada' })
    const { workflow_run_id: runId } = await stream.until('workflow_started')
    await using runs = follow('logs', '-f', '--app', appId, '--json', ...at())
    await using log = follow('logs', runId, '-f', '--json', ...at())
    expect(JSON.parse(await log.line())).toMatchObject({ type: 'node', nodeId: 'start', status: 'succeeded' })
    expect(JSON.parse(await log.line())).toMatchObject({ nodeId: 'greet', nodeType: 'template-transform' })
    expect(JSON.parse(await runs.lineWith(runId))).toMatchObject({ type: 'run-start', run: { status: 'running' } })
    const stopped = await heddle('runs', 'stop', runId, '--json', ...at())
    if (name === 'a server') expect(jsonLines(stopped.stdout)).toEqual([{ id: `run_${runId}`, stopping: true }])
    else {
      expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringContaining('--url')])
      await read('runs', 'stop', runId, '--url', url)
    }
    expect(JSON.parse(await log.lineWith('run-end'))).toMatchObject({ runId: `run_${runId}`, status: 'stopped' })
    expect((await log.outcome).code).toBe(0)
    expect(JSON.parse(await runs.lineWith(runId))).toMatchObject({ type: 'run-end', run: { status: 'stopped' } })
    expect((await runs.end('SIGINT')).code).toBe(0)
    const [over] = await read('runs', 'stop', runId, ...at())
    expect(over.stopping).toBe(false)
  })

  it('makes, publishes and compares apps', async () => {
    const [blank] = await read('apps', 'create', '--mode', 'workflow', '--name', 'Blank', ...at())
    expect(blank).toMatchObject({ name: 'Blank', hasDraft: true, publishedVersionId: null })
    await saveDraft(blank.id, APP)
    const [version] = await read('apps', 'publish', blank.id, '--note', 'first', ...at())
    expect(version).toMatchObject({ appId: blank.id, number: 1, note: 'first' })
    const [shown] = await read('apps', 'show', blank.id.slice('app_'.length), ...at())
    expect(shown).toMatchObject({ name: 'Blank', publishedVersionId: version.id })
    await saveDraft(blank.id, counting('Count slowly.'))
    const diff = await heddle('apps', 'diff', blank.id, ...at())
    expect([diff.code, diff.stdout]).toEqual([0, expect.stringMatching(/^~ node llm \(llm\)\n {2}~ .*Count slowly\./)])
    await read('apps', 'publish', blank.id, ...at())
    const versions = await read('apps', 'versions', blank.id, ...at())
    expect(versions.map(({ number, published }) => [number, published])).toEqual([
      [2, true],
      [1, false],
    ])
    await read('apps', 'publish', blank.id, version.id, ...at())
    const [same] = await read('apps', 'diff', blank.id, '--from', version.id, '--to', 'published', ...at())
    expect(same.equal).toBe(true)
  })

  it('copies and deletes apps', async () => {
    const [copy] = await read('apps', 'duplicate', appId, '--name', `Copy on ${name}`, ...at())
    const { stdout } = await heddle('apps', 'export', copy.id, ...at())
    expect(stdout).toContain(`name: Copy on ${name}`)
    expect(await read('apps', 'list', '--search', `copy on ${name}`, ...at())).toMatchObject([{ id: copy.id }])
    const unsure = await heddle('apps', 'delete', copy.id, ...at())
    expect([unsure.code, unsure.stderr]).toEqual([2, expect.stringContaining('--yes')])
    expect(await read('apps', 'delete', copy.id, '--yes', ...at())).toEqual([{ id: copy.id, deleted: true }])
    expect(await read('apps', 'list', '--search', `copy on ${name}`, ...at())).toEqual([])
    const gone = await heddle('apps', 'show', copy.id, ...at())
    expect([gone.code, gone.stderr]).toEqual([1, 'There is no such app.\n'])
  })

  it('revokes a key, which stops at once', async () => {
    expect(await read('keys', 'revoke', key.id, ...at())).toEqual([{ id: key.id, revoked: true }])
    // Another process notices within a second.
    const ask = () => post(call(), '/v1/workflows/run', { inputs: {}, user: 'ada' })
    await expect.poll(async () => (await ask()).status, { timeout: 20_000 }).toBe(401)
    expect((await heddle('keys', 'revoke', key.id, ...at())).code).toBe(1)
  })
})

it('lists, shows and answers the forms that runs wait for', async () => {
  const nodes = {
    start: start(),
    ask: humanInput({ form_content: 'Send?\n{{#$output.note#}}' }),
    end: end({ note: ['ask', 'note'] }),
  }
  const edges = ['start>ask', 'ask:ok>end']
  const [{ app }] = await read('import', write('form.json', appFile({ mode: 'workflow', nodes, edges })), '--url', url)
  const [{ secret: key }] = await read('keys', 'create', '--app', app.id, '--url', url)
  await post({ url, key }, '/v1/workflows/run', { inputs: {}, user: 'ada', response_mode: 'blocking' })
  const forms = (...more: string[]) => read('forms', 'list', '--app', app.id, ...more)
  const [form] = await forms('--status', 'open', '--url', url)
  expect(form).toMatchObject({ id: expect.stringMatching(/^form_/), appId: app.id, nodeId: 'ask', status: 'open' })
  expect(await forms('--data', data)).toEqual([form])
  const plain = await heddle('forms', 'list', '--app', app.id, '--url', url)
  expect(plain.stdout).toMatch(new RegExp(`^${form.id} .* open .* ok, no\n$`))
  const shown = await heddle('forms', 'show', form.id, '--data', data)
  expect([shown.code, shown.stdout]).toEqual([
    0,
    expect.stringMatching(/Send\?[\s\S]*input +note +paragraph\naction +ok +Approve\n/),
  ])
  expect((await heddle('forms', 'show', 'form_none', '--url', url)).code).toBe(1)

  const submit = (...more: string[]) => heddle('forms', 'submit', form.id, '--action', 'ok', ...more)
  const here = await submit('--data', data)
  expect([here.code, here.stderr]).toEqual([2, expect.stringContaining('--url')])
  expect((await submit('--input', 'note', '--url', url)).code).toBe(2)
  expect((await submit('--inputs', '[]', '--url', url)).code).toBe(2)
  const answered = await submit('--inputs', '{"note": "no"}', '--input', 'note=a=b', '--url', url, '--json')
  expect(jsonLines(answered.stdout)).toEqual([{ id: form.id, runId: form.runId }])
  const run = async () => (await read('runs', 'show', form.runId, '--url', url))[0]
  await expect.poll(run, { timeout: 20_000 }).toMatchObject({ status: 'succeeded', outputs: { note: 'a=b' } })
  expect(await forms('--run', form.runId, '--url', url)).toMatchObject([{ status: 'submitted', action: 'ok' }])
  expect((await submit('--url', url)).code).toBe(1)
})

it('answers the same in both places', async () => {
  const usage = ['usage', '--by', 'user', '--from', '2020-01-01', '--to', '2099-12-31']
  const commands = [['apps', 'list'], ['keys', 'list'], ['runs', 'list'], ['logs'], usage]
  for (const command of commands) {
    const [remote, local] = await Promise.all(places.map(([, at]) => heddle(...command, ...at())))
    expect(remote?.stdout).not.toBe('')
    expect(local).toEqual(remote)
    expect(await read(...command, '--data', data)).toEqual(await read(...command, '--url', url))
  }
})

it('gives programs a key of the whole tenant', async () => {
  const [key] = await read('keys', 'create', '--scope', 'tenant', '--url', url)
  const ask = (secret: string) => fetch(`${url}/api/apps`, { headers: { authorization: `Bearer ${secret}` } })
  expect([(await ask(key.secret)).status, (await ask(`${key.secret}x`)).status]).toEqual([200, 401])
})
