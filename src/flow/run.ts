// Drives one run of one plan: keeps the ready queue, starts nodes, yields events.
// Knows no node kinds, tenants or storage.
//
// R1  Everything that changes the run's state happens here, one thing at a time: nodes only return outcomes.
// R2  Order of completion never changes results: outputs go to the pool under the node's own id, joins wait for all edges,
//     frames that run side by side are merged by index.
// R3  `run-end` comes exactly once and last, also after a stop, a limit or a failure; `run-pause` in its place when nodes wait
//     for answers and nothing else is left to do.
// R4  The reader sets the pace: nothing new starts while the queue of events is full.
// R5  Nodes that answer at once cost no promise; after 256 of them the process gets a turn.
// R6  A run that goes on from a journal does nothing new, and says nothing, before all of the journal is applied.

import { nextTurn, systemRandom } from '../base/seams.ts'
import type { ValueObject } from '../base/value.ts'
import { createChildFrame } from './child-frame.ts'
import type { FlowErrorCode } from './errors.ts'
import { FlowError } from './errors.ts'
import { EventQueue } from './event-queue.ts'
import type { FlowEvent, JournalEntry, NodeFailure, NodeStatus, RunStatus } from './events.ts'
import { Frame, type FrameHost } from './frame.ts'
import { mismatch, Recorder } from './journal.ts'
import { addUsage, DEFAULT_LIMITS, NO_USAGE } from './limits.ts'
import { containerEnd, type Ended, nodeEnd, nodeRetry, nodeStart, variableUpdate } from './node-events.ts'
import { NodeRun, type NodeRunOwner } from './node-run.ts'
import { Pauses } from './pauses.ts'
import type { Plan } from './plan.ts'
import { Pool } from './pool.ts'
import { ReadyQueue } from './ready-queue.ts'
import { renderText } from './render.ts'
import { Replay } from './replay.ts'
import { findReusable, ReuseTrace } from './reuse.ts'
import type {
  FrameRequest,
  FrameResult,
  NodeAnswer,
  NodeFailed,
  NodePaused,
  NodeSuccess,
  Resume,
  RunLimits,
  RunRequest,
} from './spec.ts'
import { flowFailure, reasonText, unexpected } from './unexpected.ts'
import { findTooLarge } from './variable-size.ts'

const DEFAULT_BUFFERED_EVENTS = 1024
const NODES_PER_TURN = 256

/** Starts a run; it makes progress while its events are read. Leaving the loop stops it. */
export const run = <Services>(plan: Plan<Services>, request: RunRequest<Services>): AsyncIterableIterator<FlowEvent> =>
  new Run(plan, request).events

interface Task<Services> {
  readonly frame: Frame<Services>
  readonly at: number
  readonly predecessorId: string | null
}

class Run<Services> implements NodeRunOwner<Services>, FrameHost {
  readonly events: EventQueue<FlowEvent>
  readonly services: Services
  readonly inputs: ValueObject
  readonly clock
  readonly ids
  readonly random
  readonly #plan: Plan<Services>
  readonly #request: RunRequest<Services>
  readonly #limits: RunLimits
  readonly #controller = new AbortController()
  readonly #pool = new Pool()
  readonly #ready = new ReadyQueue<Task<Services>>()
  readonly #running = new Set<NodeRun<Services>>()
  #root: Frame<Services> | undefined
  #waiting = 0
  #sinceTurn = 0
  #pumping = false
  #ended = false
  #steps = 0
  #order = 0
  #exceptions = 0
  #usage = NO_USAGE
  #startedMs = 0
  readonly #recorder: Recorder | undefined
  readonly #pauses = new Pauses<Services>()
  /** Present while a journal is applied. */
  #replay: Replay<Services> | undefined
  #looksAgain = false
  #cancelTimer: (() => void) | undefined

