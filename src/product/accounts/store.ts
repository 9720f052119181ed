// Accounts as rows, and how the first one comes to be. People belong to no tenant: most questions here cannot name one.

import type { AccountRow } from '../../db/schema/people.ts'
import type { Queries } from '../../db/spec.ts'
import type { Caller } from '../caller.ts'
import type { AccountId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import { lockTenant } from '../tenants/store.ts'
import type { Account, Membership } from './spec.ts'

export interface NewAccount {
  readonly email: string
  readonly name: string
  readonly passwordHash: string
}

export interface KnownAccount {
  readonly account: Account
  readonly passwordHash: string
}

/** Name of the setting that keeps the hash of the set-up token. */
const SETUP_TOKEN = 'setup-token'

export type AccountStore = ReturnType<typeof createAccountStore>

export const createAccountStore = ({ db, clock, ids }: StoreSeams) => ({
  /** True when there is an account at all. */
  async hasAny(): Promise<boolean> {
    return (await db.kysely.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) !== undefined
  },

  /** @param address as `toAddress` makes it */
  async findByAddress(address: string): Promise<KnownAccount | undefined> {
    const row = await db.kysely.selectFrom('accounts').selectAll().where('email', '=', address).executeTakeFirst()
    return row && { account: toAccount(row), passwordHash: row.password_hash }
  },

  async get(id: AccountId): Promise<KnownAccount | undefined> {
    const row = await db.kysely.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst()
    return row && { account: toAccount(row), passwordHash: row.password_hash }
  },

  async rename(id: AccountId, name: string): Promise<Account | undefined> {
    const row = await db.kysely
      .updateTable('accounts')
      .set({ name, updated_at: clock.now() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    return row && toAccount(row)
  },

  async setPassword(id: AccountId, passwordHash: string): Promise<void> {
    await db.kysely
      .updateTable('accounts')
      .set({ password_hash: passwordHash, updated_at: clock.now() })
      .where('id', '=', id)
      .execute()
  },

  /** The tenants of a person, the first joined first. */
  async memberships(id: AccountId, limit: number): Promise<readonly Membership[]> {
    const rows = await db.kysely
      .selectFrom('members')
      .innerJoin('tenants', 'tenants.tenant_id', 'members.tenant_id')
      .select(['members.tenant_id', 'tenants.name', 'members.role'])
      .where('members.account_id', '=', id)
      .orderBy('members.created_at')
      .orderBy('members.tenant_id')
      .limit(limit)
      .execute()
    return rows.map((row) => ({ tenantId: row.tenant_id, tenantName: row.name, role: row.role }))
  },

  /** Keeps the hash of the token; one made before is worth nothing any more. */
  async saveSetupToken(caller: Caller, hash: string): Promise<void> {
    const values = { value_json: JSON.stringify(hash), updated_at: clock.now(), updated_by: caller.actor.id }
    await db.kysely
      .insertInto('settings')
      .values({ tenant_id: caller.tenantId, id: SETUP_TOKEN, ...values })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet(values))
      .execute()
  },

  async setupTokenHash(caller: Caller): Promise<string | undefined> {
    const row = await db.kysely
      .selectFrom('settings')
      .select('value_json')
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', SETUP_TOKEN)
      .executeTakeFirst()
    return row && String(JSON.parse(row.value_json))
  },

  /** Makes the first account, owner of the caller's tenant, and forgets the set-up token. Undefined when there is one:
   *  the tenant's row is locked meanwhile, so that of many at once one comes first. */
  createFirst: (caller: Caller, person: NewAccount): Promise<Account | undefined> =>
    db.transaction(async (transaction) => {
      await lockTenant(transaction, caller)
      if (await transaction.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) return undefined
      const account = await insertAccount(transaction, ids.next('acct'), person, clock.now())
      await transaction
        .insertInto('members')
        .values({
          tenant_id: caller.tenantId,
          account_id: account.id,
          role: 'owner',
          created_at: clock.now(),
          created_by: caller.actor.id,
        })
        .execute()
      await transaction
        .deleteFrom('settings')
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', SETUP_TOKEN)
        .execute()
      return account
    }),
})

/** @throws DbError `db/constraint` when the address is taken */
export const insertAccount = async (
  transaction: Queries,
  id: AccountId,
  person: NewAccount,
  now: number,
): Promise<Account> => {
  const row: AccountRow = {
    id,
    email: person.email,
    name: person.name,
    password_hash: person.passwordHash,
    created_at: now,
    updated_at: now,
  }
  await transaction.insertInto('accounts').values(row).execute()
  return toAccount(row)
}

export const toAccount = (row: Pick<AccountRow, 'id' | 'email' | 'name' | 'created_at'>): Account => ({
  id: row.id,
  email: row.email,
  name: row.name,
  createdAt: row.created_at,
})
