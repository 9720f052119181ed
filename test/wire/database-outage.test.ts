// A platform whose PostgreSQL goes away for a while: calls are told to come again, and come through when it is back.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, start } from '../support/app-files.ts'
import { makeSchema, noteSkippedDatabases, postgresUrl } from '../support/databases.ts'
import { type Door, openDoor } from '../support/door.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import { post } from '../support/service-stream.ts'

noteSkippedDatabases()

describe.skipIf(!postgresUrl)('without its database', () => {
  const schema = makeSchema(postgresUrl ?? 'postgres://nowhere')
  let door: Door
  let platform: TestPlatform
  let app: TestApp
  beforeAll(async () => {
    door = await openDoor(new URL(schema.url))
    platform = await startPlatform({ database: { url: door.url } }, 'sqlite')
    const nodes = { start: start(), answer: answer('{{#sys.query#}}') }
    app = await platform.addApp(appFile({ mode: 'advanced-chat', nodes, edges: chain('start', 'answer') }))
  })
  afterAll(async () => {
    await platform.close()
    await door.close()
    await schema.drop()
  })
  const ask = (query: string) => {
    const body = { query, user: 'ada', inputs: {}, response_mode: 'blocking' }
    return post({ url: platform.url, key: app.key }, '/v1/chat-messages', body)
  }
  const isReady = async () => (await fetch(`${platform.url}/readyz`)).status

  it('says so, and works again when it is back', async () => {
    expect([(await ask('one')).status, await isReady()]).toEqual([200, 200])
    await door.close()
    const refused = await ask('two')
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ status: 503, code: 'service_unavailable' })
    expect(await isReady()).toBe(503)
    await door.open()
    await expect.poll(async () => (await ask('three')).status, { timeout: 20_000 }).toBe(200)
    expect(await isReady()).toBe(200)
  })
})