  constructor(plan: Plan<Services>, request: RunRequest<Services>) {
    this.#plan = plan
    this.#request = request
    this.#limits = { ...DEFAULT_LIMITS, ...request.limits }
    this.services = request.services
    this.inputs = request.inputs
    this.clock = request.clock
    this.ids = request.ids
    this.random = request.random ?? systemRandom
    const { onEntry, resume } = request
    if (onEntry || plan.pauses) this.#recorder = new Recorder(resume?.journal.entries, onEntry)
    this.events = new EventQueue<FlowEvent>(request.bufferedEvents ?? DEFAULT_BUFFERED_EVENTS, {
      onDemand: () => (this.#root ? this.#pump() : this.#start()),
      onLeave: () => this.#shutDown(),
    })
  }

  emit(event: FlowEvent): void {
    if (!this.#replay) this.events.push(event)
  }

  get records(): boolean {
    return this.#recorder !== undefined
  }

  room(): Promise<void> | undefined {
    return this.events.room()
  }

  // ── The run as a whole ──────────────────────────────────────────────────────────────────────────────────────────

  #start(): void {
    const { signal, system, environment, conversation, inputs, resume } = this.#request
    const before = resume?.journal.elapsedMs ?? 0
    this.#startedMs = this.clock.elapsed() - before
    const { root } = this.#plan
    this.#pool.setOutputs('sys', system)
    for (const [name, variable] of Object.entries(environment)) this.#pool.declare('env', name, variable)
    for (const [name, variable] of Object.entries(conversation)) this.#pool.declare('conversation', name, variable)
    const frame = new Frame(root, this.#pool, this, { position: {}, depth: 0, index: 0 })
    this.#root = frame
    this.#pool.setOutputs(frame.node(root.start).id, inputs)
    this.emit({ type: 'run-start', inputs, at: this.clock.now(), ...(resume && { resumed: true }) })
    if (signal?.aborted) return this.#stop('flow/stopped', { reason: reasonText(signal) })
    signal?.addEventListener('abort', this.#onStop, { once: true })
    this.#cancelTimer = this.clock.after(Math.max(0, this.#limits.timeMs - before), () =>
      this.#stop('flow/time-limit', { limitMs: this.#limits.timeMs }),
    )
    if (resume) this.#resume(resume)
    frame.start()
    this.#enqueue(frame, root.start, null)
    this.#pump()
  }

  readonly #onStop = (): void => {
    const { signal } = this.#request
    this.#stop('flow/stopped', { reason: signal ? reasonText(signal) : '' })
  }

  #stop(code: FlowErrorCode, details: Record<string, unknown>): void {
    this.#end('stopped', flowFailure(code, details))
  }

