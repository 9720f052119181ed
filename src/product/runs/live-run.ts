// A run that is going on in this process: its events, for any number of readers, each at its own pace.
//
// L1  Events are numbered from 0 without gaps; a reader that comes back with the last number it saw misses nothing and
//     sees nothing twice.
// L2  Readers are cursors into one list, so a slow one costs no copy. The list is bounded: a reader that falls behind it
//     is told so.
// L3  A run that waits for people is parked: readers who saw that it does leave, unless they want to wait along.
// L4  The run does not depend on its readers: it goes on when all have left.

import type { ValueObject } from '../../base/value.ts'
import type { AppMode } from '../apps/file/spec.ts'
import type { AppId, ConversationId, EndUserId, MessageId, RunId, TenantId, VersionId } from '../ids.ts'
import { RunError } from './errors.ts'
import type { RunEvent } from './events.ts'

export interface SequencedEvent {
  readonly sequence: number
  readonly event: RunEvent
}

export interface RunFacts {
  readonly runId: RunId
  /** A bare UUID: the name under which callers stop the run. */
  readonly taskId: string
  readonly mode: AppMode
  readonly source: string
  readonly tenantId: TenantId
  readonly appId: AppId
  readonly versionId: VersionId
  readonly endUserId: EndUserId
  /** The caller's own name for the end user. */
  readonly user: string
  readonly conversationId: ConversationId | null
  readonly messageId: MessageId | null
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** `sys.*` without the prefix. */
  readonly system: ValueObject
}

const KEPT_EVENTS = 50_000

/** A part of the run that another process saw. */
export interface EarlierPart {
  /** Of that part, as far as it is known from records: shown again to those who ask for it. */
  readonly events: readonly RunEvent[]
  /** Number of the first event it did not tell. */
  readonly told: number
}

/** Numbers left for what may have been read aloud after that. */
const ROOM_FOR_SPEECH = 1_000

export class LiveRun {
  readonly facts: RunFacts
  readonly #earlier: EarlierPart | undefined
  readonly #controller = new AbortController()
  #events: RunEvent[] = []
  /** Number of the first event still kept. */
  #first = 0
  #ended = false
  #parked = false
  #wake: (() => void)[] = []

  constructor(facts: RunFacts, before?: EarlierPart) {
    this.facts = facts
    this.#earlier = before
    if (!before) return
    this.#events = [...before.events]
    this.#first = before.told + ROOM_FOR_SPEECH
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get ended(): boolean {
    return this.#ended
  }

  /** True while the run waits for people. */
  get parked(): boolean {
    return this.#parked
  }

  /** Number of the first event that can still be read. */
  get first(): number {
    return this.#first
  }

  /** Where a reader goes on who has everything up to event number `from`: those who saw all of an earlier part do not see it again. */
  placeOf(from: number): number {
    if (!this.#earlier) return from
    const { events, told } = this.#earlier
    if (from === 0) return this.#first
    const here = told + ROOM_FOR_SPEECH + events.length
    return from >= told - 1 && from < here ? here : from
  }

  /** Number of the event that comes next. */
  get next(): number {
    return this.#first + this.#events.length
  }

  /** Events that are held for readers. */
  get kept(): number {
    return this.#events.length
  }

  /** Ends the run as stopped. Does nothing when it is over. */
  stop(reason: string): void {
    this.#controller.abort(reason)
  }

  publish(event: RunEvent): void {
    this.#events.push(event)
    if (this.#events.length > KEPT_EVENTS) {
      const dropped = this.#events.length - KEPT_EVENTS / 2
      this.#events = this.#events.slice(dropped)
      this.#first += dropped
    }
    this.#awaken()
  }

  /** Everything was said that comes before the pause. */
  park(): void {
    this.#parked = true
    this.#awaken()
  }

  goOn(): void {
    this.#parked = false
  }

  end(): void {
    this.#ended = true
    this.#awaken()
  }

  /** Events from number `from` on, until the run ends, or waits for people.
   *  @param along waits with the run and reads on when it goes on
   *  @throws RunError `run/reader-too-slow` when that event is not kept any more */
  async *read(from = 0, along = false): AsyncGenerator<SequencedEvent, void, void> {
    let sawPause = false
    for (let sequence = from; ; ) {
      if (sequence < this.#first) throw new RunError('run/reader-too-slow')
      const event = this.#events[sequence - this.#first]
      if (event !== undefined) {
        sawPause ||= event.type === 'run-pause'
        yield { sequence: sequence++, event }
      } else if (this.#ended || (this.#parked && sawPause && !along)) return
      else await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  #awaken(): void {
    if (this.#wake.length === 0) return
    const wake = this.#wake
    this.#wake = []
    for (const resolve of wake) resolve()
  }
}
