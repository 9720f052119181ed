// Runs that wait for people, over real sockets: they pause, are answered, run out of time, outlive their process.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, end, humanInput, start, template } from '../support/app-files.ts'
import { startPlatform, type TestApp, type TestPlatform } from '../support/platform.ts'
import { followStream, openStream, post, type ServiceCall, type ServiceFrame } from '../support/service-stream.ts'
import { createManualClock } from '../support/vendors/manual-clock.ts'

const TITLE = { variable: 'title', type: 'text-input' }
const NODES = {
  start: start(TITLE),
  before: template('before'),
  ask: humanInput(),
  yes: template('{{ n }}!', { n: ['ask', 'note'] }),
  last: end({ said: ['yes', 'output'], before: ['before', 'output'] }),
  refused: end({ said: ['ask', '__action_value'] }),
  late: end({ said: ['ask', '__rendered_content'] }),
}
const EDGES = ['start>before', 'before>ask', 'ask:ok>yes', 'yes>last', 'ask:no>refused', 'ask:__timeout>late']
const WORKFLOW = appFile({ mode: 'workflow', nodes: NODES, edges: EDGES })
const CHATFLOW = appFile({
  mode: 'advanced-chat',
  nodes: {
    start: start(TITLE),
    first: answer('Wait, please. '),
    ask: humanInput(),
    last: answer('You said {{#ask.note#}}.'),
    refused: answer('No.'),
  },
  edges: ['start>first', 'first>ask', 'ask:ok>last', 'ask:no>refused'],
})
const RUN = { inputs: { title: '12 seats' }, user: 'ada' }
const DAY_MS = 86_400_000

