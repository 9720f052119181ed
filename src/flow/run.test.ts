// A run from outside: limits, stopping, slow readers, failures, and that it repeats.

import { describe, expect, it } from 'vitest'
import { type Script, testKinds } from '../../test/support/flow-kinds.ts'
import { type Clock, createIds, systemClock } from '../base/seams.ts'
import { compile } from './compile.ts'
import type { FlowEvent } from './events.ts'
import { run } from './run.ts'
import type { GraphNode, NodeKind, RunRequest } from './spec.ts'

interface Sketch {
  readonly nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** `a->b` or `a:handle->b`. */
  readonly edges: readonly string[]
}

const planOf = ({ nodes, edges }: Sketch, kinds: readonly NodeKind<Script>[] = testKinds) => {
  const list: GraphNode[] = Object.entries(nodes).map(([id, { parent, ...data }]) => ({
    id,
    data: { retry_config: { retry_enabled: true, max_retries: 0 }, ...data },
    ...(typeof parent === 'string' && { parentId: parent }),
  }))
  const links = edges.map((text) => {
    const [, source = '', sourceHandle = 'source', target = ''] = /^(\w+)(?::([\w-]+))?->(\w+)$/.exec(text) ?? []
    return { source, target, sourceHandle }
  })
  const compiled = compile({ nodes: list, edges: links }, { kinds, mode: 'workflow' })
  if (!compiled.ok) throw new Error(compiled.issues.map((issue) => issue.message).join())
  return compiled.value
}

const request = (more: Partial<RunRequest<Script>> = {}): RunRequest<Script> => ({
  inputs: {},
  system: {},
  environment: {},
  conversation: {},
  services: {},
  clock: systemClock,
  ids: createIds(systemClock),
  ...more,
})

