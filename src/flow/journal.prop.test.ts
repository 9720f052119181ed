// Random graphs that are cut anywhere, or that wait for answers: what goes on from the journal is the rest of the same run.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Script, testKinds } from '../../test/support/flow-kinds.ts'
import { scheduler, shapesOf } from '../../test/support/random-graphs.ts'
import { createIds, systemClock } from '../base/seams.ts'
import { compile } from './compile.ts'
import type { FlowEvent, Journal, JournalEntry } from './events.ts'
import { journalFromText, journalToText } from './journal.ts'
import { run } from './run.ts'
import type { Graph, Resume } from './spec.ts'

const RUNS = 3_000

interface Part {
  readonly events: readonly FlowEvent[]
  readonly entries: readonly JournalEntry[]
}

interface Play {
  readonly seed: number
  readonly services?: Script
  readonly resume?: Resume
}

const ids = createIds(systemClock)

const play = async (graph: Graph, { seed, services = {}, resume }: Play): Promise<Part> => {
  const compiled = compile(graph, { kinds: testKinds, mode: 'workflow' })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  const { script, settle } = scheduler(seed)
  const events: FlowEvent[] = []
  const entries: JournalEntry[] = [...(resume?.journal.entries ?? [])]
  let ended = false
  const reading = (async () => {
    const parts = { inputs: {}, system: {}, environment: {}, conversation: {}, clock: systemClock, ids }
    const all = run(compiled.value, {
      ...parts,
      services: { ...script, ...services },
      onEntry: (entry) => entries.push(entry),
      ...(resume && { resume }),
    })
    for await (const event of all) events.push(event)
    ended = true
  })()
  for (let idle = 0; !ended && idle < 50; ) {
    await new Promise((resolve) => setImmediate(resolve))
    idle = settle() ? 0 : idle + 1
  }
  expect(ended, 'the stream ended').toBe(true)
  await reading
  return { events, entries }
}

/** As a database would keep it. */
const kept = (journal: Journal): Journal => journalFromText(journalToText(journal))

const endOf = (events: readonly FlowEvent[]) => {
  const end = events.at(-1)
  if (end?.type !== 'run-end') throw new Error(`no run-end but ${end?.type}`)
  const { status, outputs, exceptions, steps, conversation } = end
  return { status, outputs, exceptions, steps, conversation }
}

const nodeEnds = (events: readonly FlowEvent[]): string[] =>
  events
    .flatMap((event) =>
      event.type === 'node-end'
        ? [`${event.nodeId} ${JSON.stringify(event.frame)} ${event.status} ${JSON.stringify(event.outputs)}`]
        : [],
    )
    .sort()

const starts = (events: readonly FlowEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'node-start' ? [event.executionId] : []))

/** By response: several are read in the order in which they are reached. */
const texts = (events: readonly FlowEvent[]): Record<string, string> => {
  const byResponse: Record<string, string> = {}
  for (const event of events) {
    if (event.type !== 'text-delta') continue
    const key = `${event.responseId} ${JSON.stringify(event.frame)}`
    byResponse[key] = (byResponse[key] ?? '') + event.text
  }
  return byResponse
}

/** A reference to what never gets a value holds the text after it back, and with it every response that is reached later:
 *  which these are is a matter of the schedule. */
const stalls = (events: readonly FlowEvent[]): boolean => {
  const shown = texts(events)
  return events.some(
    (event) =>
      event.type === 'node-end' &&
      event.nodeType === 'answer' &&
      (shown[`${event.nodeId} ${JSON.stringify(event.frame)}`] ?? '') !== event.outputs.answer,
  )
}

const containers = (events: readonly FlowEvent[], type: FlowEvent['type']): string[] =>
  events
    .flatMap((event) =>
      event.type === type && 'nodeId' in event
        ? [`${event.nodeId} ${JSON.stringify('round' in event ? event.round : '')}`]
        : [],
    )
    .sort()

describe('journals of random graphs', () => {
  it('a run cut after any entry goes on to the same end', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(shapesOf(), fc.nat(), async ({ graph, seeds, mayFail }, at) => {
        const whole = await play(graph, { seed: seeds[0] })
        const entries = whole.entries.slice(0, at % (whole.entries.length + 1))
        const rest = await play(graph, {
          seed: seeds[1],
          resume: { journal: kept({ entries, elapsedMs: 0 }), answers: {} },
        })
        expect(rest.events[0]).toMatchObject({ type: 'run-start', resumed: true })
        // Whatever is in the journal is neither done nor told again.
        const known = new Set(entries.flatMap((entry) => (entry.type === 'open' ? [] : [entry.executionId])))
        expect(starts(rest.events).filter((id) => known.has(id))).toEqual([])
        if (mayFail) return
        expect(endOf(rest.events)).toEqual(endOf(whole.events))
        const ends = nodeEnds(whole.events)
        const ended = whole.events.filter((event) => event.type === 'node-end' && known.has(event.executionId))
        expect([...nodeEnds(ended), ...nodeEnds(rest.events)].sort()).toEqual(ends)
        const all = texts(whole.events)
        if (!stalls(whole.events)) {
          for (const [key, text] of Object.entries(texts(rest.events))) expect(all[key]?.endsWith(text)).toBe(true)
        }
        // The journal of the rest is a journal of the whole.
        expect(rest.entries.length).toBe(whole.entries.length)
      }),
      { numRuns: RUNS },
    )
  })

  it('a run that waits for answers says and does what it would have with the answers at hand', {
    timeout: 120_000,
  }, async () => {
    let paused = 0
    await fc.assert(
      fc.asyncProperty(shapesOf({ asks: true }), fc.nat(), async ({ graph, seeds, mayFail }, choice) => {
        const whole = await play(graph, { seed: seeds[0], services: { answer: 'yes' } })
        const events: FlowEvent[] = []
        let part = await play(graph, { seed: seeds[1] })
        for (let segment = 0; ; segment++) {
          events.push(...part.events.slice(segment === 0 ? 0 : 1))
          const last = part.events.at(-1)
          if (last?.type !== 'run-pause') break
          paused++
          events.pop()
          expect(last.pauses.length).toBeGreaterThan(0)
          expect(segment, 'each pause is answered').toBeLessThan(200)
          const answered = last.pauses[(choice + segment) % last.pauses.length]
          if (!answered) throw new Error('nothing to answer')
          expect(answered.reason).toEqual({ asks: answered.nodeId })
          const answers = { [answered.executionId]: { text: 'yes' } }
          part = await play(graph, { seed: seeds[0] + segment, resume: { journal: kept(last.journal), answers } })
        }
        expect(new Set(starts(events)).size, 'nothing starts twice').toBe(starts(events).length)
        if (mayFail) return
        expect(endOf(events)).toEqual(endOf(whole.events))
        expect(nodeEnds(events)).toEqual(nodeEnds(whole.events))
        if (!stalls(whole.events)) expect(texts(events)).toEqual(texts(whole.events))
        for (const type of ['iteration-start', 'iteration-next', 'iteration-end'] as const) {
          expect(containers(events, type)).toEqual(containers(whole.events, type))
        }
      }),
      { numRuns: RUNS },
    )
    expect(paused, 'runs did pause').toBeGreaterThan(RUNS / 10)
  })
})
