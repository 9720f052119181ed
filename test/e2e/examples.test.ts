// Every file in examples/ runs, here and as a stored app, and says what it should.

import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { openStream, type ServiceFrame } from '../support/service-stream.ts'

const folder = new URL('../../examples/', import.meta.url)

let platform: TestPlatform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())

interface Example {
  readonly file: string
  readonly body: object
  readonly expected: RegExp
  /** Node types that ran, in the order of their ends. */
  readonly nodes: readonly string[]
}

const EXAMPLES: readonly Example[] = [
  {
    file: 'echo.yml',
    body: { inputs: { query: 'What goes in comes out. ✓' } },
    expected: /^What goes in comes out\. ✓$/,
    nodes: ['start', 'template-transform', 'end'],
  },
  { file: 'chat.yml', body: { query: 'Hello!' }, expected: /\w/, nodes: ['start', 'llm', 'answer'] },
  {
    file: 'demo.yml',
    body: { query: 'How does Heddle run Python code?' },
    expected:
      /Python code runs in Pyodide[\s\S]*\n\n\(Python counted 6 words and 32 characters in your message; the longest word is “Heddle”\.\)$/,
    nodes: [
      'start',
      'question-classifier',
      'template-transform',
      'llm',
      'answer',
      'code',
      'template-transform',
      'answer',
    ],
  },
  {
    file: 'demo.yml',
    body: { query: 'Hi there' },
    expected:
      /\w[\s\S]*\n\n\(Python counted 2 words and 8 characters in your message; the longest word is “there”\.\)$/,
    nodes: ['start', 'question-classifier', 'llm', 'answer', 'code', 'template-transform', 'answer'],
  },
  {
    file: 'translator.yml',
    body: { inputs: { language: '中文', text: 'Good morning' } },
    expected: /\w/,
    nodes: [],
  },
  {
    file: 'translator.yml',
    body: { inputs: { language: 'English', text: 'My PASSWORD is tulip' } },
    expected: /^Please leave secrets out\.$/,
    nodes: [],
  },
]

const PATHS: Readonly<Record<string, string>> = {
  workflow: '/v1/workflows/run',
  'advanced-chat': '/v1/chat-messages',
  completion: '/v1/completion-messages',
}

const textOf = ({ event, answer, data }: ServiceFrame): string =>
  event === 'message' ? answer : event === 'text_chunk' ? data.text : ''

describe('examples', () => {
  it('are all tried here', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.yml'))
    expect([...new Set(EXAMPLES.map(({ file }) => file))].sort()).toEqual(files.sort())
  })

  it.each(EXAMPLES)('$file: $body', async ({ file, body, expected, nodes }) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    const checked = platform.platform.engine.check(text)
    expect(checked.ok && checked.value.report).toMatchObject({ runnable: true, needs: [], warnings: [] })
    const { key } = await platform.addApp(text)
    const path = PATHS[checked.ok ? checked.value.file.mode : ''] ?? ''
    await using stream = await openStream({ url: platform.url, key }, path, { inputs: {}, user: 'reader', ...body })
    const frames = await stream.rest()
    expect(frames.at(-1)).toMatchObject(
      nodes.length === 0 ? { event: 'message_end' } : { event: 'workflow_finished', data: { status: 'succeeded' } },
    )
    expect(frames.map(textOf).join('')).toMatch(expected)
    expect(frames.filter(({ event }) => event === 'node_finished').map(({ data }) => data.node_type)).toEqual(nodes)
  })
})
