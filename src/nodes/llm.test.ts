import { describe, expect, test } from 'vitest'
import { compileBody, createNodeContext, type NodeSetting } from '../../test/support/node-context.ts'
import { type Planned, plannedModel } from '../../test/support/planned-model.ts'
import { FileValue } from '../flow/file.ts'
import { ModelError } from '../model/errors.ts'
import type { ChatMessage } from '../model/spec.ts'
import { llm } from './llm.ts'
import type { FileAccess } from './spec.ts'

const image = (filename: string) =>
  new FileValue({
    id: null,
    type: 'image',
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: filename,
    filename,
    extension: '.png',
    mimeType: 'image/png',
    size: 1,
    url: `/files/${filename}`,
  })
const files: FileAccess = {
  read: async (file) => ({ bytes: Buffer.from(file.fields.filename ?? ''), mimeType: 'image/png' }),
  store: async (_, about) => image(about.filename),
}
const POOL = {
  start: { x: 'X', n: 2, none: null, empty: '', img: image('i.png') },
  c: { l: ['p', 'q'], bad: [{ x: 1 }], lo: [{ content: 'C' }], tricky: '{{#start.x#}} {{#context#}} #histories#' },
  sys: { query: 'Q {{#start.x#}}', files: [image('s.png')] },
}
const HISTORY: ChatMessage[] = [
  { role: 'user', content: 'h1' },
  { role: 'assistant', content: 'a1' },
  { role: 'user', content: 'h2' },
  { role: 'assistant', content: 'a2' },
]
const MODEL = { provider: 'p', name: 'm', mode: 'chat', completion_params: {} }

const run = async (data: object, plan: Planned = { reply: 'ok' }, setting: NodeSetting = {}) => {
  const { models, requests } = plannedModel(plan)
  const services = { models, files, history: HISTORY, ...setting.services }
  const { context, said } = createNodeContext({ pool: POOL, ...setting, services })
  const settings = { model: MODEL, context: { enabled: false }, vision: { enabled: false }, ...data }
  const outcome = await compileBody(llm, settings).run(context)
  return { outcome, said, request: requests[0] }
}
const user = (text: string) => [{ role: 'user', text }]
/** Messages as lines, parts as `[kind]`. */
const lines = (messages: readonly ChatMessage[] | undefined) =>
  messages?.map(
    ({ role, content }) =>
      `${role}: ${typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : `[${part.kind}]`)).join('')}`,
  )

describe('the prompt', () => {
  const check = (name: string, data: object, expected: string[], plan?: Planned) =>
    test(name, async () => expect(lines((await run(data, plan)).request?.messages)).toEqual(expected))
  const system = { role: 'system', text: 'ctx: {{#context#}}' }
  const context = (selector: string[]) => ({ context: { enabled: true, variable_selector: selector } })

  check('variables as text', { prompt_template: user('{{#start.x#}} {{#start.n#}} {{#c.l#}} {{#start.none#}}.') }, [
    'user: X 2 ["p", "q"] .',
  ])
  check('empty messages go', { prompt_template: [{ role: 'system', text: 's' }, ...user('{{#start.none#}}')] }, [
    'system: s',
  ])
  check('context from a list', { prompt_template: [system, ...user('u')], ...context(['c', 'l']) }, [
    'system: ctx: p\nq',
    'user: u',
  ])
  check('context missing', { prompt_template: [system, ...user('u')], ...context(['no', 'x']) }, [
    'system: ctx: ',
    'user: u',
  ])
  check(
    'what comes in opens no place',
    { prompt_template: user('{{#c.tricky#}}|{{#context#}}'), ...context(['c', 'tricky']) },
    ['user: {{#start.x#}} {{#context#}} #histories#|{{#start.x#}} {{#context#}} #histories#'],
  )
  check(
    'jinja',
    {
      prompt_template: [
        {
          role: 'user',
          text: 'no',
          edition_type: 'jinja2',
          jinja2_text: '{% for i in l %}<{{ i }}>{% endfor %}{{ z }}',
        },
      ],
      prompt_config: {
        jinja2_variables: [
          { variable: 'l', value_selector: ['c', 'l'] },
          { variable: 'z', value_selector: ['start', 'none'] },
        ],
      },
    },
    ['user: <p><q>None'],
  )

  const memory = (more: object = {}) => ({ memory: { window: { enabled: false, size: 1 }, ...more } })
  check('memory and the query', { prompt_template: user('u'), ...memory() }, [
    'user: u',
    'user: h1',
    'assistant: a1',
    'user: h2',
    'assistant: a2',
    'user: Q {{#start.x#}}',
  ])
  check(
    'a window',
    {
      prompt_template: [],
      ...memory({ window: { enabled: true, size: 1 }, query_prompt_template: 'Ask {{#start.x#}}' }),
    },
    ['user: h2', 'assistant: a2', 'user: Ask X'],
  )

  const completion = {
    ...memory({ role_prefix: { user: 'H', assistant: 'A' } }),
    model: { ...MODEL, mode: 'completion' },
  }
  check('completion', { ...completion, prompt_template: { text: '{{#histories#}}\n>#sys.query#|{{#start.x#}}' } }, [
    'user: H: h1\nA: a1\nH: h2\nA: a2\n>Q {{#start.x#}}|X',
  ])
  check('completion without a place for memory', { ...completion, prompt_template: { text: 'go' } }, [
    'user: H: h1\nA: a1\nH: h2\nA: a2\ngo',
  ])

  const sees: Planned = { reply: 'ok', features: ['vision'] }
  const vision = { vision: { enabled: true, configs: { detail: 'low' } } }
  check('files to look at', { prompt_template: user('see'), ...vision }, ['user: [image]see'], sees)
  check(
    'files after a system message',
    { prompt_template: [{ role: 'system', text: 's' }], ...vision },
    ['system: s', 'user: [image]'],
    sees,
  )
  check(
    'files in the text',
    { prompt_template: [...user('a {{#start.img#}}'), ...user('b')] },
    ['user: a ', 'user: [image]', 'user: b'],
    sees,
  )
  check('a model that sees nothing', { prompt_template: user('see {{#start.img#}}'), ...vision }, ['user: see '])
})

