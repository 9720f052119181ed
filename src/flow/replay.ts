// Builds a run up again from its journal: hands every node its entries, in their order, and keeps what is new until the end.
//
// B1  Entries are applied in order, each as soon as its node is there.
// B2  What the journal does not know waits until all of it is applied.

import type { JournalEntry } from './events.ts'
import type { Frame } from './frame.ts'
import { NodeRun, type NodeRunOwner } from './node-run.ts'

/** The run that is built up. */
export interface ReplayHost<Services> {
  readonly owner: NodeRunOwner<Services>
  /** Runs a container around its recorded nodes. */
  runContainer(node: NodeRun<Services>): void
  apply(node: NodeRun<Services>, entry: JournalEntry): void
  /** All is as it was; new things may happen. */
  through(deferred: readonly (() => void)[]): void
}

export class Replay<Services> {
  readonly #entries: readonly JournalEntry[]
  readonly #host: ReplayHost<Services>
  readonly #first = new Map<string, JournalEntry>()
  readonly #closing = new Set<string>()
  readonly #arrived = new Map<string, NodeRun<Services>>()
  readonly #closed = new Map<string, () => void>()
  readonly #deferred: (() => void)[] = []
  #cursor = 0

  constructor(entries: readonly JournalEntry[], host: ReplayHost<Services>) {
    this.#entries = entries
    this.#host = host
    for (const entry of entries) {
      const key = keyOf(entry.frame, entry.node)
      if (!this.#first.has(key)) this.#first.set(key, entry)
      if (entry.type === 'close') this.#closing.add(key)
    }
  }

  /** Starts the node when the journal knows it. @returns false when it is new */
  start(frame: Frame<Services>, at: number): boolean {
    const { id, role } = frame.node(at)
    const key = keyOf(frame.path, id)
    const entry = this.#first.get(key)
    if (!entry) return false
    const node = new NodeRun<Services>(this.#host.owner, frame, at, entry)
    this.#arrived.set(key, node)
    if (role === 'container') this.#host.runContainer(node)
    return true
  }

  /** A container came to its end: that counts when its entry's turn has come, or when all is applied. */
  close(node: NodeRun<Services>, settle: () => void): void {
    const key = keyOf(node.inFrame.path, node.nodeId)
    if (this.#closing.has(key)) this.#closed.set(key, settle)
    else this.#deferred.push(settle)
  }

  defer(task: () => void): void {
    this.#deferred.push(task)
  }

  /** Applies entries as far as their nodes are there. */
  advance(): void {
    for (let entry = this.#entries[this.#cursor]; entry; entry = this.#entries[this.#cursor]) {
      const key = keyOf(entry.frame, entry.node)
      const node = this.#arrived.get(key)
      const close = this.#closed.get(key)
      if (!node || (entry.type === 'close' && !close)) return
      this.#cursor++
      if (entry.type === 'close') close?.()
      else if (!node.inFrame.closed) this.#host.apply(node, entry)
    }
    this.#host.through(this.#deferred)
  }
}

const keyOf = (frame: string, node: string): string => `${frame} ${node}`
