// A canary in a secret variable: it reaches the code, the model and the server that need it, and nothing that is kept or shown.

import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { appFile, chain } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const CANARY = 'canary/7f3a"é%41-secret'
const FORMS = [
  CANARY,
  encodeURIComponent(CANARY),
  JSON.stringify(CANARY).slice(1, -1),
  Buffer.from(CANARY).toString('base64'),
]

let vendor: VendorServer
let platform: TestPlatform
let app: TestApp
const seen: string[] = []
const server = createServer((request, response) => {
  seen.push(String(request.headers.authorization))
  response.end('ok')
})

beforeAll(async () => {
  vendor = await startOpenAi()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  platform = await startPlatform({ ...withOpenAi(vendor), outbound: { allowPrivate: ['127.0.0.1'] } })
  app = await platform.addApp(
    appFile({
      mode: 'workflow',
      environment: [{ id: 'e', name: 'KEY', value_type: 'secret', value: CANARY, selector: ['env', 'KEY'] }],
      nodes: {
        start: { type: 'start', variables: [] },
        code: {
          type: 'code',
          code_language: 'python3',
          code: 'def main(key):\n    print(key)\n    return {"size": len(key)}',
          variables: [{ variable: 'key', value_selector: ['env', 'KEY'] }],
          outputs: { size: { type: 'number', children: null } },
        },
        built: {
          type: 'template-transform',
          template: 'Bearer {{ key }}',
          variables: [{ variable: 'key', value_selector: ['env', 'KEY'] }],
        },
        http: {
          type: 'http-request',
          method: 'get',
          url: `${origin}/x?key={{#env.KEY#}}`,
          authorization: { type: 'api-key', config: { type: 'bearer', api_key: '{{#env.KEY#}}' } },
          headers: '',
          params: '',
          body: { type: 'none', data: [] },
        },
        llm: {
          type: 'llm',
          model: { provider: 'openai', name: 'gpt-test', mode: 'chat', completion_params: {} },
          prompt_template: [{ role: 'user', text: 'The key is {{#env.KEY#}}' }],
          context: { enabled: false, variable_selector: [] },
          vision: { enabled: false },
        },
        bad: {
          type: 'code',
          code_language: 'python3',
          code: 'def main(key):\n    raise ValueError("bad key " + key)',
          variables: [{ variable: 'key', value_selector: ['env', 'KEY'] }],
          outputs: { x: { type: 'string', children: null } },
          error_strategy: 'default-value',
          default_value: [{ key: 'x', type: 'string', value: 'none' }],
        },
        end: { type: 'end', outputs: [{ variable: 'size', value_selector: ['code', 'size'], value_type: 'number' }] },
      },
      edges: chain('start', 'code', 'built', 'http', 'llm', 'bad', 'end'),
    }),
  )
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
  server.close()
})

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

it('a canary stays inside', { timeout: 120_000 }, async () => {
  await using stream = await openStream({ url: platform.url, key: app.key }, '/v1/workflows/run', {
    inputs: {},
    user: 'ada',
  })
  const frames = await stream.rest()
  const end = frames.at(-1)
  expect(end?.data).toMatchObject({ status: 'partial-succeeded', outputs: { size: CANARY.length } })
  // It was used where it is needed …
  expect(seen).toEqual([`Bearer ${CANARY}`])
  expect(JSON.stringify(vendor.requests.map((request) => request.body))).toContain(JSON.stringify(CANARY).slice(1, -1))
  // … and shown nowhere.
  const shown = stream.blocks.join('\n')
  for (const form of FORMS) expect(shown).not.toContain(form)
  expect(shown).toContain('********************')
  const files = filesOf(platform.folder)
  expect(files.some((file) => file.endsWith('heddle.db'))).toBe(true)
  for (const file of files) {
    const bytes = readFileSync(file)
    for (const form of FORMS) expect(bytes.includes(form), file).toBe(false)
  }
  expect(JSON.stringify(platform.logged)).not.toContain('canary')
})

it('exports leave it out unless asked', async () => {
  const { apps, caller } = platform.platform
  expect(await apps.export(caller, app.id)).not.toContain('canary')
  expect(await apps.export(caller, app.id, { includeSecrets: true })).toContain('canary')
})

it('another key opens nothing', async () => {
  const key = join(platform.folder, 'master.key')
  const kept = readFileSync(key)
  expect(kept.toString()).toMatch(/^[0-9a-f]{64}\n$/)
  const { readMasterKey } = await import('../../src/files/drivers/master-key.ts')
  rmSync(key)
  expect(Buffer.from(readMasterKey(platform.folder)).toString('hex')).not.toBe(kept.toString().trim())
})
