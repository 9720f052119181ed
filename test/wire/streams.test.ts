// What a run looks like on the wire: framing, order of events and the exact fields of each, for both modes and every outcome.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, code, end, llm, start, template } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform, withOpenAi } from '../support/platform.ts'
import { openStream, post, type ServiceFrame } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
const INTEGER = expect.toSatisfy(Number.isInteger)
const NUMBER = expect.any(Number)

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

const callFor = (app: TestApp) => ({ url: platform.url, key: app.key })
const runStream = async (app: TestApp, path: string, body: object): Promise<ServiceFrame[]> => {
  await using stream = await openStream(callFor(app), path, { inputs: {}, user: 'ada', ...body })
  const frames = await stream.rest()
  expect(stream.blocks[0]).toBe('event: ping')
  return frames
}
const names = (frames: readonly ServiceFrame[]): string[] => frames.map(({ event }) => event)
const the = (frames: readonly ServiceFrame[], event: string, nodeId?: string): ServiceFrame => {
  const found = frames.filter((frame) => frame.event === event && (!nodeId || frame.data?.node_id === nodeId))
  if (found.length !== 1) throw new Error(`${found.length} frames ${event}`)
  return found[0] as ServiceFrame
}
/** Events without repetitions in a row. */
const outline = (frames: readonly ServiceFrame[]): string[] =>
  names(frames).filter((name, i, all) => name !== all[i - 1])

const FINISHED = {
  id: UUID,
  workflow_id: UUID,
  status: 'succeeded',
  outputs: {},
  error: null,
  elapsed_time: NUMBER,
  total_tokens: 0,
  total_steps: 2,
  created_by: { id: UUID, user: 'ada' },
  created_at: INTEGER,
  finished_at: INTEGER,
  exceptions_count: 0,
  files: [],
}

const NODE_FINISHED = {
  id: UUID,
  node_id: 'x',
  node_type: 'x',
  title: 'x',
  index: INTEGER,
  predecessor_node_id: null,
  inputs: {},
  inputs_truncated: false,
  process_data: {},
  process_data_truncated: false,
  outputs: {},
  outputs_truncated: false,
  status: 'succeeded',
  error: null,
  elapsed_time: NUMBER,
  execution_metadata: {},
  created_at: INTEGER,
  finished_at: INTEGER,
  files: [],
  iteration_id: null,
  loop_id: null,
}

