// Invitations of a tenant as rows, and how one becomes a membership. Both happen under the lock on the tenant's row under which
// its members change, so that a token makes one member and rules about all members hold.

import type { InvitationRow } from '../../db/schema/people.ts'
import type { Queries } from '../../db/spec.ts'
import type { Role } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import type { AccountId, InvitationId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import { lockTenant } from '../tenants/store.ts'
import { countMembers, findMember, insertMember, isMember, roleOfActor } from './members-store.ts'
import type { Invitation } from './spec.ts'
import { insertAccount, type NewAccount } from './store.ts'

export interface NewInvitation {
  readonly id: InvitationId
  readonly email: string
  readonly role: Role
  readonly tokenHash: string
  readonly expiresAt: number
}

/** What a change of an invitation is judged by, as of the change. */
export interface InvitationStanding {
  /** Role that the invitation promises which is there; undefined when there is none yet. */
  readonly role: Role | undefined
  /** Role of the account that asks; undefined when it is no account or no member. */
  readonly askedBy: Role | undefined
}

type Judge = (standing: InvitationStanding) => void

interface Token {
  readonly id: InvitationId
  readonly hash: string
}

export type InvitationStore = ReturnType<typeof createInvitationStore>

export const createInvitationStore = ({ db, clock, ids }: StoreSeams) => ({
  /** Takes the place of what the address was invited by before. Asks about members of this tenant alone.
   *  @param limits.judge throws to refuse */
  create: (
    caller: Caller,
    fields: NewInvitation,
    { most, judge }: { readonly most: number; readonly judge: Judge },
  ): Promise<Invitation | 'is-member' | 'full'> =>
    db.transaction(async (transaction) => {
      await lockTenant(transaction, caller)
      const now = clock.now()
      const { tenantId } = caller
      await transaction
        .deleteFrom('invitations')
        .where('tenant_id', '=', tenantId)
        .where('expires_at', '<=', now)
        .execute()
      const former = await transaction
        .selectFrom('invitations')
        .select('role')
        .where('tenant_id', '=', tenantId)
        .where('email', '=', fields.email)
        .executeTakeFirst()
      judge({ role: former?.role, askedBy: await roleOfActor(transaction, caller) })
      if (await isMember(transaction, caller, fields.email)) return 'is-member'
      if (!former && (await countAll(transaction, caller)) >= most) return 'full'
      await transaction
        .deleteFrom('invitations')
        .where('tenant_id', '=', tenantId)
        .where('email', '=', fields.email)
        .execute()
      const { id, email, role, tokenHash, expiresAt } = fields
      const row: InvitationRow = {
        tenant_id: tenantId,
        id,
        email,
        role,
        token_hash: tokenHash,
        created_at: now,
        created_by: caller.actor.id,
        expires_at: expiresAt,
      }
      await transaction.insertInto('invitations').values(row).execute()
      return toInvitation(row)
    }),

  /** Those that can be accepted, the oldest first. */
  async list(caller: Caller, limit: number): Promise<readonly Invitation[]> {
    const rows = await db.kysely
      .selectFrom('invitations')
      .selectAll()
      .where('tenant_id', '=', caller.tenantId)
      .where('expires_at', '>', clock.now())
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(toInvitation)
  },

  /** What the token opens; undefined when it was used, revoked or replaced, or has expired. */
  async find(caller: Caller, token: Token): Promise<Invitation | undefined> {
    const row = await selectOpen(db.kysely, caller, { ...token, now: clock.now() })
    return row && toInvitation(row)
  },

  /** Uses the token up. @param joining an account that is there, or one to be made
   *  @throws DbError `db/constraint` when an account of the address was made elsewhere in the same moment */
  accept: (
    caller: Caller,
    token: Token,
    { joining, most }: { readonly joining: AccountId | NewAccount; readonly most: number },
  ): Promise<AccountId | 'is-member' | 'full' | undefined> =>
    db.transaction(async (transaction) => {
      await lockTenant(transaction, caller)
      const now = clock.now()
      const invitation = await selectOpen(transaction, caller, { ...token, now })
      if (!invitation) return undefined
      if ((await countMembers(transaction, caller)) >= most) return 'full'
      const { role, created_by: by } = invitation
      const isNew = typeof joining !== 'string'
      if (!isNew && (await findMember(transaction, caller, joining))) return 'is-member'
      const accountId = isNew ? (await insertAccount(transaction, ids.next('acct'), joining, now)).id : joining
      await transaction
        .deleteFrom('invitations')
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', token.id)
        .execute()
      await insertMember(transaction, caller, { accountId, role, now, by })
      return accountId
    }),

  /** @param judge throws to refuse   @returns false when there is none */
  revoke: (caller: Caller, id: InvitationId, judge: Judge): Promise<boolean> =>
    db.transaction(async (transaction) => {
      await lockTenant(transaction, caller)
      const found = await transaction
        .selectFrom('invitations')
        .select('role')
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .where('expires_at', '>', clock.now())
        .executeTakeFirst()
      if (!found) return false
      judge({ role: found.role, askedBy: await roleOfActor(transaction, caller) })
      await transaction
        .deleteFrom('invitations')
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', id)
        .execute()
      return true
    }),
})

const selectOpen = (query: Queries, caller: Caller, { id, hash, now }: Token & { readonly now: number }) =>
  query
    .selectFrom('invitations')
    .selectAll()
    .where('tenant_id', '=', caller.tenantId)
    .where('id', '=', id)
    .where('token_hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()

const countAll = async (query: Queries, caller: Caller): Promise<number> => {
  const counted = await query
    .selectFrom('invitations')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('tenant_id', '=', caller.tenantId)
    .executeTakeFirstOrThrow()
  return Number(counted.count)
}

const toInvitation = ({ id, email, role, created_at, expires_at }: InvitationRow): Invitation => ({
  id,
  email,
  role,
  createdAt: created_at,
  expiresAt: expires_at,
})
