// Frames of streams, uploads and recordings against the published document of the Service API.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, basicApp, chain, code, end, humanInput, llm, start } from '../support/app-files.ts'
import { readOpenApi } from '../support/openapi.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import { followStream, openStream, post, type ServiceFrame } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../support/vendors/vendor-server.ts'

const document = readOpenApi(new URL('../data/openapi/dify-service-api.json', import.meta.url))

let vendor: VendorServer
let platform: TestPlatform
beforeAll(async () => {
  vendor = await startOpenAi()
  platform = await startPlatform({
    providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
    models: { default: 'acme/acme-large', speech: 'acme/mouth', transcription: 'acme/ears' },
  })
})
afterAll(async () => {
  await platform.close()
  await vendor.close()
})

const callFor = (app: TestApp) => ({ url: platform.url, key: app.key })
const stream = async (app: TestApp, path: string): Promise<ServiceFrame[]> => {
  await using opened = await openStream(callFor(app), path, { inputs: {}, user: 'ada', query: 'Hm?' })
  return await opened.rest()
}
const expectDocumented = (union: string, frames: readonly ServiceFrame[], events: readonly string[]) => {
  for (const frame of frames) {
    // In events of containers the id is the node's, as Dify's server sends it; the document calls it a UUID.
    const known = /^(iteration|loop)_/.test(frame.event) ? ['/data/id must match format "uuid"'] : []
    const problems = document.frameProblems(union, frame).filter((problem) => !known.includes(problem))
    expect([frame.event, problems]).toEqual([frame.event, []])
  }
  expect([...new Set(frames.map(({ event }) => event))].sort()).toEqual([...events].sort())
}

const speech = { text_to_speech: { enabled: true, voice: 'nova', language: 'en', autoPlay: 'enabled' } }
const refusal = {
  sensitive_word_avoidance: {
    enabled: true,
    type: 'keywords',
    config: { keywords: 'forbidden', outputs_config: { enabled: true, preset_response: 'No.' } },
  },
}
const retried = { retry_config: { retry_enabled: true, max_retries: 1, retry_interval: 1 } }
const inside = (id: string, container: string) => ({
  ...code('function main({ item }) { return { out: String(item) } }', { out: 'string' }, { item: [container, 'item'] }),
  parent: container,
  title: id,
})