describe('a workflow', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: {
          start: start({ variable: 'word', type: 'text-input', required: true }),
          llm: llm('Say {{#start.word#}}'),
          end: end({ said: ['llm', 'text'], word: ['start', 'word'] }),
        },
        edges: chain('start', 'llm', 'end'),
      }),
    )
  })

  it('streams a success', async () => {
    vendor.reply({ text: 'Hello, hello.', usage: { prompt: 5, completion: 6 } })
    await using stream = await openStream(callFor(app), '/v1/workflows/run', { inputs: { word: 'ho' }, user: 'ada' })
    const frames = await stream.rest()
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(stream.headers.get('cache-control')).toBe('no-cache')
    expect(stream.headers.get('x-accel-buffering')).toBe('no')
    expect(stream.headers.get('x-request-id')).toMatch(/^req_/)
    expect(stream.blocks[0]).toBe('event: ping')
    expect(outline(frames)).toEqual([
      'workflow_started',
      'node_started',
      'node_finished',
      'node_started',
      'text_chunk',
      'node_finished',
      'node_started',
      'node_finished',
      'workflow_finished',
    ])
    const envelope = { task_id: UUID, workflow_run_id: frames[0]?.workflow_run_id }
    for (const frame of frames) {
      expect(frame).toEqual({
        event: frame.event,
        ...envelope,
        task_id: frames[0]?.task_id,
        data: expect.any(Object),
        sequence: INTEGER,
      })
    }
    const runId = frames[0]?.workflow_run_id
    expect(the(frames, 'workflow_started').data).toEqual({
      id: runId,
      workflow_id: app.workflowId,
      inputs: {
        word: 'ho',
        'sys.user_id': 'ada',
        'sys.app_id': UUID,
        'sys.workflow_id': app.workflowId,
        'sys.workflow_run_id': runId,
        'sys.timestamp': INTEGER,
        'sys.files': [],
      },
      created_at: INTEGER,
      reason: 'initial',
    })
    const started = the(frames, 'node_started', 'llm').data
    expect(started).toEqual({
      id: UUID,
      node_id: 'llm',
      node_type: 'llm',
      title: 'llm',
      index: 2,
      predecessor_node_id: 'start',
      inputs: null,
      inputs_truncated: false,
      created_at: INTEGER,
      extras: {},
      iteration_id: null,
      loop_id: null,
      agent_strategy: null,
    })
    const finished = the(frames, 'node_finished', 'llm').data
    expect(finished).toEqual({
      ...NODE_FINISHED,
      id: started.id,
      node_id: 'llm',
      node_type: 'llm',
      title: 'llm',
      index: 2,
      inputs: expect.any(Object),
      process_data: expect.any(Object),
      outputs: expect.objectContaining({ text: 'Hello, hello.' }),
      execution_metadata: expect.objectContaining({
        total_tokens: 11,
        total_price: 0,
        currency: 'USD',
      }),
    })
    const chunks = frames.filter(({ event }) => event === 'text_chunk')
    expect(chunks[0]?.data).toEqual({ text: expect.any(String), from_variable_selector: ['llm', 'text'] })
    expect(chunks.map(({ data }) => data.text).join('')).toContain('Hello, hello.')
    expect(the(frames, 'workflow_finished').data).toEqual({
      ...FINISHED,
      id: runId,
      workflow_id: app.workflowId,
      outputs: { said: 'Hello, hello.', word: 'ho' },
      total_tokens: 11,
      total_steps: 3,
    })
  })

  it('answers as a whole, under its own address and under that of one version', async () => {
    vendor.reply({ text: 'Hi.', usage: { prompt: 1, completion: 2 } })
    for (const path of ['/v1/workflows/run', `/v1/workflows/${app.workflowId}/run`, '//v1//workflows/run/']) {
      const response = await post(callFor(app), path, { inputs: { word: 'x' }, user: 'ada' })
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^application\/json/),
      ])
      expect(response.headers.get('x-request-id')).toMatch(/^req_/)
      const body = (await response.json()) as ServiceFrame
      expect(body).toEqual({
        task_id: UUID,
        workflow_run_id: body.data.id,
        data: { ...FINISHED, outputs: { said: 'Hi.', word: 'x' }, total_tokens: 3, total_steps: 3 },
      })
    }
  })

  it('tells a failure: of the node, then of the run; blocking calls succeed with a failed run', async () => {
    vendor.fault({ type: 'status', status: 400, message: 'model is asleep' })
    const frames = await runStream(app, '/v1/workflows/run', { inputs: { word: 'x' } })
    expect(names(frames).slice(-3)).toEqual(['node_started', 'node_finished', 'workflow_finished'])
    const failed = the(frames, 'node_finished', 'llm').data
    expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('model is asleep'), outputs: {} })
    expect(Object.keys(failed).sort()).toEqual(Object.keys(NODE_FINISHED).sort())
    expect(the(frames, 'workflow_finished').data).toEqual({
      ...FINISHED,
      status: 'failed',
      error: expect.stringContaining('model is asleep'),
      exceptions_count: INTEGER,
    })
    vendor.fault({ type: 'status', status: 400, message: 'model is asleep' })
    const response = await post(callFor(app), '/v1/workflows/run', { inputs: { word: 'x' }, user: 'ada' })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      data: { status: 'failed', error: expect.stringContaining('model is asleep'), outputs: {} },
    })
  })

  it('tells retries, and a success in spite of handled failures', async () => {
    const fragile = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: {
          start: start(),
          code: {
            ...code('function main() { throw new Error("broken") }', { x: 'string' }),
            retry_config: { retry_enabled: true, max_retries: 2, retry_interval: 0 },
            error_strategy: 'default-value',
            default_value: [{ key: 'x', type: 'string', value: 'spare' }],
          },
          end: end({ x: ['code', 'x'] }),
        },
        edges: chain('start', 'code', 'end'),
      }),
    )
    const frames = await runStream(fragile, '/v1/workflows/run', {})
    const ofCode = frames.filter(({ data }) => data?.node_id === 'code')
    expect(names(ofCode)).toEqual(['node_started', 'node_retry', 'node_retry', 'node_finished'])
    expect(new Set(ofCode.map(({ data }) => data.id)).size).toBe(1)
    expect(ofCode.map(({ data }) => data.retry_index)).toEqual([undefined, 1, 2, undefined])
    expect(Object.keys(ofCode[1]?.data).sort()).toEqual([...Object.keys(NODE_FINISHED), 'retry_index'].sort())
    expect(ofCode[1]?.data).toMatchObject({ status: 'retry', error: expect.stringContaining('broken') })
    expect(ofCode[3]?.data).toMatchObject({ status: 'exception', outputs: expect.objectContaining({ x: 'spare' }) })
    expect(the(frames, 'workflow_finished').data).toMatchObject({
      status: 'partial-succeeded',
      outputs: { x: 'spare' },
      exceptions_count: 3,
    })
  })

  it('shows containers by their own events', async () => {
    const each = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: {
          start: start(),
          list: code('function main() { return { list: ["a", "b"] } }', { list: 'array[string]' }),
          each: {
            type: 'iteration',
            iterator_selector: ['list', 'list'],
            output_selector: ['upper', 'output'],
            output_type: 'array[string]',
            start_node_id: 'each_start',
            is_parallel: false,
            error_handle_mode: 'terminated',
          },
          each_start: { type: 'iteration-start', parent: 'each', isInIteration: true, iteration_id: 'each' },
          upper: {
            ...template('{{ item | upper }}', { item: ['each', 'item'] }),
            parent: 'each',
            isInIteration: true,
            iteration_id: 'each',
          },
          end: end({ all: ['each', 'output'] }),
        },
        edges: [...chain('start', 'list', 'each', 'end'), 'each_start>upper'],
      }),
    )
    const frames = await runStream(each, '/v1/workflows/run', {})
    expect(frames.some(({ event, data }) => /^node_/.test(event) && data.node_id === 'each')).toBe(false)
    const ofEach = frames.filter(({ event }) => event.startsWith('iteration_'))
    expect(names(ofEach)).toEqual(['iteration_started', 'iteration_next', 'iteration_next', 'iteration_completed'])
    const common = {
      id: 'each',
      node_id: 'each',
      node_type: 'iteration',
      title: 'each',
      created_at: INTEGER,
      extras: {},
    }
    expect(ofEach[0]?.data).toEqual({
      ...common,
      metadata: { iteration_length: 2 },
      inputs: expect.any(Object),
      inputs_truncated: false,
    })
    expect(ofEach.slice(1, 3).map(({ data }) => data)).toEqual([
      { ...common, index: 0 },
      { ...common, index: 1 },
    ])
    expect(ofEach[3]?.data).toEqual({
      ...common,
      outputs: { output: ['A', 'B'] },
      outputs_truncated: false,
      inputs: expect.any(Object),
      inputs_truncated: false,
      status: 'succeeded',
      error: null,
      elapsed_time: NUMBER,
      total_tokens: 0,
      execution_metadata: expect.any(Object),
      finished_at: INTEGER,
      steps: INTEGER,
    })
    const inner = frames.filter(({ event, data }) => event === 'node_finished' && data.node_id === 'upper')
    expect(inner.map(({ data }) => [data.iteration_id, data.loop_id, data.execution_metadata])).toEqual([
      ['each', null, expect.objectContaining({ iteration_id: 'each', iteration_index: 0 })],
      ['each', null, expect.objectContaining({ iteration_id: 'each', iteration_index: 1 })],
    ])
    expect(the(frames, 'workflow_finished').data.outputs).toEqual({ all: ['A', 'B'] })
  })

  it('counts the rounds of a loop from 1, because its start implies round 0', async () => {
    const twice = await platform.addApp(
      appFile({
        mode: 'workflow',
        nodes: {
          start: start(),
          again: {
            type: 'loop',
            loop_count: 3,
            break_conditions: [],
            logical_operator: 'and',
            loop_variables: [{ id: 'v', label: 'text', var_type: 'string', value_type: 'constant', value: '-' }],
            start_node_id: 'again_start',
          },
          again_start: { type: 'loop-start', parent: 'again', isInLoop: true, loop_id: 'again' },
          say: { ...template('.'), parent: 'again', isInLoop: true, loop_id: 'again' },
          end: end({ text: ['again', 'text'] }),
        },
        edges: [...chain('start', 'again', 'end'), 'again_start>say'],
      }),
    )
    const ofLoop = (await runStream(twice, '/v1/workflows/run', {})).filter(({ event }) => event.startsWith('loop_'))
    expect(names(ofLoop)).toEqual(['loop_started', 'loop_next', 'loop_next', 'loop_completed'])
    expect(ofLoop[0]?.data.metadata).toEqual({ loop_length: 3 })
    expect(ofLoop[1]?.data).toEqual({
      id: 'again',
      node_id: 'again',
      node_type: 'loop',
      title: 'again',
      index: 1,
      pre_loop_output: expect.any(Object),
      created_at: INTEGER,
      extras: {},
    })
    expect(ofLoop[2]?.data.index).toBe(2)
    expect(ofLoop[3]?.data).toMatchObject({ id: 'again', status: 'succeeded', error: null, total_tokens: 0 })
  })
})

