// Contract of remembered sessions: what a conversation needs for its next turn, kept near in three tiers. Types only.
//
// Glossary
//   session    the turns of a conversation that a model may be reminded of, as of one revision of the conversation
//   tier       where a session is found: this process's memory, the shared store (Redis) when there is one, the records
//   revision   counted by the conversation's row; a session of another revision is stale and counts as absent
//
// T1  A tier never decides what is true: its answer counts only when its revision is that of the row.
// T2  A tier that fails or is slow costs a look into the next one, never a turn.

import type { ChatMessage } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { AppId, ConversationId } from '../ids.ts'

export interface Session {
  readonly revision: number
  /** Earlier turns, oldest first: user and assistant messages in pairs. Texts only. */
  readonly history: readonly ChatMessage[]
}

export interface SessionKey {
  readonly appId: AppId
  readonly conversationId: ConversationId
}

export interface Sessions {
  /** The turns before this one, as of `revision`. */
  recall(caller: Caller, key: SessionKey, revision: number): Promise<readonly ChatMessage[]>
  /** After a turn was written down: what the next `recall` of `revision` answers. Never throws, needs no await. */
  remember(caller: Caller, key: SessionKey, session: Session): void
  /** Forgets the conversation everywhere. Never throws. */
  forget(caller: Caller, key: SessionKey): Promise<void>
  close(): Promise<void>
}

/** One tier in front of the records. Keys start with the tenant's id. */
export interface SessionTier {
  readonly name: 'memory' | 'redis'
  get(key: string): Promise<Session | undefined>
  set(key: string, session: Session): Promise<void>
  delete(key: string): Promise<void>
  close(): Promise<void>
}
