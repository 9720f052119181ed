// The written form: what it looks like, what leaves it, and that nothing else does.

import { describe, expect, it } from 'vitest'
import { readSampleApp, sampleApps } from '../../../../test/support/sample-apps.ts'
import { Float } from '../../../base/number.ts'
import { objectFrom, type Value } from '../../../base/value.ts'
import { readYaml } from './drivers/yaml.ts'
import { parseAppFile, readAppFile } from './parse.ts'
import type { AppFile } from './spec.ts'
import { exportDocument, writeAppFile } from './write.ts'
import { writeYaml } from './yaml-text.ts'

describe('YAML text', () => {
  const check = (value: Value, text: string): void => {
    expect(writeYaml(value)).toBe(text)
    expect(readYaml(text)).toEqual({ ok: true, value })
  }
  const words: readonly [Value, string][] = [
    ['plain text', 'plain text'],
    ['中文 🤖', '中文 🤖'],
    ['0.3.1', '0.3.1'],
    ['{{#sys.query#}}', "'{{#sys.query#}}'"],
    ['', "''"],
    ['yes', "'yes'"],
    ['y', 'y'],
    ['Off', "'Off'"],
    ['null', "'null'"],
    ['1', "'1'"],
    ['1_000', "'1_000'"],
    ['1e3', "'1e3'"],
    ['0o7', "'0o7'"],
    ['12:30', "'12:30'"],
    ['2024-01-02', "'2024-01-02'"],
    ['=', "'='"],
    ['<<', "'<<'"],
    ["it's: so", "'it''s: so'"],
    ['a #b', "'a #b'"],
    ['a:b#c', 'a:b#c'],
    ['key:', "'key:'"],
    [' x ', "' x '"],
    ['- x', "'- x'"],
    ['a\tb', "'a\tb'"],
    ['a\r\nb', '"a\\r\\nb"'],
    ['\u2028', '"\\u2028"'],
    ['\ud800"', '"\\uD800\\""'],
    ['\u0085', '"\\x85"'],
    ['\n\n', '"\\n\\n"'],
    ['a\n ', '"a\\n "'],
    [1, '1'],
    [new Float(1), '1.0'],
    [new Float(1e16), '1.0e+16'],
    [1e-5, '1.0e-05'],
    [new Float(1.5e300), '1.5e+300'],
    [2n ** 64n, '18446744073709551616'],
    [Number.NaN, '.nan'],
    [Number.NEGATIVE_INFINITY, '-.inf'],
    [true, 'true'],
    [null, 'null'],
    [[], '[]'],
    [{}, '{}'],
  ]
  for (const [value, text] of words) it(JSON.stringify(text), () => check({ k: value }, `k: ${text}\n`))

  it('maps and lists', () =>
    check(
      { b: { c: [1, { d: 2, e: [] }, [3, [4]]] }, a: {} },
      'b:\n  c:\n  - 1\n  - d: 2\n    e: []\n  - - 3\n    - - 4\na: {}\n',
    ))
  it('texts of several lines stand as they are', () => {
    check({ k: 'a\n  b: c\n\n# d\n' }, 'k: |\n  a\n    b: c\n\n  # d\n')
    check({ k: 'a\nb' }, 'k: |-\n  a\n  b\n')
    check({ k: 'a\nb\n\n' }, 'k: |+\n  a\n  b\n\n')
    check({ k: '\n\na' }, 'k: |-\n\n\n  a\n')
    check({ k: '  a\nb' }, 'k: |2-\n    a\n  b\n')
    check([['\n a\n', 'x']], '- - |2\n\n       a\n  - x\n'.replace('       a', '     a'))
  })
  it('lines are never folded', () => check({ k: 'word '.repeat(500).trim() }, `k: ${'word '.repeat(500).trim()}\n`))
  it('odd keys', () => {
    check(objectFrom([['__proto__', 1]]), '__proto__: 1\n')
    check({ 'a: b': 1, '': 2, 'c\nd': 3, no: 4 }, "'a: b': 1\n'': 2\n\"c\\nd\": 3\n'no': 4\n")
    const long = 'k'.repeat(2000)
    check({ [long]: [1], x: { [long]: { y: 1 } } }, `? ${long}\n:\n  - 1\nx:\n  ? ${long}\n  :\n    y: 1\n`)
  })
})

