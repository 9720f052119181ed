// A basic app's run, event by event: planned models, and a vendor over HTTP where the connection itself matters.

import { afterEach, describe, expect, test } from 'vitest'
import { type Planned, plannedModel } from '../../../../test/support/planned-model.ts'
import { createManualClock } from '../../../../test/support/vendors/manual-clock.ts'
import { startOpenAi } from '../../../../test/support/vendors/openai.ts'
import { TEST_KEY, type VendorServer } from '../../../../test/support/vendors/vendor-server.ts'
import { createIds, systemClock } from '../../../base/seams.ts'
import type { ValueObject } from '../../../base/value.ts'
import { FileError } from '../../../files/errors.ts'
import { type FileFields, FileValue } from '../../../flow/file.ts'
import { createModelDirectory } from '../../../model/directory.ts'
import { createOpenAiCompatibleProvider } from '../../../model/drivers/openai-compatible.ts'
import { ModelError } from '../../../model/errors.ts'
import type { ModelDirectory } from '../../../model/spec.ts'
import type { FileAccess } from '../../../nodes/spec.ts'
import { readAppFile } from '../../apps/file/parse.ts'
import type { AppMode } from '../../apps/file/spec.ts'
import type { ExecutionEvent } from '../events.ts'
import { moderateOutput, readModeration } from '../features/moderation.ts'
import { type BasicExecution, createBasicExecutor } from './execution.ts'

const clock = createManualClock()

const appOf = (mode: AppMode, config: ValueObject = {}) => {
  const model = { provider: 'acme', name: 'large', mode: 'chat', completion_params: { temperature: 0.5 } }
  const file = readAppFile({ app: { mode, name: 'x' }, model_config: { model, ...config } })
  if (!file.ok) throw new Error(JSON.stringify(file.issues))
  return file.value
}

const fileValue = (type: FileFields['type'], filename: string): FileValue =>
  new FileValue({
    id: null,
    type,
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: `file_${filename}`,
    filename,
    extension: null,
    mimeType: null,
    size: 3,
    url: `https://files.test/${filename}`,
  })

const files: FileAccess = {
  async read(file) {
    if (file.fields.filename === 'gone.png') throw new FileError('file/not-found')
    return { bytes: Uint8Array.from([1, 2, 3]), mimeType: 'image/png' }
  },
  async store(_, about) {
    return fileValue('image', about.filename.replace(/^media_[^.]+/, 'made'))
  },
}

interface Given extends Partial<Omit<BasicExecution, 'file'>> {
  readonly mode?: AppMode
  readonly config?: ValueObject
}

const execute = (models: ModelDirectory, { mode = 'chat', config = {}, ...given }: Given = {}) =>
  createBasicExecutor({ clock, ids: createIds(systemClock), models, files: () => files })({
    file: appOf(mode, config),
    inputs: {},
    query: 'Why?',
    files: [],
    history: [],
    user: 'user-1',
    tenantId: 'tenant_1',
    signal: new AbortController().signal,
    ...given,
  })