  #end(status: RunStatus, failure?: NodeFailure): void {
    if (this.#ended) return
    this.#replay = undefined
    for (const node of [...this.#running, ...this.#pauses.nodes]) this.#emitEnd(node, 'stopped', { outputs: {} })
    const outputs = status === 'succeeded' || status === 'partial-succeeded' ? (this.#root?.outputs() ?? {}) : {}
    this.emit({
      type: 'run-end',
      status,
      outputs,
      ...(failure && { failure }),
      exceptions: this.#exceptions,
      steps: this.#steps,
      usage: this.#usage,
      at: this.clock.now(),
      elapsedMs: this.clock.elapsed() - this.#startedMs,
      conversation: this.#pool.scope('conversation'),
    })
    this.#shutDown()
    this.events.end()
  }

  #shutDown(): void {
    this.#ended = true
    this.#replay = undefined
    this.#root?.close()
    this.#running.clear()
    this.#pauses.clear()
    this.#ready.clear()
    this.#cancelTimer?.()
    this.#request.signal?.removeEventListener('abort', this.#onStop)
    this.#controller.abort(new DOMException('The run is over.', 'AbortError'))
  }

  // ── The ready queue ─────────────────────────────────────────────────────────────────────────────────────────────

  #enqueue(frame: Frame<Services>, at: number, predecessorId: string | null): void {
    frame.active++
    this.#ready.push({ frame, at, predecessorId })
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      for (let task = this.#ready.first; task && !this.#ended && !this.events.full; task = this.#ready.first) {
        if (this.#sinceTurn >= NODES_PER_TURN) {
          this.#sinceTurn = 0
          void nextTurn().then(() => this.#pump())
          break
        }
        if (this.#waiting >= this.#limits.parallelNodes && task.frame.node(task.at).role !== 'container') break
        this.#ready.shift()
        this.#sinceTurn++
        this.#startNode(task)
      }
      if (this.#replay || this.#pauses.any) this.#lookAgain()
    } catch (error) {
      this.#break(error)
    } finally {
      this.#pumping = false
    }
  }

  /** A bug in the engine: the reader gets it, and nobody else. */
  #break(error: unknown): void {
    this.#shutDown()
    this.events.end({ error })
  }

  // ── One node ────────────────────────────────────────────────────────────────────────────────────────────────────

  #startNode({ frame, at, predecessorId }: Task<Services>): void {
    if (frame.closed) return
    if (this.#replay) {
      if (this.#replay.start(frame, at)) this.#countStep()
      else this.#replay.defer(() => this.#ready.push({ frame, at, predecessorId }))
      return this.#replay?.advance()
    }
    if (!this.#countStep()) return
    const node = new NodeRun<Services>(this, frame, at, this.#order + 1)
    this.#order++
    this.emit(nodeStart(node, predecessorId))
    if (this.#recorder && node.node.role === 'container') this.#recorder.open(node)
    this.#attempt(node)
  }

  /** @returns false when the run has just used up its steps */
  #countStep(): boolean {
    if (++this.#steps <= this.#limits.steps) return true
    this.#stop('flow/step-limit', { limit: this.#limits.steps })
    return false
  }

  #attempt(node: NodeRun<Services>): void {
    if (this.#reuse(node)) return
    let outcome: NodeAnswer | Promise<NodeAnswer>
    try {
      outcome = node.node.body.run(node)
    } catch (error) {
      outcome = unexpected(error)
    }
    if (!(outcome instanceof Promise)) return this.#answer(node, outcome)
    const counted = node.node.role === 'container' ? 0 : 1
    this.#waiting += counted
    this.#running.add(node)
    const settle = (settled: NodeAnswer) => {
      this.#waiting -= counted
      this.#running.delete(node)
      if (!node.inFrame.closed) this.#answer(node, settled)
      this.#replay?.advance()
      this.#pump()
    }
    outcome
      .catch(unexpected)
      .then(settle)
      .catch((error: unknown) => this.#break(error))
  }

  #answer(node: NodeRun<Services>, answer: NodeAnswer): void {
    // Only containers run while a journal is applied.
    if (this.#replay) this.#replay.close(node, () => this.#settle(node, answer))
    else this.#settle(node, answer)
  }

  /** @returns true when an earlier outcome stands in for the node's work */
  #reuse(node: NodeRun<Services>): boolean {
    const { reuse } = node.node
    const { results } = this.#request
    if (!reuse || !results) return false
    const found = findReusable(results, reuse, node.get)
    if (!found) {
      node.trace = new ReuseTrace()
      return false
    }
    const { outputs } = found.outcome
    for (const name of found.streams) {
      void node.write(name, renderText(outputs[name] ?? null))
      node.close(name)
    }
    this.#settle(node, found.outcome)
    return true
  }

  #settle(node: NodeRun<Services>, outcome: NodeAnswer): void {
    if (outcome.usage) {
      this.#usage = addUsage(this.#usage, outcome.usage)
      if (this.#recorder) node.kept.usage = addUsage(node.kept.usage ?? NO_USAGE, outcome.usage)
    }
    if (outcome.type === 'pause') return this.#wait(node, outcome)
    if (node.node.role === 'container') {
      node.frameOrder?.finish((delta) => node.inFrame.say(delta))
      node.inFrame.reader?.closeOthers()
    }
    if (outcome.type === 'success') {
      const tooLarge = findTooLarge(outcome.updates, this.#limits.variableBytes)
      if (!tooLarge) {
        const { reuse } = node.node
        if (reuse && this.#request.results) node.trace?.keep(this.#request.results, reuse, outcome)
        return this.#succeed(node, outcome)
      }
      return this.#fail(node, { ...outcome, type: 'failure', failure: tooLarge })
    }
    this.#fail(node, outcome)
  }

  #succeed(node: NodeRun<Services>, outcome: NodeSuccess): void {
    const { pool } = node.inFrame
    for (const { selector, value } of outcome.updates ?? []) {
      pool.update(selector[0], selector[1], value)
      this.emit(variableUpdate(node, selector, value))
    }
    const handle = outcome.handle ?? 'source'
    if (node.node.role === 'branch' && outcome.handle === undefined) {
      const error = new FlowError('flow/no-handle', { details: { nodeId: node.nodeId } })
      return this.#fail(node, { type: 'failure', failure: { type: '', message: error.message, code: error.code } })
    }
    this.#leave(node, outcome, 'succeeded', handle)
  }

  #fail(node: NodeRun<Services>, outcome: NodeFailed): void {
    const { policy } = node.node
    const { failure } = outcome
    this.#exceptions++
    if (node.retries < policy.retries) return this.#retry(node, outcome)
    if (policy.strategy === 'none') {
      return this.#failNode(node, 'failed', { ...outcome, outputs: outcome.outputs ?? {} })
    }
    if (node.node.role === 'branch' && policy.strategy === 'default-value') return this.#selectNothing(node, outcome)
    const outputs = { ...policy.defaults, error_message: failure.message, error_type: failure.type }
    this.#leave(
      node,
      { ...outcome, outputs },
      'exception',
      policy.strategy === 'fail-branch' ? 'fail-branch' : 'source',
    )
  }

  /** Default values cannot say by which exit a branch is left. */
  #selectNothing(node: NodeRun<Services>, outcome: NodeFailed): void {
    this.#failNode(node, 'stopped', {
      ...outcome,
      outputs: {},
      failure: flowFailure('flow/no-handle', { nodeId: node.nodeId }),
    })
  }

  /** The node's failure is that of its frame. */
  #failNode(node: NodeRun<Services>, status: 'failed' | 'stopped', ended: Ended & { failure: NodeFailure }): void {
    node.over = true
    if (!this.#replay) this.#recorder?.end(node, status, ended, 'source')
    this.#emitEnd(node, status, ended)
    this.#failFrame(node.inFrame, ended.failure)
  }

  #retry(node: NodeRun<Services>, outcome: NodeFailed): void {
    node.retries++
    this.emit(nodeRetry(node, outcome))
    const { retryIntervalMs } = node.node.policy
    // A node that waits for its next attempt holds its place among the parallel ones.
    this.#waiting++
    this.#running.add(node)
    const pause = retryIntervalMs > 0 ? this.clock.sleep(retryIntervalMs, this.signal) : Promise.resolve()
    pause
      // Only the end of the run wakes it early, and then the frame is closed.
      .catch(() => {})
      .then(() => {
        this.#waiting--
        this.#running.delete(node)
        if (!node.inFrame.closed && this.#countStep()) this.#attempt(node)
        this.#pump()
      })
      .catch((error: unknown) => this.#break(error))
  }

  /** Stores what the node left, opens its edges, and says that it ended: in this order. */
  #leave(node: NodeRun<Services>, outcome: Ended, status: 'succeeded' | 'exception', handle: string): void {
    const { inFrame: frame, node: planned } = node
    node.over = true
    if (this.#recorder && !this.#replay) this.#recorder.end(node, status, outcome, handle)
    frame.pool.setOutputs(planned.id, outcome.outputs)
    if (planned.body.noticed) frame.notice(planned.id)
    if (planned.role === 'response') frame.respond(node.at, outcome.outputs)
    else if (outcome.responses) frame.respond(node.at, outcome.responses)
    const ready = frame.leave(node.at, planned.branches ? handle : undefined)
    for (const target of ready) this.#enqueue(frame, target, planned.id)
    frame.reader?.advance()
    this.#emitEnd(node, status, outcome, handle)
    if (--frame.active === 0) this.#finishFrame(frame)
  }

  #emitEnd(node: NodeRun<Services>, status: NodeStatus, outcome: Ended, handle = 'source'): void {
    if (node.container) this.emit(containerEnd(node, status, outcome))
    this.emit(nodeEnd(node, status, outcome, handle))
  }

  // ── Frames ──────────────────────────────────────────────────────────────────────────────────────────────────────

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  openFrame(container: NodeRun<Services>, request: FrameRequest): Promise<FrameResult> {
    // Whoever asks after the end waits for nothing that could still come.
    if (container.inFrame.closed || this.#ended) return new Promise(() => {})
    const frame = createChildFrame(this, container, request)
    return new Promise((resolve) => {
      frame.onEnd = resolve
      if (frame.place.depth > this.#limits.depth) {
        const error = new FlowError('flow/depth-limit', { details: { limit: this.#limits.depth } })
        return frame.end({ type: '', message: error.message, code: error.code })
      }
      frame.start()
      this.#enter(frame)
      this.#pump()
    })
  }

  /** An entry does nothing: it counts as a step and opens its edges. */
  #enter(frame: Frame<Services>): void {
    if (!this.#countStep()) return
    const { start } = frame.plan
    for (const target of frame.leave(start, undefined)) this.#enqueue(frame, target, frame.node(start).id)
    if (frame.active === 0) this.#finishFrame(frame)
  }

  #finishFrame(frame: Frame<Services>): void {
    if (frame.closed) return
    frame.reader?.advance()
    if (frame === this.#root) return this.#end(this.#exceptions > 0 ? 'partial-succeeded' : 'succeeded')
    frame.end()
  }

  #failFrame(frame: Frame<Services>, failure: NodeFailure): void {
    if (frame === this.#root) return this.#end('failed', failure)
    const stopped = [...this.#running].filter((node) => frame.contains(node.inFrame))
    for (const node of stopped) this.#running.delete(node)
    for (const node of [...stopped, ...this.#pauses.takeWithin(frame)]) {
      this.#emitEnd(node, 'stopped', { outputs: {} })
    }
    frame.end(failure)
  }

  // ── Pausing and going on ────────────────────────────────────────────────────────────────────────────────────────

  #wait(node: NodeRun<Services>, { reason }: NodePaused): void {
    if (!this.#recorder) throw new Error(`node ${node.nodeId} paused, but its kind does not say that it may`)
    this.#recorder.pause(node, reason)
    this.#pauses.add(node, reason, true)
  }

  /** Whether there is nothing left to do shows only when containers had a turn to open their next frame. */
  #lookAgain(): void {
    if (this.#looksAgain || !this.#idle) return
    this.#looksAgain = true
    void nextTurn().then(() => {
      this.#looksAgain = false
      if (!this.#idle) return
      if (this.#replay) this.#break(mismatch('it names nodes that the graph does not come to'))
      else if (this.#pauses.any) this.#pause()
    })
  }

  get #idle(): boolean {
    if (this.#ended || this.#ready.first || this.#waiting > 0) return false
    return [...this.#running].every((node) => node.inFrame.hasOpenFrame(node.nodeId))
  }

  #pause(): void {
    const elapsedMs = this.clock.elapsed() - this.#startedMs
    this.emit({
      type: 'run-pause',
      pauses: this.#pauses.list(),
      journal: { entries: this.#recorder?.entries ?? [], elapsedMs },
      exceptions: this.#exceptions,
      steps: this.#steps,
      usage: this.#usage,
      at: this.clock.now(),
      elapsedMs,
      conversation: this.#pool.scope('conversation'),
    })
    this.#shutDown()
    this.events.end()
  }

  /** Goes on from a journal: first everything comes to stand as it stood. */
  #resume({ journal, answers }: Resume): void {
    for (const { order } of journal.entries) this.#order = Math.max(this.#order, order)
    this.#replay = new Replay<Services>(journal.entries, {
      owner: this,
      runContainer: (node) => this.#attempt(node),
      apply: (node, entry) => this.#applyTo(node, entry),
      through: (deferred) => {
        if (this.#ended) return
        this.#replay = undefined
        for (const task of deferred) task()
        for (const node of this.#pauses.takeAnswered(answers)) this.#attempt(node)
      },
    })
  }

  #applyTo(node: NodeRun<Services>, entry: JournalEntry): void {
    if (entry.type === 'pause') this.#pauses.add(node, entry.reason, false)
    if (entry.type !== 'outcome') return
    this.#pauses.remove(node)
    const {
      status,
      outputs,
      handle = 'source',
      updates = [],
      failure,
      retries = 0,
      usage,
      streams = {},
    } = entry.outcome
    this.#steps += retries
    this.#exceptions += retries + (status === 'succeeded' ? 0 : 1)
    if (usage) this.#usage = addUsage(this.#usage, usage)
    for (const [name, { text, closed }] of Object.entries(streams)) {
      void node.write(name, text)
      if (closed) node.close(name)
    }
    for (const { selector, value } of updates) node.inFrame.pool.update(selector[0], selector[1], value)
    if (status === 'succeeded' || status === 'exception') return this.#leave(node, { outputs }, status, handle)
    this.#failNode(node, status, { outputs, failure: failure ?? unexpected('').failure })
  }
}
