// Members of a tenant as rows. What changes who is in it happens under a lock on the tenant's row, so that rules about all
// members, such as the last owner, hold whoever else writes.

import type { Queries } from '../../db/spec.ts'
import type { Role } from '../auth/permissions.ts'
import type { Caller } from '../caller.ts'
import type { AccountId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import { createTenantStore, lockTenant } from '../tenants/store.ts'
import type { Member } from './spec.ts'
import { insertAccount, toAccount } from './store.ts'

export interface NewMember {
  readonly email: string
  readonly name: string
  /** Absent: only an account that exists can become a member. */
  readonly passwordHash?: string
  readonly role: Role
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
  const { db, clock, ids } = seams
  const tenants = createTenantStore(seams)
  const insert = (query: Queries, caller: Caller, id: AccountId, role: Role) =>
    query
      .insertInto('members')
      .values({
        tenant_id: caller.tenantId,
        account_id: id,
        role,
        created_at: clock.now(),
        created_by: caller.actor.id,
      })
      .execute()

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
        await insert(transaction, caller, owner, 'owner')
      }),

    /** Undefined when the account has to be made first but no password is given.
     *  @throws DbError `db/constraint` when the account was made elsewhere in the same moment */
    add: (caller: Caller, person: NewMember, most: number): Promise<Member | 'is-member' | 'full' | undefined> =>
      db.transaction(async (transaction) => {
        await lockTenant(transaction, caller)
        const known = await transaction
          .selectFrom('accounts')
          .select(['id', 'email', 'name', 'created_at'])
          .where('email', '=', person.email)
          .executeTakeFirst()
        if (known && (await findMember(transaction, caller, known.id))) return 'is-member'
        if ((await countMembers(transaction, caller)) >= most) return 'full'
        const { passwordHash } = person
        if (!known && passwordHash === undefined) return undefined
        const account = known
          ? toAccount(known)
          : await insertAccount(
              transaction,
              ids.next('acct'),
              { ...person, passwordHash: passwordHash ?? '' },
              clock.now(),
            )
        await insert(transaction, caller, account.id, person.role)
        return { ...account, role: person.role, memberSince: clock.now() }
      }),

    /** @param judge throws to refuse the change   @returns undefined when there is no such member */
    setRole: (
      caller: Caller,
      id: AccountId,
      change: { readonly role: Role; readonly judge: (standing: Standing) => void },
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
        return { ...standing.member, role: change.role }
      }),

    /** Ends the member's sign-ins to the tenant as well. @param judge throws to refuse   @returns false when there is none */
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

const findMember = (query: Queries, { tenantId }: { readonly tenantId: TenantId }, id: AccountId) =>
  query
    .selectFrom('members')
    .select('role')
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', id)
    .executeTakeFirst()

const countMembers = async (query: Queries, caller: Caller, role?: Role): Promise<number> => {
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
  const { type, id: actorId } = caller.actor
  // An actor of this type is named by the id of an account.
  const asking = type === 'account' ? await findMember(query, caller, actorId as AccountId) : undefined
  return { member, owners: await countMembers(query, caller, 'owner'), askedBy: asking?.role }
}
