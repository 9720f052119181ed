// What a run tells the world. One union; it ends with exactly one `run-end`, or with one `run-pause` when the run waits for
// someone and can go on later.

import type { TokenCost } from '../base/cost.ts'
import type { Value, ValueObject } from '../base/value.ts'

export type RunStatus = 'succeeded' | 'partial-succeeded' | 'failed' | 'stopped'
export type NodeStatus = 'succeeded' | 'failed' | 'exception' | 'stopped'

/** Names a failure to users and to the graph (`error_type`, `error_message`). */
export interface NodeFailure {
  /** Class name in the app format's vocabulary, e.g. `CodeExecutionError`. May be empty. */
  readonly type: string
  readonly message: string
  /** Code of our catalogue when one applies. */
  readonly code?: string
}

/** Where inside containers an event happened. Innermost of each kind; absent at the root. */
export interface FramePosition {
  readonly iterationId?: string
  readonly iterationIndex?: number
  readonly loopId?: string
  readonly loopIndex?: number
}

export interface NodeIdentity {
  /** Unique per execution of the node; equal on all events of the execution. */
  readonly executionId: string
  readonly nodeId: string
  readonly nodeType: string
  readonly title: string
  /** Start order within the run, from 1. */
  readonly index: number
  readonly frame: FramePosition
}

export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly totalTokens: number
  /** Of the calls whose price is known. */
  readonly cost?: TokenCost
}

/** What of a run is kept to go on from; see journal.ts. */
export interface Journal {
  readonly entries: readonly JournalEntry[]
  /** Milliseconds the run has worked so far; waiting for people does not count. */
  readonly elapsedMs: number
}

interface EntryBase {
  /** Empty at the root; `iteration_1[2]/` inside the third frame of that container. */
  readonly frame: string
  readonly node: string
  readonly executionId: string
  /** Start order within the run, from 1. */
  readonly order: number
}
export type JournalEntry =
  /** A container has begun. */
  | (EntryBase & { readonly type: 'open'; readonly at: number })
  /** A container is over: its outcome follows from its frames. */
  | (EntryBase & { readonly type: 'close' })
  | (EntryBase & { readonly type: 'outcome'; readonly outcome: NodeRecord })
  | (EntryBase & {
      readonly type: 'pause'
      /** When the node started, in ms since the epoch. */
      readonly at: number
      readonly reason: ValueObject
    })

/** What a node left, after its retries and its error strategy. */
export interface NodeRecord {
  readonly status: NodeStatus
  readonly outputs: ValueObject
  readonly handle?: string
  readonly updates?: readonly { readonly selector: readonly [string, string]; readonly value: Value }[]
  readonly failure?: NodeFailure
  /** Attempts before the last. */
  readonly retries?: number
  /** Of all attempts. */
  readonly usage?: Usage
  /** What it streamed to responses, by output. */
  readonly streams?: Readonly<Record<string, Streamed>>
}
export interface Streamed {
  readonly text: string
  readonly closed: boolean
}

/** A node that waits for an answer from outside. */
export interface NodePause extends NodeIdentity {
  /** What it waits for, in the words of its kind. */
  readonly reason: ValueObject
  /** False when the run had paused at it before, and goes on waiting. */
  readonly fresh: boolean
}

export type FlowEvent =
  | {
      readonly type: 'run-start'
      readonly inputs: ValueObject
      readonly at: number
      /** The run goes on after a pause. */
      readonly resumed?: true
    }
  | (NodeIdentity & { readonly type: 'node-start'; readonly predecessorId: string | null; readonly at: number })
  | (NodeIdentity & {
      readonly type: 'node-retry'
      /** From 1. */
      readonly retry: number
      readonly failure: NodeFailure
      readonly inputs: ValueObject
      readonly at: number
    })
  | (NodeIdentity & {
      readonly type: 'node-end'
      readonly status: NodeStatus
      readonly inputs: ValueObject
      readonly processData: ValueObject
      readonly outputs: ValueObject
      /** Selected edge handle when it is not `source`. */
      readonly handle?: string
      readonly failure?: NodeFailure
      readonly usage?: Usage
      readonly metadata: ValueObject
      readonly at: number
      /** Milliseconds with fractions. */
      readonly elapsedMs: number
    })
  /** Nodes of a frame that will never run in it. */
  | { readonly type: 'node-skip'; readonly nodeIds: readonly string[]; readonly frame: FramePosition }
  | (NodeIdentity & {
      readonly type: 'iteration-start'
      readonly length: number
      readonly inputs: ValueObject
      readonly at: number
    })
  | (NodeIdentity & { readonly type: 'iteration-next'; readonly round: number; readonly at: number })
  | (NodeIdentity & {
      readonly type: 'iteration-end'
      readonly status: 'succeeded' | 'failed'
      readonly outputs: ValueObject
      readonly steps: number
      readonly failure?: NodeFailure
      readonly metadata: ValueObject
      readonly inputs: ValueObject
      readonly at: number
      readonly elapsedMs: number
    })
  | (NodeIdentity & {
      readonly type: 'loop-start'
      readonly length: number
      readonly inputs: ValueObject
      readonly at: number
    })
  | (NodeIdentity & {
      readonly type: 'loop-next'
      readonly round: number
      readonly variables: ValueObject
      readonly at: number
    })
  | (NodeIdentity & {
      readonly type: 'loop-end'
      readonly status: 'succeeded' | 'failed'
      readonly outputs: ValueObject
      readonly steps: number
      readonly failure?: NodeFailure
      readonly metadata: ValueObject
      readonly inputs: ValueObject
      readonly at: number
      readonly elapsedMs: number
    })
  /** Text of the response, in reading order. `selector` says whose text it is. */
  | {
      readonly type: 'text-delta'
      readonly text: string
      readonly selector: readonly string[]
      /** The response node whose template is being read. */
      readonly responseId: string
      readonly final: boolean
      readonly frame: FramePosition
    }
  /** A model's thinking, beside the response text. */
  | {
      readonly type: 'reasoning-delta'
      readonly nodeId: string
      readonly text: string
      readonly final: boolean
      readonly frame: FramePosition
    }
  /** Live state of a long node, e.g. an agent's step; free form per kind. */
  | {
      readonly type: 'node-progress'
      readonly nodeId: string
      readonly executionId: string
      readonly data: ValueObject
      readonly frame: FramePosition
    }
  | {
      readonly type: 'variable-update'
      readonly selector: readonly [string, string]
      readonly value: Value
      readonly nodeId: string
      readonly frame: FramePosition
    }
  /** Something the user should know although the run goes on, e.g. a model that was replaced. */
  | { readonly type: 'notice'; readonly code: string; readonly message: string; readonly nodeId?: string }
  /** Everything that could run did; the rest waits for answers. The last event of its stream. */
  | {
      readonly type: 'run-pause'
      /** In start order; at least one. */
      readonly pauses: readonly NodePause[]
      readonly journal: Journal
      readonly exceptions: number
      readonly steps: number
      readonly usage: Usage
      readonly at: number
      readonly elapsedMs: number
      /** Conversation variables as they are now, by name. */
      readonly conversation: ValueObject
    }
  | {
      readonly type: 'run-end'
      readonly status: RunStatus
      readonly outputs: ValueObject
      readonly failure?: NodeFailure
      /** Failed attempts, handled or not. */
      readonly exceptions: number
      readonly steps: number
      readonly usage: Usage
      readonly at: number
      readonly elapsedMs: number
      /** Conversation variables after the run, by name. */
      readonly conversation: ValueObject
    }
