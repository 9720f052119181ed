// What a human-input node asks, and what it makes of the answer.

import { describe, expect, it } from 'vitest'
import { compileContext, createNodeContext, type NodeSetting } from '../../test/support/node-context.ts'
import type { ValueObject } from '../base/value.ts'
import type { FormAnswer, FormRequest } from './human-input/form.ts'
import { humanInput } from './human-input.ts'

const SETTINGS = {
  form_content: 'Offer **{{#start.title#}}**: {{#$output.note#}}',
  inputs: [
    {
      type: 'paragraph',
      output_variable_name: 'note',
      default: { type: 'variable', selector: ['start', 'title'], value: '' },
    },
    {
      type: 'text_input',
      output_variable_name: 'old',
      default: { type: 'constant', selector: [], value: 'as before' },
    },
    {
      type: 'select',
      output_variable_name: 'size',
      option_source: { type: 'variable', selector: ['start', 'sizes'], value: [] },
    },
    {
      type: 'file',
      output_variable_name: 'proof',
      allowed_file_types: ['image'],
      allowed_file_upload_methods: ['local_file'],
    },
    { type: 'file-list', output_variable_name: 'proofs', number_limits: 3 },
  ],
  user_actions: [
    { id: 'ok', title: 'Approve', button_style: 'primary' },
    { id: 'no', title: 'Reject' },
  ],
  timeout: 2,
  timeout_unit: 'day',
  delivery_methods: [{ id: 'x', type: 'webapp', enabled: true }],
}
const POOL = { start: { title: 'seats', sizes: ['S', 'L'] } }

const compile = (data: Record<string, unknown>) => humanInput.compile({ id: 'node', data }, compileContext())

const run = async (data: Record<string, unknown>, setting: NodeSetting, answer?: FormAnswer, reason?: FormRequest) => {
  const compiled = compile(data)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  const { context } = createNodeContext(setting)
  const resumed = answer && { reason: reason as unknown as ValueObject, answer: answer as unknown as ValueObject }
  return compiled.value.run(Object.create(context, { resumed: { value: resumed } }))
}

const ask = async (
  data: Record<string, unknown> = SETTINGS,
  pool: NodeSetting['pool'] = POOL,
): Promise<FormRequest> => {
  const outcome = await run(data, { pool })
  if (outcome.type !== 'pause') throw new Error(JSON.stringify(outcome))
  return outcome.reason as unknown as FormRequest
}

describe('the form', () => {
  it('shows everything as it was when it was made', async () => {
    expect(await ask()).toEqual({
      content: 'Offer **seats**: {{#$output.note#}}',
      inputs: [
        { type: 'paragraph', name: 'note', default: { type: 'variable', selector: ['start', 'title'], value: '' } },
        { type: 'paragraph', name: 'old', default: { type: 'constant', selector: [], value: 'as before' } },
        {
          type: 'select',
          name: 'size',
          options: { type: 'variable', selector: ['start', 'sizes'], value: ['S', 'L'] },
        },
        {
          type: 'file',
          name: 'proof',
          fileTypes: ['image'],
          fileExtensions: [],
          uploadMethods: ['local_file'],
          limit: 0,
        },
        { type: 'file-list', name: 'proofs', fileTypes: [], fileExtensions: [], uploadMethods: [], limit: 3 },
      ],
      actions: [
        { id: 'ok', title: 'Approve', style: 'primary' },
        { id: 'no', title: 'Reject', style: 'default' },
      ],
      defaults: { note: 'seats', old: 'as before' },
      timeoutMs: 172_800_000,
      web: true,
    })
  })

  it.each([
    ['the web form is off', [{ type: 'webapp', enabled: false }], false],
    ['only by mail', [{ type: 'email', enabled: true }], false],
    ['nothing is said', undefined, true],
  ])('is for the caller of the run or not: %s', async (_, methods, web) => {
    const { delivery_methods: __, ...others } = SETTINGS
    expect((await ask({ ...others, ...(methods && { delivery_methods: methods }) })).web).toBe(web)
  })

  it('waits 36 hours when nothing is said, and asks nothing when it has no fields', async () => {
    expect(await ask({ form_content: 'Go on?', user_actions: [{ id: 'ok', title: 'Yes' }] })).toMatchObject({
      timeoutMs: 129_600_000,
      inputs: [],
      defaults: {},
    })
  })

  it.each([
    [{ start: { title: 'x' } }, 'start.sizes'],
    [{ start: { title: 'x', sizes: ['S', 1] } }, 'a list of texts'],
  ])('fails when there is nothing to choose from: %j', async (pool, named) => {
    const outcome = await run(SETTINGS, { pool })
    expect(outcome).toMatchObject({ type: 'failure', failure: { message: expect.stringContaining(named) } })
  })
})

describe('the answer', () => {
  const content = 'Offer **seats**: fine'

  it('is left behind field by field, and chooses the exit', async () => {
    const values = { note: 'fine', old: '', size: 'L', proof: null, proofs: [] }
    const outcome = await run(SETTINGS, {}, { type: 'submitted', actionId: 'ok', values, content }, await ask())
    expect(outcome).toEqual({
      type: 'success',
      handle: 'ok',
      outputs: { ...values, __action_id: 'ok', __action_value: 'Approve', __rendered_content: content },
    })
  })

  it('that did not come in time leaves empty fields', async () => {
    const outcome = await run(SETTINGS, {}, { type: 'timeout', content }, await ask())
    const empty = { note: '', old: '', size: '', proof: null, proofs: [], __action_id: '', __action_value: '' }
    expect(outcome).toEqual({
      type: 'success',
      handle: '__timeout',
      outputs: { ...empty, __rendered_content: content },
    })
  })
})

describe('settings', () => {
  it('say which exits there are', () => {
    const compiled = compile(SETTINGS)
    expect(compiled.ok && compiled.value.handles).toEqual(['ok', 'no', '__timeout'])
  })

  it.each([
    ['two inputs of one name', { inputs: [SETTINGS.inputs[0], SETTINGS.inputs[0]] }, 'inputs[1]'],
    [
      'two buttons of one id',
      {
        user_actions: [
          { id: 'a', title: 'A' },
          { id: 'a', title: 'B' },
        ],
      },
      'user_actions[1]',
    ],
    ['an id that is no name', { user_actions: [{ id: 'a b', title: 'A' }] }, 'user_actions[0].id'],
    ['an id that is too long', { user_actions: [{ id: 'a'.repeat(21), title: 'A' }] }, 'user_actions[0].id'],
    ['a title that is too long', { user_actions: [{ id: 'a', title: 'A'.repeat(101) }] }, 'user_actions[0].title'],
    ['no time at all', { timeout: 0 }, 'timeout'],
    ['another unit', { timeout_unit: 'year' }, 'timeout_unit'],
    ['an unknown input', { inputs: [{ type: 'slider', output_variable_name: 'x' }] }, 'inputs[0]'],
  ])('that cannot be are refused: %s', (_, wrong, path) => {
    const compiled = compile({ ...SETTINGS, ...wrong })
    expect(compiled.ok ? [] : compiled.issues).toMatchObject([{ path, code: 'flow/invalid-graph' }])
  })
})
