// The state of one frame while it runs: which edges are settled, what is ready, what was skipped.
//
// F1  A node starts only when every edge into it is settled and at least one was taken.
// F2  A node starts at most once per frame.
// F3  A closed frame starts nothing and stores nothing more.
// F4  A frame costs little until it needs more: sets, signals and readers are made when somebody asks.

import { own, setOwn, type Value, type ValueObject } from '../base/value.ts'
import type { FlowEvent, FramePosition, NodeFailure } from './events.ts'
import type { FrameOrder } from './frame-order.ts'
import type { FramePlan, PlanEdge, PlanNode } from './plan.ts'
import type { Pool } from './pool.ts'
import { ResponseReader } from './response.ts'
import { type EdgeState, skip, take } from './settle.ts'
import type { FrameResult, Selector } from './spec.ts'

export type TextDelta = Extract<FlowEvent, { type: 'text-delta' }>

/** The run around all frames. */
export interface FrameHost {
  readonly signal: AbortSignal
  emit(event: FlowEvent): void
}

/** Where a frame belongs. */
export interface FramePlace<Services> {
  readonly position: FramePosition
  /** Containers around this frame. */
  readonly depth: number
  readonly parent?: Frame<Services>
  /** The order among the frames of one container, when they run side by side. */
  readonly order?: FrameOrder
  /** Number of the frame within its container. */
  readonly index: number
  /** Node id of the container that opened it. */
  readonly container?: string
}

const NO_OUTPUTS: ValueObject = Object.freeze({})

export class Frame<Services = unknown> {
  readonly plan: FramePlan<Services>
  readonly pool: Pool
  readonly place: FramePlace<Services>
  readonly reader: ResponseReader | undefined
  /** Nodes queued or running. */
  active = 0
  closed = false
  /** Called once, when the frame has ended by itself. */
  onEnd: ((result: FrameResult) => void) | undefined
  readonly #host: FrameHost
  readonly #state: EdgeState
  #skipped: Uint8Array | undefined
  #children: Set<Frame<Services>> | undefined
  #noticed: Set<string> | undefined
  #responses: Map<number, ValueObject> | undefined
  #controller: AbortController | undefined

  constructor(plan: FramePlan<Services>, pool: Pool, host: FrameHost, place: FramePlace<Services>) {
    this.plan = plan
    this.pool = pool
    this.place = place
    this.#host = host
    this.#state = { edges: plan.edges, out: plan.out, nodes: plan.incoming.slice() }
    this.reader = plan.responses.length === 0 ? undefined : this.#openReader()
  }

  get position(): FramePosition {
    return this.place.position
  }

  /** Names the frame within its run; empty at the root. */
  get path(): string {
    const { parent, container, index } = this.place
    return parent ? `${parent.path}${container ?? ''}[${index}]/` : ''
  }

