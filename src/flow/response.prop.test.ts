// Reading order under random schedules (A1–A6 of response.ts): whatever order nodes finish and pieces arrive in, a reader gets
// the text of the templates, one response after the other.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Script, testKinds } from '../../test/support/flow-kinds.ts'
import { createIds, systemClock } from '../base/seams.ts'
import { compile } from './compile.ts'
import type { FlowEvent } from './events.ts'
import { run } from './run.ts'
import type { GraphEdge, GraphNode } from './spec.ts'

interface Stage {
  /** Nodes that run side by side before the answer: true for those that stream. */
  readonly sources: readonly boolean[]
  /** What the answer shows: numbers name sources of this or an earlier stage, texts stand for themselves. */
  readonly template: readonly (number | string)[]
}

const stage: fc.Arbitrary<Stage> = fc.record({
  sources: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  template: fc.array(fc.oneof(fc.nat(20), fc.constantFrom('a', '-', ' ', '\n')), { maxLength: 6 }),
})

/** start → sources of stage 1 → answer 1 → sources of stage 2 → answer 2 … and the text a reader must get. */
const build = (stages: readonly Stage[]) => {
  const nodes: GraphNode[] = [{ id: 's', data: { type: 'start' } }]
  const edges: GraphEdge[] = []
  const link = (source: string, target: string) => edges.push({ source, target, sourceHandle: 'source' })
  const texts: { readonly id: string; readonly text: string }[] = []
  let expected = ''
  stages.forEach(({ sources, template }, i) => {
    const before = i === 0 ? 's' : `z${i - 1}`
    sources.forEach((streams, j) => {
      const id = `n${i}x${j}`
      nodes.push({ id, data: { type: streams ? 'stream' : 'task' } })
      texts.push({ id, text: streams ? `<${id}>` : id })
      link(before, id)
      link(id, `z${i}`)
    })
    const shown = template.map((part) => (typeof part === 'number' ? texts[part % texts.length] : part))
    const answer = shown.map((part) => (typeof part === 'object' ? `{{#${part.id}.out#}}` : part)).join('')
    nodes.push({ id: `z${i}`, data: { type: 'answer', answer } })
    expected += shown.map((part) => (typeof part === 'object' ? part.text : part)).join('')
  })
  return { graph: { nodes, edges }, expected }
}

const play = async (stages: readonly Stage[], seed: number): Promise<{ events: FlowEvent[]; expected: string }> => {
  const { graph, expected } = build(stages)
  const compiled = compile(graph, { kinds: testKinds, mode: 'advanced-chat' })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  let state = seed >>> 0
  const waits = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % 7
  }
  const services: Script = {
    gate: async () => {
      for (let turns = waits(); turns > 0; turns--) await Promise.resolve()
    },
  }
  const events: FlowEvent[] = []
  const request = { inputs: {}, system: {}, environment: {}, conversation: {}, services, clock: systemClock }
  for await (const event of run(compiled.value, { ...request, ids: createIds(systemClock) })) events.push(event)
  return { events, expected }
}

it('reads the templates in order, whatever is ready first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stage, { minLength: 1, maxLength: 3 }), fc.nat(), async (stages, seed) => {
      const { events, expected } = await play(stages, seed)
      const deltas = events.flatMap((event) => (event.type === 'text-delta' ? [event] : []))
      expect(deltas.map((delta) => delta.text).join('')).toBe(expected)
      // A1: one response at a time.
      const order = deltas.map((delta) => delta.responseId)
      expect(order).toEqual(order.toSorted())
      const end = events.at(-1)
      expect(end?.type === 'run-end' && (end.outputs.answer ?? '')).toBe(expected)
    }),
    { numRuns: 2_000 },
  )
})

it('never holds a piece back that could be shown', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stage, { minLength: 1, maxLength: 1 }), fc.nat(), async (stages, seed) => {
      const { events } = await play(stages, seed)
      // With one response nothing may be left to show once all its sources have ended.
      const lastEnd = events.findLastIndex((event) => event.type === 'node-end' && event.nodeId.startsWith('n'))
      const late = events.slice(lastEnd + 1).filter((event) => event.type === 'text-delta')
      expect(late).toEqual([])
    }),
    { numRuns: 500 },
  )
})
