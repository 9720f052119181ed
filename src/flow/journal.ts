// What of a run is written down so that it can go on later, elsewhere, or from an earlier point: its outcomes, in order.
//
// A run is the fold of its journal. To go on, a plan runs again and every node that has an entry takes its outcome from there
// instead of working; containers run again around the recorded nodes inside them, so that frames, pools and readers
// of all depths come to stand as they stood. Nothing of the engine's objects is stored.
//
// J1  Entries stand in the order in which they changed the run, and are applied in that order.
// J2  A node is named by its frame and its id; it runs at most once in a frame.
// J3  Any beginning of a journal is a journal: what it lacks is done again.
// J4  Plain data: with `toStored` it goes into JSON and comes back the same.

import { parseJson, stringifyJson } from '../base/json.ts'
import type { Value, ValueObject } from '../base/value.ts'
import { FlowError } from './errors.ts'
import type { Journal, JournalEntry, NodeRecord, NodeStatus } from './events.ts'
import type { Ended } from './node-events.ts'
import type { NodeRun } from './node-run.ts'
import { fromStored, toStored } from './stored-value.ts'

export const journalToText = (journal: Journal): string => stringifyJson(toStored(journal as unknown as Value))

/** @throws FlowError `flow/journal-mismatch` when the text is no journal */
export const journalFromText = (text: string): Journal => {
  const value = fromStored(parseJson(text)) as unknown as Journal
  if (!Array.isArray(value?.entries) || typeof value.elapsedMs !== 'number') throw mismatch('it cannot be read')
  return value
}

export const mismatch = (reason: string): FlowError => new FlowError('flow/journal-mismatch', { details: { reason } })

/** Writes the journal of a run that is going on. */
export class Recorder {
  readonly #entries: JournalEntry[]
  readonly #tell: ((entry: JournalEntry) => void) | undefined

  constructor(before: readonly JournalEntry[] = [], tell?: (entry: JournalEntry) => void) {
    this.#entries = [...before]
    this.#tell = tell
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries
  }

  open<Services>(node: NodeRun<Services>): void {
    this.#add({ type: 'open', ...nameOf(node), at: node.startedAt })
  }

  pause<Services>(node: NodeRun<Services>, reason: ValueObject): void {
    this.#add({ type: 'pause', ...nameOf(node), at: node.startedAt, reason })
  }

  end<Services>(node: NodeRun<Services>, status: NodeStatus, ended: Ended, handle: string): void {
    if (node.node.role === 'container') return this.#add({ type: 'close', ...nameOf(node) })
    const { outputs, updates, failure } = ended
    const { usage, streams } = node.kept
    const outcome: NodeRecord = {
      status,
      outputs,
      ...(handle !== 'source' && { handle }),
      ...(updates && updates.length > 0 && { updates }),
      ...(failure && { failure }),
      ...(node.retries > 0 && { retries: node.retries }),
      ...(usage && { usage }),
      ...(streams.size > 0 && { streams: Object.fromEntries(streams) }),
    }
    this.#add({ type: 'outcome', ...nameOf(node), outcome })
  }

  #add(entry: JournalEntry): void {
    this.#entries.push(entry)
    this.#tell?.(entry)
  }
}

const nameOf = <Services>(node: NodeRun<Services>): Omit<Extract<JournalEntry, { type: 'close' }>, 'type'> => ({
  frame: node.inFrame.path,
  node: node.nodeId,
  executionId: node.executionId,
  order: node.order,
})