test('pictures in memory go when the model sees nothing', async () => {
  const seen: ChatMessage[] = [
    {
      role: 'user',
      content: [
        { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: '' } },
        { type: 'text', text: 'what is it?' },
      ],
    },
    { role: 'assistant', content: 'a cat' },
  ]
  const data = { prompt_template: [], memory: { window: {} } }
  const asked = async (features: Planned['features']) =>
    lines(
      (await run(data, { reply: 'ok', features: features ?? [] }, { services: { history: seen } })).request?.messages,
    )
  expect(await asked([])).toEqual(['user: what is it?', 'assistant: a cat', 'user: Q {{#start.x#}}'])
  expect(await asked(['vision'])).toEqual(['user: [image]what is it?', 'assistant: a cat', 'user: Q {{#start.x#}}'])
})

test('a run: outputs, stream and trace', async () => {
  const { outcome, said, request } = await run(
    {
      prompt_template: user('{{#start.x#}}'),
      model: { ...MODEL, completion_params: { temperature: 0.5, top_k: '{{#start.n#}}', stop: ['END'] } },
    },
    { reply: ['He', 'llo'] },
  )
  expect(request).toMatchObject({
    parameters: { temperature: 0.5, top_k: 2 },
    stop: ['END'],
    user: 'user-1',
    caller: 'node',
  })
  expect(said).toMatchObject({ text: { text: 'Hello' }, closed: ['text'] })
  expect(outcome).toMatchObject({
    type: 'success',
    outputs: {
      text: 'Hello',
      reasoning_content: '',
      finish_reason: 'stop',
      usage: { prompt_tokens: 7, total_tokens: 10, currency: 'USD' },
    },
    inputs: { '#start.x#': 'X' },
    processData: { prompts: [{ role: 'user', text: 'X' }], model_name: 'model' },
    usage: { promptTokens: 7, completionTokens: 3, totalTokens: 10 },
  })
})

describe('thinking', () => {
  const reply: Planned['reply'] = ['<thi', 'nk>plan</think>\n\nsay ', 'it']
  const apart: Planned['reply'] = [
    { type: 'reasoning-delta', text: 'pl' },
    { type: 'reasoning-delta', text: 'an' },
    'say it',
  ]
  const check = (
    name: string,
    format: string,
    plan: Planned['reply'],
    text: string,
    reasoning: string,
    streamed = text,
  ) =>
    test(`${name}, ${format}`, async () => {
      const { outcome, said } = await run({ prompt_template: user('u'), reasoning_format: format }, { reply: plan })
      expect(outcome.outputs).toMatchObject({ text, reasoning_content: reasoning })
      expect(said.text.text).toBe(streamed)
      expect(said.reasoning.join('')).toBe(reasoning)
    })
  check('tags', 'tagged', reply, '<think>plan</think>\n\nsay it', '')
  check('tags', 'separated', reply, 'say it', 'plan')
  check('apart', 'tagged', apart, '<think>\nplan\n</think>say it', '')
  check('apart', 'separated', apart, 'say it', 'plan')
  check('an open tag at the end', 'separated', ['a ', '<thi'], 'a <thi', '')
  check('thinking only', 'tagged', [{ type: 'reasoning-delta', text: 'plan' }], '<think>\nplan\n</think>', '')
})

