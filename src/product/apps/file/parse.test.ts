// What is read from an app file, and that every problem is found with its code and place.

import { describe, expect, it } from 'vitest'
import { readSampleApp, sampleApps } from '../../../../test/support/sample-apps.ts'
import type { Result } from '../../../base/errors.ts'
import { Float } from '../../../base/number.ts'
import { objectFrom, type Value } from '../../../base/value.ts'
import { MAX_BYTES, MAX_DEPTH } from './limits.ts'
import { parseAppFile, readAppFile } from './parse.ts'
import type { AppFile } from './spec.ts'
import { declaredByName } from './variables.ts'

const start = { id: 's', type: 'custom', data: { type: 'start', title: 'S', variables: [] as object[] } }

interface Parts {
  readonly nodes?: unknown
  readonly edges?: unknown
  readonly app?: object
  readonly top?: object
  readonly workflow?: object
}
const workflow = ({ nodes = [start], edges = [], app, top, workflow }: Parts = {}) => ({
  version: '0.6.0',
  kind: 'app',
  app: { mode: 'workflow', name: 'demo', ...app },
  workflow: { graph: { nodes, edges }, features: {}, ...workflow },
  ...top,
})
const basic = (settings: object, mode = 'chat') => ({
  version: '0.6.0',
  kind: 'app',
  app: { mode, name: 'demo' },
  model_config: { model: { provider: 'openai', name: 'm', mode: 'chat', completion_params: {} }, ...settings },
})

const fileOf = (result: Result<AppFile>): AppFile => {
  if (!result.ok) throw new Error(JSON.stringify(result.issues, null, 1))
  return result.value
}
const problemsOf = (result: Result<AppFile>): string[] =>
  result.ok ? [] : result.issues.map(({ path, code }) => `${path} ${code.replace('app/', '')}`)
const messagesOf = (result: Result<AppFile>): string =>
  result.ok ? '' : result.issues.map((i) => i.message).join('\n')

