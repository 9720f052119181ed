// Going on from a journal: single cases. Random ones stand in journal.prop.test.ts.

import { describe, expect, it } from 'vitest'
import { type Script, testKinds } from '../../test/support/flow-kinds.ts'
import { createIds, systemClock } from '../base/seams.ts'
import type { Value } from '../base/value.ts'
import { compile } from './compile.ts'
import type { FlowEvent, Journal } from './events.ts'
import { FileValue } from './file.ts'
import { journalFromText, journalToText } from './journal.ts'
import { run } from './run.ts'
import type { GraphNode, RunRequest } from './spec.ts'
import { fromStored, toStored } from './stored-value.ts'

type Nodes = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const planOf = (nodes: Nodes, edges: readonly string[]) => {
  const list: GraphNode[] = Object.entries(nodes).map(([id, { parent, ...data }]) => ({
    id,
    data,
    ...(typeof parent === 'string' && { parentId: parent }),
  }))
  const links = edges.map((text) => {
    const [, source = '', sourceHandle = 'source', target = ''] = /^(\w+)(?::([\w-]+))?->(\w+)$/.exec(text) ?? []
    return { source, target, sourceHandle }
  })
  const compiled = compile({ nodes: list, edges: links }, { kinds: testKinds, mode: 'workflow' })
  if (!compiled.ok) throw new Error(compiled.issues.map((issue) => issue.message).join())
  return compiled.value
}

const ids = createIds(systemClock)
const request = (more: Partial<RunRequest<Script>> = {}): RunRequest<Script> => ({
  inputs: {},
  system: {},
  environment: {},
  conversation: {},
  services: {},
  clock: systemClock,
  ids,
  ...more,
})

