// What nobody foresaw: the caller learns that it is not his fault and nothing else, the operator finds the cause in the log.

import { expect, it } from 'vitest'
import { answer, appFile, chain, start } from '../support/app-files.ts'
import { startPlatform } from '../support/platform.ts'

it('answers internal_server_error and hides the cause', async () => {
  const platform = await startPlatform()
  try {
    const nodes = { start: start(), answer: answer('Hi') }
    const { key } = await platform.addApp(appFile({ mode: 'advanced-chat', nodes, edges: chain('start', 'answer') }))
    await platform.database.kysely.schema.dropTable('annotations').execute()
    const response = await fetch(`${platform.url}/v1/apps/annotations`, { headers: { authorization: `Bearer ${key}` } })
    expect(response.status).toBe(500)
    const body = await response.json()
    expect(body).toEqual({ status: 500, code: 'internal_server_error', message: expect.any(String) })
    expect(JSON.stringify(body)).not.toMatch(/annotations|table|sql/i)
    expect(JSON.stringify(platform.logged)).toContain('annotations')
  } finally {
    await platform.close()
  }
})