describe('problems of plain data', () => {
  const variable = (more: object) => ({ workflow: { environment_variables: [{ name: 'v', ...more }] } })
  const V = 'workflow.environment_variables[0]'
  const N = 'workflow.graph.nodes'
  const F = 'model_config.user_input_form[0]'
  const rows: readonly [string, unknown, readonly string[]][] = [
    ['nothing wrong', workflow(), []],
    ['no map', [1], [' not-a-map']],
    ['null', null, [' not-a-map']],
    ['no app', { version: '0.1.0' }, ['app missing']],
    ['app is a text', { app: 'x' }, ['app wrong-type']],
    ['no mode', workflow({ app: { mode: undefined } }), ['app.mode missing']],
    ['a mode that is no app', workflow({ app: { mode: 'rag-pipeline' } }), ['app.mode mode-unknown']],
    ['no workflow', { app: { mode: 'workflow' } }, ['workflow missing']],
    ['no model_config', { app: { mode: 'chat' } }, ['model_config missing']],
    ['version as a float', workflow({ top: { version: 0.3 } }), ['version version-not-text']],
    ['version as words', workflow({ top: { version: 'newest' } }), ['version version-unreadable']],
    ['graph is a list', workflow({ workflow: { graph: [] } }), ['workflow.graph wrong-type']],
    ['nodes missing', workflow({ workflow: { graph: { edges: [] } } }), [`${N} missing`]],
    ['nodes is a map', workflow({ nodes: {} }), [`${N} wrong-type`]],
    ['edges is a text', workflow({ edges: 'x' }), ['workflow.graph.edges wrong-type']],
    ['no root', workflow({ nodes: [] }), [`${N} no-root`]],
    ['a node that is no map', workflow({ nodes: [start, 3] }), [`${N}[1] wrong-type`]],
    ['a node without id', workflow({ nodes: [start, { data: { type: 'llm' } }] }), [`${N}[1].id node-id`]],
    ['an id that is a number', workflow({ nodes: [start, { id: 7, data: { type: 'llm' } }] }), [`${N}[1].id node-id`]],
    ['an id twice', workflow({ nodes: [start, start] }), [`${N}[1].id node-duplicate`]],
    ['data is a list', workflow({ nodes: [start, { id: 'a', data: [] }] }), [`${N}[1].data wrong-type`]],
    ['no type', workflow({ nodes: [start, { id: 'a', data: {} }] }), [`${N}[1].data.type node-type`]],
    [
      'a type that is no text',
      workflow({ nodes: [start, { id: 'a', data: { type: 5 } }] }),
      [`${N}[1].data.type wrong-type`],
    ],
    [
      'an edge to nowhere',
      workflow({ edges: [{ id: 'e', source: 's', target: 'x' }] }),
      ['workflow.graph.edges[0].target edge-dangling'],
    ],
    [
      'an edge from nowhere to nowhere',
      workflow({ edges: [{ source: 'y', target: 'x' }] }),
      ['workflow.graph.edges[0].source edge-dangling', 'workflow.graph.edges[0].target edge-dangling'],
    ],
    [
      'a note is no node',
      workflow({
        nodes: [start, { id: 'n', type: 'custom-note', data: { type: '' } }],
        edges: [{ source: 's', target: 'n' }],
      }),
      ['workflow.graph.edges[0].target edge-dangling'],
    ],
    ['features is a list', workflow({ workflow: { features: [] } }), ['workflow.features wrong-type']],
    ['a name that is a list', workflow({ app: { name: [] } }), ['app.name wrong-type']],

    [
      'variables is a map',
      workflow({ workflow: { environment_variables: {} } }),
      ['workflow.environment_variables wrong-type'],
    ],
    [
      'a variable without name',
      workflow({ workflow: { conversation_variables: [{ value_type: 'string', value: '' }] } }),
      ['workflow.conversation_variables[0].name variable-name'],
    ],
    [
      'no type and no value',
      workflow(variable({})),
      [`${V}.value variable-value-missing`, `${V}.value_type variable-type-missing`],
    ],
    [
      'null for a value',
      workflow(variable({ value_type: 'string', value: null })),
      [`${V}.value variable-value-missing`],
    ],
    ['a file type', workflow(variable({ value_type: 'file', value: {} })), [`${V}.value_type variable-type`]],
    ['a text for a number', workflow(variable({ value_type: 'number', value: '1' })), [`${V}.value variable-value`]],
    [
      'a boolean for a number',
      workflow(variable({ value_type: 'number', value: true })),
      [`${V}.value variable-value`],
    ],
    ['a number for a text', workflow(variable({ value_type: 'string', value: 1 })), [`${V}.value variable-value`]],
    [
      'a wrong entry',
      workflow(variable({ value_type: 'array[string]', value: ['a', 1] })),
      [`${V}.value variable-value`],
    ],
    [
      'a text for a list',
      workflow(variable({ value_type: 'array[object]', value: 'x' })),
      [`${V}.value variable-value`],
    ],
    [
      'too large',
      workflow(variable({ value_type: 'string', value: 'é'.repeat(103_000) })),
      [`${V}.value variable-too-large`],
    ],
    [
      'declared twice',
      workflow({
        workflow: { environment_variables: [1, 2].map((value) => ({ name: 'v', value_type: 'number', value })) },
      }),
      ['workflow.environment_variables[1].name variable-duplicate'],
    ],

    [
      'start variable of an unknown type',
      workflow({ nodes: [{ ...start, data: { type: 'start', variables: [{ variable: 'a', type: 'colour' }] } }] }),
      [`${N}[0].data.variables[0].type input-type`],
    ],
    [
      'start variable without a name',
      workflow({ nodes: [{ ...start, data: { type: 'start', variables: [{ type: 'number' }] } }] }),
      [`${N}[0].data.variables[0].variable variable-name`],
    ],
    [
      'a schema that is none',
      workflow({
        nodes: [
          { ...start, data: { type: 'start', variables: [{ variable: 'a', type: 'json_object', json_schema: '{' }] } },
        ],
      }),
      [`${N}[0].data.variables[0].json_schema wrong-type`],
    ],

    ['a form that is a map', basic({ user_input_form: {} }), ['model_config.user_input_form wrong-type']],
    ['a form entry with two keys', basic({ user_input_form: [{ select: {}, number: {} }] }), [`${F} input-form`]],
    ['a form entry that is a text', basic({ user_input_form: ['x'] }), [`${F} wrong-type`]],
    [
      'a form entry of an unknown type',
      basic({ user_input_form: [{ colour: { variable: 'a' } }] }),
      [`${F}.colour input-type`],
    ],
    ['a form entry without settings', basic({ user_input_form: [{ number: null }] }), [`${F}.number missing`]],
    [
      'a bad name',
      basic({ user_input_form: [{ number: { variable: '1a' } }] }),
      [`${F}.number.variable variable-name-invalid`],
    ],
    [
      'a default outside the options',
      basic({ user_input_form: [{ select: { variable: 'a', options: ['x'], default: 'y' } }] }),
      [`${F}.select.default input-default`],
    ],
    [
      'a select without options',
      basic({ user_input_form: [{ select: { variable: 'a' } }] }),
      [`${F}.select.options missing`],
    ],
    ['no model', basic({ model: null }), ['model_config.model missing']],
    ['a model without a name', basic({ model: { provider: 'openai' } }), ['model_config.model.name missing']],
    ['an unknown prompt type', basic({ prompt_type: 'clever' }), ['model_config.prompt_type wrong-type']],
    [
      'too many messages',
      basic({ chat_prompt_config: { prompt: Array(11).fill({ role: 'user', text: 'x' }) } }),
      ['model_config.chat_prompt_config.prompt prompt-too-long'],
    ],
    [
      'knowledge without a question',
      basic({ dataset_configs: { datasets: { datasets: [{ dataset: { enabled: true, id: 'd' } }] } } }, 'completion'),
      ['model_config.dataset_query_variable query-variable-missing'],
    ],
    ['what is no data', workflow({ top: { extra: new Date(0) } }), ['extra not-data']],
  ]
  for (const [name, data, problems] of rows) {
    it(name, () => expect(problemsOf(readAppFile(data))).toEqual(problems))
  }

  it('all problems at once', () => {
    const data = workflow({
      app: { name: {} },
      top: { version: 1 },
      nodes: [start, { id: 'a' }, { data: { type: 'x' } }],
      edges: [{ source: 'a', target: 'b' }],
      workflow: undefined as unknown as object,
    })
    Object.assign(data.workflow, { environment_variables: [{ name: 'v' }] })
    expect(problemsOf(readAppFile(data))).toEqual([
      'version version-not-text',
      'app.name wrong-type',
      'workflow.graph.nodes[1].data missing',
      'workflow.graph.nodes[2].id node-id',
      'workflow.graph.edges[0].target edge-dangling',
      'workflow.environment_variables[0].value variable-value-missing',
      'workflow.environment_variables[0].value_type variable-type-missing',
    ])
  })
  it('but not without end', () => {
    const result = readAppFile(workflow({ nodes: Array(5000).fill(7) }))
    expect(result.ok ? 0 : result.issues.length).toBe(101)
    expect(problemsOf(result).at(-1)).toMatch(/too-many-problems$/)
  })
  it('and never at length', () => {
    const data = workflow({
      nodes: [start, { id: 'i'.repeat(9999), data: {} }],
      top: { ['k'.repeat(9999)]: new Date(0) },
    })
    const shown = JSON.stringify([readAppFile(data), readAppFile({ ...data, ['k'.repeat(9999)]: 1 })])
    expect(shown.length).toBeLessThan(2000)
  })
  it('messages say what was found', () => {
    expect(messagesOf(readAppFile(workflow({ top: { version: 0.3 } })))).toContain('"0.3"')
    expect(messagesOf(readAppFile(workflow({ edges: [{ id: 'e9', source: 's', target: 'ghost' }] })))).toBe(
      'The edge e9 names the node ghost as its target, which does not exist.',
    )
  })
})