let platform: TestPlatform
let workflow: TestApp
let chatflow: TestApp
beforeAll(async () => {
  platform = await startPlatform()
  workflow = await platform.addApp(WORKFLOW)
  chatflow = await platform.addApp(CHATFLOW)
})
afterAll(async () => {
  await platform.close()
  expect(platform.logged).toEqual([])
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
const jsonOf = (response: Response): Promise<any> => response.json()

const at = (app: TestApp, on = platform): ServiceCall => ({ url: on.url, key: app.key })
const get = async ({ url, key }: ServiceCall, path: string) => {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
  return { status: response.status, body: await jsonOf(response) }
}
const submit = async (call: ServiceCall, token: string, more: object = {}) => {
  const body = { inputs: { note: 'fine' }, action: 'ok', user: 'ada', ...more }
  const response = await post(call, `/v1/form/human_input/${token}`, body)
  return { status: response.status, body: await jsonOf(response) }
}
const formOf = (frames: readonly ServiceFrame[]) => {
  const form = frames.find(({ event }) => event === 'human_input_required')
  if (!form) throw new Error('no form')
  return form
}
const eventsOf = (frames: readonly ServiceFrame[]) => frames.map(({ event }) => event)

/** A run up to its pause. */
const startPaused = async (call: ServiceCall, path = '/v1/workflows/run', body: object = RUN) => {
  await using stream = await openStream(call, path, body)
  const frames = await stream.rest()
  const { workflow_run_id: runId, task_id: taskId, data } = formOf(frames)
  return { frames, runId: runId as string, taskId: taskId as string, token: data.form_token as string }
}

const follow = (call: ServiceCall, runId: string, query = '') =>
  followStream(call, `/v1/workflow/${runId}/events?user=ada${query}`)

/** The rest of a run, from the last frame that arrived. */
const restOf = async (call: ServiceCall, runId: string, frames: readonly ServiceFrame[], query = '') => {
  await using stream = await follow(call, runId, `&last_event_id=${frames.at(-1)?.sequence}${query}`)
  return await stream.rest()
}

describe('a workflow', () => {
  it('pauses, is answered, and says the rest once', async () => {
    const call = at(workflow)
    const { frames, runId, token } = await startPaused(call)
    expect(eventsOf(frames).slice(-2)).toEqual(['human_input_required', 'workflow_paused'])
    expect(formOf(frames).data).toMatchObject({
      node_id: 'ask',
      node_title: 'ask',
      form_content: 'Offer: **12 seats**\nNote: {{#$output.note#}}',
      inputs: [{ type: 'paragraph', output_variable_name: 'note', default: null }],
      actions: [{ id: 'ok', title: 'Approve', button_style: 'primary' }, { id: 'no' }],
    })
    expect(frames.at(-1)?.data).toMatchObject({
      paused_nodes: ['ask'],
      outputs: {},
      status: 'paused',
      reasons: [{ TYPE: 'human_input_required', form_token: token, node_id: 'ask' }],
    })
    expect((await get(call, `/v1/workflows/run/${runId}`)).body).toMatchObject({ status: 'paused', finished_at: null })
    expect((await get(call, '/v1/workflows/logs?status=paused')).body.data).toMatchObject([
      { workflow_run: { id: runId, status: 'paused' } },
    ])

    const shown = await get(call, `/v1/form/human_input/${token}`)
    expect(shown).toMatchObject({ status: 200, body: { resolved_default_values: {}, user_actions: [{}, {}] } })
    expect(await submit(call, token)).toEqual({ status: 200, body: {} })
    const rest = await restOf(call, runId, frames)
    expect(eventsOf(rest).slice(0, 3)).toEqual(['human_input_form_filled', 'workflow_started', 'node_finished'])
    expect(rest[0]?.data).toEqual({
      node_id: 'ask',
      node_title: 'ask',
      rendered_content: 'Offer: **12 seats**\nNote: fine',
      action_id: 'ok',
      action_text: 'Approve',
      submitted_data: { note: 'fine' },
    })
    expect(rest[1]?.data.reason).toBe('resumption')
    expect(rest.at(-1)).toMatchObject({
      event: 'workflow_finished',
      data: { status: 'succeeded', outputs: { said: 'fine!', before: 'before' }, total_steps: 5 },
    })
    const started = [...frames, ...rest].filter(({ event }) => event === 'node_started').map(({ data }) => data.node_id)
    expect(started).toEqual(['start', 'before', 'ask', 'yes', 'last'])
    expect((await get(call, `/v1/workflows/run/${runId}`)).body).toMatchObject({ status: 'succeeded', total_steps: 5 })
  })

  it('answers blocking calls with what it waits for', async () => {
    const call = at(workflow)
    const response = await post(call, '/v1/workflows/run', { ...RUN, response_mode: 'blocking' })
    const { data, workflow_run_id: runId } = await jsonOf(response)
    expect(data).toMatchObject({
      id: runId,
      status: 'paused',
      outputs: {},
      finished_at: null,
      paused_nodes: ['ask'],
      reasons: [{ TYPE: 'human_input_required', node_id: 'ask' }],
    })
    await using stream = await follow(call, runId)
    expect((await submit(call, data.reasons[0].form_token, { action: 'no' })).status).toBe(200)
    expect((await stream.rest()).at(-1)?.data.outputs).toEqual({ said: 'Reject' })
  })

  it('keeps a reader that waits along, through the pause', async () => {
    const call = at(workflow)
    const { runId, token } = await startPaused(call)
    await using along = await follow(call, runId, '&include_state_snapshot=true&continue_on_pause=true')
    await along.until('workflow_paused')
    // Without that wish the snapshot ends at the pause.
    await using short = await follow(call, runId, '&include_state_snapshot=true')
    expect(eventsOf(await short.rest()).at(-1)).toBe('workflow_paused')
    await submit(call, token)
    expect(eventsOf(await along.rest()).at(-1)).toBe('workflow_finished')
  })

  it('shows who comes after its end only the end', async () => {
    const call = at(workflow)
    const { runId, token, taskId } = await startPaused(call)
    await submit(call, token)
    await platform.untilOver(taskId)
    await using stream = await follow(call, runId)
    expect(eventsOf(await stream.rest())).toEqual(['workflow_finished'])
  })
})

describe('a chatflow', () => {
  const CHAT = { ...RUN, query: 'May I?' }

  it('shows the answer so far, and goes on where it was', async () => {
    const call = at(chatflow)
    const { frames, runId, token, taskId } = await startPaused(call, '/v1/chat-messages', CHAT)
    const said = (list: readonly ServiceFrame[]) => list.map(({ answer: text }) => text ?? '').join('')
    expect(said(frames)).toBe('Wait, please. ')
    const { conversation_id: conversation, message_id: message } = frames[0] as ServiceFrame
    const list = `/v1/messages?conversation_id=${conversation}&user=ada`
    expect((await get(call, list)).body.data).toMatchObject([
      {
        id: message,
        answer: 'Wait, please. ',
        status: 'paused',
        extra_contents: [
          { submitted: false, form_definition: { form_token: token, node_id: 'ask' }, form_submission_data: null },
        ],
      },
    ])
    await submit(call, token)
    const rest = await restOf(call, runId, frames)
    expect(said(rest)).toBe('You said fine.')
    expect(eventsOf(rest).slice(-2)).toEqual(['message_end', 'workflow_finished'])
    await platform.untilOver(taskId)
    expect((await get(call, list)).body.data).toMatchObject([
      {
        answer: 'Wait, please. You said fine.',
        status: 'normal',
        extra_contents: [
          { submitted: true, form_definition: null, form_submission_data: { action_id: 'ok', action_text: 'Approve' } },
        ],
      },
    ])
  })

  it('answers blocking calls with the answer so far', async () => {
    const call = at(chatflow)
    const response = await post(call, '/v1/chat-messages', { ...CHAT, response_mode: 'blocking' })
    expect(response.status).toBe(200)
    const body = await jsonOf(response)
    expect(body).toMatchObject({
      event: 'workflow_paused',
      mode: 'advanced-chat',
      answer: 'Wait, please. ',
      data: { status: 'paused', answer: 'Wait, please. ', paused_nodes: ['ask'], reasons: [{ node_id: 'ask' }] },
    })
    expect(body.data.message_id).toBe(body.message_id)
  })
})

describe('a form', () => {
  it('is answered once, whoever is first', async () => {
    const call = at(workflow)
    const { token, taskId } = await startPaused(call)
    const answers = await Promise.all(['ada', 'bob', 'cyd'].map((user) => submit(call, token, { user })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412])
    const lost = answers.find(({ status }) => status === 412)
    expect(lost?.body).toMatchObject({ code: 'human_input_form_submitted', status: 412 })
    expect((await get(call, `/v1/form/human_input/${token}`)).body.code).toBe('human_input_form_submitted')
    await platform.untilOver(taskId)
  })

  it.each([
    ['an unknown button', { action: 'maybe' }, 'Invalid action: maybe'],
    ['nothing', { inputs: {} }, 'Missing required inputs: note'],
    ['another kind of value', { inputs: { note: 7 } }, 'The input note must be a text'],
  ])('stays open when it is answered with %s', async (_, wrong, message) => {
    const call = at(workflow)
    const { token } = await startPaused(call)
    expect(await submit(call, token, wrong)).toMatchObject({
      status: 400,
      body: { code: 'invalid_form_data', message },
    })
    expect((await submit(call, token)).status).toBe(200)
  })

  it('is missing for another app, another tenant, and under another name', async () => {
    const { token } = await startPaused(at(workflow))
    const stranger = await platform.addApp(WORKFLOW, 'tenant_22222222-2222-7222-8222-222222222222')
    const others: [ServiceCall, string][] = [
      [at(chatflow), token],
      [at(stranger), token],
      [at(workflow), `${token.slice(0, -1)}${token.endsWith('_') ? '-' : '_'}`],
    ]
    for (const [call, name] of others) {
      expect(await get(call, `/v1/form/human_input/${name}`)).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      })
      expect((await submit(call, name)).status).toBe(404)
    }
    expect((await get({ url: platform.url, key: 'app-wrong' }, `/v1/form/human_input/${token}`)).status).toBe(401)
    expect((await submit(at(workflow), token, { user: '' })).body.code).toBe('invalid_param')
    expect((await submit(at(workflow), token)).status).toBe(200)
  })

  it('is no more when its run is stopped', async () => {
    const call = at(workflow)
    const { runId, taskId, token } = await startPaused(call)
    await using stream = await follow(call, runId, '&continue_on_pause=true')
    await post(call, `/v1/workflows/tasks/${taskId}/stop`, { user: 'ada' })
    expect(await stream.rest()).toMatchObject([{ event: 'workflow_finished', data: { status: 'stopped' } }])
    expect((await get(call, `/v1/workflows/run/${runId}`)).body.status).toBe('stopped')
    expect((await submit(call, token)).body.code).toBe('human_input_form_expired')
  })
})

