// Contract of the workflow engine. Types only.
//
// Glossary
//   graph      nodes and edges as an app file has them
//   plan       the graph compiled once: frozen, shared by all its runs
//   run        one execution of a plan
//   frame      one execution scope: the root of the run, one iteration item, one loop round
//   pool       the variables of a run: (node id, name) → value
//   selector   [node id, name, …keys]: a place in the pool
//   handle     the exit of a node an edge leaves from: `source`, a case id, `fail-branch`
//   pause      the end of a stream of events at nodes that wait for an answer from outside; the run goes on in another one
//   journal    what of a run is kept to go on from: the outcomes of its nodes, in order
//   response   a node whose template is shown to the user while the run goes on (answer, end)

import type { Issue, Result } from '../base/errors.ts'
import type { Clock, Ids, Random } from '../base/seams.ts'
import type { Value, ValueObject } from '../base/value.ts'
import type { FramePosition, Journal, JournalEntry, NodeFailure, Usage } from './events.ts'

export type Selector = readonly string[]

export type ValueType =
  | 'none'
  | 'string'
  | 'secret'
  | 'number'
  | 'integer'
  | 'float'
  | 'boolean'
  | 'object'
  | 'file'
  | 'array[any]'
  | 'array[string]'
  | 'array[number]'
  | 'array[object]'
  | 'array[boolean]'
  | 'array[file]'

export interface GraphNode {
  readonly id: string
  /** The node's own settings; `type`, `title`, `version` and the error fields are common to all kinds. */
  readonly data: Readonly<Record<string, unknown>>
  readonly parentId?: string
  /** Where the node stands in its file, for problems. */
  readonly path?: string
}
export interface GraphEdge {
  readonly id?: string
  readonly source: string
  readonly target: string
  readonly sourceHandle: string
  readonly path?: string
}
export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** How the engine treats a node. The scheduler asks for nothing else about its kind.
 *  root: may start a run · task: takes all edges · branch: takes the edges of one handle ·
 *  container: runs frames of its own · response: its template streams and its outputs are the run's ·
 *  entry: first node of a container's frame; it is never run and shown in no event */
export type NodeRole = 'root' | 'task' | 'branch' | 'container' | 'response' | 'entry'

/** A piece of a response template. */
export type ResponseSegment =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'variable'; readonly selector: Selector }

/** A node kind: turns settings into a body once, at compile time. */
export interface NodeKind<Services = unknown> {
  /** Type strings of the app format; the first is the one recorded. */
  readonly types: readonly string[]
  readonly role: NodeRole
  /** True when `retry_config` is honoured. */
  readonly retryable?: boolean
  /** True when its nodes may answer with a pause: runs with such a node keep a journal. */
  readonly pauses?: boolean
  /** Checks the settings and prepares everything that does not depend on a run. Reports every problem. */
  compile(node: GraphNode, context: CompileContext): Result<NodeBody<Services>>
}

export interface CompileContext {
  /** Adds a problem at a place inside the node's `data`, e.g. `cases[0].conditions`. */
  issue(path: string, code: string, message: string): Issue
  /** Ids of all nodes in the graph. */
  hasNode(id: string): boolean
  /** The node as the graph has it. */
  node(id: string): GraphNode | undefined
  /** Ids of the nodes whose `data.loop_id` (or parent) is this container. */
  childrenOf(containerId: string): readonly string[]
  /** `workflow` or `advanced-chat`, for the few settings that differ. */
  readonly mode: string
}

export interface NodeBody<Services = unknown> {
  /** Does the work. May answer at once: only what waits needs a promise. A failure is returned, a bug is thrown.
   *  Containers wait for nothing but their frames, and do the same again when the same happens in these: a run that goes on
   *  from its journal runs them once more around the recorded nodes. */
  run(context: NodeContext<Services>): NodeAnswer | Promise<NodeAnswer>
  /** For responses: what streams, in order. */
  readonly template?: readonly ResponseSegment[]
  /** For containers: the entry node of its frames. */
  readonly startNodeId?: string
  /** Variables the node writes besides its outputs, by the first two selector parts. */
  readonly writes?: readonly Selector[]
  /** True when containers around it want to know that it ran, see `FrameResult.ran`. */
  readonly noticed?: boolean
  /** For branches: the handles it may select; edges of others are never taken. */
  readonly handles?: readonly string[]
}

export type NodeOutcome = NodeSuccess | NodeFailed
export type NodeAnswer = NodeOutcome | NodePaused

interface OutcomeDetails {
  /** What went in, for the trace. */
  readonly inputs?: ValueObject
  /** Intermediate facts for the trace, e.g. the assembled prompt. */
  readonly processData?: ValueObject
  readonly metadata?: ValueObject
  readonly usage?: Usage
}
export interface NodeSuccess extends OutcomeDetails {
  readonly type: 'success'
  readonly outputs: ValueObject
  /** Branches must name one. Default `source`. */
  readonly handle?: string
  /** Applied together before the node ends, in order; each becomes a `variable-update`. */
  readonly updates?: readonly VariableUpdate[]
  /** Run outputs of inner responses a container passes on; merged into the run outputs like a response's own. */
  readonly responses?: ValueObject
}
export interface NodeFailed extends OutcomeDetails {
  readonly type: 'failure'
  readonly failure: NodeFailure
  /** Shown in the trace of the failed attempt; never visible downstream. */
  readonly outputs?: ValueObject
}
/** The node waits for something that may take days. Once everything else is done the run pauses; when it goes on, `run` is
 *  called again, with the answer. */
