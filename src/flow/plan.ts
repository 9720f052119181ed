// A graph made ready to run: frozen, shared by all its runs. Nodes and edges of a frame are numbered from 0, so that
// the state of a run is a few integer arrays. Types only; compile.ts builds it.

import type { ValueObject } from '../base/value.ts'
import type { ReusePolicy } from './reuse.ts'
import type { NodeBody, NodeRole, ResponseSegment } from './spec.ts'

export interface Plan<Services = unknown> {
  readonly root: FramePlan<Services>
  readonly nodeCount: number
  /** True when some node may pause the run. */
  readonly pauses: boolean
}

export interface FramePlan<Services = unknown> {
  readonly nodes: readonly PlanNode<Services>[]
  /** Position of the entry in `nodes`. */
  readonly start: number
  readonly edges: readonly PlanEdge[]
  /** Numbers of the edges out of each node, in file order. */
  readonly out: readonly (readonly number[])[]
  /** State of each node's incoming edges when the frame starts, as settle.ts keeps it. Edges of unreachable nodes never
   *  settle. */
  readonly incoming: readonly number[]
  /** Nodes that can never run, since only inactive roots lead to them. */
  readonly skipped: readonly number[]
  readonly position: ReadonlyMap<string, number>
  readonly responses: readonly ResponsePlan[]
  /** Place of each node in an order in which edges lead forward; ties in file order. */
  readonly rank: Int32Array
}

export interface PlanEdge {
  readonly source: number
  readonly target: number
  readonly handle: string
}

export interface PlanNode<Services = unknown> {
  readonly id: string
  readonly type: string
  readonly title: string
  readonly role: NodeRole
  readonly body: NodeBody<Services>
  /** True when it takes the edges of one handle only. */
  readonly branches: boolean
  readonly policy: FailurePolicy
  /** Present when the node's results may be reused. */
  readonly reuse?: ReusePolicy
  /** For containers. */
  readonly inner?: FramePlan<Services>
}

export interface FailurePolicy {
  /** Extra attempts. */
  readonly retries: number
  readonly retryIntervalMs: number
  readonly strategy: 'none' | 'fail-branch' | 'default-value'
  readonly defaults: ValueObject
}

/** A response node and the edges that hold its text back. */
export interface ResponsePlan {
  readonly node: number
  readonly id: string
  readonly segments: readonly ResponseSegment[]
  /** Nodes from which the response can be reached. */
  readonly ancestors: Uint8Array
  /** 1 for edges that must be taken before text behind them may be shown. */
  readonly blocking: Uint8Array
  /** Ancestors that are connected with the entry by edges that do not block. */
  readonly open: Uint8Array
}
