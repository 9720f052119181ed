// One question to a panel, with everybody who may be asked.

import type { ChatRequest } from '../spec.ts'
import type { Arbiter } from './arbiter.ts'
import type { SchemaCheck } from './field-vote.ts'
import type { MemberCall } from './member-call.ts'
import type { Panel } from './spec.ts'

export interface Session {
  readonly panel: Panel
  readonly request: ChatRequest
  /** As the panel lists them. */
  readonly calls: readonly MemberCall[]
  /** Whose turn comes when: chance decides among members of one weight. */
  readonly turns: readonly MemberCall[]
  readonly arbiter: Arbiter | undefined
  /** Undefined: no schema was asked for. */
  readonly fits: SchemaCheck | undefined
  readonly signal: AbortSignal
}