describe('a chatflow', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await platform.addApp(
      appFile({
        mode: 'advanced-chat',
        nodes: { start: start(), llm: llm('{{#sys.query#}}'), answer: answer('So: {{#llm.text#}}!') },
        edges: chain('start', 'llm', 'answer'),
      }),
    )
  })

  it('streams a success: the end of the message before the end of the run', async () => {
    vendor.reply({ text: 'Hello, hello.', usage: { prompt: 5, completion: 6 } })
    const frames = await runStream(app, '/v1/chat-messages', { query: 'Hm?' })
    expect(outline(frames)[0]).toBe('workflow_started')
    expect(names(frames).slice(-2)).toEqual(['message_end', 'workflow_finished'])
    const first = frames[0] as ServiceFrame
    const envelope = {
      task_id: first.task_id,
      message_id: first.message_id,
      conversation_id: first.conversation_id,
      created_at: first.created_at,
    }
    expect(envelope).toEqual({ task_id: UUID, message_id: UUID, conversation_id: UUID, created_at: INTEGER })
    const runFrames = /^(workflow|node)_/
    for (const {
      event,
      data,
      id,
      answer: said,
      from_variable_selector,
      metadata,
      files,
      sequence,
      ...rest
    } of frames) {
      expect(rest).toEqual(runFrames.test(event) ? { ...envelope, workflow_run_id: first.workflow_run_id } : envelope)
    }
    const messages = frames.filter(({ event }) => event === 'message')
    expect(messages.map((frame) => frame.answer).join('')).toBe('So: Hello, hello.!')
    for (const frame of messages) {
      expect(frame).toEqual({
        event: 'message',
        ...envelope,
        sequence: INTEGER,
        id: first.message_id,
        answer: expect.any(String),
        from_variable_selector: expect.any(Array),
      })
    }
    expect(messages.some((frame) => frame.from_variable_selector.join() === 'llm,text')).toBe(true)
    expect(the(frames, 'message_end')).toEqual({
      event: 'message_end',
      ...envelope,
      sequence: INTEGER,
      id: first.message_id,
      metadata: {
        usage: {
          prompt_tokens: 5,
          prompt_unit_price: expect.any(String),
          prompt_price_unit: expect.any(String),
          prompt_price: expect.any(String),
          completion_tokens: 6,
          completion_unit_price: expect.any(String),
          completion_price_unit: expect.any(String),
          completion_price: expect.any(String),
          total_tokens: 11,
          total_price: expect.any(String),
          currency: 'USD',
          latency: NUMBER,
        },
        retriever_resources: [],
      },
      files: [],
    })
    expect(the(frames, 'workflow_started').data.inputs).toEqual({
      'sys.query': 'Hm?',
      'sys.user_id': 'ada',
      'sys.app_id': UUID,
      'sys.workflow_id': app.workflowId,
      'sys.workflow_run_id': first.workflow_run_id,
      'sys.timestamp': INTEGER,
      'sys.files': [],
      'sys.dialogue_count': 1,
    })
    expect(the(frames, 'workflow_finished').data).toEqual({
      ...FINISHED,
      outputs: expect.objectContaining({ answer: 'So: Hello, hello.!' }),
      total_tokens: 11,
      total_steps: 3,
    })
  })

  it('ends a failure with an error and without the end of a message; blocking calls are refused', async () => {
    vendor.fault({ type: 'status', status: 400, message: 'model is asleep' })
    const frames = await runStream(app, '/v1/chat-messages', { query: 'Hm?' })
    expect(names(frames).slice(-3)).toEqual(['node_finished', 'workflow_finished', 'error'])
    expect(the(frames, 'workflow_finished').data.status).toBe('failed')
    const { message_id, conversation_id, created_at } = frames[0] as ServiceFrame
    expect(frames.at(-1)).toEqual({
      event: 'error',
      sequence: INTEGER,
      message_id,
      conversation_id,
      created_at,
      status: 400,
      code: 'invalid_param',
      message: expect.stringContaining('model is asleep'),
    })
    vendor.fault({ type: 'status', status: 400, message: 'model is asleep' })
    const response = await post(callFor(app), '/v1/chat-messages', { query: 'Hm?', inputs: {}, user: 'ada' })
    expect([response.status, await response.json()]).toEqual([
      400,
      { status: 400, code: 'invalid_param', message: expect.stringContaining('model is asleep') },
    ])
  })

  it('separates what a model thought when its node asks for that', async () => {
    const thinking = await platform.addApp(
      appFile({
        mode: 'advanced-chat',
        nodes: {
          start: start(),
          llm: llm('{{#sys.query#}}', { reasoning_format: 'separated' }),
          answer: answer('{{#llm.text#}}'),
        },
        edges: chain('start', 'llm', 'answer'),
      }),
    )
    vendor.reply({ text: 'Four.', reasoning: 'Two and two.' })
    const frames = await runStream(thinking, '/v1/chat-messages', { query: '2+2?' })
    const thoughts = frames.filter(({ event }) => event === 'reasoning_chunk')
    expect(thoughts.map(({ data }) => data.reasoning).join('')).toBe('Two and two.')
    expect(thoughts.at(-1)?.data).toMatchObject({ message_id: frames[0]?.message_id, node_id: 'llm', is_final: true })
    expect(thoughts[0]).not.toHaveProperty('workflow_run_id')
    const said = frames.filter(({ event }) => event === 'message').map((frame) => frame.answer)
    expect(said.join('')).toBe('Four.')
  })
})

describe('the root of the API', () => {
  it('answers without a key', async () => {
    for (const path of ['/v1', '/v1/']) {
      const response = await fetch(platform.url + path)
      expect(await response.json()).toEqual({
        welcome: expect.any(String),
        api_version: 'v1',
        server_version: expect.any(String),
      })
    }
  })
})
