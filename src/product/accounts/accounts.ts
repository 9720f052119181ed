// People who sign in: set-up, sign-in, members. Put together from the files beside it.

import type { Clock, Ids, Log } from '../../base/seams.ts'
import type { Database } from '../../db/spec.ts'
import { AccountError } from './errors.ts'
import type { Accounts } from './spec.ts'

export interface AccountParts {
  readonly db: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

export const createAccounts = (_parts: AccountParts): Accounts => {
  const later = async (): Promise<never> => {
    throw new AccountError('account/signed-out')
  }
  return {
    setupRequired: async () => false,
    issueSetupToken: async () => undefined,
    setUp: later,
    setUpLocally: later,
    signIn: later,
    refresh: later,
    verify: async () => undefined,
    signOut: later,
    switchTenant: later,
    changePassword: later,
    rename: later,
    memberships: later,
    createTenant: later,
    members: later,
    addMember: later,
    setRole: later,
    removeMember: later,
  }
}
