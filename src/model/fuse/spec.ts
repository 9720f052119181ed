// Contract of panels: several models asked at once, one answer. Types only.
//
// Glossary
//   panel    members, how many must answer, and what becomes of their answers
//   member   a target with its weight and its own time limit
//   fusion   what makes one answer of several; never a mean of texts

import type { ValueObject } from '../../base/value.ts'
import type { ChatRequest, ChatResult, ChatStreamPart } from '../spec.ts'

export interface PanelMember {
  readonly target: string
  /** > 0, default 1. Only ratios mean something. */
  readonly weight: number
  /** How often it was right, by feedback, 0 < p < 1: in votes and means its log-odds win over the weight. Every member of a
   *  panel has one, or none has. */
  readonly accuracy?: number
  /** Until the whole answer; where the answer is streamed live, until its first content. */
  readonly timeoutMs: number
  /** Win over the caller's. */
  readonly parameters: ValueObject
}

export type Fusion = 'vote' | 'field-vote' | 'mean' | 'best-of' | 'synthesis' | 'ranking' | 'auto'

export interface Panel {
  readonly name: string
  /** `all`: ask every member and fuse · `race`: the first valid answer wins · `cascade`: one after the other until one is sure */
  readonly mode: 'all' | 'race' | 'cascade'
  readonly members: readonly PanelMember[]
  /** Answers needed, 1 to the number of members. In a cascade: answers that must agree before one is believed. */
  readonly quorum: number
  readonly fusion: Fusion
  /** The target that chooses or writes the answer; undefined: agreement alone decides. */
  readonly arbiter?: string
  /** How many members are asked at the same time. */
  readonly parallel: number
}

/** Asks one target; limits, retries and settlement are the asker's. */
export type Ask = (target: string, request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatStreamPart>

export interface MemberReport {
  readonly target: string
  readonly status: 'answered' | 'failed' | 'timed-out' | 'cancelled'
  readonly weight: number
  readonly elapsedMs: number
  readonly result?: Pick<ChatResult, 'text' | 'usage' | 'finishReason'>
  readonly error?: string
  /** Whether its answer agrees with what came out. */
  readonly agreed?: boolean
}

export interface PanelAnswer {
  /** Usage is the sum over all members and the arbiter. */
  readonly parts: AsyncIterable<ChatStreamPart>
  /** Complete once `parts` has ended. */
  readonly members: () => readonly MemberReport[]
}

/** @throws FuseError `fuse/no-quorum` with what each member said */
export type AskPanel = (panel: Panel, request: ChatRequest, ask: Ask, signal: AbortSignal) => Promise<PanelAnswer>
