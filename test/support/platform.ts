// A whole platform in this process: a data folder of its own, a free loopback port, real parts everywhere.
// What it logs as an error is kept, so that a test can say there was nothing to log.

import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, createIds, type LogFields, silentLog, systemClock, systemSeams } from '../../src/base/seams.ts'
import { parseConfig } from '../../src/config.ts'
import { openPostgres } from '../../src/db/drivers/postgres.ts'
import { openSqlite } from '../../src/db/drivers/sqlite.ts'
import type { Database } from '../../src/db/spec.ts'
import { createPlatform, type Platform } from '../../src/platform.ts'
import { type Caller, systemCaller } from '../../src/product/caller.ts'
import { type AppId, toWireId } from '../../src/product/ids.ts'
import { createTenantStore } from '../../src/product/tenants/store.ts'
import { makeSchema, postgresUrl, type TestedDatabase } from './databases.ts'
import { TEST_KEY, type VendorServer } from './vendors/vendor-server.ts'

export interface TestApp {
  readonly id: AppId
  /** Of its published version, as the API writes it. */
  readonly workflowId: string
  readonly key: string
}

export interface TestPlatform extends AsyncDisposable {
  readonly url: string
  readonly platform: Platform
  readonly logged: readonly { readonly event: string; readonly fields: LogFields | undefined }[]
  /** Imports an app file and makes a key for it. `tenant` names another tenant than the installation's own. */
  addApp(file: string | object, tenant?: `tenant_${string}`): Promise<TestApp>
  /** Waits until the run behind a task is over. */
  untilOver(taskId: string): Promise<void>
  /** The data folder seen by a second process. */
  readonly database: Database
  readonly folder: string
  close(): Promise<void>
}

/** HEDDLE_TEST_PLATFORM=postgres, beside HEDDLE_TEST_POSTGRES, runs every suite on PostgreSQL that does not choose. */
const USUAL = process.env.HEDDLE_TEST_PLATFORM === 'postgres' ? 'postgres' : 'sqlite'

export interface TestPlatformParts {
  /** Another platform's, which is over or beside this one; it stays when this one ends. */
  readonly folder?: string
  readonly clock?: Clock
}

/** `config` is what heddle.yaml would hold. On PostgreSQL the platform has a schema of its own, dropped at the end. */
export const startPlatform = async (
  config: Record<string, unknown> = {},
  on: TestedDatabase['name'] = USUAL,
  { folder: given, clock = systemClock }: TestPlatformParts = {},
): Promise<TestPlatform> => {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'heddle-platform-'))
  const schema = on === 'postgres' ? makeSchema(postgresUrl ?? '') : undefined
  // Titles, second tries and heartbeats would be further calls of the simulated vendor.
  const gateway = {
    resilience: { retries: 0, heartbeatMs: 0 },
    panels: { jury: { members: ['offline/heddle-offline'] } },
  }
  const quiet = { conversations: { autoName: false }, gateway }
  const chosen = { ...quiet, ...config, dataDir: folder, ...(schema && { database: { url: schema.url, poolSize: 4 } }) }
  const parsed = parseConfig({ file: chosen, environment: {} })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  const logged: { event: string; fields: LogFields | undefined }[] = []
  const log = { ...silentLog, error: (event: string, fields?: LogFields) => void logged.push({ event, fields }) }
  const platform = await createPlatform(parsed.value, { ...systemSeams(log), clock })
  const server = platform.createServer()
  await server.listen({ host: '127.0.0.1', port: 0 })
  const seams = { clock: systemClock, ids: createIds(systemClock) }
  const { url } = parsed.value.database
  const database = url
    ? await openPostgres({ url, poolSize: 2, ...seams })
    : await openSqlite({ path: join(folder, 'heddle.db'), ...seams })
  let closing: Promise<void> | undefined
  const close = async () => {
    await platform.forms.close()
    await platform.runs.close()
    server.server.closeAllConnections()
    await server.close()
    await database.close()
    await platform.close()
    await schema?.drop()
    if (given === undefined) rmSync(folder, { recursive: true, force: true })
  }
  return {
    url: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    platform,
    logged,
    database,
    folder,

    async addApp(file, tenant) {
      const caller: Caller = tenant ? systemCaller(tenant) : platform.caller
      if (tenant) await createTenantStore({ db: database, ...seams }).ensure(caller, 'another')
      const imported = await platform.apps.import(caller, typeof file === 'string' ? file : JSON.stringify(file))
      if (!imported.ok) throw new Error(JSON.stringify(imported.issues))
      const { id, publishedVersionId } = imported.app
      const { secret } = await platform.keys.create(caller, { scope: 'app', appId: id, name: 'test' })
      return { id, key: secret, workflowId: publishedVersionId ? toWireId(publishedVersionId) : '' }
    },

    async untilOver(taskId) {
      const run = platform.runs.find(platform.caller, taskId)
      if (!run) return
      for await (const { event } of run.read()) if (event.type === 'run-end') return
    },

    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

/** Configuration for a platform whose default model is the simulated vendor's. */
export const withOpenAi = (vendor: VendorServer): Record<string, unknown> => ({
  providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
  models: { default: 'acme/acme-large' },
})