  #openReader(): ResponseReader {
    return new ResponseReader(this.plan, {
      get: (selector) => this.pool.get(selector),
      typeOf: (selector) => this.pool.typeOf(selector),
      isSkipped: (node) => this.#skipped?.[node] === 1,
      emit: (text, selector, responseId, final) =>
        this.#say({ type: 'text-delta', text, selector, responseId, final, frame: this.position }),
    })
  }

  /** Reports what was skipped from the beginning and lets responses show what is known already. */
  start(): void {
    if (this.plan.skipped.length > 0) this.#reportSkipped(this.plan.skipped)
    this.reader?.start()
  }

  /** Settles the edges out of a finished node; without a handle all are taken. @returns nodes that became ready, in order */
  leave(node: number, handle: string | undefined): number[] {
    const own = this.plan.out[node] ?? []
    if (handle === undefined) return this.#take(own, [])
    const selected = own.filter((edge) => leavesBy((this.plan.edges[edge] as PlanEdge).handle, handle))
    const skipped: number[] = []
    const others = own.filter((edge) => !selected.includes(edge))
    const ready = skip(this.#state, others, (target) => skipped.push(target))
    if (skipped.length > 0) this.#reportSkipped(skipped)
    return this.#take(selected, ready)
  }

  #take(edges: readonly number[], ready: number[]): number[] {
    for (const edge of edges) {
      const target = take(this.#state, edge)
      if (target >= 0) ready.push(target)
      this.reader?.edgeTaken(edge)
    }
    return ready
  }

  #reportSkipped(nodes: readonly number[]): void {
    this.#skipped ??= new Uint8Array(this.plan.nodes.length)
    for (const node of nodes) this.#skipped[node] = 1
    const nodeIds = nodes.map((node) => this.node(node).id)
    this.#host.emit({ type: 'node-skip', nodeIds, frame: this.position })
  }

  /** Text on its way out: past the frames around this one, each in its order. */
  #say(delta: TextDelta): void {
    const { parent, order, index } = this.place
    if (!parent) this.#host.emit(delta)
    else if (order) order.text(index, delta, (ready) => parent.#say(ready))
    else parent.#say(delta)
  }

  /** Lets text out that waited for frames inside this one. */
  say(delta: TextDelta): void {
    this.#say(delta)
  }

  /** The frame around this one, as far as streams of nodes travel outwards: not from frames that run side by side. */
  get outward(): Frame<Services> | undefined {
    return this.place.order ? undefined : this.place.parent
  }

  /** Notes that a node ran which containers ask about. */
  notice(nodeId: string): void {
    this.#noticed ??= new Set()
    this.#noticed.add(nodeId)
  }

  /** Keeps what the response (or container with responses) number `at` adds to the outputs of the frame. */
  respond(at: number, outputs: ValueObject): void {
    this.#responses ??= new Map()
    this.#responses.set(at, outputs)
  }

  /** All responses merged in graph order, whatever order they came in: `answer` texts are joined, of everything else the
   *  last one counts. */
  outputs(): ValueObject {
    if (!this.#responses) return NO_OUTPUTS
    const merged = {}
    const { rank } = this.plan
    const inOrder = [...this.#responses].sort(([a], [b]) => (rank[a] as number) - (rank[b] as number))
    for (const [, outputs] of inOrder) mergeResponse(merged, outputs)
    return merged
  }

  /** Ends the frame by itself and tells who opened it. */
  end(failure?: NodeFailure): void {
    this.close()
    const { parent, order, index } = this.place
    if (!parent) return
    parent.#children?.delete(this)
    if (this.#noticed) for (const id of this.#noticed) parent.notice(id)
    const writes = failure === undefined && this.pool !== parent.pool
    if (writes && !order) this.pool.mergeUp('conversation')
    order?.done(index, writes ? this.pool : undefined, (ready) => parent.#say(ready))
    this.onEnd?.(new FrameEnd(this, this.#noticed, failure))
  }

  /** True while frames of this container are open. */
  hasOpenFrame(container: string): boolean {
    for (const child of this.#children ?? []) if (child.place.container === container) return true
    return false
  }

  addChild(frame: Frame<Services>): void {
    this.#children ??= new Set()
    this.#children.add(frame)
  }

  /** True for this frame and every frame inside it. */
  contains(frame: Frame<Services>): boolean {
    for (let at: Frame<Services> | undefined = frame; at; at = at.place.parent) if (at === this) return true
    return false
  }

  /** Aborts when this frame, or one around it, is over early. Made only for nodes that ask. */
  get signal(): AbortSignal {
    const { parent } = this.place
    if (!parent) return this.#host.signal
    if (!this.#controller) {
      const controller = new AbortController()
      this.#controller = controller
      const outer = parent.signal
      if (outer.aborted) controller.abort(outer.reason)
      else {
        const pass = () => controller.abort(outer.reason)
        outer.addEventListener('abort', pass, { once: true, signal: controller.signal })
      }
    }
    return this.#controller.signal
  }

  /** Closes the frame and every frame inside it. Nodes that still wait are told by their signal. */
  close(): void {
    if (this.closed) return
    this.closed = true
    if (this.#children) for (const child of this.#children) child.close()
    this.#controller?.abort(new DOMException('The frame is over.', 'AbortError'))
  }

  node(index: number): PlanNode<Services> {
    return this.plan.nodes[index] as PlanNode<Services>
  }
}

/** How a frame ended, for its container. */
class FrameEnd implements FrameResult {
  readonly status: 'succeeded' | 'failed'
  readonly failure?: NodeFailure
  readonly #frame: Frame
  readonly #noticed: ReadonlySet<string> | undefined
  constructor(frame: Frame, noticed: ReadonlySet<string> | undefined, failure: NodeFailure | undefined) {
    this.#frame = frame
    this.#noticed = noticed
    this.status = failure ? 'failed' : 'succeeded'
    if (failure) this.failure = failure
  }
  get(selector: Selector): Value | undefined {
    return this.#frame.pool.get(selector)
  }
  ran(nodeId: string): boolean {
    return this.#noticed?.has(nodeId) ?? false
  }
  get outputs(): ValueObject {
    return this.#frame.outputs()
  }
}

/** Adds a response's outputs to those before it. */
export const mergeResponse = (into: object, outputs: ValueObject): void => {
  for (const [key, value] of Object.entries(outputs)) {
    const before = key === 'answer' ? own(into, key) : undefined
    setOwn(into, key, typeof before === 'string' && typeof value === 'string' ? before + value : value)
  }
}

/** Very old graphs call the ordinary exit of a node with a fail branch `success-branch`. */
const leavesBy = (edge: string, handle: string): boolean =>
  edge === handle || (handle === 'source' && edge === 'success-branch')