describe('every frame', () => {
  it('of a workflow, with retries, iterations and loops', async () => {
    const app = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: {
          start: start(),
          list: code('function main() { return { items: ["a", "b"] } }', { items: 'array[string]' }),
          each: {
            type: 'iteration',
            iterator_selector: ['list', 'items'],
            output_selector: ['one', 'out'],
            start_node_id: 'eachstart',
          },
          eachstart: { type: 'iteration-start', parent: 'each' },
          one: inside('one', 'each'),
          again: {
            type: 'loop',
            start_node_id: 'againstart',
            loop_count: 2,
            loop_variables: [{ id: 'v', label: 'n', var_type: 'number', value_type: 'constant', value: 1 }],
            break_conditions: [],
            logical_operator: 'and',
          },
          againstart: { type: 'loop-start', parent: 'again' },
          two: { ...code('function main() { return { out: 1 } }', { out: 'number' }), parent: 'again' },
          llm: llm('Say', retried),
          end: end({ said: ['llm', 'text'] }),
        },
        edges: [...chain('start', 'list', 'each', 'again', 'llm', 'end'), 'eachstart>one', 'againstart>two'],
      }),
    )
    vendor.fault({ type: 'status', status: 500, message: 'busy' })
    vendor.reply({ text: 'Well.' })
    const frames = await stream(app, '/v1/workflows/run')
    expectDocumented('ChunkWorkflowEvent', frames, [
      'workflow_started',
      'node_started',
      'node_finished',
      'node_retry',
      'iteration_started',
      'iteration_next',
      'iteration_completed',
      'loop_started',
      'loop_next',
      'loop_completed',
      'text_chunk',
      'workflow_finished',
    ])
    const path = `/v1/workflow/${frames[0]?.workflow_run_id}/events?user=ada`
    await using last = await followStream(callFor(app), path)
    expectDocumented('ChunkWorkflowEvent', await last.rest(), ['workflow_finished'])
  })

  it('of a chatflow that is read aloud, or fails', async () => {
    const app = await platform.addApp(
      appFile({
        mode: 'advanced-chat',
        nodes: { start: start(), llm: llm('Say'), answer: answer('{{#llm.text#}}') },
        edges: chain('start', 'llm', 'answer'),
        features: speech,
      }),
    )
    vendor.reply({ text: 'One sentence. And another one.' })
    const run = ['workflow_started', 'node_started', 'node_finished', 'workflow_finished']
    const spoken = ['message', 'tts_message', 'message_end', 'tts_message_end']
    expectDocumented('ChunkChatEvent', await stream(app, '/v1/chat-messages'), [...run, ...spoken])
    vendor.fault({ type: 'status', status: 400, message: 'asleep' })
    const failed = await stream(app, '/v1/chat-messages')
    expectDocumented('ChunkChatEvent', failed, [...run, 'error', 'tts_message_end'])
  })

  it.each([
    ['workflow', '/v1/workflows/run', 'ChunkWorkflowEvent', ['workflow_finished', 'text_chunk']],
    ['advanced-chat', '/v1/chat-messages', 'ChunkChatEvent', ['message', 'message_end', 'workflow_finished']],
  ] as const)('of a %s that waits for people', async (mode, path, union, ends) => {
    const last = mode === 'workflow' ? end({ said: ['ask', 'note'] }) : answer('{{#ask.note#}}')
    const app = await platform.addApp(
      appFile({ mode, nodes: { start: start(), ask: humanInput(), last }, edges: ['start>ask', 'ask:ok>last'] }),
    )
    const frames = await stream(app, path)
    const run = ['workflow_started', 'node_started', 'node_finished']
    expectDocumented(union, frames, [...run, 'human_input_required', 'workflow_paused'])
    const form = frames.find(({ event }) => event === 'human_input_required')
    const events = `/v1/workflow/${frames[0]?.workflow_run_id}/events?user=ada`
    await using rest = await followStream(callFor(app), events)
    await post(callFor(app), `/v1/form/human_input/${form?.data.form_token}`, {
      inputs: { note: 'fine' },
      action: 'ok',
      user: 'ada',
    })
    expectDocumented(union, await rest.rest(), ['human_input_form_filled', ...run, ...ends])
  })

  it('of a moderated chat, an agent and a completion', async () => {
    vendor.reply({ text: `${'word '.repeat(30)}forbidden words` })
    const chat = await platform.addApp(basicApp('chat', refusal))
    const moderated = ['message', 'message_replace', 'message_end']
    expectDocumented('ChunkChatEvent', await stream(chat, '/v1/chat-messages'), moderated)
    vendor.reply({ text: 'Well.' })
    const agent = await platform.addApp(basicApp('agent-chat'))
    const thinking = ['agent_message', 'agent_thought', 'message_end']
    expectDocumented('ChunkChatEvent', await stream(agent, '/v1/chat-messages'), thinking)
    vendor.reply({ text: 'Well.' })
    const completion = await platform.addApp(basicApp('completion'))
    const frames = await stream(completion, '/v1/completion-messages')
    expectDocumented('ChunkCompletionEvent', frames, ['message', 'message_end'])
    vendor.fault({ type: 'status', status: 400, message: 'asleep' })
    expectDocumented('ChunkCompletionEvent', await stream(completion, '/v1/completion-messages'), ['error'])
  })
})

describe('the answer to', () => {
  const send = async (app: TestApp, path: string, part: File | undefined) => {
    const body = new FormData()
    body.set('user', 'ada')
    if (part) body.set('file', part)
    const headers = { authorization: `Bearer ${app.key}` }
    const response = await fetch(`${platform.url}/v1${path}`, { method: 'POST', headers, body })
    return { status: response.status, body: (await response.json()) as { readonly code?: string } }
  }

  it.each([
    ['POST /files/upload', '/files/upload', 201],
    ['POST /audio-to-text', '/audio-to-text', 200],
  ] as const)('%s', async (name, path, status) => {
    const app = await platform.addApp(basicApp('chat', { speech_to_text: { enabled: true } }))
    vendor.reply({ text: 'Guten Tag' })
    const kept = await send(app, path, new File(['RIFF'], 'a.wav', { type: 'audio/wav' }))
    expect([kept.status, document.answerProblems(name, status, kept.body)]).toEqual([status, []])
    const none = await send(app, path, undefined)
    // The document leaves the code of missing recordings out; Dify's server sends it.
    const codes = [...document.errorCodes(name, 400), 'no_audio_uploaded']
    expect([none.status, codes]).toEqual([400, expect.arrayContaining([none.body.code])])
  })
})
