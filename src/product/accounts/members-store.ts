// Members of a tenant as rows. What changes who is in it happens under a lock on the tenant's row, so that rules about all
// members, such as the last owner, hold whoever else writes.

import type { Queries } from '../../db/spec.ts'
import type { Role } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import type { AccountId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import { createTenantStore, lockTenant } from '../tenants/store.ts'
import type { Member } from './spec.ts'
import { toAccount } from './store.ts'

export interface NewMember {
  readonly accountId: AccountId
  readonly role: Role
  readonly now: number
  /** Who made them one. */
  readonly by: string
}

/** What a change of a member is judged by, as of the change. */
export interface Standing {
  readonly member: Member
  /** Owners of the tenant, the member included. */
  readonly owners: number
  /** Role of the account that asks; undefined when it is no account or no member. */
  readonly askedBy: Role | undefined
}

export type MemberStore = ReturnType<typeof createMemberStore>

export const createMemberStore = (seams: StoreSeams) => {
  const { db, clock } = seams
  const tenants = createTenantStore(seams)

  return {
    /** The first joined first. */
    async list(caller: Caller, limit: number): Promise<readonly Member[]> {
      return selectMembers(db.kysely, caller)
        .orderBy('members.created_at')
        .orderBy('accounts.id')
        .limit(limit)
        .execute()
        .then(toMembers)
    },

    /** Makes the tenant and its first owner. */
    found: (caller: Caller, name: string, owner: AccountId): Promise<void> =>
      db.transaction(async (transaction) => {
        await tenants.ensure(caller, name, transaction)
        const by = caller.actor.id
        await insertMember(transaction, caller, { accountId: owner, role: 'owner', now: clock.now(), by })
      }),

    /** @param change.judge throws to refuse the change
     *  @param change.voided roles to which the member may invite nobody any more: such invitations of theirs go
     *  @returns undefined when there is no such member */
    setRole: (
      caller: Caller,
      id: AccountId,
      change: { readonly role: Role; readonly voided: readonly Role[]; readonly judge: (standing: Standing) => void },
    ): Promise<Member | undefined> =>
      db.transaction(async (transaction) => {
        const standing = await standingOf(transaction, caller, id)
        if (!standing) return undefined
        change.judge(standing)
        await transaction
          .updateTable('members')
          .set({ role: change.role })
          .where('tenant_id', '=', caller.tenantId)
          .where('account_id', '=', id)
          .execute()
        if (change.voided.length > 0) {
          await transaction
            .deleteFrom('invitations')
            .where('tenant_id', '=', caller.tenantId)
            .where('created_by', '=', id)
            .where('role', 'in', change.voided)
            .execute()
        }
        return { ...standing.member, role: change.role }
      }),

    /** Ends the member's sign-ins to the tenant and their invitations as well. @param judge throws to refuse   @returns false when there is none */
    remove: (caller: Caller, id: AccountId, judge: (standing: Standing) => void): Promise<boolean> =>
      db.transaction(async (transaction) => {
        const standing = await standingOf(transaction, caller, id)
        if (!standing) return false
        judge(standing)
        await transaction
          .deleteFrom('members')
          .where('tenant_id', '=', caller.tenantId)
          .where('account_id', '=', id)
          .execute()
        await transaction
          .deleteFrom('sign_ins')
          .where('tenant_id', '=', caller.tenantId)
          .where('account_id', '=', id)
          .execute()
        await transaction
          .deleteFrom('invitations')
          .where('tenant_id', '=', caller.tenantId)
          .where('created_by', '=', id)
          .execute()
        return true
      }),
  }
}

interface MemberColumns {
  readonly id: AccountId
  readonly email: string
  readonly name: string
  readonly created_at: number
  readonly role: Role
  readonly since: number
}

const selectMembers = (query: Queries, caller: Caller) =>
  query
    .selectFrom('members')
    .innerJoin('accounts', 'accounts.id', 'members.account_id')
    .select([
      'accounts.id',
      'accounts.email',
      'accounts.name',
      'accounts.created_at',
      'members.role',
      'members.created_at as since',
    ])
    .where('members.tenant_id', '=', caller.tenantId)

const toMembers = (rows: readonly MemberColumns[]): readonly Member[] =>
  rows.map((row) => ({ ...toAccount(row), role: row.role, memberSince: row.since }))

export const insertMember = async (query: Queries, { tenantId }: Caller, member: NewMember): Promise<void> => {
  const { accountId, role, now, by } = member
  await query
    .insertInto('members')
    .values({ tenant_id: tenantId, account_id: accountId, role, created_at: now, created_by: by })
    .execute()
}

/** True when an account of this address is a member of the caller's tenant. */
export const isMember = async (query: Queries, caller: Caller, email: string): Promise<boolean> =>
  (await selectMembers(query, caller).where('accounts.email', '=', email).executeTakeFirst()) !== undefined

export const findMember = (query: Queries, { tenantId }: { readonly tenantId: TenantId }, id: AccountId) =>
  query
    .selectFrom('members')
    .select('role')
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', id)
    .executeTakeFirst()

export const countMembers = async (query: Queries, caller: Caller, role?: Role): Promise<number> => {
  let counted = query
    .selectFrom('members')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('tenant_id', '=', caller.tenantId)
  if (role) counted = counted.where('role', '=', role)
  return Number((await counted.executeTakeFirstOrThrow()).count)
}

const standingOf = async (query: Queries, caller: Caller, id: AccountId): Promise<Standing | undefined> => {
  await lockTenant(query, caller)
  const [member] = toMembers(await selectMembers(query, caller).where('accounts.id', '=', id).execute())
  if (!member) return undefined
  const owners = await countMembers(query, caller, 'owner')
  return { member, owners, askedBy: await roleOfActor(query, caller) }
}

/** Undefined when the actor is no account or no member. */
export const roleOfActor = async (query: Queries, caller: Caller): Promise<Role | undefined> => {
  const { type, id } = caller.actor
  // An actor of this type is named by the id of an account.
  return type === 'account' ? (await findMember(query, caller, id as AccountId))?.role : undefined
}
