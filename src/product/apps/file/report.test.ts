// The report must agree with what is known of the 46 sample apps, and with the surroundings it is given.

import { describe, expect, it } from 'vitest'
import { readSampleApp, type SampleApp, sampleApps } from '../../../../test/support/sample-apps.ts'
import { parseAppFile, readAppFile } from './parse.ts'
import { expandModelProvider } from './provider-names.ts'
import { missingPythonPackages } from './python-imports.ts'
import { type AppReport, type NeedKind, reportOnApp, type Surroundings } from './report.ts'
import type { AppFile } from './spec.ts'

/** A platform with one model, every node kind, and nothing else. */
const bare: Surroundings = {
  hasTool: () => false,
  hasModel: () => 'substitute',
  hasDataset: () => false,
  hasAgentStrategy: () => false,
  hasKind: () => 'runs',
  pythonPackages: (code) => missingPythonPackages(code),
}
const withPackages: Surroundings = { ...bare, pythonPackages: () => [] }

const parsed = (text: string): AppFile => {
  const result = parseAppFile(text)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}
const read = (data: unknown): AppFile => {
  const result = readAppFile(data)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}

const names = (report: AppReport, kind: NeedKind): string[] => [
  ...new Set(report.needs.filter((need) => need.kind === kind).map((need) => need.name)),
]
const sorted = (list: Iterable<string>): string[] => [...list].sort()

/** The models the table lists: those that answer, not those that only serve a retrieval. */
const answering = (file: AppFile, report: AppReport): string[] => {
  const retrievals = new Set(
    file.graph?.nodes.filter((node) => node.data.type === 'knowledge-retrieval').map((node) => node.id),
  )
  const models = report.models.filter((model) => model.nodeIds.some((id) => !retrievals.has(id)))
  return models.map((model) => `${model.provider}:${model.name}`)
}

const expandModel = (model: string): string => {
  const at = model.indexOf(':')
  return expandModelProvider(model.slice(0, at)) + model.slice(at)
}

const check = (app: SampleApp): void => {
  const file = parsed(readSampleApp(app.file))
  const report = reportOnApp(file, bare)
  expect(report.mode).toBe(app.mode)
  expect(report.version).toBe(app.version ?? '0.1.0')
  expect(report.versionStatus).toBe('older')
  expect(report.nodes).toEqual(app.nodes)
  expect(sorted(answering(file, report))).toEqual(sorted(app.models.map(expandModel)))
  expect(sorted(names(report, 'tool'))).toEqual(sorted(app.tools))
  expect(sorted(names(report, 'agent-strategy'))).toEqual(sorted(app.agentStrategies))
  expect(names(report, 'dataset')).toHaveLength(app.datasets)
  expect(sorted(names(report, 'python-package'))).toEqual(sorted(app.packages))
  expect(sorted(names(report, 'network'))).toEqual(sorted(app.network))
  if (app.environment !== undefined) expect(file.environment).toHaveLength(app.environment)
  if (app.conversation !== undefined) expect(file.conversation).toHaveLength(app.conversation)

  const wellEquipped = reportOnApp(file, withPackages)
  const extras = report.needs.filter((need) => need.kind === 'network' || need.kind === 'python-package')
  switch (app.runs) {
    case 'yes':
      expect(report.runnable).toBe(true)
      expect(extras).toEqual([])
      break
    case 'extra':
      expect(extras).not.toEqual([])
      expect(report.runnable).toBe(app.packages.length === 0)
      expect(wellEquipped.runnable).toBe(true)
      break
    case 'no':
      expect(wellEquipped.runnable).toBe(false)
      break
  }
}

describe('sample apps', () => {
  it('are 46: 14 run, 10 with an extra, 22 do not', () => {
    const count = (runs: string) => sampleApps.filter((app) => app.runs === runs).length
    expect([sampleApps.length, count('yes'), count('extra'), count('no')]).toEqual([46, 14, 10, 22])
  })
  for (const app of sampleApps) it(`${app.number} ${app.file}`, () => check(app))
})

