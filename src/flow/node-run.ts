// One execution of one node: what the node sees of its run.

import type { Clock, Ids, Random } from '../base/seams.ts'
import type { Value, ValueObject } from '../base/value.ts'
import type { FlowEvent, FramePosition, NodeIdentity, Streamed, Usage } from './events.ts'
import type { Frame } from './frame.ts'
import type { FrameOrder } from './frame-order.ts'
import { containerStart, iterationNext, loopNext } from './node-events.ts'
import type { PlanNode } from './plan.ts'
import type { ReuseTrace } from './reuse.ts'
import type { FrameControl, FrameRequest, FrameResult, NodeContext, Resumed, Selector, ValueType } from './spec.ts'

/** What an execution needs of its run. */
export interface NodeRunOwner<Services> {
  readonly services: Services
  readonly inputs: ValueObject
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  emit(event: FlowEvent): void
  /** Resolves when a slow reader has caught up; undefined when it has. */
  room(): Promise<void> | undefined
  /** Whether a journal is kept. */
  readonly records: boolean
  openFrame(container: NodeRun<Services>, request: FrameRequest): Promise<FrameResult>
}

/** What names an execution that began earlier. */
export interface Earlier {
  readonly executionId: string
  readonly order: number
  /** When it started, in ms since the epoch; absent when its end is known too. */
  readonly at?: number
}

/** What an execution notes for the journal. */
interface Kept {
  /** Tokens of all attempts. */
  usage: Usage | undefined
  /** What responses were given to show. */
  readonly streams: Map<string, Streamed>
  /** The answer to its pause. */
  resumed: Resumed | undefined
}

export class NodeRun<Services = unknown> implements NodeContext<Services>, FrameControl {
  readonly owner: NodeRunOwner<Services>
  readonly inFrame: Frame<Services>
  readonly node: PlanNode<Services>
  /** Number of the node in its frame's plan. */
  readonly at: number
  readonly executionId: string
  /** Start order within the run, from 1. */
  readonly order: number
  readonly startedMs: number
  retries = 0
  /** True once the outcome is known: whatever the node still says is ignored. */
  over = false
  container: { readonly kind: 'iteration' | 'loop'; readonly length: number; readonly inputs: ValueObject } | undefined
  frameOrder: FrameOrder | undefined
  /** Notes what the execution depends on, when its outcome may be reused. */
  trace: ReuseTrace | undefined
  /** Made only for runs that keep a journal. */
  #kept: Kept | undefined

  /** @param start its number, or what names the same execution in an earlier part of the run */
  constructor(owner: NodeRunOwner<Services>, frame: Frame<Services>, at: number, start: number | Earlier) {
    this.owner = owner
    this.inFrame = frame
    this.at = at
    this.node = frame.node(at)
    if (typeof start === 'number') {
      this.order = start
      this.executionId = owner.ids.next('node')
      this.startedMs = owner.clock.elapsed()
    } else {
      this.order = start.order
      this.executionId = start.executionId
      this.startedMs = owner.clock.elapsed() - (start.at === undefined ? 0 : owner.clock.now() - start.at)
    }
  }

  get kept(): Kept {
    this.#kept ??= { usage: undefined, streams: new Map(), resumed: undefined }
    return this.#kept
  }

  get resumed(): Resumed | undefined {
    return this.#kept?.resumed
  }

  /** Milliseconds since the epoch. */
  get startedAt(): number {
    const { clock } = this.owner
    return Math.round(clock.now() - (clock.elapsed() - this.startedMs))
  }

  get nodeId(): string {
    return this.node.id
  }
  get frame(): FramePosition {
    return this.inFrame.position
  }
  get services(): Services {
    return this.owner.services
  }
  get inputs(): ValueObject {
    return this.owner.inputs
  }
  get signal(): AbortSignal {
    return this.inFrame.signal
  }
  get clock(): Clock {
    return this.owner.clock
  }
  get ids(): Ids {
    return this.owner.ids
  }
  get random(): Random {
    return this.owner.random
  }
  get frames(): FrameControl {
    return this
  }
  get #silent(): boolean {
    return this.over || this.inFrame.closed
  }

  identity(): NodeIdentity {
    const { node } = this
    return {
      executionId: this.executionId,
      nodeId: node.id,
      nodeType: node.type,
      title: node.title,
      index: this.order,
      frame: this.inFrame.position,
    }
  }

  /** Bound, so that kinds can hand it on as a lookup. */
  readonly get = (selector: Selector): Value | undefined => {
    const value = this.inFrame.pool.get(selector)
    this.trace?.read(selector, value)
    return value
  }

  typeOf(selector: Selector): ValueType | undefined {
    return this.inFrame.pool.typeOf(selector)
  }

  write(name: string, text: string): void | Promise<void> {
    this.trace?.stream(name)
    if (this.#silent) return
    let wanted = false
    // A response around the container may refer to a node inside: it shows the text of every execution.
    for (let frame: Frame<Services> | undefined = this.inFrame; frame; frame = frame.outward) {
      if (!frame.reader?.wants(this.node.id, name)) continue
      frame.reader.write(this.node.id, name, text)
      wanted = true
    }
    if (wanted && this.owner.records) this.#noteStream(name, text, false)
    return this.owner.room()
  }

  close(name: string): void {
    const { reader } = this.inFrame
    if (!reader || this.#silent || !reader.wants(this.node.id, name)) return
    reader.close(this.node.id, name)
    if (this.owner.records) this.#noteStream(name, '', true)
  }

  #noteStream(name: string, text: string, closed: boolean): void {
    const { streams } = this.kept
    streams.set(name, { text: (streams.get(name)?.text ?? '') + text, closed })
  }

  reason(text: string, final = false): void | Promise<void> {
    const { reader } = this.inFrame
    const { id } = this.node
    if (!reader || this.#silent || !(reader.wants(id, 'text') || reader.wants(id, 'reasoning_content'))) return
    this.owner.emit({ type: 'reasoning-delta', nodeId: id, text, final, frame: this.frame })
    return this.owner.room()
  }

  progress(data: ValueObject): void {
    if (this.#silent) return
    this.owner.emit({
      type: 'node-progress',
      nodeId: this.node.id,
      executionId: this.executionId,
      data,
      frame: this.frame,
    })
  }

  notice(code: string, message: string): void {
    if (!this.#silent) this.owner.emit({ type: 'notice', code, message, nodeId: this.node.id })
  }

  started(kind: 'iteration' | 'loop', length: number, inputs: ValueObject): void {
    if (this.#silent) return
    this.container = { kind, length, inputs }
    this.owner.emit(containerStart(this, kind, length, inputs))
  }

  next(kind: 'iteration' | 'loop', round: number, variables: ValueObject = {}): void {
    if (this.#silent) return
    this.owner.emit(kind === 'loop' ? loopNext(this, round, variables) : iterationNext(this, round))
  }

  declare(name: string, type: ValueType, value: Value): void {
    this.inFrame.pool.declare(this.node.id, name, { type, value })
  }

  clear(nodeIds: readonly string[]): void {
    this.inFrame.pool.clear(nodeIds)
  }

  run(request: FrameRequest): Promise<FrameResult> {
    return this.owner.openFrame(this, request)
  }
}