describe('time', () => {
  it('runs out: the run leaves by the time-out, and the form is no more', async () => {
    const clock = createManualClock()
    await using quick = await startPlatform({}, undefined, { clock })
    await quick.platform.forms.watch()
    const call = at(await quick.addApp(WORKFLOW), quick)
    const { frames, runId, token } = await startPaused(call)
    await using stream = await follow(call, runId, '&continue_on_pause=true')
    clock.advance(DAY_MS - 1)
    expect((await get(call, `/v1/form/human_input/${token}`)).status).toBe(200)
    clock.advance(1)
    expect((await get(call, `/v1/form/human_input/${token}`)).body.code).toBe('human_input_form_expired')
    expect((await submit(call, token)).body.code).toBe('human_input_form_expired')
    // The next look of the watch.
    clock.advance(60_000)
    const rest = await stream.rest()
    expect(rest[0]).toMatchObject({
      event: 'human_input_form_timeout',
      data: { node_id: 'ask', expiration_time: formOf(frames).data.expiration_time },
    })
    expect(rest.at(-1)?.data).toMatchObject({ status: 'succeeded', outputs: { said: 'Offer: **12 seats**\nNote: ' } })
  })
})

describe('another process', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-forms-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('lets the run go on, under the same numbers', async () => {
    const first = await startPlatform({}, 'sqlite', { folder })
    const app = await first.addApp(CHATFLOW)
    const waiting = await startPaused(at(app, first), '/v1/chat-messages', { ...RUN, query: 'May I?' })
    await first.close()

    await using second = await startPlatform({}, 'sqlite', { folder })
    expect(await second.platform.markInterruptedRuns()).toBe(0)
    await second.platform.forms.watch()
    const call = at(app, second)
    // Who lost the stream sees again how the run stands.
    await using snapshot = await follow(call, waiting.runId, '&include_state_snapshot=true')
    const again = await snapshot.rest()
    expect(eventsOf(again)).toEqual(eventsOf(waiting.frames).filter((event) => event !== 'message'))
    expect(formOf(again).data).toEqual(formOf(waiting.frames).data)
    await submit(call, waiting.token)
    const rest = await restOf(call, waiting.runId, waiting.frames)
    expect(eventsOf(rest).slice(0, 2)).toEqual(['human_input_form_filled', 'workflow_started'])
    expect(rest.map(({ answer: text }) => text ?? '').join('')).toBe('You said fine.')
    expect(rest.at(-1)).toMatchObject({ event: 'workflow_finished', data: { status: 'succeeded' } })
    const list = await get(call, `/v1/messages?conversation_id=${rest[0]?.conversation_id}&user=ada`)
    expect(list.body.data).toMatchObject([{ answer: 'Wait, please. You said fine.', status: 'normal' }])
    expect(second.logged).toEqual([])
  })

  it('stops a run that waits', async () => {
    const first = await startPlatform({}, 'sqlite', { folder })
    const app = await first.addApp(WORKFLOW)
    const waiting = await startPaused(at(app, first))
    await first.close()
    await using second = await startPlatform({}, 'sqlite', { folder })
    const call = at(app, second)
    await post(call, `/v1/workflows/tasks/${waiting.taskId}/stop`, { user: 'ada' })
    expect((await get(call, `/v1/workflows/run/${waiting.runId}`)).body.status).toBe('stopped')
  })
})

it('waiting runs take no room', async () => {
  await using small = await startPlatform({ runs: { concurrent: 1 } })
  const call = at(await small.addApp(WORKFLOW), small)
  const waiting = []
  for (let i = 0; i < 3; i++) waiting.push(await startPaused(call))
  for (const { token, taskId } of waiting) {
    expect((await submit(call, token)).status).toBe(200)
    await small.untilOver(taskId)
  }
})
