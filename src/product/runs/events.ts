// What a stored run tells its readers: the engine's events, and what chats add to them. Types only.
//
// E1  `run-end` comes exactly once. Only speech may follow it. A run that waits for people says `run-pause` before, any number
//     of times.
// E2  Each event becomes at most two frames of a surface, and a surface needs no earlier event to word a later one: what
//     a frame needs stands in its event.

import type { ValueObject } from '../../base/value.ts'
import type { FlowEvent, Usage } from '../../flow/events.ts'
import type { FormAnswer } from '../../nodes/human-input/form.ts'
import type { Form } from '../forms/spec.ts'
import type { AnnotationId } from '../ids.ts'

export type FlowEnd = Extract<FlowEvent, { type: 'run-end' }>

export interface Notice {
  readonly code: string
  readonly message: string
  readonly nodeId?: string
}

export interface AnnotationHit {
  readonly id: AnnotationId
  readonly question: string
  readonly answer: string
  /** Who wrote it. */
  readonly author: { readonly id: string; readonly name: string }
  /** Cosine similarity, 0 to 1. */
  readonly score: number
}

/** One round of an agent. Sent again under the same id as it fills. */
export interface AgentThought {
  readonly id: string
  /** From 1. */
  readonly position: number
  readonly thought: string
  readonly observation: string
  /** Names joined by `;`. */
  readonly tool: string
  readonly toolLabels: ValueObject
  /** JSON text keyed by the names of tools. */
  readonly toolInput: string
  readonly fileIds: readonly string[]
  readonly createdAt: number
}

export type ChatEvent =
  | { readonly type: 'agent-thought'; readonly thought: AgentThought }
  /** The whole answer so far is replaced, e.g. by the preset reply of output moderation. */
  | { readonly type: 'answer-replace'; readonly text: string; readonly reason: 'output_moderation' }
  /** A piece of the answer read aloud: MP3 in base64. */
  | { readonly type: 'speech-delta'; readonly base64: string }
  | { readonly type: 'speech-end' }

export type RunEnd = FlowEnd & {
  readonly notices: readonly Notice[]
  /** Where the answer comes from, as the Service API words it. */
  readonly citations: readonly ValueObject[]
  readonly annotation?: AnnotationHit
  /** The answer was given without running the app: by moderation or by an annotation. */
  readonly preempted: boolean
}

/** What readers see of a form. */
export type ShownForm = Pick<Form, 'id' | 'nodeId' | 'nodeTitle' | 'request' | 'token' | 'expiresAt'>

export type FormEvent =
  /** People are asked. */
  | { readonly type: 'form-open'; readonly form: ShownForm }
  /** The run goes on with an answer, or without one. */
  | { readonly type: 'form-end'; readonly form: ShownForm; readonly answer: FormAnswer }

/** The run waits for people; it goes on once one of its forms is answered. */
export interface RunPaused {
  readonly type: 'run-pause'
  /** Nodes that wait, in start order, one for each form. */
  readonly nodeIds: readonly string[]
  readonly forms: readonly ShownForm[]
  readonly exceptions: number
  readonly steps: number
  readonly usage: Usage
  readonly at: number
  readonly elapsedMs: number
  readonly notices: readonly Notice[]
  readonly citations: readonly ValueObject[]
}

export type RunEvent =
  | Exclude<FlowEvent, { type: 'run-end' | 'run-pause' }>
  | ChatEvent
  | FormEvent
  | RunPaused
  | RunEnd

/** What an executor of an app yields: everything but what the run's keeper adds at the end. */
export type ExecutionEvent = FlowEvent | ChatEvent
