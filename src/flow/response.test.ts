// Reading order of responses. Each row: a graph in short form, what streams, and what the run stores.

import { describe, expect, it } from 'vitest'
import { type Script, testKinds } from '../../test/support/flow-kinds.ts'
import { createIds, systemClock } from '../base/seams.ts'
import { compile } from './compile.ts'
import type { FlowEvent } from './events.ts'
import { run } from './run.ts'
import type { GraphEdge, GraphNode } from './spec.ts'

interface Row {
  readonly name: string
  /** id → data; the kind is the type. */
  readonly nodes: Record<string, Record<string, unknown>>
  /** `a->b` or `a:handle->b`. */
  readonly edges: readonly string[]
  readonly chunks: readonly string[]
  readonly answer: string
  /** Nodes are held back until all others rest, in this order. */
  readonly last?: readonly string[]
}

const play = async (row: Row): Promise<FlowEvent[]> => {
  const nodes: GraphNode[] = Object.entries(row.nodes).map(([id, { parent, ...data }]) => ({
    id,
    data,
    ...(typeof parent === 'string' && { parentId: parent }),
  }))
  const edges: GraphEdge[] = row.edges.map((text) => {
    const [, source = '', sourceHandle = 'source', target = ''] = /^(\w+)(?::(\w+))?->(\w+)$/.exec(text) ?? []
    return { source, target, sourceHandle }
  })
  const compiled = compile({ nodes, edges }, { kinds: testKinds, mode: 'advanced-chat' })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  const services: Script = {
    gate: async (id) => {
      for (let turns = ((row.last?.indexOf(id) ?? -1) + 1) * 20; turns > 0; turns--) await turn()
    },
  }
  const events: FlowEvent[] = []
  const request = { inputs: { v: 'Q' }, system: {}, environment: {}, conversation: {}, services, clock: systemClock }
  for await (const event of run(compiled.value, { ...request, ids: createIds(systemClock) })) events.push(event)
  return events
}

const S = { type: 'start' }
const T = { type: 'task' }
const answer = (text: string) => ({ type: 'answer', answer: text })

const rows: readonly Row[] = [
  {
    name: 'text, value, text',
    nodes: { s: S, t: T, a: answer('pre {{#t.out#}} post') },
    edges: ['s->t', 't->a'],
    chunks: ['pre ', 't', ' post'],
    answer: 'pre t post',
  },
  {
    name: 'a skipped variable is dropped from the stream and named in the answer',
    nodes: { s: S, i: { type: 'branch', handle: 'a' }, t: T, u: T, a: answer('[{{#t.out#}}|{{#u.out#}}]') },
    edges: ['s->i', 'i:a->u', 'i:b->t', 't->a', 'u->a'],
    chunks: ['[', '|', 'u', ']'],
    answer: '[t.out|u]',
  },
  {
    name: 'a variable that never comes holds the rest back',
    nodes: { s: S, o: T, a: answer('x{{#o.out#}}y') },
    edges: ['s->a'],
    chunks: ['x'],
    answer: 'xo.outy',
  },
  {
    name: 'two answers in a row',
    nodes: { s: S, a: answer('one'), t: T, b: answer('two {{#t.out#}}') },
    edges: ['s->a', 'a->t', 't->b'],
    chunks: ['one', 'two ', 't'],
    answer: 'onetwo t',
  },
  {
    name: 'a stream referred to twice is read twice',
    nodes: { s: S, t: { type: 'stream' }, a: answer('{{#t.out#}}-{{#t.out#}}.') },
    edges: ['s->t', 't->a'],
    chunks: ['<', 't', '>', '-', '<', 't', '>', '.'],
    answer: '<t>-<t>.',
  },
  {
    name: 'parallel streams keep the order of the template (late first)',
    nodes: { s: S, t: { type: 'stream' }, u: { type: 'stream' }, a: answer('A {{#u.out#}} {{#t.out#}}.') },
    edges: ['s->t', 's->u', 't->a', 'u->a'],
    last: ['u'],
    chunks: ['A ', '<', 'u', '>', ' ', '<', 't', '>', '.'],
    answer: 'A <u> <t>.',
  },
  {
    name: 'parallel streams keep the order of the template (late second)',
    nodes: { s: S, t: { type: 'stream' }, u: { type: 'stream' }, a: answer('A {{#u.out#}} {{#t.out#}}.') },
    edges: ['s->t', 's->u', 't->a', 'u->a'],
    last: ['t'],
    chunks: ['A ', '<', 'u', '>', ' ', '<', 't', '>', '.'],
    answer: 'A <u> <t>.',
  },
  {
    name: 'nothing streams before the branch is decided',
    nodes: { s: S, i: { type: 'branch', handle: 'b' }, y: answer('yes'), n: answer('no') },
    edges: ['s->i', 'i:a->y', 'i:b->n'],
    last: ['i'],
    chunks: ['no'],
    answer: 'no',
  },
  {
    name: 'what is known at the start streams at the start',
    nodes: { s: S, t: T, a: answer('{{#s.v#}} {{#t.out#}}') },
    edges: ['s->t', 't->a'],
    last: ['t'],
    chunks: ['Q', ' ', 't'],
    answer: 'Q t',
  },
  {
    name: 'answers inside items, side by side, read by index',
    nodes: {
      s: S,
      e: { type: 'each', items: [7, 8, 9], parallel: true, result: 'x' },
      estart: { type: 'entry', parent: 'e' },
      x: { ...T, parent: 'e' },
      y: { ...answer('({{#e.item#}})'), parent: 'e' },
      a: answer('done'),
    },
    edges: ['s->e', 'estart->x', 'x->y', 'e->a'],
    last: ['x'],
    chunks: ['(', '7', ')', '(', '8', ')', '(', '9', ')', 'done'],
    answer: 'done',
  },
]

describe('responses in reading order', () => {
  for (const row of rows) {
    it(row.name, async () => {
      const events = await play(row)
      const chunks = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))
      expect(chunks).toEqual(row.chunks)
      const end = events.at(-1)
      expect(end?.type === 'run-end' && end.outputs.answer).toBe(row.answer)
    })
  }

  it('shows an answer behind plain nodes before they ran', async () => {
    const events = await play(rows[0] as Row)
    const first = events.findIndex((event) => event.type === 'text-delta')
    const start = events.findIndex((event) => event.type === 'node-start')
    expect(first).toBeLessThan(start)
  })

  it('shows the branch taken before the branch node is said to have ended', async () => {
    const events = await play(rows[7] as Row)
    const text = events.findIndex((event) => event.type === 'text-delta')
    const ended = events.findIndex((event) => event.type === 'node-end' && event.nodeId === 'i')
    expect(text).toBeGreaterThan(-1)
    expect(text).toBeLessThan(ended)
  })
})