const collect = async (events: AsyncIterable<ExecutionEvent>): Promise<ExecutionEvent[]> => {
  const all: ExecutionEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
const run = (plan: Planned['reply'] | Planned, given?: Given) => {
  const planned = plannedModel(typeof plan === 'string' || Array.isArray(plan) ? { reply: plan } : (plan as Planned))
  return collect(execute(planned.models, given)).then((events) => ({ events, requests: planned.requests }))
}

const start = { type: 'run-start', inputs: {}, at: clock.now() }
const delta = (text: string) => ({
  type: 'text-delta',
  text,
  selector: [],
  responseId: 'answer',
  final: false,
  frame: {},
})
const thinking = (text: string, final = false) => ({
  type: 'reasoning-delta',
  nodeId: 'answer',
  text,
  final,
  frame: {},
})
const end = (answer: string, more: object = {}) => ({
  type: 'run-end',
  status: 'succeeded',
  outputs: { answer },
  exceptions: 0,
  steps: 1,
  usage: { promptTokens: 7, completionTokens: 3, totalTokens: 10 },
  at: clock.now(),
  elapsedMs: 0,
  conversation: {},
  ...more,
})

describe('events', () => {
  test('text as it comes, and the end', async () => {
    const { events, requests } = await run(['Be', '', 'cause.'], {
      config: { pre_prompt: 'In {{language}}.' },
      inputs: { language: 'French' },
      history: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
      ],
    })
    expect(events).toEqual([
      { ...start, inputs: { language: 'French' } },
      delta('Be'),
      delta('cause.'),
      end('Because.'),
    ])
    expect(requests).toEqual([
      {
        messages: [
          { role: 'system', content: 'In French.' },
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello' },
          { role: 'user', content: 'Why?' },
        ],
        parameters: { temperature: 0.5 },
        user: 'user-1',
        caller: 'answer',
      },
    ])
  })

  test('thinking in tags is text; thinking sent apart stays apart', async () => {
    const { events } = await run([
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'reasoning-delta', text: '.' },
      '<think>why</think>',
      'So.',
    ])
    expect(events).toEqual([
      start,
      thinking('Hm'),
      thinking('.'),
      thinking('', true),
      delta('<think>why</think>'),
      delta('So.'),
      end('<think>why</think>So.'),
    ])
  })

  test('what the model makes is kept and shown', async () => {
    const { events } = await run([{ type: 'media', mimeType: 'image/png', base64: 'AQID' }])
    const shown = '![](https://files.test/made.png)'
    expect(events).toEqual([
      start,
      delta(shown),
      end(shown, { outputs: { answer: shown, files: [fileValue('image', 'made.png')] } }),
    ])
  })

  test('completion: the assembled prompt is the only message', async () => {
    const { requests } = await run('Chien.', {
      mode: 'completion',
      config: { pre_prompt: 'Translate {{text}}.' },
      inputs: { text: 'dog' },
      query: '',
    })
    expect(requests[0]?.messages).toEqual([{ role: 'user', content: 'Translate dog.' }])
  })
})

describe('agents, until they use tools', () => {
  const tool = (name: string, enabled = true) => ({ enabled, provider_id: 'p', tool_name: name, tool_parameters: {} })

  test('one thought, and word of the tools that were left out', async () => {
    const { events, requests } = await run(['It is ', 'late.'], {
      mode: 'agent-chat',
      config: { agent_mode: { enabled: true, tools: [tool('clock'), tool('off', false), tool('map')] } },
    })
    expect(events).toEqual([
      start,
      {
        type: 'notice',
        code: 'agent/tools-unavailable',
        message: 'Agents cannot use tools here yet; the model answers without: clock, map.',
      },
      delta('It is '),
      delta('late.'),
      {
        type: 'agent-thought',
        thought: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          position: 1,
          thought: 'It is late.',
          observation: '',
          tool: '',
          toolLabels: {},
          toolInput: '',
          fileIds: [],
          createdAt: clock.now(),
        },
      },
      end('It is late.'),
    ])
    expect(requests[0]).not.toHaveProperty('tools')
  })

  test('without tools there is nothing to say', async () => {
    const { events } = await run('Late.', { mode: 'agent-chat' })
    expect(events.map(({ type }) => type)).toEqual(['run-start', 'text-delta', 'agent-thought', 'run-end'])
  })
})