describe('surroundings', () => {
  it('a tool, a model, a knowledge base and a strategy that are there are no needs', () => {
    const all: Surroundings = {
      hasTool: () => true,
      hasModel: () => 'exact',
      hasDataset: () => true,
      hasAgentStrategy: () => true,
      hasKind: () => 'runs',
      pythonPackages: () => [],
    }
    for (const app of sampleApps) {
      const report = reportOnApp(parsed(readSampleApp(app.file)), all)
      expect(report.runnable).toBe(true)
      expect(report.needs.filter((need) => need.kind !== 'network')).toEqual([])
    }
  })
  it('a substitute does not block, a missing model does', () => {
    const file = parsed(readSampleApp('中译英.yml'))
    const [substitute] = reportOnApp(file, bare).needs
    expect(substitute).toMatchObject({
      kind: 'model',
      blocking: false,
      name: 'langgenius/deepseek/deepseek:deepseek-chat',
    })
    const report = reportOnApp(file, { ...bare, hasModel: () => 'missing' })
    expect(report.runnable).toBe(false)
    expect(report.models).toMatchObject([{ type: 'llm', state: 'missing', nodeIds: [expect.any(String)] }])
  })
  it('kinds that cannot run are named', () => {
    const file = parsed(readSampleApp('中译英.yml'))
    const report = reportOnApp(file, { ...bare, hasKind: (type) => (type === 'llm' ? 'unknown' : 'runs') })
    expect(report.needs).toMatchObject([{ kind: 'node-kind', name: 'llm', blocking: true }, { kind: 'model' }])
  })
  it('asks for tools and strategies as the file names them', () => {
    const asked: string[] = []
    const file = parsed(readSampleApp('Agent工具调用.yml'))
    reportOnApp(file, { ...bare, hasTool: (provider, tool) => asked.push(`${provider} ${tool}`) > 0 })
    expect(asked).toEqual(['time current_time', 'langgenius/duckduckgo/duckduckgo ddgo_search'])
  })
})

const workflow = (nodes: readonly object[], more: object = {}) => ({
  version: '0.6.0',
  kind: 'app',
  app: { mode: 'workflow', name: 'x' },
  workflow: {
    graph: { nodes: [{ id: 's', data: { type: 'start', title: 'S', variables: [] } }, ...nodes], edges: [] },
    ...more,
  },
})

