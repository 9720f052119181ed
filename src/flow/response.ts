// Puts the texts of a frame's responses into reading order while the frame runs.
//
// Each response node has a session: a cursor over the segments of its template.
// A1  At most one session is active; others that are reached wait in order of being reached, ties by node id.
// A2  A session is reached once a path of edges that do not block, or are taken, leads from the entry to its node.
// A3  Text is emitted in template order; a segment waits for the ones before it.
// A4  A variable of a skipped node is dropped. A streamed variable is complete when its stream is closed, any other when
//     it has a value.
// A5  Each reference to a streamed variable shows the whole stream.
// A6  Whatever order nodes finish in, the text of one session is the same.

import type { Value } from '../base/value.ts'
import type { FramePlan, ResponsePlan } from './plan.ts'
import { renderDeclared } from './render.ts'
import { flood } from './response-plan.ts'
import type { ResponseSegment, Selector, ValueType } from './spec.ts'

interface Session {
  readonly plan: ResponsePlan
  readonly open: Uint8Array
  segment: number
  /** Pieces of the current segment's stream that are out already. */
  shown: number
  state: 'waiting' | 'queued' | 'done'
}

interface Stream {
  readonly pieces: string[]
  closed: boolean
}

export interface ResponseSurroundings {
  get(selector: Selector): Value | undefined
  typeOf(selector: Selector): ValueType | undefined
  isSkipped(node: number): boolean
  emit(text: string, selector: readonly string[], responseId: string, final: boolean): void
}

export class ResponseReader {
  readonly #frame: FramePlan
  readonly #around: ResponseSurroundings
  readonly #sessions: Session[]
  readonly #queue: Session[] = []
  readonly #streams = new Map<string, Stream>()
  readonly #wanted = new Set<string>()

  constructor(frame: FramePlan, around: ResponseSurroundings) {
    this.#frame = frame
    this.#around = around
    this.#sessions = frame.responses.map((plan) => ({
      plan,
      open: plan.open.slice(),
      segment: 0,
      shown: 0,
      state: 'waiting',
    }))
    for (const { segments } of frame.responses) {
      for (const segment of segments) if (segment.type === 'variable') this.#wanted.add(streamKey(segment.selector))
    }
  }

  /** Call once when the frame starts. */
  start(): void {
    this.#enqueueReached(this.#sessions)
    this.advance()
  }

  edgeTaken(edge: number): void {
    const { source, target } = this.#frame.edges[edge] as { source: number; target: number }
    const touched: Session[] = []
    for (const session of this.#sessions) {
      if (session.state !== 'waiting' || session.plan.blocking[edge] === 0 || session.open[source] === 0) continue
      flood(this.#frame, session.plan, session.open, target)
      touched.push(session)
    }
    this.#enqueueReached(touched)
    this.advance()
  }

  /** True when some response refers to this variable, so that streaming it makes sense. */
  wants(nodeId: string, name: string): boolean {
    return this.#wanted.has(`${nodeId} ${name}`)
  }

  write(nodeId: string, name: string, text: string): void {
    if (text === '') return
    this.#stream(`${nodeId} ${name}`).pieces.push(text)
    this.advance()
  }

  close(nodeId: string, name: string): void {
    this.#stream(`${nodeId} ${name}`).closed = true
    this.advance()
  }

  /** Ends the streams of nodes that run no more: those inside a container that is over. */
  closeOthers(): void {
    for (const [key, stream] of this.#streams) {
      if (!this.#frame.position.has(key.slice(0, key.indexOf(' ')))) stream.closed = true
    }
  }

  /** Emits whatever may be shown now. */
  advance(): void {
    for (let session = this.#queue[0]; session; session = this.#queue[0]) {
      if (!this.#read(session)) return
      session.state = 'done'
      this.#queue.shift()
    }
  }

  /** @returns true when the session is at its end */
  #read(session: Session): boolean {
    const { segments, id } = session.plan
    while (session.segment < segments.length) {
      const segment = segments[session.segment] as ResponseSegment
      const last = session.segment === segments.length - 1
      if (segment.type === 'text') this.#around.emit(segment.text, [id, 'answer'], id, last)
      else if (!this.#readVariable(session, segment.selector, last)) return false
      session.segment++
      session.shown = 0
    }
    return true
  }

  /** @returns true when the segment is complete */
  #readVariable(session: Session, selector: Selector, last: boolean): boolean {
    const source = this.#frame.position.get(selector[0] as string)
    if (source !== undefined && this.#around.isSkipped(source)) return true
    const stream = this.#streams.get(streamKey(selector))
    if (stream) {
      for (; session.shown < stream.pieces.length; session.shown++) {
        this.#around.emit(stream.pieces[session.shown] as string, selector, session.plan.id, false)
      }
      return stream.closed
    }
    const value = this.#around.get(selector)
    if (value === undefined) return false
    const text = renderDeclared(value, this.#around.typeOf(selector), 'markdown')
    if (text !== '') this.#around.emit(text, selector, session.plan.id, last)
    return true
  }

  #enqueueReached(sessions: readonly Session[]): void {
    const reached = sessions.filter((session) => session.state === 'waiting' && session.open[session.plan.node] === 1)
    if (reached.length > 1) reached.sort((a, b) => (a.plan.id < b.plan.id ? -1 : 1))
    for (const session of reached) {
      session.state = 'queued'
      this.#queue.push(session)
    }
  }

  #stream(key: string): Stream {
    let stream = this.#streams.get(key)
    if (!stream) this.#streams.set(key, (stream = { pieces: [], closed: false }))
    return stream
  }
}

/** Streams are named by the first two parts of a selector. */
const streamKey = (selector: Selector): string => `${selector[0]} ${selector[1]}`