describe('what is left out is said', () => {
  const codes = (events: readonly ExecutionEvent[]) =>
    events.flatMap((event) => (event.type === 'notice' ? [`${event.code}: ${event.message}`] : []))

  test('knowledge and data from outside', async () => {
    const { events } = await run('ok', {
      config: {
        dataset_configs: { datasets: { datasets: [{ dataset: { enabled: true, id: 'd1' } }] } },
        external_data_tools: [{ enabled: true, type: 'api', variable: 'weather', config: {} }],
      },
    })
    expect(codes(events)).toEqual([
      'app/datasets-unavailable: The app answers from 1 knowledge base, which cannot be searched here yet; the model answers without.',
      'app/external-tools-unavailable: The app takes data from outside, which is not possible here: weather. These places of the prompt stay as they are.',
    ])
  })

  test('a model in place of another', async () => {
    const { model } = plannedModel({ reply: 'ok' })
    const models = { ...plannedModel({ reply: '' }).models, resolve: () => ({ type: 'substitute', model }) as const }
    expect(codes(await collect(execute(models)))).toEqual([
      'model/substitute: acme/large is not configured; planned/model answers in its place.',
    ])
  })

  test('files the model cannot look at', async () => {
    const given = { files: [fileValue('image', 'a.png'), fileValue('document', 'b.pdf')] }
    const { events, requests } = await run({ reply: 'ok', features: ['vision'] }, given)
    expect(codes(events)).toEqual([
      'model/files-left-out: planned/model cannot look at 1 of the files; they were left out.',
    ])
    expect(requests[0]?.messages.at(-1)?.content).toEqual([
      {
        type: 'media',
        kind: 'image',
        mimeType: 'image/png',
        data: { type: 'base64', base64: 'AQID' },
        filename: 'a.png',
        detail: 'high',
      },
      { type: 'text', text: 'Why?' },
    ])
  })
})

describe('requests', () => {
  const config = (parameters: ValueObject) => ({
    model: { provider: 'p', name: 'm', mode: 'chat', completion_params: parameters },
  })
  test('stop words stand beside the parameters', async () => {
    const { requests } = await run('ok', { config: config({ temperature: 1, stop: ['END'] }) })
    expect(requests[0]).toMatchObject({ parameters: { temperature: 1 }, stop: ['END'] })
  })
  test('a shorter answer is asked for where the prompt leaves less room', async () => {
    const limit = async (contextTokens: number) => {
      const { requests } = await run({ reply: 'ok', contextTokens }, { config: config({ max_tokens: 100 }) })
      return requests[0]?.parameters
    }
    // The prompt takes 5 tokens.
    expect(await limit(105)).toEqual({ max_tokens: 100 })
    expect(await limit(104)).toEqual({ max_tokens: 99 })
    expect(await limit(5)).toEqual({ max_tokens: 16 })
  })
})

describe('failures', () => {
  const none = { promptTokens: 0, completionTokens: 0, totalTokens: 0 }

  test('the vendor refuses: nothing was used', async () => {
    const { events } = await run([new ModelError('model/rate-limited', { details: { provider: 'acme' } })])
    const failure = {
      type: 'InvokeRateLimitError',
      message: 'The provider acme asks to slow down.',
      code: 'model/rate-limited',
    }
    expect(events).toEqual([start, end('', { status: 'failed', failure, exceptions: 1, usage: none })])
  })

  test('the vendor breaks off: what was said stays, and is counted by estimate', async () => {
    const { events } = await run(['12345678', new ModelError('model/unavailable', { details: { provider: 'acme' } })])
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      outputs: { answer: '12345678' },
      usage: { promptTokens: 5, completionTokens: 2, totalTokens: 7 },
    })
  })

  test('no such model', async () => {
    const models = createModelDirectory({ providers: [], allowSubstitute: false })
    expect(await collect(execute(models))).toMatchObject([
      { type: 'run-start' },
      { type: 'run-end', status: 'failed', failure: { type: 'InvokeBadRequestError', code: 'model/not-configured' } },
    ])
  })

  test('a file that is gone', async () => {
    const { events } = await run({ reply: 'ok', features: ['vision'] }, { files: [fileValue('image', 'gone.png')] })
    expect(events.at(-1)).toMatchObject({ status: 'failed', failure: { type: 'FileError', code: 'file/not-found' } })
  })

  test('a bug is thrown', async () => {
    await expect(run([new RangeError('oops')])).rejects.toThrow('oops')
  })
})

