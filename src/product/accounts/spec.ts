// Contract of people who sign in, and of their sessions. Types only.
//
// Glossary
//   account        a person: one e-mail address, one password; may be a member of several tenants
//   member         an account with a role in a tenant
//   invitation     an address that may become a member with a role, once, by showing a token; names no account
//   sign-in        one signing in on one device: a family of refresh tokens of which only the newest is valid
//   access token   a JWT that names account, tenant and sign-in; lives minutes; what it may do is asked anew at each call

import type { Role } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import type { AccountId, InvitationId, SignInId, TenantId } from '../ids.ts'

export interface Account {
  readonly id: AccountId
  readonly email: string
  readonly name: string
  readonly createdAt: number
}

export interface Member extends Account {
  readonly role: Role
  readonly memberSince: number
}

/** All an inviter may know: what they typed, and what was made of it. */
export interface Invitation {
  readonly id: InvitationId
  readonly email: string
  readonly role: Role
  readonly createdAt: number
  readonly expiresAt: number
}

export interface Membership {
  readonly tenantId: TenantId
  readonly tenantName: string
  readonly role: Role
}

export interface Tokens {
  readonly accessToken: string
  /** Milliseconds since the epoch. */
  readonly accessExpiresAt: number
  readonly refreshToken: string
  readonly refreshExpiresAt: number
  readonly tenantId: TenantId
}

/** Who a valid access token stands for, as things are now. */
export interface Session {
  readonly account: Account
  readonly tenantId: TenantId
  readonly role: Role
  readonly signInId: SignInId
}

export interface NewPerson {
  readonly email: string
  readonly name: string
  readonly password: string
}

export interface Accounts {
  /** True until the first account exists. */
  setupRequired(): Promise<boolean>
  /** The one-time token for `setUp`, made anew at each start while it is needed; undefined when it is not. */
  issueSetupToken(): Promise<string | undefined>
  /** Makes the first account, owner of the installation's tenant. Works once.
   *  @throws AccountError `account/setup-done`, `account/wrong-setup-token`, `account/weak-password`, `account/bad-email` */
  setUp(token: string, person: NewPerson, userAgent: string): Promise<Tokens>
  /** The same for whoever has the data folder, without a token. */
  setUpLocally(person: NewPerson): Promise<Account>
  /** @throws AccountError `account/wrong-credentials` (the same for unknown addresses, after the same work),
   *  `account/too-many-attempts` (retryable), `account/no-tenant` */
  signIn(
    email: string,
    password: string,
    options: { readonly userAgent: string; readonly tenantId?: TenantId },
  ): Promise<Tokens>
  /** A new pair for the newest refresh token. An older one ends the whole family.
   *  @throws AccountError `account/signed-out` */
  refresh(refreshToken: string): Promise<Tokens>
  /** What the token stands for now; undefined when it is forged, expired, signed out, or the member is gone. At most a second old. */
  verify(accessToken: string): Promise<Session | undefined>
  signOut(session: Session): Promise<void>
  /** Tokens for another tenant of the same account; the present sign-in goes on. @throws AccountError `account/no-tenant` */
  switchTenant(session: Session, tenantId: TenantId, userAgent: string): Promise<Tokens>
  /** Ends every other sign-in. @throws AccountError `account/wrong-credentials`, `account/weak-password` */
  changePassword(session: Session, current: string, next: string): Promise<void>
  /** @throws AccountError `account/weak-name` */
  rename(session: Session, name: string): Promise<Account>
  memberships(account: AccountId): Promise<readonly Membership[]>
  /** @throws AccountError `account/weak-name`, `account/limit` */
  createTenant(session: Session, name: string): Promise<Membership>

  members(caller: Caller): Promise<readonly Member[]>
  /** The answer is the same whether or not the address has an account. What the address was invited by before, stops working.
   *  @returns the token, which nobody can read again
   *  @throws AccountError `account/already-member` (of this tenant), `account/role-too-high`, `account/bad-email`,
   *  `account/limit`, `account/no-tenant` when the asking account is a member no more */
  invite(
    caller: Caller,
    by: Role,
    invited: { readonly email: string; readonly role: Role },
  ): Promise<{ readonly invitation: Invitation; readonly token: string }>
  /** Those that can be accepted, the oldest first. */
  invitations(caller: Caller): Promise<readonly Invitation[]>
  /** @throws AccountError `account/invitation-not-found`, `account/role-too-high`, `account/no-tenant` */
  revokeInvitation(caller: Caller, by: Role, id: InvitationId): Promise<void>
  /** For whoever is signed in as the account of the invited address.
   *  @throws AccountError `account/wrong-invitation`, `account/other-address`, `account/already-member`, `account/limit`,
   *  `account/too-many-attempts` */
  acceptInvitation(session: Session, token: string): Promise<Membership>
  /** Makes the account of the invited address and signs it in; one that is there is joined by its own password, and keeps its name.
   *  @throws AccountError as `acceptInvitation`, and `account/has-account` when the password is not the one of the account that
   *  is there, `account/weak-name`, `account/weak-password` */
  joinByInvitation(
    token: string,
    person: { readonly name: string; readonly password: string },
    userAgent: string,
  ): Promise<Tokens>
  /** @throws AccountError `account/not-found`, `account/last-owner`, `account/role-too-high` */
  setRole(caller: Caller, by: Role, id: AccountId, role: Role): Promise<Member>
  /** Their sign-ins to this tenant end at once. @throws AccountError `account/not-found`, `account/last-owner`, `account/role-too-high` */
  removeMember(caller: Caller, by: Role, id: AccountId): Promise<void>
}

/** Hashing of passwords. Work is bounded: beyond it, both throw AccountError `account/too-many-attempts` (retryable). */
export interface Passwords {
  hash(password: string): Promise<string>
  /** @param known absent for people who do not exist: the same work, and never true */
  verify(known: string | undefined, password: string): Promise<boolean>
}

export interface AccessClaims {
  readonly accountId: AccountId
  readonly tenantId: TenantId
  readonly signInId: SignInId
}

export interface AccessTokens {
  /** `expiresAt` in milliseconds since the epoch, on a whole second. */
  issue(claims: AccessClaims): Promise<{ readonly token: string; readonly expiresAt: number }>
  /** Undefined when the token is not ours, was changed, or has expired. */
  read(token: string): Promise<AccessClaims | undefined>
}