const fileOf = (data: unknown): AppFile => {
  const result = typeof data === 'string' ? parseAppFile(data) : readAppFile(data)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}

describe('sample apps', () => {
  for (const { file } of sampleApps) {
    it(file, () => {
      const first = fileOf(readSampleApp(file))
      const text = writeAppFile(first)
      const second = fileOf(text)
      expect(second.document).toEqual(exportDocument(first.document))
      // Objects compare without order, texts with it.
      expect(JSON.stringify(second.document)).toBe(JSON.stringify(exportDocument(first.document)))
      expect(writeAppFile(second)).toBe(text)
      expect(writeAppFile(fileOf(JSON.stringify(first.document)))).toBe(text)
    })
  }
})

describe('what leaves an export', () => {
  let ids = 0
  const node = (data: object) => ({ id: String(ids++), type: 'custom', data })
  const upload = { transfer_method: 'local_file', upload_file_id: 'u' }
  const data = {
    version: '0.6.0',
    app: { mode: 'workflow', name: 'x', unknown: [1.5, { kept: null }] },
    workflow: {
      environment_variables: [
        { name: 'key', value_type: 'secret', value: 's3cret' },
        { name: 'plain', value_type: 'string', value: 'open' },
      ],
      graph: {
        nodes: [
          node({
            type: 'start',
            variables: [
              { variable: 'f', type: 'file', default: upload },
              { variable: 'g', type: 'file', default: { transfer_method: 'remote_url' } },
            ],
          }),
          node({ type: 'tool', tool_name: 't', credential_id: 'c1' }),
          node({
            type: 'agent',
            agent_parameters: { tools: { type: 'constant', value: [{ tool_name: 'a', credential_id: 'c2' }] }, odd: 5 },
          }),
          node({ type: 'trigger-webhook', webhook_url: 'https://x', webhook_debug_url: 'https://y', method: 'get' }),
          node({ type: 'trigger-plugin', subscription_id: 'sub' }),
          node({ type: 'code', credential_id: 'is data here' }),
        ],
        edges: [],
      },
    },
  }
  const nodesOf = (document: object) =>
    (document as typeof data).workflow.graph.nodes.map((item) => item.data as Record<string, unknown>)

  it('secrets, credentials, and what only one installation can use', () => {
    const { document } = fileOf(writeAppFile(fileOf(data)))
    expect(document).toMatchObject({
      app: data.app,
      workflow: {
        environment_variables: [
          { name: 'key', value: '' },
          { name: 'plain', value: 'open' },
        ],
      },
    })
    expect(nodesOf(document)).toEqual([
      {
        type: 'start',
        variables: [
          { variable: 'f', type: 'file' },
          { variable: 'g', type: 'file', default: { transfer_method: 'remote_url' } },
        ],
      },
      { type: 'tool', tool_name: 't' },
      { type: 'agent', agent_parameters: { tools: { type: 'constant', value: [{ tool_name: 'a' }] }, odd: 5 } },
      { type: 'trigger-webhook', webhook_url: '', webhook_debug_url: '', method: 'get' },
      { type: 'trigger-plugin', subscription_id: '' },
      { type: 'code', credential_id: 'is data here' },
    ])
  })
  it('with secrets when asked, and never credentials', () => {
    const text = writeAppFile(fileOf(data), { includeSecrets: true })
    expect(text).toContain('value: s3cret')
    expect(text).not.toMatch(/c1|c2/)
  })
  it('the tools of a basic agent', () => {
    const tools = [{ tool_name: 't', provider_id: 'p', credential_id: 'c' }, { dataset: { enabled: true, id: 'd' } }]
    const file = fileOf({
      app: { mode: 'agent-chat' },
      model_config: { model: { provider: 'p', name: 'm' }, agent_mode: { enabled: true, tools } },
    })
    expect(writeAppFile(file)).not.toContain('credential_id')
    expect(file.document).toMatchObject({ model_config: { agent_mode: { tools } } })
  })
  it('a file without such things is its document', () => {
    const { document } = fileOf(readSampleApp('中译英.yml'))
    expect(exportDocument(document)).toBe(document)
  })
})
