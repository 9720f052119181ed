// Following a run over a line that breaks: nothing is told twice, nothing is lost.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCredentials } from './credentials.ts'
import { createRemoteBackend, readServerUrl } from './remote.ts'

const RUN = 'run_00000000-0000-7000-8000-000000000001'
let folder: string
let server: Server
let url: string
/** What each connection to the events is answered with, in turn. */
let connections: ((response: ServerResponse) => void)[]
let asked: string[]
let status: string

const node = (nodeId: string) => ({
  id: `node_${nodeId}`,
  nodeId,
  type: 'code',
  title: nodeId,
  status: 'succeeded',
  error: null,
  elapsedMs: 5,
})
const frame = (sequence: number, event: string, nodeId: string) =>
  `id: ${sequence}\ndata: ${JSON.stringify({
    event,
    sequence,
    data: { node_id: nodeId, node_type: 'code', title: nodeId, status: 'succeeded', elapsed_time: 0.005 },
  })}\n\n`

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-remote-'))
  asked = []
  status = 'running'
  server = createServer((request, response) => {
    if (!request.url?.includes('/events')) {
      response.writeHead(200, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ id: RUN, status, nodes: ['a', 'b', 'b', 'c'].map(node) }))
    }
    asked.push(request.url.split('/events')[1] ?? '')
    const answer = connections.shift()
    if (!answer) return void response.destroy()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: ping\n\n', () => answer(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const follow = async (signal = new AbortController().signal) => {
  const credentials = openCredentials(folder)
  const tokens = { accessToken: 'a', refreshToken: 'r' } as never
  await credentials.save(url, { email: 'ada@example.org', tokens })
  const told: string[] = []
  for await (const entry of createRemoteBackend(url, credentials).follow(RUN, signal)) told.push(entry.nodeId)
  return told
}

test('a line that is cut is taken up after the last event', async () => {
  connections = [
    (response) =>
      response.write(frame(3, 'node_finished', 'a') + frame(4, 'node_started', 'b'), () => response.destroy()),
    (response) => {
      status = 'succeeded'
      response.end(frame(6, 'iteration_completed', 'b') + frame(8, 'workflow_finished', ''))
    },
  ]
  // One end of b and that of c came while nobody listened.
  expect(await follow()).toEqual(['a', 'b', 'b', 'c'])
  expect(asked).toEqual(['', '?last_event_id=4'])
})

test('a run that is over in between is told from its record', async () => {
  connections = [
    (response) => {
      status = 'failed'
      response.destroy()
    },
  ]
  expect(await follow()).toEqual(['a', 'b', 'b', 'c'])
})

test('whoever leaves is told nothing more', async () => {
  const leaving = new AbortController()
  connections = [(response) => response.write(frame(3, 'node_finished', 'a'), () => leaving.abort())]
  expect((await follow(leaving.signal)).length).toBeLessThanOrEqual(1)
})

test.each([
  ['http://127.0.0.1:3210/', 'http://127.0.0.1:3210'],
  ['HTTPS://Heddle.Example.org:443/base//', 'https://heddle.example.org/base'],
])('%s is written %s', (given, expected) => expect(readServerUrl(given)).toBe(expected))

test.each(['', 'heddle.example.org', 'ftp://x.test', 'http://ada:pw@x.test', 'http://x.test/?a=1', 'http://x.test/#a'])(
  '%j is no address of a server',
  (given) => expect(() => readServerUrl(given)).toThrow('is not the address of a server'),
)
