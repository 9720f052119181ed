// Random graphs: whatever order nodes finish in, a run ends, starts each node once per activation, and says the same.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testKinds } from '../../test/support/flow-kinds.ts'
import { scheduler, shapesOf } from '../../test/support/random-graphs.ts'
import { createIds, systemClock } from '../base/seams.ts'
import { compile } from './compile.ts'
import type { FlowEvent } from './events.ts'
import { run } from './run.ts'
import type { Graph } from './spec.ts'

const RUNS = 10_000

const play = async (graph: Graph, seed: number): Promise<FlowEvent[]> => {
  const compiled = compile(graph, { kinds: testKinds, mode: 'workflow' })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  const { script, settle } = scheduler(seed)
  const events: FlowEvent[] = []
  let ended = false
  const reading = (async () => {
    const request = { inputs: {}, system: {}, environment: {}, conversation: {}, services: script, clock: systemClock }
    for await (const event of run(compiled.value, { ...request, ids: createIds(systemClock) })) events.push(event)
    ended = true
  })()
  // Each turn lets promises settle, then frees one node. A run that neither ends nor waits for a gate hangs.
  for (let idle = 0; !ended && idle < 50; ) {
    await new Promise((resolve) => setImmediate(resolve))
    idle = settle() ? 0 : idle + 1
  }
  expect(ended, 'the run ended').toBe(true)
  await reading
  return events
}

const summary = (events: readonly FlowEvent[]) => {
  const end = events.at(-1)
  if (end?.type !== 'run-end') throw new Error('no run-end')
  const nodes = events.flatMap((event) =>
    event.type === 'node-end'
      ? [`${event.nodeId} ${JSON.stringify(event.frame)} ${event.status} ${JSON.stringify(event.outputs)}`]
      : [],
  )
  const skipped = events.flatMap((event) => (event.type === 'node-skip' ? event.nodeIds : []))
  return {
    status: end.status,
    outputs: end.outputs,
    exceptions: end.exceptions,
    nodes: nodes.sort(),
    skipped: skipped.sort(),
  }
}

const checkOrder = (events: readonly FlowEvent[]): void => {
  const started = new Map<string, number>()
  const ended = new Set<string>()
  for (const [i, event] of events.entries()) {
    if (event.type === 'node-start') {
      const key = `${event.nodeId} ${JSON.stringify(event.frame)}`
      expect(started.has(key), `${key} starts once`).toBe(false)
      started.set(key, i)
    }
    if (event.type === 'node-end') {
      const key = `${event.nodeId} ${JSON.stringify(event.frame)}`
      expect(started.has(key) && !ended.has(key), `${key} ends once, after its start`).toBe(true)
      ended.add(key)
    }
  }
  expect(ended.size, 'every started node ends').toBe(started.size)
  expect(events.filter((event) => event.type === 'run-end')).toHaveLength(1)
  expect(events[0]?.type).toBe('run-start')
  expect(events.at(-1)?.type).toBe('run-end')
}

describe('random graphs', () => {
  it(`${RUNS} graphs, each under two schedules`, { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(shapesOf(), async ({ graph, seeds, mayFail }) => {
        const first = await play(graph, seeds[0])
        const second = await play(graph, seeds[1])
        checkOrder(first)
        checkOrder(second)
        const [a, b] = [summary(first), summary(second)]
        if (!mayFail) expect(b).toEqual(a)
      }),
      { numRuns: RUNS },
    )
  })
})