describe('warnings and other needs', () => {
  it('keys that stand in the file', () => {
    const node = (url: string, config: object, headers = '') => ({
      id: url,
      data: { type: 'http-request', title: 'H', url, headers, authorization: { type: 'api-key', config } },
    })
    const file = read(
      workflow([
        node('https://a.example/x', { type: 'bearer', api_key: 'abc' }),
        node('https://b.example/x', { type: 'bearer', api_key: '{{#env.key#}}' }),
        node('https://c.example/x', {}, 'Accept:*/*\nX-Api-Key: 123'),
        node('https://d.example/x', {}, 'X-Api-Key:{{#env.key#}}'),
      ]),
    )
    const report = reportOnApp(file, bare)
    expect(report.warnings.map(({ path, code }) => [path, code])).toEqual([
      ['workflow.graph.nodes[1].data.authorization.config.api_key', 'app/key-in-file'],
      ['workflow.graph.nodes[3].data.headers', 'app/key-in-file'],
    ])
    expect(names(report, 'network')).toEqual(['a.example', 'b.example', 'c.example', 'd.example'])
  })
  it('empty secrets, unreadable knowledge bases, triggers of plugins', () => {
    const file = read(
      workflow(
        [
          { id: 'k', data: { type: 'knowledge-retrieval', title: 'K', dataset_ids: ['kD1v/rT=='] } },
          { id: 't', data: { type: 'trigger-plugin', title: 'T', provider_id: 'org/mail/mail' } },
        ],
        { environment_variables: [{ name: 'KEY', value_type: 'secret', value: '' }] },
      ),
    )
    const report = reportOnApp(file, {
      ...bare,
      hasKind: (type) => (type === 'trigger-plugin' ? 'fails-at-its-turn' : 'runs'),
    })
    expect(report.needs).toMatchObject([
      { nodeId: '', title: 'x', kind: 'credential', name: 'KEY', blocking: false },
      { nodeId: 'k', title: 'K', kind: 'dataset', blocking: true },
      { nodeId: 't', kind: 'plugin', name: 'org/mail/mail', blocking: true },
    ])
    expect(report.warnings).toMatchObject([
      { path: 'workflow.graph.nodes[1].data.dataset_ids[0]', code: 'app/dataset-unreadable' },
    ])
  })
  it('basic apps: model, tools and knowledge of the settings', () => {
    const file = read({
      version: '0.6.0',
      kind: 'app',
      app: { mode: 'agent-chat', name: 'helper' },
      model_config: {
        model: { provider: 'openai', name: 'gpt-4o', mode: 'chat', completion_params: { stop: ['x'] } },
        agent_mode: {
          enabled: true,
          strategy: 'function_call',
          tools: [
            {
              enabled: true,
              provider_type: 'builtin',
              provider_id: 'jina',
              tool_name: 'jina_reader',
              tool_parameters: {},
            },
            { enabled: false, provider_id: 'off', tool_name: 'off' },
            { dataset: { enabled: true, id: 'd1' } },
          ],
        },
        dataset_configs: { datasets: { datasets: [{ dataset: { enabled: true, id: 'd2' } }] } },
      },
    })
    const report = reportOnApp(file, bare)
    expect(report.nodes).toEqual({})
    expect(report.needs.map((need) => [need.nodeId, need.title, need.kind, need.name])).toEqual([
      ['', 'helper', 'model', 'langgenius/openai/openai:gpt-4o'],
      ['', 'helper', 'tool', 'jina/jina_reader'],
      ['', 'helper', 'dataset', 'd2'],
      ['', 'helper', 'dataset', 'd1'],
    ])
    expect(report.runnable).toBe(true)
  })
  it('basic apps: data from outside, which is left out', () => {
    const file = read({
      app: { mode: 'chat', name: 'helper' },
      model_config: {
        model: { provider: 'openai', name: 'gpt-4o', mode: 'chat', completion_params: {} },
        external_data_tools: [
          { enabled: true, type: 'api', variable: 'weather', config: {} },
          { enabled: false, type: 'api', variable: 'news', config: {} },
        ],
        user_input_form: [{ external_data_tool: { variable: 'stock', label: 'Stock', type: 'api', config: {} } }],
      },
    })
    const report = reportOnApp(file, bare)
    expect(report.needs.filter(({ kind }) => kind === 'external-tool')).toMatchObject([
      { nodeId: '', title: 'helper', name: 'weather', blocking: false },
      { name: 'stock', blocking: false },
    ])
    expect(report.runnable).toBe(true)
  })
  it('moderation that cannot be done: the app does not run unmoderated', () => {
    const withModeration = (block: object) =>
      reportOnApp(
        read({
          app: { mode: 'chat', name: 'helper' },
          model_config: {
            model: { provider: 'openai', name: 'gpt-4o', mode: 'chat', completion_params: {} },
            sensitive_word_avoidance: block,
          },
        }),
        bare,
      )
    const refused = withModeration({ enabled: true, type: 'openai_moderation', config: {} })
    expect(refused.runnable).toBe(false)
    expect(refused.needs).toMatchObject([
      {
        kind: 'moderation',
        name: 'openai_moderation',
        blocking: true,
        message: expect.stringContaining('only keywords'),
      },
      { kind: 'model' },
    ])
    const side = { enabled: true, preset_response: 'No.' }
    const config = { keywords: 'a', inputs_config: side, outputs_config: side }
    expect(withModeration({ enabled: true, type: 'keywords', config }).runnable).toBe(true)
    expect(withModeration({ enabled: false, type: 'api' }).runnable).toBe(true)
  })
})
