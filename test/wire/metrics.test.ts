// What operators see at /metrics, who may see it, and that strangers cannot make it grow.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, end, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import { openStream, post } from '../support/service-stream.ts'

let platform: TestPlatform
let workflow: TestApp
let chat: TestApp
let key: string

beforeAll(async () => {
  platform = await startPlatform()
  workflow = await platform.addApp(
    appFile({
      mode: 'workflow',
      nodes: {
        start: start({ variable: 'word', type: 'text-input', required: true }),
        end: end({ said: ['start', 'word'] }),
      },
      edges: chain('start', 'end'),
    }),
  )
  chat = await platform.addApp(
    appFile({
      mode: 'advanced-chat',
      nodes: { start: start(), answer: answer('Hi.') },
      edges: chain('start', 'answer'),
    }),
  )
  key = (await platform.platform.keys.create(platform.platform.caller, { scope: 'tenant', name: 'numbers' })).secret
})
afterAll(async () => {
  await platform.close()
  expect(platform.logged).toEqual([])
})

const read = async (): Promise<string> => {
  const response = await fetch(`${platform.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  return response.text()
}

const linesOf = (text: string, name: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .sort()

describe('the numbers', () => {
  it('are for members alone', async () => {
    for (const headers of [{}, { authorization: `Bearer ${chat.key}` }, { authorization: 'Bearer nothing' }]) {
      const response = await fetch(`${platform.url}/metrics`, { headers })
      expect(response.status).toBe(401)
      expect(await response.text()).not.toContain('heddle_')
    }
  })

  it('count runs and requests, each by few words', async () => {
    const call = { url: platform.url, key: workflow.key }
    const run = { inputs: { word: 'x' }, user: 'ada', response_mode: 'blocking' }
    expect((await post(call, '/v1/workflows/run', run)).status).toBe(200)
    expect((await post(call, '/v1/workflows/run', { ...run, inputs: {} })).status).toBe(400)
    const stream = await openStream({ ...call, key: chat.key }, '/v1/chat-messages', {
      inputs: {},
      query: 'x',
      user: 'ada',
      auto_generate_name: false,
    })
    await stream.rest()
    for (const path of ['/nowhere', '/v1/nowhere/at/all']) await fetch(`${platform.url}${path}`)
    await fetch(`${platform.url}/nowhere`, { method: 'PROPFIND' })
    const text = await read()
    expect(linesOf(text, 'heddle_runs_')).toEqual([
      'heddle_runs_going_on 0',
      'heddle_runs_total{mode="advanced-chat",status="succeeded"} 1',
      'heddle_runs_total{mode="workflow",status="succeeded"} 1',
    ])
    expect(linesOf(text, 'heddle_http_requests_total')).toEqual(
      [
        'heddle_http_requests_total{surface="none",method="GET",status="4xx"} 2',
        'heddle_http_requests_total{surface="none",method="other",status="4xx"} 1',
        'heddle_http_requests_total{surface="operation",method="GET",status="4xx"} 3',
        'heddle_http_requests_total{surface="service-api",method="POST",status="2xx"} 2',
        'heddle_http_requests_total{surface="service-api",method="POST",status="4xx"} 1',
      ].sort(),
    )
    expect(linesOf(text, 'heddle_http_request_seconds_count')).toEqual([
      'heddle_http_request_seconds_count{surface="none"} 3',
      'heddle_http_request_seconds_count{surface="operation"} 3',
      'heddle_http_request_seconds_count{surface="service-api"} 3',
    ])
  })

  it('show the process', async () => {
    const text = await read()
    const value = (name: string) => Number(linesOf(text, `${name} `)[0]?.split(' ')[1])
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0)
    expect(value('nodejs_heap_size_used_bytes')).toBeGreaterThan(1_000_000)
    const startedAt = value('process_start_time_seconds') * 1000
    expect(startedAt).toBeLessThan(Date.now())
    expect(startedAt).toBeGreaterThan(Date.UTC(2026, 0, 1))
  })
})
