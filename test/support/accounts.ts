// People for tests: the real parts on a database, with a clock that the test moves.

import { createIds, silentLog, systemClock } from '../../src/base/seams.ts'
import type { Database } from '../../src/db/spec.ts'
import { createAccounts } from '../../src/product/accounts/accounts.ts'
import type { AttemptLimits } from '../../src/product/accounts/attempts.ts'
import { createAccessTokens } from '../../src/product/accounts/drivers/access-tokens.ts'
import { createPasswords } from '../../src/product/accounts/drivers/passwords.ts'
import { createInvitationTokens } from '../../src/product/accounts/invitation-tokens.ts'
import { createInvitationStore } from '../../src/product/accounts/invitations-store.ts'
import { createMemberStore } from '../../src/product/accounts/members-store.ts'
import { createRefreshTokens } from '../../src/product/accounts/refresh-tokens.ts'
import { createSignInStore } from '../../src/product/accounts/sign-ins.ts'
import type { Accounts, Member, Passwords } from '../../src/product/accounts/spec.ts'
import { createAccountStore } from '../../src/product/accounts/store.ts'
import type { Role } from '../../src/product/auth/permissions.ts'
import type { Caller } from '../../src/product/caller.ts'

export const ACCESS_MS = 15 * 60_000
export const REFRESH_MS = 30 * 24 * 60 * 60_000

/** The installation's key, in tests. */
export const MASTER = new Uint8Array(32).fill(7)

export const PERSON = { email: 'ada@example.org', name: 'Ada', password: 'correct horse battery' }

export const movableClock = (start = 1_800_000_000_000) => {
  let now = start
  return {
    ...systemClock,
    now: () => now,
    elapsed: () => now,
    pass: (ms: number) => {
      now += ms
    },
  }
}

interface Options {
  readonly clock: ReturnType<typeof movableClock>
  readonly attempts?: AttemptLimits
  readonly passwords?: Passwords
}

/** As one process has them; call it again, with the database opened once more, for another process. */
export const openAccounts = (db: Database, { clock, attempts, passwords = createPasswords() }: Options) => {
  const ids = createIds(clock)
  const store = { db, clock, ids }
  return createAccounts({
    stores: {
      accounts: createAccountStore(store),
      members: createMemberStore(store),
      invitations: createInvitationStore(store),
      signIns: createSignInStore(store),
    },
    clock,
    ids,
    log: silentLog,
    passwords,
    accessTokens: createAccessTokens({ master: MASTER, clock, lifeMs: ACCESS_MS }),
    refreshTokens: createRefreshTokens(MASTER),
    invitationTokens: createInvitationTokens(MASTER),
    refreshTokenMs: REFRESH_MS,
    ...(attempts && { attempts }),
  })
}

interface Added {
  readonly email: string
  readonly name: string
  readonly password: string
  readonly role: Role
  /** Default owner. */
  readonly by?: Role
}

/** Somebody who was invited and has joined, with a new account or by the password of theirs. */
export const addMember = async (
  accounts: Accounts,
  caller: Caller,
  { email, role, by = 'owner', ...person }: Added,
): Promise<Member> => {
  const { token, invitation } = await accounts.invite(caller, by, { email, role })
  await accounts.joinByInvitation(token, person, 'test')
  const member = (await accounts.members(caller)).find((one) => one.email === invitation.email)
  if (!member) throw new Error(`${email} has not joined`)
  return member
}
