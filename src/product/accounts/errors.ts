// Failures around people: signing in, setting up, members.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const accountErrors = {
  'account/setup-done': 'The installation was set up already.',
  'account/wrong-setup-token': 'The set-up token is wrong. It is printed when the server starts.',
  'account/wrong-credentials': 'The address or the password is wrong.',
  'account/too-many-attempts': 'Too many attempts; try again in {seconds} seconds.',
  'account/signed-out': 'This sign-in has ended. Sign in again.',
  'account/no-tenant': 'This account is not a member there.',
  'account/weak-password': 'A password has 10 to 256 characters.',
  'account/bad-email': 'This is not an e-mail address.',
  'account/weak-name': 'A name has 1 to 100 characters.',
  'account/already-member': 'This account is a member already.',
  'account/not-found': 'There is no such member.',
  'account/invitation-not-found': 'There is no such invitation.',
  'account/wrong-invitation':
    'This invitation is wrong, was used, replaced or revoked, or has expired. Ask for another one.',
  'account/other-address': 'This invitation is for another address. Sign in with the account of that address.',
  'account/has-account':
    'The invited address has an account. Sign in and accept, or join with the password of that account.',
  'account/last-owner': 'A tenant keeps at least one owner.',
  'account/limit': 'There may be at most {limit} {what}.',
  'account/role-too-high': 'Only an owner may give, change or take away the role of an owner.',
} as const satisfies ErrorCatalogue

export type AccountErrorCode = keyof typeof accountErrors

export class AccountError extends PlatformError<AccountErrorCode> {
  constructor(code: AccountErrorCode, options?: ErrorOptions) {
    super(code, accountErrors[code], options)
  }
}
