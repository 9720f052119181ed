// What an access token stands for now, remembered for a moment.
//
// V1  An answer is at most a second old, so that what another process changes holds then. What this process changes holds at
//     once: the answer is forgotten.
// V2  An answer that was read before a change is not remembered after it.
// V3  Nothing is remembered about tokens that are not valid.

import type { Clock } from '../../base/seams.ts'
import type { SignInId } from '../ids.ts'
import type { SignInStore } from './sign-ins.ts'
import type { AccessTokens, Session } from './spec.ts'

const FRESH_MS = 1_000
const REMEMBERED = 10_000

interface Parts {
  readonly store: Pick<SignInStore, 'find'>
  readonly accessTokens: AccessTokens
  readonly clock: Pick<Clock, 'elapsed'>
}

export type LiveSessions = ReturnType<typeof createLiveSessions>

export const createLiveSessions = ({ store, accessTokens, clock }: Parts) => {
  /** By sign-in, least recently checked first. */
  const remembered = new Map<SignInId, { readonly session: Session; readonly checkedAt: number }>()
  let changes = 0

  const remember = (session: Session, checkedAt: number): void => {
    remembered.delete(session.signInId)
    remembered.set(session.signInId, { session, checkedAt })
    const [oldest] = remembered.keys()
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest)
  }

  return {
    async verify(accessToken: string): Promise<Session | undefined> {
      const claims = await accessTokens.read(accessToken)
      if (!claims) return undefined
      const now = clock.elapsed()
      const known = remembered.get(claims.signInId)
      if (
        known &&
        now - known.checkedAt < FRESH_MS &&
        known.session.tenantId === claims.tenantId &&
        known.session.account.id === claims.accountId
      ) {
        return known.session
      }
      const before = changes
      const session = await store.find(claims)
      if (!session) remembered.delete(claims.signInId)
      else if (before === changes) remember(session, now)
      return session
    },

    /** To be called after a change was written. */
    forget(concerns: (session: Session) => boolean): void {
      changes++
      for (const [id, { session }] of remembered) if (concerns(session)) remembered.delete(id)
    },
  }
}