test('media of the model is kept and linked', async () => {
  const { outcome } = await run(
    { prompt_template: user('draw') },
    { reply: ['a ', { type: 'media', mimeType: 'image/png', base64: 'aGk=' }] },
  )
  expect(outcome.outputs?.text).toMatch(/^a !\[\]\(\/files\/media_.*\.png\)$/)
  expect(outcome.outputs?.files).toHaveLength(1)
})

test('structured output', async () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
  const data = { prompt_template: user('u'), structured_output_enabled: true, structured_output: { schema } }
  const good = await run(data, { reply: '{"a": 1}' })
  expect(good.outcome.outputs).toMatchObject({ text: '{"a": 1}', structured_output: { a: 1 } })
  const bad = await run(data, { reply: '{"b": 1}' })
  expect(bad.outcome).toMatchObject({ type: 'failure', failure: { type: 'OutputParserError' } })
  expect(bad.said.closed).toEqual([])
})

test('secrets stay out of the trace', async () => {
  const pool = { env: { key: 'secret-key-123456' } }
  const { outcome, request } = await run({ prompt_template: user('k={{#env.key#}}') }, undefined, {
    pool,
    types: { 'env.key': 'secret' },
  })
  expect(lines(request?.messages)).toEqual(['user: k=secret-key-123456'])
  expect(JSON.stringify([outcome.inputs, outcome.processData])).not.toContain('secret-key-123456')
})

describe('failures', () => {
  const down = new ModelError('model/unavailable', { details: { provider: 'p', message: 'down' } })
  const check = (name: string, data: object, type: string, plan?: Planned) =>
    test(name, async () => {
      const { outcome, said } = await run(data, plan)
      expect(outcome).toMatchObject({ type: 'failure', failure: { type } })
      expect(said.closed).toEqual([])
    })
  check('missing variable', { prompt_template: user('{{#no.x#}}') }, 'VariableNotFoundError')
  check(
    'missing in the memory query',
    { prompt_template: user('u'), memory: { window: {}, query_prompt_template: '{{#no.x#}}' } },
    'VariableNotFoundError',
  )
  check(
    'missing jinja variable',
    {
      prompt_template: user('u'),
      prompt_config: { jinja2_variables: [{ variable: 'a', value_selector: ['no', 'x'] }] },
    },
    'VariableNotFoundError',
  )
  check('nothing to say', { prompt_template: user('{{#start.empty#}}') }, 'NoPromptFoundError')
  check('no messages', { prompt_template: [] }, 'NoPromptFoundError')
  check(
    'bad context',
    { prompt_template: user('u'), context: { enabled: true, variable_selector: ['c', 'bad'] } },
    'InvalidContextStructureError',
  )
  check(
    'bad jinja',
    { prompt_template: [{ role: 'user', text: '', edition_type: 'jinja2', jinja2_text: '{{ 1/0 }}' }] },
    'TemplateRenderError',
  )
  check('no prefixes', { prompt_template: { text: 'u' }, memory: { window: {} } }, 'MemoryRolePrefixRequiredError')
  check('model down', { prompt_template: user('u') }, 'InvokeServerUnavailableError', { reply: [down] })
  check('model down midway', { prompt_template: user('u') }, 'InvokeServerUnavailableError', { reply: ['abc', down] })

  test('no model', async () => {
    const { models } = plannedModel({ reply: '' })
    const missing = { ...models, resolve: () => ({ type: 'missing', reason: 'no account' }) as const }
    const { outcome } = await run({ prompt_template: user('u') }, undefined, { services: { models: missing } })
    expect(outcome).toMatchObject({
      type: 'failure',
      failure: { type: 'ModelNotExistError', message: expect.stringContaining('no account') },
    })
  })
  test('a substitute is announced', async () => {
    const { models, model } = plannedModel({ reply: 'ok' })
    const substitute = { ...models, resolve: () => ({ type: 'substitute', model }) as const }
    const { outcome, said } = await run({ prompt_template: user('u') }, undefined, { services: { models: substitute } })
    expect(outcome.type).toBe('success')
    expect(said.notices).toEqual(['model/substitute'])
  })
  test('an abort is thrown on', async () => {
    const signal = AbortSignal.abort()
    await expect(run({ prompt_template: user('u') }, undefined, { signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})