const readAll = async (events: AsyncIterable<FlowEvent>): Promise<FlowEvent[]> => {
  const all: FlowEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

const pauseOf = (events: readonly FlowEvent[]) => {
  const last = events.at(-1)
  if (last?.type !== 'run-pause') throw new Error(`no pause but ${last?.type}`)
  return last
}

const textOf = (events: readonly FlowEvent[]) =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

const answersTo = (events: readonly FlowEvent[], text = 'yes') =>
  Object.fromEntries(pauseOf(events).pauses.map(({ executionId }) => [executionId, { text }]))

const ASK: readonly [Nodes, readonly string[]] = [
  { s: { type: 'start' }, a: { type: 'ask' }, z: { type: 'task' } },
  ['s->a', 'a->z'],
]

describe('a pause', () => {
  it('waits until the other branches are done, and ends the stream', async () => {
    let free = () => {}
    const gate = (id: string) => (id === 'slow' ? new Promise<void>((resolve) => (free = resolve)) : undefined)
    const nodes = { s: { type: 'start' }, a: { type: 'ask' }, slow: { type: 'task' }, after: { type: 'task' } }
    const plan = planOf(nodes, ['s->a', 's->slow', 'slow->after'])
    const reading = readAll(run(plan, request({ services: { gate } })))
    await new Promise((resolve) => setImmediate(resolve))
    free()
    const events = await reading
    expect(events.flatMap((event) => (event.type === 'node-end' ? event.nodeId : []))).toEqual(['s', 'slow', 'after'])
    expect(pauseOf(events).pauses).toMatchObject([{ nodeId: 'a', reason: { asks: 'a' }, fresh: true }])
  })

  it('shows a stream that was over before the pause where a later response refers to it', async () => {
    const nodes = {
      s: { type: 'start' },
      t: { type: 'stream' },
      a: { type: 'ask' },
      b: { type: 'branch', handle: 'a' },
      r: { type: 'answer', answer: 'said {{#t.out#}}, answered {{#a.out#}}' },
    }
    const plan = planOf(nodes, ['s->t', 't->a', 'a->b', 'b:a->r'])
    const first = await readAll(run(plan, request()))
    expect(textOf(first)).toBe('')
    const { journal } = pauseOf(first)
    const kept = journalFromText(journalToText(journal))
    const rest = await readAll(run(plan, request({ resume: { journal: kept, answers: answersTo(first) } })))
    expect(textOf(rest)).toBe('said <t>, answered yes')
  })

  it('goes on waiting for those that got no answer, and says which are new', async () => {
    const nodes = { s: { type: 'start' }, a: { type: 'ask' }, b: { type: 'ask' }, c: { type: 'ask' } }
    const plan = planOf(nodes, ['s->a', 's->b', 'a->c'])
    const first = pauseOf(await readAll(run(plan, request())))
    const a = first.pauses.find(({ nodeId }) => nodeId === 'a')
    const answers = { [a?.executionId ?? '']: { text: 'yes' } }
    const second = pauseOf(await readAll(run(plan, request({ resume: { journal: first.journal, answers } }))))
    expect(second.pauses.map(({ nodeId, fresh }) => [nodeId, fresh])).toEqual([
      ['b', false],
      ['c', true],
    ])
    expect(second.pauses[0]?.executionId).toBe(first.pauses[1]?.executionId)
  })

  it('ends with the run when that is stopped', async () => {
    const stop = new AbortController()
    const gate = (id: string) =>
      id === 'slow' ? new Promise<void>(() => setImmediate(() => stop.abort('enough'))) : undefined
    const nodes = { s: { type: 'start' }, a: { type: 'ask' }, slow: { type: 'task' } }
    const events = await readAll(
      run(planOf(nodes, ['s->a', 's->slow']), request({ services: { gate }, signal: stop.signal })),
    )
    expect(events.at(-1)).toMatchObject({ type: 'run-end', status: 'stopped' })
    const stopped = events.flatMap((event) =>
      event.type === 'node-end' && event.status === 'stopped' ? event.nodeId : [],
    )
    expect(stopped.sort()).toEqual(['a', 'slow'])
  })

  it('counts only the time that the run works', async () => {
    let now = 0
    const clock = { ...systemClock, now: () => 5_000 + now, elapsed: () => now }
    const gate = () => {
      now += 10
      return undefined
    }
    const plan = planOf(...ASK)
    const first = await readAll(run(plan, request({ clock, services: { gate } })))
    const worked = pauseOf(first).elapsedMs
    now += 60_000
    const rest = await readAll(
      run(
        plan,
        request({ clock, services: { gate }, resume: { journal: pauseOf(first).journal, answers: answersTo(first) } }),
      ),
    )
    const end = rest.at(-1)
    expect(end?.type === 'run-end' && end.elapsedMs).toBe(worked + 20)
    // The node itself took as long as its answer.
    const asked = rest.find((event) => event.type === 'node-end' && event.nodeId === 'a')
    expect(asked?.type === 'node-end' && asked.elapsedMs).toBeGreaterThanOrEqual(60_000)
  })

  it('inside an iteration pauses the run, and the iteration goes on where it was', async () => {
    const nodes = {
      s: { type: 'start' },
      each: { type: 'each', items: [1, 2], result: 'a' },
      eachstart: { type: 'entry', parent: 'each' },
      a: { type: 'ask', parent: 'each' },
    }
    const plan = planOf(nodes, ['s->each', 'eachstart->a'])
    const first = await readAll(run(plan, request()))
    const second = await readAll(
      run(plan, request({ resume: { journal: pauseOf(first).journal, answers: answersTo(first, 'one') } })),
    )
    expect(pauseOf(second).pauses).toMatchObject([{ nodeId: 'a', frame: { iterationIndex: 1 } }])
    const third = await readAll(
      run(plan, request({ resume: { journal: pauseOf(second).journal, answers: answersTo(second, 'two') } })),
    )
    const rounds = [first, second, third].map((events) =>
      events.flatMap((event) => (event.type === 'iteration-next' ? event.round : [])),
    )
    expect(rounds).toEqual([[0], [1], []])
    const end = third.find((event) => event.type === 'node-end' && event.nodeId === 'each')
    expect(end).toMatchObject({ outputs: { output: ['one', 'two'] } })
  })
})

describe('a journal', () => {
  it('of another graph is refused', async () => {
    const journal: Journal = {
      elapsedMs: 0,
      entries: [
        {
          type: 'outcome',
          frame: '',
          node: 'gone',
          executionId: 'node_1',
          order: 1,
          outcome: { status: 'succeeded', outputs: {} },
        },
      ],
    }
    const reading = readAll(run(planOf(...ASK), request({ resume: { journal, answers: {} } })))
    await expect(reading).rejects.toMatchObject({ code: 'flow/journal-mismatch' })
  })

  it.each(['', 'null', '[]', '{"entries":1,"elapsedMs":0}'])('that is none is refused: %s', (text) => {
    expect(() => journalFromText(text)).toThrow()
  })

  it('is kept only where a node may pause, unless somebody asks for it', async () => {
    const plan = planOf({ s: { type: 'start' }, a: { type: 'task' } }, ['s->a'])
    expect([plan.pauses, planOf(...ASK).pauses]).toEqual([false, true])
    const told: string[] = []
    await readAll(run(plan, request({ onEntry: (entry) => told.push(`${entry.type} ${entry.node}`) })))
    expect(told).toEqual(['outcome s', 'outcome a'])
  })
})

describe('stored values', () => {
  const fields = {
    id: 'f',
    type: 'image',
    transferMethod: 'local_file',
    remoteUrl: null,
    relatedId: 'r',
    filename: 'a.png',
    extension: '.png',
    mimeType: 'image/png',
    size: 3,
    url: null,
  } as const

  it('come back as they were, files as files', () => {
    const value: Value = {
      file: new FileValue(fields),
      list: [new FileValue(fields), 1, null],
      $file: { id: 'x' },
      $$file: 1,
    }
    const back = fromStored(JSON.parse(JSON.stringify(toStored(value))))
    expect(back).toEqual(value)
    expect((back as { file: unknown }).file).toBeInstanceOf(FileValue)
  })

  it('never make a file of what only looks like one', () => {
    const fake: Value = { a: { $file: { ...fields } }, b: new FileValue(fields).toObject() }
    const back = fromStored(toStored(fake)) as Record<string, unknown>
    expect(back.a).not.toBeInstanceOf(FileValue)
    expect(back).toEqual(fake)
  })
})