describe('over HTTP', () => {
  let server: VendorServer | undefined
  afterEach(() => server?.close())

  const vendor = async () => {
    server = await startOpenAi()
    const options = { name: 'acme', baseUrl: `${server.url}/v1/`, apiKey: TEST_KEY }
    const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }
    const provider = createOpenAiCompatibleProvider(options, seams)
    return { server, models: createModelDirectory({ providers: [provider], allowSubstitute: false }) }
  }

  test('what the vendor hears, and what it counts', async () => {
    const { server, models } = await vendor()
    server.reply({ text: 'Because.', usage: { prompt: 11, completion: 2 } })
    const events = await collect(execute(models, { config: { pre_prompt: 'Be brief.' } }))
    expect(events.at(-1)).toMatchObject({
      status: 'succeeded',
      outputs: { answer: 'Because.' },
      usage: { promptTokens: 11, completionTokens: 2, totalTokens: 13 },
    })
    expect(server.requests[0]?.body).toMatchObject({
      model: 'large',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Why?' },
      ],
      temperature: 0.5,
      user: 'user-1',
    })
  })

  test('an abort hangs up on the vendor, and the end tells what was said', async () => {
    const { server, models } = await vendor()
    server.reply({ text: 'Because it is so.' })
    server.fault({ type: 'hold', afterBytes: 700 })
    const controller = new AbortController()
    const events: ExecutionEvent[] = []
    for await (const event of execute(models, { signal: controller.signal })) {
      events.push(event)
      if (event.type === 'text-delta') controller.abort('Enough.')
    }
    await server.requests[0]?.hungUp
    expect(events.at(-1)).toMatchObject({
      type: 'run-end',
      status: 'stopped',
      failure: { type: '', message: 'Enough.', code: 'flow/stopped' },
      exceptions: 0,
      usage: { promptTokens: 5 },
    })
    const said = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('')
    expect(said).not.toBe('')
    expect(events.at(-1)).toMatchObject({ outputs: { answer: said } })
  })

  test('moderation hangs up at the first keyword, and the end counts what was said', async () => {
    const { server, models } = await vendor()
    server.reply({ text: 'Because it is so.' })
    server.fault({ type: 'hold', afterBytes: 700 })
    const side = { enabled: true, preset_response: 'No comment.' }
    const config = { keywords: 'caus', outputs_config: side }
    const moderation = readModeration({ sensitive_word_avoidance: { enabled: true, type: 'keywords', config } })
    if (!moderation) throw new Error('The settings ask for moderation.')
    const controller = new AbortController()
    const run = execute(models, { signal: controller.signal })
    const events = await collect(moderateOutput(run, moderation, (reason) => controller.abort(reason)))
    await server.requests[0]?.hungUp
    expect(events.filter(({ type }) => type !== 'text-delta')).toMatchObject([
      { type: 'run-start' },
      { type: 'answer-replace', text: 'No comment.', reason: 'output_moderation' },
      { type: 'run-end', status: 'succeeded', outputs: { answer: 'No comment.' }, usage: { promptTokens: 5 } },
    ])
    const said = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('')
    expect('Be'.startsWith(said)).toBe(true)
  })

  test('a reader that leaves hangs up as well', async () => {
    const { server, models } = await vendor()
    server.reply({ text: 'Because it is so.' })
    server.fault({ type: 'hold', afterBytes: 700 })
    for await (const event of execute(models)) if (event.type === 'text-delta') break
    await server.requests[0]?.hungUp
  })

  test('a run that is stopped before it begins asks nobody', async () => {
    const { server, models } = await vendor()
    const events = await collect(execute(models, { signal: AbortSignal.abort() }))
    expect(events).toMatchObject([
      { type: 'run-start' },
      { type: 'run-end', status: 'stopped', failure: { message: 'The user asked for it.' } },
    ])
    expect(server.requests).toEqual([])
  })
})