export interface NodePaused {
  readonly type: 'pause'
  /** What it waits for; given back with the answer. */
  readonly reason: ValueObject
  readonly usage?: Usage
}
export interface VariableUpdate {
  readonly selector: readonly [string, string]
  readonly value: Value
}

/** A pause that is over. */
export interface Resumed {
  readonly reason: ValueObject
  readonly answer: ValueObject
}

/** What a node sees of its run. */
export interface NodeContext<Services = unknown> {
  readonly nodeId: string
  readonly executionId: string
  readonly frame: FramePosition
  readonly services: Services
  /** Checked start inputs of the run by name; a root makes them its outputs. */
  readonly inputs: ValueObject
  /** Aborts when the run stops, fails elsewhere or times out. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  /** The value at the selector, null included; undefined when nothing was ever written there. */
  get(selector: Selector): Value | undefined
  /** The declared type of an environment, conversation, loop or input variable; undefined for plain node outputs. */
  typeOf(selector: Selector): ValueType | undefined
  /** Text for a response node that refers to (this node, name). Await it: it holds back while readers are slow. */
  write(name: string, text: string): void | Promise<void>
  /** Ends the stream of (this node, name). A streamed variable that is not closed stalls the response. */
  close(name: string): void
  /** Thinking beside the text. */
  reason(text: string, final?: boolean): void | Promise<void>
  progress(data: ValueObject): void
  notice(code: string, message: string): void
  /** What the node waited for, when it paused before and got its answer. */
  readonly resumed?: Resumed | undefined
  /** Containers only. */
  readonly frames: FrameControl
}

export interface FrameControl {
  /** Runs the container's inner graph once. */
  run(frame: FrameRequest): Promise<FrameResult>
  /** Emits the container's own events. */
  started(kind: 'iteration' | 'loop', length: number, inputs: ValueObject): void
  next(kind: 'iteration' | 'loop', round: number, variables?: ValueObject): void
  /** Declares and sets variables of this container in the pool it lives in (loop variables). */
  declare(name: string, type: ValueType, value: Value): void
  /** Removes all outputs of these nodes from the pool. */
  clear(nodeIds: readonly string[]): void
}

export interface FrameRequest {
  /** From 0. */
  readonly index: number
  /** `copy`: writes stay inside, except conversation variables, which are the parent's once the frame has succeeded.
   *  `detached`: the same, but they are carried over when the container ends, in order of index, and the frame's
   *  response text is held back until the frames before it are done: for frames that run side by side.
   *  `shared`: writes are the parent's at once. */
  readonly pool: 'copy' | 'detached' | 'shared'
  /** Set at (container id, name) before the frame starts; not for `shared` pools, see `declare`. */
  readonly variables?: ValueObject
}

export interface FrameResult {
  readonly status: 'succeeded' | 'failed'
  readonly failure?: NodeFailure
  /** Reads the frame's pool as it was at its end. */
  get(selector: Selector): Value | undefined
  /** True when this node, one that is `noticed`, ran to its end in the frame, nested frames included. */
  ran(nodeId: string): boolean
  /** Run outputs of inner responses, to be merged by the container's choice. */
  readonly outputs: ValueObject
}

export interface RunLimits {
  /** Node starts, inner frames and retries included. Default 500. */
  readonly steps: number
  /** Milliseconds. Default 1,200,000. */
  readonly timeMs: number
  /** Bytes of one variable as JSON. Default 204,800 (conversation and environment variables). */
  readonly variableBytes: number
  /** Nodes waiting at the same time, over all frames. Default 10. */
  readonly parallelNodes: number
  /** Nested containers. Default 16. */
  readonly depth: number
}

export interface DeclaredVariable {
  readonly type: ValueType
  readonly value: Value
}

/** Keeps outcomes of nodes that ask for it. Keys are long texts of everything that counts; a cache may hash them, and must
 *  keep tenants apart. */
export interface ResultCache {
  get(key: string): Value | undefined
  set(key: string, value: Value, ttlMs: number): void
}

export interface Resume {
  readonly journal: Journal
  /** By the execution id of the paused node. Nodes without one go on waiting. */
  readonly answers: Readonly<Record<string, ValueObject>>
}

export interface RunRequest<Services = unknown> {
  /** Checked start inputs by name. */
  readonly inputs: ValueObject
  /** `sys.*` by name without the prefix. Absent names stay missing. */
  readonly system: ValueObject
  readonly environment: Readonly<Record<string, DeclaredVariable>>
  readonly conversation: Readonly<Record<string, DeclaredVariable>>
  readonly services: Services
  readonly signal?: AbortSignal
  /** Goes on from a journal of the same plan, with the same inputs and variables as it began with. */
  readonly resume?: Resume
  /** Is told of every entry of the run's journal. Without it one is kept only when the plan has nodes that may pause. */
  readonly onEntry?: (entry: JournalEntry) => void
  /** Without one, nothing is reused. */
  readonly results?: ResultCache
  readonly limits?: Partial<RunLimits>
  readonly clock: Clock
  readonly ids: Ids
  /** Default: the system's. */
  readonly random?: Random
  /** Text events waiting for a slow reader before writers are held back. Default 1,024. */
  readonly bufferedEvents?: number
}