const readAll = async (events: AsyncIterable<FlowEvent>): Promise<FlowEvent[]> => {
  const all: FlowEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

const endOf = (events: readonly FlowEvent[]) => {
  const end = events.at(-1)
  if (end?.type !== 'run-end') throw new Error('no run-end')
  return end
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const never = () => new Promise<void>(() => {})
const CHAIN: Sketch = {
  nodes: { s: { type: 'start' }, a: { type: 'task' }, b: { type: 'task' } },
  edges: ['s->a', 'a->b'],
}

/** A clock that stands until it is moved. */
const createManualClock = () => {
  let now = 1000
  const tasks: { at: number; run: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    elapsed: () => now,
    after: (ms, task) => {
      const entry = { at: now + ms, run: task }
      tasks.push(entry)
      return () => void tasks.splice(tasks.indexOf(entry), 1)
    },
    sleep: (ms) => new Promise((resolve) => tasks.push({ at: now + ms, run: resolve })),
  }
  return {
    clock,
    advance(ms: number) {
      now += ms
      for (const task of tasks.filter(({ at }) => at <= now)) {
        tasks.splice(tasks.indexOf(task), 1)
        task.run()
      }
    },
    get waiting() {
      return tasks.length
    },
  }
}

describe('the end of a run', () => {
  it.each<[string, Sketch, Partial<RunRequest<Script>>, string, string | undefined]>([
    ['succeeds', CHAIN, {}, 'succeeded', undefined],
    ['stops at its steps', CHAIN, { limits: { steps: 2 } }, 'stopped', 'flow/step-limit'],
    ['is stopped before it starts', CHAIN, { signal: AbortSignal.abort('no') }, 'stopped', 'flow/stopped'],
  ])('%s', async (_, sketch, more, status, code) => {
    const end = endOf(await readAll(run(planOf(sketch), request(more))))
    expect([end.status, end.failure?.code]).toEqual([status, code])
  })

  it('stops while a node waits, tells the node, and names the reason', async () => {
    const stop = new AbortController()
    let told: AbortSignal | undefined
    const gate = (id: string, context: { readonly signal: AbortSignal }) => {
      if (id !== 'a') return undefined
      told = context.signal
      return never()
    }
    const reading = readAll(run(planOf(CHAIN), request({ signal: stop.signal, services: { gate } })))
    while (!told) await turn()
    stop.abort('enough')
    const events = await reading
    expect(endOf(events)).toMatchObject({ status: 'stopped', failure: { message: 'enough' } })
    expect(told.aborted).toBe(true)
    expect(events.filter((event) => event.type === 'node-end').map((event) => [event.nodeId, event.status])).toEqual([
      ['s', 'succeeded'],
      ['a', 'stopped'],
    ])
  })

  it('stops at its time', async () => {
    const { clock, advance } = createManualClock()
    let waits = false
    const gate = () => {
      waits = true
      return never()
    }
    const reading = readAll(run(planOf(CHAIN), request({ clock, services: { gate }, limits: { timeMs: 50 } })))
    while (!waits) await turn()
    advance(49)
    advance(1)
    expect(endOf(await reading)).toMatchObject({ status: 'stopped', failure: { code: 'flow/time-limit' } })
  })

  it('comes when the reader leaves: waiting nodes are told, timers are gone', async () => {
    const manual = createManualClock()
    let told: AbortSignal | undefined
    const gate = (_: string, context: { readonly signal: AbortSignal }) => {
      told = context.signal
      return never()
    }
    for await (const event of run(planOf(CHAIN), request({ clock: manual.clock, services: { gate } }))) {
      if (event.type === 'node-start' && event.nodeId === 'a') break
    }
    expect(told?.aborted).toBe(true)
    expect(manual.waiting).toBe(0)
  })
})

describe('failures', () => {
  const failing = (more: object): Sketch => ({
    nodes: {
      s: { type: 'start' },
      f: { type: 'task', fails: true, ...more },
      a: { type: 'task' },
      b: { type: 'task' },
    },
    edges: ['s->f', 'f->a', 'f:fail-branch->b'],
  })

  it.each<[string, object, string, readonly string[], number]>([
    ['end the run', {}, 'failed', ['s:succeeded', 'f:failed'], 1],
    [
      'take the fail branch',
      { error_strategy: 'fail-branch' },
      'partial-succeeded',
      ['s:succeeded', 'f:exception', 'b:succeeded'],
      1,
    ],
    [
      'count each attempt',
      { error_strategy: 'fail-branch', retry_config: { retry_enabled: true, max_retries: 2 } },
      'partial-succeeded',
      ['s:succeeded', 'f:exception', 'b:succeeded'],
      3,
    ],
    [
      'take every edge with a default value',
      { error_strategy: 'default-value', default_value: [{ key: 'out', type: 'string', value: 'd' }] },
      'partial-succeeded',
      ['s:succeeded', 'f:exception', 'a:succeeded', 'b:succeeded'],
      1,
    ],
  ])('%s', async (_, more, status, ends, exceptions) => {
    const events = await readAll(run(planOf(failing(more)), request()))
    expect(events.flatMap((event) => (event.type === 'node-end' ? [`${event.nodeId}:${event.status}`] : []))).toEqual(
      ends,
    )
    expect(endOf(events)).toMatchObject({ status, exceptions })
  })

  it('waits between attempts, by the clock', async () => {
    const { clock, advance } = createManualClock()
    const sketch = failing({ retry_config: { retry_enabled: true, max_retries: 1, retry_interval: 500 } })
    const seen: FlowEvent[] = []
    const reading = (async () => {
      for await (const event of run(planOf(sketch), request({ clock }))) seen.push(event)
    })()
    while (!seen.some((event) => event.type === 'node-retry')) await turn()
    for (let i = 0; i < 5; i++) await turn()
    expect(seen.at(-1)?.type).toBe('node-retry')
    advance(500)
    await reading
    expect(endOf(seen)).toMatchObject({ status: 'failed', exceptions: 2 })
  })

  it('of a node that throws become its failure', async () => {
    const gate = () => Promise.reject(new Error('a bug'))
    const end = endOf(await readAll(run(planOf(CHAIN), request({ services: { gate } }))))
    expect(end.failure).toEqual({ type: 'WorkflowNodeError', message: 'a bug' })
  })
})

describe('many at once', () => {
  const fan = (count: number): Sketch => {
    const names = Array.from({ length: count }, (_, i) => `n${i}`)
    return {
      nodes: { s: { type: 'start' }, ...Object.fromEntries(names.map((name) => [name, { type: 'task' }])) },
      edges: names.map((name) => `s->${name}`),
    }
  }

  it('no more nodes wait than may', async () => {
    let waiting = 0
    let most = 0
    const gate = async () => {
      most = Math.max(most, ++waiting)
      await turn()
      waiting--
    }
    await readAll(run(planOf(fan(20)), request({ services: { gate }, limits: { parallelNodes: 3 } })))
    expect(most).toBe(3)
  })

  it('a slow reader holds the run back', async () => {
    let started = 0
    const gate = () => {
      started++
      return undefined
    }
    const events = run(planOf(fan(200)), request({ services: { gate }, bufferedEvents: 10 }))
    await events.next()
    await turn()
    expect(started).toBeLessThan(12)
    const rest = await readAll(events)
    expect(endOf(rest).status).toBe('succeeded')
    expect(started).toBe(200)
  })

  it('a slow reader holds writers back', async () => {
    let written = 0
    const talker: NodeKind<Script> = {
      types: ['talker'],
      role: 'task',
      compile: () => ({
        ok: true,
        value: {
          run: async (context) => {
            for (; written < 1000; written++) await context.write('out', 'x')
            context.close('out')
            return { type: 'success', outputs: { out: '' } }
          },
        },
      }),
    }
    const sketch: Sketch = {
      nodes: { s: { type: 'start' }, t: { type: 'talker' }, a: { type: 'answer', answer: '{{#t.out#}}' } },
      edges: ['s->t', 't->a'],
    }
    const events = run(planOf(sketch, [...testKinds, talker]), request({ bufferedEvents: 16 }))
    await events.next()
    for (let i = 0; i < 20; i++) await turn()
    expect(written).toBeLessThan(32)
    const text = (await readAll(events)).map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
    expect(text).toBe('x'.repeat(1000))
  })

  it('containers nest as deep as they may, and no deeper', async () => {
    const nested = (depth: number): Sketch => {
      const nodes: Record<string, Record<string, unknown>> = { s: { type: 'start' } }
      const edges = ['s->c0']
      for (let i = 0; i < depth; i++) {
        const parent = i === 0 ? {} : { parent: `c${i - 1}` }
        nodes[`c${i}`] = { type: 'each', items: [1], result: `c${i + 1}`, ...parent }
        nodes[`c${i}start`] = { type: 'entry', parent: `c${i}` }
        edges.push(`c${i}start->c${i + 1}`)
      }
      nodes[`c${depth}`] = { type: 'task', parent: `c${depth - 1}` }
      return { nodes, edges }
    }
    expect(endOf(await readAll(run(planOf(nested(16)), request()))).status).toBe('succeeded')
    expect(() => planOf(nested(17))).toThrow('nested deeper than 16')
    const end = endOf(await readAll(run(planOf(nested(3)), request({ limits: { depth: 2 } }))))
    expect(end).toMatchObject({ status: 'failed', failure: { code: 'flow/depth-limit' } })
  })
})

it('repeats event for event with the same clock and ids', async () => {
  const play = () => {
    const { clock } = createManualClock()
    const ids = createIds(clock, (size) => new Uint8Array(size))
    const sketch: Sketch = {
      nodes: {
        s: { type: 'start' },
        e: { type: 'each', items: [1, 2, 3], parallel: true, result: 'x' },
        estart: { type: 'entry', parent: 'e' },
        x: { type: 'task', parent: 'e' },
        t: { type: 'stream' },
        a: { type: 'answer', answer: '{{#t.out#}} {{#e.output#}}' },
      },
      edges: ['s->e', 's->t', 'estart->x', 'e->a', 't->a'],
    }
    return readAll(run(planOf(sketch), request({ clock, ids })))
  }
  expect(await play()).toEqual(await play())
})
