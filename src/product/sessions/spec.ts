// Contract of remembered sessions: what a conversation needs for its next turn, kept near in three tiers. Types only.
//
// Glossary
//   session    the turns of a conversation that a model may be reminded of, as of one revision of the conversation
//   tier       where a session is found: this process's memory, the shared store (Redis) when there is one, the records
//   revision   counted by the conversation's row; a session of another revision is stale and counts as absent
//
// T1  A tier never decides what is true: its answer counts only when its revision is that of the row.
// T2  A tier that fails or is slow costs a look into the next one, never a turn.
// T3  Revisions only grow. A tier keeps the newest session it was given, and what is forgotten stays away although a late
//     writer brings it back: whatever the order of writes, an older revision never replaces a newer one.

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

/** A question with its answer. */
export interface Exchange {
  readonly query: string
  readonly answer: string
}

/** What is true: the exchanges as they are stored. */
export interface SessionRecords {
  /** The newest exchanges, oldest first. */
  exchanges(caller: Caller, list: SessionKey & { readonly limit: number }): Promise<readonly Exchange[]>
}

export interface Sessions {
  /** The turns before this one, as of `revision`. */
  recall(caller: Caller, key: SessionKey, revision: number): Promise<readonly ChatMessage[]>
  /** After a turn was written down: what the next `recall` of `revision` answers. Never throws, needs no await. The newest
   *  500 exchanges count. */
  remember(caller: Caller, key: SessionKey, session: Session): void
  /** Forgets the conversation everywhere. Never throws. */
  forget(caller: Caller, key: SessionKey): Promise<void>
  close(): Promise<void>
}

/** One tier in front of the records. Keys start with the tenant's id. May throw anything; the records stand behind it. */
export interface SessionTier {
  readonly name: 'memory' | 'redis'
  get(key: string): Promise<Session | undefined>
  /** Changes nothing when a newer revision is kept, or the key was deleted within the last minute. */
  set(key: string, session: Session): Promise<void>
  delete(key: string): Promise<void>
  close(): Promise<void>
}
