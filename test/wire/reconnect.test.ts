// A stream that is cut at any byte and taken up again: every frame once, in order, whatever the mode of the app.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, basicApp, chain, code, end, llm, start } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { followStream, post, type ServiceFrame } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

/** In all modes together. */
const CUTS = 1_000
const TEXT = 'One, two — три, 四 🎉 and so on; the quick brown fox jumps over the lazy dog, again and again.'

let vendor: VendorServer
let platform: TestPlatform
beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform(withOpenAi(vendor))
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
  expect(platform.logged).toEqual([])
})

interface Mode {
  readonly file: object
  readonly path: string
  readonly body: object
  /** Where the rest is read, from a first frame. */
  readonly rest: (first: ServiceFrame) => string
}

const chatRest = (first: ServiceFrame) => `/v1/chat-messages/${first.task_id}/events`
const runRest = (first: ServiceFrame) => `/v1/workflow/${first.workflow_run_id}/events`
const edges = chain('start', 'work', 'llm', 'last')
const work = code('function main() { return { n: 1 } }', { n: 'number' })
const modes: Readonly<Record<string, Mode>> = {
  workflow: {
    file: appFile({
      mode: 'workflow',
      nodes: { start: start(), work, llm: llm('Say'), last: end({ said: ['llm', 'text'] }) },
      edges,
    }),
    path: '/v1/workflows/run',
    body: {},
    rest: runRest,
  },
  'advanced-chat': {
    file: appFile({
      mode: 'advanced-chat',
      nodes: { start: start(), work, llm: llm('Say'), last: answer('So: {{#llm.text#}}!') },
      edges,
    }),
    path: '/v1/chat-messages',
    body: { query: 'Hm?' },
    rest: runRest,
  },
  chat: { file: basicApp('chat'), path: '/v1/chat-messages', body: { query: 'Hm?' }, rest: chatRest },
  'agent-chat': { file: basicApp('agent-chat'), path: '/v1/chat-messages', body: { query: 'Hm?' }, rest: chatRest },
  completion: {
    file: basicApp('completion'),
    path: '/v1/completion-messages',
    body: {},
    rest: (first) => `/v1/completion-messages/${first.task_id}/events`,
  },
}

/** Blocks that are whole within the bytes; a cut inside one loses it. */
const framesWithin = (bytes: Uint8Array): ServiceFrame[] => {
  const text = new TextDecoder().decode(bytes)
  return text
    .slice(0, text.lastIndexOf('\n\n') + 1)
    .split('\n\n')
    .flatMap((block) => (block.startsWith('data: ') ? [JSON.parse(block.slice('data: '.length).trim())] : []))
}

/** Reads at most so many bytes, then hangs up. */
const readBytes = async (response: Response, most: number): Promise<Uint8Array> => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  while (size < most) {
    const { value, done } = await reader.read()
    if (done) break
    pieces.push(value)
    size += value.length
  }
  await reader.cancel()
  return Buffer.concat(pieces).subarray(0, most)
}

/** The same numbers at every run of the suite. */
const createRandom = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

describe.each(Object.entries(modes))('a cut stream of the mode %s', (mode, { file, path, body, rest: restOf }) => {
  let app: TestApp
  beforeAll(async () => {
    app = await platform.addApp(file)
  })
  const call = () => ({ url: platform.url, key: app.key })
  const begin = () => post(call(), path, { inputs: {}, user: 'ada', response_mode: 'streaming', ...body })

  it(`goes on where it was cut, ${CUTS / 5} times`, async () => {
    const random = createRandom(mode.length)
    vendor.reply({ text: TEXT })
    const text = Buffer.from(await (await begin()).arrayBuffer())
    const whole = text.length
    // Not before the first frame, with room for longer numbers: without it nobody knows what to resume.
    const least = text.indexOf('\n\n', text.indexOf('data: ')) + 20
    for (let cut = 0; cut < CUTS / 5; cut++) {
      vendor.reply({ text: TEXT })
      const seen = framesWithin(await readBytes(await begin(), least + Math.floor(random() * (whole - least))))
      const first = seen[0] as ServiceFrame
      const where = `${restOf(first)}?user=ada`
      // A second cut while the rest is read.
      const headers = { authorization: `Bearer ${app.key}` }
      const again = await fetch(`${platform.url}${where}`, {
        headers: { ...headers, 'last-event-id': String(seen.at(-1)?.sequence) },
      })
      expect(again.status).toBe(200)
      const rest = new TextDecoder().decode(await readBytes(again, Math.floor(random() * whole)))
      const more = [...rest.matchAll(/^id: \d+\ndata: (.*)\n\n/gm)].map(([, json = '']) => JSON.parse(json))
      seen.push(...more)
      await using last = await followStream(call(), `${where}&last_event_id=${seen.at(-1)?.sequence}`)
      seen.push(...(await last.rest()))
      await using all = await followStream(call(), `${where}&last_event_id=0`)
      expect(seen).toEqual(await all.rest())
    }
  })
})
