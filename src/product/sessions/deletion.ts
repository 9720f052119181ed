// What a tier holds in the place of a deleted session: newer than every session, so that writers that come late change nothing.

import type { Session } from './spec.ts'

export const DELETED: Session = Object.freeze({ revision: Number.MAX_SAFE_INTEGER, history: [] })
/** Longer than any write can be under way. Milliseconds. */
export const DELETED_MS = 60_000