describe('problems of text', () => {
  const body = 'app: {mode: workflow, name: x}\nworkflow: {graph: {nodes: [{id: s, data: {type: start}}], edges: []}}\n'
  const rows: readonly [string, string, RegExp][] = [
    ['empty', '', /line 1, column 1/],
    ['a text', 'hello', /but it is a text \(line 1, column 1\)/],
    ['an open quote', `${body}x: "abc`, /line 3, column 8: Missing closing "quote/],
    ['a tab for a margin', `${body}x:\n\ty: 1`, /line 4, column 1/],
    ['two documents', `${body}---\na: 1`, /line 3, column 1: a file holds one document/],
    ['a control character', `${body}x: \u0007`, /U\+0007 at line 3, column 4/],
    ['an unknown tag', `${body}x: !!python/object:os.system [ls]`, /!!python\/object:os.system at line 3/],
    ['a wrong tag', `${body}x: !!int abc`, /!!int at line 3/],
    ['an alias without anchor', `${body}x: *a`, /alias \*a at line 3, column 4 names no anchor/],
    ['an alias inside itself', `${body}x: &a [*a]`, /stands inside what it names/],
    ['a key given twice', `${body}x: {a: 1, b: 2, a: 3}`, /key a is given twice \(line 3\)/],
    ['a map as a key', `${body}x: {[1]: 2}`, /key at line 3, column 5 is not a plain text/],
    ['broken JSON', '{"app": {"mode": "workflow",, }}', /line 1, column \d+/],
  ]
  for (const [name, text, message] of rows) it(name, () => expect(messagesOf(parseAppFile(text))).toMatch(message))

  it('names the place of keys given twice, in YAML and in JSON', () => {
    expect(problemsOf(parseAppFile(`${body}x: [0, {a: 1, "a": 2}]`))).toEqual(['x[1].a duplicate-key'])
    const json = '{"x": [0, {"a": "]{\\"", "b": 1, "a": 2}], "version": "1.0.0", "x": 2, "y": {"x": 1}}'
    expect(problemsOf(parseAppFile(json))).toContain('x[1].a duplicate-key')
    expect(problemsOf(parseAppFile(json)).filter((line) => line.endsWith('duplicate-key'))).toHaveLength(2)
  })
  it('reports several syntax errors, but not without end', () => {
    const result = parseAppFile('x: "a" b\n'.repeat(50_000))
    expect(result.ok ? [] : result.issues.map((issue) => issue.code)).toEqual(Array(20).fill('app/yaml-syntax'))
  })
  it('refuses what is too large, too deep, or grows too large', () => {
    expect(problemsOf(parseAppFile('a'.repeat(MAX_BYTES + 1)))).toEqual([' too-large'])
    expect(problemsOf(parseAppFile(`${body}x: ${'['.repeat(100_000)}`))).toEqual([' too-deep'])
    expect(problemsOf(parseAppFile(`${body}x: ${'['.repeat(MAX_DEPTH + 1)}${']'.repeat(MAX_DEPTH + 1)}`))[0]).toMatch(
      /too-deep/,
    )
    expect(problemsOf(parseAppFile('- '.repeat(100_000)))).toEqual([' too-deep'])
    expect(problemsOf(parseAppFile(`{"app": ${'['.repeat(400)}${']'.repeat(400)}}`))[0]).toMatch(/too-deep/)
    const bomb = Array.from({ length: 30 }, (_, i) => `k${i}: &a${i} [${i ? `*a${i - 1}, *a${i - 1}` : 'x'}]`).join(
      '\n',
    )
    expect(problemsOf(parseAppFile(body + bomb))[0]).toMatch(/^k\d+\[\d\] yaml-alias$/)
    const depths = Array.from({ length: MAX_DEPTH }, (_, i) => `k${i}: &a${i} [[${i ? `*a${i - 1}` : 'x'}]]`).join('\n')
    expect(problemsOf(parseAppFile(body + depths))[0]).toMatch(/too-deep$/)
  })
  it('refuses cycles of given objects', () => {
    const loop: Record<string, unknown> = workflow()
    loop.self = loop
    expect(problemsOf(readAppFile(loop))).toEqual([expect.stringMatching(/^self\.self.* too-deep$/)])
  })
})

describe('values', () => {
  const body = 'app: {mode: workflow, name: x}\nworkflow: {graph: {nodes: [{id: s, data: {type: start}}], edges: []}}\n'
  const read = (yaml: string): Value => fileOf(parseAppFile(`${body}x: ${yaml}\n`)).document.x as Value
  const rows: readonly [string, Value][] = [
    ['yes', true],
    ['Off', false],
    ['y', 'y'],
    ['~', null],
    ['', null],
    ['0.3', 0.3],
    ['1.0', new Float(1)],
    ['1_000', 1000],
    ['010', 8],
    ['08', '08'],
    ['0x1F', 31],
    ['0b11', 3],
    ['12:30', 750],
    ['1:30.5', 90.5],
    ['1e3', '1e3'],
    ['1.0e+3', new Float(1000)],
    ['-.inf', Number.NEGATIVE_INFINITY],
    ['12345678901234567890', 12345678901234567890n],
    ['2024-01-02', '2024-01-02'],
    ['2024-01-02 03:04:05', '2024-01-02 03:04:05'],
    ['0.3.1', '0.3.1'],
    ['"yes"', 'yes'],
    ["'1'", '1'],
    ['!!str 1', '1'],
    ['!!float 1', new Float(1)],
    ['! 1', '1'],
    ['[on, *none]'.replace(', *none', ''), [true]],
    [
      '{no: 1, 2: 3}',
      objectFrom([
        ['2', 3],
        ['no', 1],
      ]),
    ],
    ['{__proto__: {a: 1}}', objectFrom([['__proto__', { a: 1 }]])],
    ['[&a {b: 1}, *a]', [{ b: 1 }, { b: 1 }]],
    ['{<<: [{a: 1, b: 1}, {b: 2, c: 2}], c: 3}', { b: 1, c: 3, a: 1 }],
    ['"\\ud83d\\ude00 \\0"', '😀 \0'],
    ['|-\n  a\n   b\n\n  c', 'a\n b\n\nc'],
    ['>\n  a\n  b\n', 'a b\n'],
  ]
  for (const [yaml, value] of rows) {
    it(JSON.stringify(yaml), () => {
      const result = read(yaml)
      expect(result).toEqual(value)
      if (typeof value === 'object' && value !== null) expect(Object.keys(result as object)).toEqual(Object.keys(value))
    })
  }
  it('JSON text has the numbers of JSON', () => {
    const file = fileOf(parseAppFile(`\ufeff ${JSON.stringify(workflow()).slice(0, -1)}, "x": [1.0, 1e3, 1, true]}`))
    expect(file.document.x).toEqual([new Float(1), new Float(1000), 1, true])
  })
  it('a key __proto__ stays a key, and changes no prototype', () => {
    const file = fileOf(parseAppFile(`${body}__proto__: {polluted: yes}\n`))
    expect(Object.hasOwn(file.document, '__proto__')).toBe(true)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect((file.document as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('what is read', () => {
  it('is frozen to the bottom and shares nothing with the giver', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
    for (const app of sampleApps) expect(frozen(fileOf(parseAppFile(readSampleApp(app.file))))).toBe(true)
    const data = workflow()
    const file = fileOf(readAppFile(data))
    data.app.name = 'changed'
    expect(file.name).toBe('demo')
    expect(Object.isFrozen(data.app)).toBe(false)
  })

  const versions: readonly [unknown, string, string, string[]][] = [
    [undefined, '0.1.0', 'older', []],
    ['', '0.1.0', 'older', []],
    ['0.1.5', '0.1.5', 'older', ['app/version-older']],
    ['0.6.0', '0.6.0', 'current', []],
    ['0.6', '0.6', 'current', []],
    ['0.5.10', '0.5.10', 'older', ['app/version-older']],
    ['0.6.1', '0.6.1', 'newer', ['app/version-newer']],
    ['0.10.0', '0.10.0', 'newer', ['app/version-newer']],
    ['1.0', '1.0', 'newer', ['app/version-newer']],
  ]
  for (const [version, text, status, warnings] of versions) {
    it(`version ${JSON.stringify(version)}`, () => {
      const file = fileOf(readAppFile(workflow({ top: { version } })))
      expect([file.version, file.versionStatus, file.warnings.map((issue) => issue.code)]).toEqual([
        text,
        status,
        warnings,
      ])
    })
  }

  it('names and looks', () => {
    const app = { name: 2024, description: undefined, icon: '🤖', icon_type: 'video', icon_background: '#000' }
    const file = fileOf(readAppFile(workflow({ app, top: { kind: 'rag_pipeline' } })))
    expect(file).toMatchObject({ name: '2024', description: '', icon: '🤖', iconType: 'emoji', iconBackground: '#000' })
    expect(file.useIconAsAnswerIcon).toBe(false)
    expect(file.warnings.map((issue) => issue.code)).toEqual(['app/kind-not-app', 'app/icon-type-unknown'])
  })

  it('declared variables, by their values', () => {
    const list: readonly [string, Value, string][] = [
      ['number', 1, 'integer'],
      ['number', 1.5, 'float'],
      ['integer', new Float(2), 'float'],
      ['float', 2n ** 70n, 'integer'],
      ['secret', '', 'secret'],
      ['array[number]', [1, 2.5], 'array[number]'],
      ['object', {}, 'object'],
      ['boolean', false, 'boolean'],
    ]
    const environment_variables = list.map(([value_type, value], i) => ({ name: `v${i}`, value_type, value }))
    const { environment } = fileOf(readAppFile(workflow({ workflow: { environment_variables } })))
    expect(environment.map((variable) => variable.type)).toEqual(list.map(([, , type]) => type))
    expect(environment[0]).toEqual({ id: 'v0', name: 'v0', description: '', type: 'integer', value: 1 })
    expect(declaredByName(environment).v1).toEqual({ type: 'float', value: 1.5 })
  })

  it('edges: default handles, and those that are ignored', () => {
    const ends = { source: 's', target: 's' }
    const edges = [ends, { ...ends, sourceHandle: null }, { ...ends, sourceHandle: 1 }, { ...ends, target: 5 }]
    const file = fileOf(readAppFile(workflow({ edges })))
    const path = 'workflow.graph.edges'
    expect(file.graph?.edges).toEqual([0, 1].map((i) => ({ ...ends, sourceHandle: 'source', path: `${path}[${i}]` })))
    expect(file.warnings.map((issue) => issue.path)).toEqual([`${path}[2].sourceHandle`, `${path}[3].target`])
  })

  it('what a run asks for', () => {
    const variables = [
      { variable: 'a', label: 'A', type: 'select', required: true, options: ['x', 1], default: 'x', max_length: 48 },
      { variable: 'f', type: 'file', allowed_file_types: ['image'], allowed_file_upload_methods: ['local_file'] },
      { variable: 'j', type: 'json_object', json_schema: '{"type": "object"}', max_length: null },
    ]
    const file = fileOf(readAppFile(workflow({ nodes: [{ ...start, data: { type: 'start', variables } }] })))
    expect(file.rootNodeId).toBe('s')
    expect(file.startVariables).toMatchObject([
      { name: 'a', label: 'A', type: 'select', required: true, options: ['x', '1'], default: 'x', maxLength: 48 },
      { name: 'f', label: '', required: false, allowedFileTypes: ['image'], allowedFileUploadMethods: ['local_file'] },
      { name: 'j', jsonSchema: { type: 'object' }, hide: false, description: '' },
    ])
    expect(file.startVariables[2]).not.toHaveProperty('maxLength')
  })

  it('dependencies: listed, derived, ignored', () => {
    const marketplace_plugin_unique_identifier = 'langgenius/openai:0.0.12@604c1a'
    const dependencies = [
      { type: 'marketplace', value: { marketplace_plugin_unique_identifier } },
      { type: 'github', value: { repo: 'o/r', version: 'v1', github_plugin_unique_identifier: 'o/r:1.0@aa' } },
      { type: 'odd' },
    ]
    const file = fileOf(readAppFile(workflow({ top: { dependencies } })))
    expect(file.dependencies).toEqual([
      {
        type: 'marketplace',
        plugin: 'langgenius/openai',
        version: '0.0.12',
        identifier: marketplace_plugin_unique_identifier,
      },
      { type: 'github', plugin: 'o/r', version: '1.0', identifier: 'o/r:1.0@aa' },
    ])
    expect(file.warnings.map((issue) => issue.path)).toEqual(['dependencies[2]'])
    const old = fileOf(parseAppFile(readSampleApp('搜索大师.yml')))
    expect(old.dependencies.map((dependency) => dependency.plugin)).toEqual([
      'langgenius/openai',
      'langgenius/searxng',
      'langgenius/jina_tool',
    ])
  })

  it('the settings of a basic app', () => {
    const file = fileOf(
      readAppFile(
        basic(
          {
            model: { provider: 'openai', name: 'gpt', completion_params: { temperature: 0.5, stop: ['END'] } },
            pre_prompt: 'Hi {{name}}',
            user_input_form: [{ paragraph: { label: 'Name', variable: '名字', required: true } }],
            agent_mode: {
              enabled: true,
              strategy: 'react',
              tools: [{ dataset: { enabled: true, id: 'd' } }],
              max_iteration: 500,
            },
            dataset_configs: {
              retrieval_model: 'multiple',
              top_k: 6,
              score_threshold: 0.4,
              score_threshold_enabled: true,
            },
            opening_statement: 'Welcome',
            unknown: { kept: true },
          },
          'agent-chat',
        ),
      ),
    )
    expect(file.modelConfig).toMatchObject({
      model: { provider: 'openai', name: 'gpt', mode: 'chat', parameters: { temperature: 0.5 }, stop: ['END'] },
      promptType: 'simple',
      prePrompt: 'Hi {{name}}',
      agent: { enabled: true, strategy: 'react', maxIterations: 99, tools: [] },
      datasets: { ids: ['d'], retrieval: 'multiple', topK: 6, scoreThreshold: 0.4, rerankingEnabled: true },
      settings: { unknown: { kept: true } },
    })
    expect(file.startVariables).toMatchObject([{ name: '名字', label: 'Name', type: 'paragraph', required: true }])
    expect(file.features).toEqual({ opening_statement: 'Welcome' })
    expect(file.graph).toBeUndefined()
  })
})
