// Differences of app files, kind by kind.

import { describe, expect, it } from 'vitest'
import { appFile, chain, end, start, template } from '../../../test/support/app-files.ts'
import { type AppDiff, diffApps } from './diff.ts'
import { readAppFile } from './file/parse.ts'

// biome-ignore lint/suspicious/noExplicitAny: app files are changed freely here
type Loose = any

const base = () =>
  appFile({
    mode: 'workflow',
    environment: [
      { id: 'e1', name: 'token', value_type: 'secret', value: 'old-secret', description: '' },
      { id: 'e2', name: 'place', value_type: 'string', value: 'Rome', description: '' },
    ],
    conversation: [{ id: 'c1', name: 'seen', value_type: 'number', value: 1, description: '' }],
    features: { opening_statement: 'Hi.' },
    nodes: {
      start: start({ variable: 'word', type: 'text-input' }, { variable: 'size', type: 'number' }),
      say: template('Hello.'),
      end: end({ said: ['say', 'output'] }),
    },
    edges: chain('start', 'say', 'end'),
  }) as Loose

const read = (document: unknown) => {
  const file = readAppFile(document)
  if (!file.ok) throw new Error(JSON.stringify(file.issues))
  return file.value
}

const diffOf = (change: (file: Loose) => void): AppDiff => {
  const file = base()
  change(file)
  return diffApps(read(base()), read(file))
}
const nodesOf = (file: Loose) => file.workflow.graph.nodes
const none = { added: [], removed: [], changed: [] }

describe('differences', () => {
  it('of nodes name what was added, removed and changed, with both values', () => {
    const diff = diffOf((file) => {
      nodesOf(file)[1].data.template = 'Bye.'
      nodesOf(file)[1].data.error_strategy = 'default-value'
      nodesOf(file).push({ id: 'new', type: 'custom', position: { x: 1, y: 1 }, data: { type: 'llm', title: 'Ask' } })
    })
    expect(diff.nodes).toEqual({
      added: [{ id: 'new', type: 'llm', title: 'Ask' }],
      removed: [],
      changed: [
        {
          id: 'say',
          type: 'template-transform',
          title: 'say',
          changes: [
            { path: 'template', before: 'Hello.', after: 'Bye.' },
            { path: 'error_strategy', after: 'default-value' },
          ],
        },
      ],
    })
    expect(diff).toMatchObject({ equal: false, layout: 0 })
  })

  it('of edges name their ends', () => {
    const diff = diffOf((file) => {
      file.workflow.graph.edges[1].source = 'start'
      file.workflow.graph.edges[1].id = 'renamed'
      file.workflow.graph.edges[0].id = 'also renamed'
    })
    expect(diff.edges).toEqual({
      added: [{ source: 'start', sourceHandle: 'source', target: 'end' }],
      removed: [{ source: 'say', sourceHandle: 'source', target: 'end' }],
    })
    expect(diff.layout).toBe(1)
  })

  it('of positions, sizes, notes and orders are counted apart', () => {
    const diff = diffOf((file) => {
      nodesOf(file)[0].position = { x: 9, y: 9 }
      nodesOf(file)[1].width = 300
      nodesOf(file)[1].selected = true
      nodesOf(file).push({ id: 'note', type: 'custom-note', data: { type: '', text: 'Look!' } })
      file.workflow.graph.viewport = { x: 1, y: 1, zoom: 2 }
    })
    expect(diff).toMatchObject({ equal: false, layout: 4, nodes: none, edges: { added: [], removed: [] } })
    expect(diffOf((file) => nodesOf(file).reverse())).toMatchObject({ equal: false, layout: 1, nodes: none })
  })

  it('of variables are by name, and never show secrets', () => {
    const diff = diffOf((file) => {
      const [token, place] = file.workflow.environment_variables
      token.value = 'new-secret'
      place.name = 'city'
      place.value = 'Oslo'
      file.workflow.conversation_variables = []
      nodesOf(file)[0].data.variables[0].required = true
      nodesOf(file)[0].data.variables[1] = { label: 'x', variable: 'other', type: 'number' }
    })
    expect(diff.variables).toEqual({
      environment: {
        added: [],
        removed: [],
        changed: [
          { name: 'token', changes: [{ path: 'value', secret: true }] },
          {
            name: 'city',
            changes: [
              { path: 'name', before: 'place', after: 'city' },
              { path: 'value', before: 'Rome', after: 'Oslo' },
            ],
          },
        ],
      },
      conversation: { added: [], removed: ['seen'], changed: [] },
      start: {
        added: ['other'],
        removed: ['size'],
        changed: [{ name: 'word', changes: [{ path: 'required', before: false, after: true }] }],
      },
    })
    expect(diff.nodes).toEqual(none)
  })

  it('hide a value that is no secret any more, or becomes one', () => {
    for (const index of [0, 1]) {
      const diff = diffOf((file) => {
        const variable = file.workflow.environment_variables[index]
        variable.value_type = index === 0 ? 'string' : 'secret'
        variable.value = 'changed'
      })
      expect(diff.variables.environment.changed[0]?.changes).toContainEqual({ path: 'value', secret: true })
      expect(JSON.stringify(diff)).not.toMatch(/old-secret|Rome|"changed":"/)
      expect(JSON.stringify(diff)).not.toContain('"after":"changed"')
    }
  })

  it('of features, facts of the file, and settings of basic apps stand apart', () => {
    const diff = diffOf((file) => {
      file.workflow.features.opening_statement = 'Welcome.'
      file.app.name = 'Other'
      file.version = '0.4.0'
    })
    expect(diff.features).toEqual([{ path: 'opening_statement', before: 'Hi.', after: 'Welcome.' }])
    expect(diff.app).toEqual([
      { path: 'version', before: '0.3.0', after: '0.4.0' },
      { path: 'app.name', before: 'Test app', after: 'Other' },
    ])
    const basic = (temperature: unknown, opening: string) =>
      read({
        app: { name: 'B', mode: 'chat' },
        model_config: {
          model: { provider: 'p', name: 'm', completion_params: { temperature } },
          opening_statement: opening,
        },
      })
    expect(diffApps(basic(1, 'a'), basic(0.5, 'b'))).toMatchObject({
      modelConfig: [{ path: 'model.completion_params.temperature', before: 1, after: 0.5 }],
      features: [{ path: 'opening_statement', before: 'a', after: 'b' }],
    })
  })

  it('show long values cut, and say when there are more than they list', () => {
    const long = diffOf((file) => {
      nodesOf(file)[1].data.template = 'x'.repeat(5_000)
    })
    const [change] = long.nodes.changed[0]?.changes ?? []
    expect(change?.after).toBe(`${'x'.repeat(2_000)}…`)
    const many = diffOf((file) => {
      nodesOf(file)[1].data.extra = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]))
      nodesOf(file)[2].data.extra = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]))
      nodesOf(file)[1].data.other = 1
    })
    // A map that is new as a whole is one change.
    expect(many.nodes.changed[0]?.changes).toHaveLength(2)
    const [a, b] = [base(), base()]
    nodesOf(a)[1].data.extra = Array.from({ length: 5_000 }, () => 0)
    nodesOf(b)[1].data.extra = Array.from({ length: 5_000 }, () => 1)
    const bounded = diffApps(read(a), read(b))
    expect(bounded).toMatchObject({ truncated: true, equal: false })
    expect(bounded.nodes.changed[0]?.changes).toHaveLength(2_000)
  })
})
