import { describe, expect, test } from 'vitest'
import { compileBody, createNodeContext, type NodeSetting } from '../../test/support/node-context.ts'
import type { Value } from '../base/value.ts'
import { ToolError } from '../tool/errors.ts'
import type { Tool, ToolMessage } from '../tool/spec.ts'
import { tool } from './tool.ts'

const calls: Readonly<Record<string, Value>>[] = []
const echo = (messages: readonly (ToolMessage | Error)[]): Tool => ({
  provider: 'time',
  name: 'now',
  description: '',
  parameters: [
    { name: 'q', type: 'string', required: true, description: '' },
    { name: 'n', type: 'number', required: false, description: '' },
  ],
  async *run(parameters) {
    calls.push(parameters)
    for (const message of messages) {
      if (message instanceof Error) throw message
      yield message
    }
  },
})

const DATA = {
  provider_id: 'time',
  provider_type: 'builtin',
  provider_name: 'time',
  tool_name: 'now',
  tool_label: 'Now',
}
const call = (data: object, messages: readonly (ToolMessage | Error)[] = [], setting: NodeSetting = {}) => {
  const found = echo(messages)
  const tools = { find: (provider: string) => (provider === 'time' ? found : undefined), list: () => [found] }
  const { context, said } = createNodeContext({
    pool: { start: { x: 'X', l: ['a'], o: { n: 1 } } },
    services: { tools, fetch },
    ...setting,
  })
  return Promise.resolve(compileBody(tool, { ...DATA, ...data }).run(context)).then((outcome) => ({ outcome, said }))
}

describe('arguments', () => {
  const check = (name: string, data: object, expected: object) =>
    test(name, async () => {
      await call(data)
      expect(calls.at(-1)).toEqual(expected)
    })
  check('mixed', { tool_parameters: { q: { type: 'mixed', value: '<{{#start.x#}}>' } } }, { q: '<X>' })
  check(
    'constant',
    { tool_parameters: { q: { type: 'constant', value: '{{#start.x#}}' }, n: { type: 'constant', value: 3 } } },
    { q: 'X', n: 3 },
  )
  check(
    'variable keeps its type',
    { tool_parameters: { q: { type: 'variable', value: ['start', 'o', 'n'] } } },
    { q: 1 },
  )
  check(
    'null is left out',
    { tool_parameters: { q: { type: 'mixed', value: null } }, tool_configurations: { n: null } },
    {},
  )
  check(
    'a missing variable of an optional parameter is left out',
    { tool_parameters: { n: { type: 'variable', value: ['no', 'x'] } } },
    {},
  )
  check('unknown ones are null', { tool_parameters: { z: { type: 'mixed', value: 'a' } } }, { z: null })
  check('old configurations are plain', { tool_configurations: { q: '{{#start.x#}}' } }, { q: '{{#start.x#}}' })
  check(
    'newer ones are templates',
    { tool_node_version: '2', tool_configurations: { q: { type: 'mixed', value: '{{#start.x#}}' } } },
    { q: 'X' },
  )
})

test('what a tool says becomes outputs, and its text streams', async () => {
  const { outcome, said } = await call({ tool_parameters: {} }, [
    { type: 'text', text: 'one ' },
    { type: 'link', url: 'https://a.example' },
    { type: 'json', value: { a: 1 } },
    { type: 'variable', name: 'extra', value: [1] },
  ])
  expect(outcome).toMatchObject({
    type: 'success',
    outputs: { text: 'one Link: https://a.example\n', files: [], json: [{ a: 1 }], extra: [1] },
  })
  expect(said).toMatchObject({ text: { text: 'one Link: https://a.example\n' }, closed: ['text'] })
})

test('without objects, json holds an empty one', async () => {
  expect((await call({})).outcome.outputs?.json).toEqual([{ data: [] }])
})

describe('failures', () => {
  const check = (name: string, data: object, messages: readonly Error[], type: string, text: string) =>
    test(name, async () => {
      const { outcome, said } = await call(data, messages)
      expect(outcome).toMatchObject({ type: 'failure', failure: { type, message: expect.stringContaining(text) } })
      expect(said.closed).toEqual([])
    })
  check(
    'not installed',
    { provider_id: 'tavily', provider_name: 'tavily' },
    [],
    'ToolNodeError',
    'Now of tavily (builtin)',
  )
  check(
    'missing required variable',
    { tool_parameters: { q: { type: 'variable', value: ['no', 'x'] } } },
    [],
    'ToolParameterError',
    'no.x',
  )
  check(
    'bad parameter',
    {},
    [new ToolError('tool/bad-parameter', { details: { parameter: 'q' } })],
    'ToolParameterError',
    'q',
  )
  check(
    'failed',
    {},
    [new ToolError('tool/failed', { details: { tool: 'now', message: 'down' } })],
    'ToolRuntimeInvocationError',
    'down',
  )
})
