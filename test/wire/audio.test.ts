// Speech over HTTP: recordings written down, texts and messages read aloud, by a simulated vendor.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { createMessageStore } from '../../src/product/conversations/messages.ts'
import { createConversationStore } from '../../src/product/conversations/store.ts'
import { createEndUserStore } from '../../src/product/end-users/store.ts'
import { toWireId } from '../../src/product/ids.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

const workflow = (features: object) => ({
  version: '0.3.0',
  kind: 'app',
  app: { name: 'speech', mode: 'workflow' },
  workflow: {
    features,
    graph: {
      nodes: [
        { id: 'start', data: { type: 'start', title: 'S', variables: [] } },
        { id: 'end', data: { type: 'end', title: 'E', outputs: [] } },
      ],
      edges: [{ id: 'a', source: 'start', target: 'end', sourceHandle: 'source', targetHandle: 'target' }],
    },
  },
})
const ON = { speech_to_text: { enabled: true }, text_to_speech: { enabled: true, voice: 'nova', language: 'en' } }

let vendor: VendorServer
let platform: TestPlatform
let bare: TestPlatform
let app: TestApp
let silentApp: TestApp
let bareApp: TestApp

beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform({
    providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
    models: { transcription: 'acme/ears', speech: 'acme/mouth' },
  })
  bare = await startPlatform()
  app = await platform.addApp(workflow(ON))
  silentApp = await platform.addApp(workflow({}))
  bareApp = await bare.addApp(workflow(ON))
})
afterEach(() => vendor.reply({ text: 'Hello.' }))
afterAll(async () => {
  await platform.close()
  await bare.close()
  await vendor.close()
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
const read = async (response: Response | Promise<Response>): Promise<any> => (await response).json()
const codeOf = async (response: Response | Promise<Response>) => [(await response).status, (await read(response)).code]

const transcribe = (form: FormData, key = app.key, url = platform.url) =>
  fetch(`${url}/v1/audio-to-text`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: form })

const recording = (type = 'audio/wav', { bytes = 'RIFF' as string | Uint8Array, part = 'file' } = {}) => {
  const form = new FormData()
  form.set('user', 'ann')
  form.set(part, new File([bytes as Uint8Array<ArrayBuffer>], 'a.wav', { type }))
  return form
}

describe('POST /v1/audio-to-text', () => {
  it.each(['audio/mp3', 'audio/m4a', 'audio/wav', 'audio/amr', 'audio/mpga', 'audio/mpeg'])(
    'writes down %s',
    async (type) => {
      vendor.reply({ text: 'Guten Tag' })
      const response = await transcribe(recording(type))
      expect([response.status, await read(response)]).toEqual([200, { text: 'Guten Tag' }])
      expect(vendor.requests.at(-1)?.body).toMatchObject({ model: 'ears', file: { filename: 'a.wav', type } })
      expect(Buffer.from(vendor.requests.at(-1)?.body.file.bytes).toString()).toBe('RIFF')
    },
  )

  it('takes the name that older clients give the part', async () => {
    expect((await transcribe(recording('audio/wav', { part: 'audio_file' }))).status).toBe(200)
  })

  it('refuses before the vendor is asked', async () => {
    const before = vendor.requests.length
    const rows: [() => Promise<Response>, number, string][] = [
      [() => transcribe(recording(), silentApp.key), 400, 'speech_to_text_disabled'],
      [() => transcribe(new FormData()), 400, 'no_audio_uploaded'],
      [() => transcribe(recording('audio/wav', { part: 'sound' })), 400, 'no_audio_uploaded'],
      [() => transcribe(recording('audio/wav', { bytes: '' })), 400, 'no_audio_uploaded'],
      [() => transcribe(recording('audio/ogg')), 415, 'unsupported_audio_type'],
      [() => transcribe(recording('text/html')), 415, 'unsupported_audio_type'],
      [() => transcribe(recording('audio/wav', { bytes: Buffer.alloc(30 * 1024 * 1024 + 1) })), 413, 'audio_too_large'],
      [() => transcribe(recording(), bareApp.key, bare.url), 400, 'provider_not_support_speech_to_text'],
      [() => transcribe(recording(), 'nonsense'), 401, 'unauthorized'],
    ]
    for (const [send, status, code] of rows) expect(await codeOf(send())).toEqual([status, code])
    expect(vendor.requests).toHaveLength(before)
  })

  it.each(['application/json', 'application/x-www-form-urlencoded'])(
    'does not take %s for a recording',
    async (type) => {
      const response = await fetch(`${platform.url}/v1/audio-to-text`, {
        method: 'POST',
        headers: { authorization: `Bearer ${app.key}`, 'content-type': type },
        body: '{"file": {"filepath": "/etc/passwd", "mimetype": "audio/wav"}}',
      })
      expect(await codeOf(response)).toEqual([415, 'unsupported_media_type'])
    },
  )

  it.each<[number, number, string]>([
    [401, 400, 'provider_not_initialize'],
    [404, 400, 'model_currently_not_support'],
    [429, 429, 'rate_limit_error'],
    [400, 400, 'completion_request_error'],
    [503, 400, 'completion_request_error'],
  ])('says what the vendor did: %i', async (fault, status, code) => {
    vendor.fault({ type: 'status', status: fault, message: `no, ${TEST_KEY}` })
    const response = await transcribe(recording())
    const body = await read(response)
    expect([response.status, body.code]).toEqual([status, code])
    expect(JSON.stringify(body)).not.toContain(TEST_KEY)
  })

  it('hangs up on the vendor when the client leaves', async () => {
    vendor.fault({ type: 'silent' })
    const arrived = vendor.nextRequest()
    const controller = new AbortController()
    const gone = fetch(`${platform.url}/v1/audio-to-text`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}` },
      body: recording(),
      signal: controller.signal,
    }).catch(() => 'gone')
    const request = await arrived
    controller.abort()
    expect(await gone).toBe('gone')
    await request.hungUp
  })
})

const speak = (
  body: object,
  { key = app.key, url = platform.url, signal }: { key?: string; url?: string; signal?: AbortSignal } = {},
) =>
  fetch(`${url}/v1/text-to-audio`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })

/** A message that the app gave this user. */
const addMessage = async (user: string, answer: string, to = app) => {
  const ids = createIds(systemClock)
  const seams = { db: platform.database, clock: systemClock, ids }
  const { caller } = platform.platform
  const name = { appId: to.id, origin: 'service-api', externalId: user } as const
  const endUser = await createEndUserStore(seams).ensure(caller, name)
  const talk = await createConversationStore(seams).create(caller, { appId: to.id, endUserId: endUser.id, name: 't' })
  const id = ids.next('msg')
  await platform.database.write([
    createMessageStore(seams).save(caller, {
      id,
      appId: to.id,
      conversationId: talk.id,
      endUserId: endUser.id,
      runId: null,
      query: 'q',
      answer,
      inputs: {},
      files: [],
      status: 'normal',
      error: null,
      promptTokens: 0,
      completionTokens: 0,
      costNanoUsd: null,
      elapsedMs: 0,
      metadata: {},
      createdAt: 1,
    }),
  ])
  return toWireId(id)
}

describe('POST /v1/text-to-audio', () => {
  it("reads a text with the app's voice, or the one asked for", async () => {
    const response = await speak({ text: 'Hello.', user: 'ann', streaming: false })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'audio/mpeg'])
    expect(await response.text()).toBe('mp3 of nova: Hello.')
    expect(await (await speak({ text: 'Hello.', voice: 'onyx' })).text()).toBe('mp3 of onyx: Hello.')
  })

  it("reads the user's own message, whatever else is sent", async () => {
    const id = await addMessage('ann', 'The answer.')
    const response = await speak({ message_id: id, text: 'Something else.', user: 'ann' })
    expect(await response.text()).toBe('mp3 of nova: The answer.')
  })

  it("reads nobody else's message", async () => {
    const id = await addMessage('ann', 'The answer.')
    const missing = await read(speak({ message_id: '00000000-0000-7000-8000-000000000000', user: 'ann' }))
    expect(missing).toMatchObject({ status: 404, code: 'not_found' })
    const other = await platform.addApp(workflow(ON))
    for (const [body, key] of [
      [{ message_id: id, user: 'bob' }, app.key],
      [{ message_id: id }, app.key],
      [{ message_id: id, user: 'ann' }, other.key],
      [{ message_id: `msg_${id}`, user: 'ann' }, app.key],
    ] as const) {
      expect(await read(speak({ ...body, text: 'x' }, { key }))).toEqual(missing)
    }
  })

  it('refuses before the vendor is asked', async () => {
    const before = vendor.requests.length
    const empty = await addMessage('ann', ' ')
    const rows: [() => Promise<Response>, number, string][] = [
      [() => speak({ text: 'x' }, { key: silentApp.key }), 400, 'invalid_param'],
      [() => speak({}), 400, 'invalid_param'],
      [() => speak({ text: ' \n' }), 400, 'invalid_param'],
      [() => speak({ text: 7 }), 400, 'invalid_param'],
      [() => speak({ message_id: empty, user: 'ann', text: 'x' }), 400, 'invalid_param'],
      [() => speak({ text: 'x'.repeat(100_001) }), 400, 'invalid_param'],
      [() => speak({ text: 'x' }, { key: bareApp.key, url: bare.url }), 400, 'provider_not_initialize'],
    ]
    for (const [send, status, code] of rows) expect(await codeOf(send())).toEqual([status, code])
    expect(vendor.requests).toHaveLength(before)
  })

  it.each<[number, number, string]>([
    [401, 400, 'provider_not_initialize'],
    [429, 429, 'rate_limit_error'],
    [500, 400, 'completion_request_error'],
  ])('says what the vendor did: %i', async (fault, status, code) => {
    vendor.fault({ type: 'status', status: fault })
    expect(await codeOf(speak({ text: 'x' }))).toEqual([status, code])
  })

  it('sends sound while the vendor still speaks', async () => {
    vendor.reply({ audio: Buffer.alloc(1_000, 7) })
    vendor.fault({ type: 'hold', afterBytes: 400 })
    const response = await speak({ text: 'x' })
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value?.byteLength).toBe(400)
    vendor.release()
    let rest = 0
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) rest += next.value.byteLength
    expect(rest).toBe(600)
  })

  it('carries a long sound whole', async () => {
    vendor.reply({ audio: Buffer.alloc(30_000_000, 7) })
    const response = await speak({ text: 'x' })
    let size = 0
    for await (const chunk of response.body ?? []) size += chunk.byteLength
    expect(size).toBe(30_000_000)
  })

  it.each(['before', 'after'])('hangs up on the vendor when the client leaves %s the first sound', async (when) => {
    vendor.reply({ audio: Buffer.alloc(1_000, 7) })
    vendor.fault(when === 'before' ? { type: 'silent' } : { type: 'hold', afterBytes: 400 })
    const arrived = vendor.nextRequest()
    const controller = new AbortController()
    const response = speak({ text: 'x' }, { signal: controller.signal })
    response.catch(() => undefined)
    const request = await arrived
    if (when === 'after') await (await response).body?.getReader().read()
    controller.abort()
    await request.hungUp
  })
})

it('nothing of all this was a failure of the server', () => {
  expect([...platform.logged, ...bare.logged]).toEqual([])
})
