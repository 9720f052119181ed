// Sign-ins as rows: each a family of refresh tokens, of which the row knows the newest by its hash.

import type { Caller } from '../caller.ts'
import type { AccountId, SignInId, TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import type { AccessClaims, Session } from './spec.ts'

export interface NewSignIn {
  readonly id: SignInId
  readonly accountId: AccountId
  readonly refreshHash: string
  readonly userAgent: string
  readonly expiresAt: number
}

export type SignInStore = ReturnType<typeof createSignInStore>

/** Of one account in one tenant; the least recently used ones end. */
const MOST_SIGN_INS = 50

export const createSignInStore = ({ db, clock }: StoreSeams) => ({
  /** Also removes what the account has no more use for: sign-ins that ended, and those beyond the limit. */
  create: (caller: Caller, fields: NewSignIn): Promise<void> =>
    db.transaction(async (transaction) => {
      const now = clock.now()
      const { tenantId } = caller
      await transaction
        .deleteFrom('sign_ins')
        .where('tenant_id', '=', tenantId)
        .where('account_id', '=', fields.accountId)
        .where((eb) =>
          eb.or([
            eb('expires_at', '<=', now),
            eb('revoked_at', 'is not', null),
            eb(
              'id',
              'not in',
              eb
                .selectFrom('sign_ins')
                .select('id')
                .where('tenant_id', '=', tenantId)
                .where('account_id', '=', fields.accountId)
                .orderBy('last_used_at', 'desc')
                .orderBy('id', 'desc')
                .limit(MOST_SIGN_INS - 1),
            ),
          ]),
        )
        .execute()
      await transaction
        .insertInto('sign_ins')
        .values({
          tenant_id: tenantId,
          id: fields.id,
          account_id: fields.accountId,
          refresh_hash: fields.refreshHash,
          user_agent: fields.userAgent,
          created_at: now,
          last_used_at: now,
          expires_at: fields.expiresAt,
          revoked_at: null,
        })
        .execute()
    }),

  /** Makes `to` the newest token if `from` was. One statement, so that of many at once one wins.
   *  @returns whose sign-in it is; undefined when `from` was not the newest of a sign-in that lasts */
  async rotate(
    caller: Caller,
    id: SignInId,
    token: { readonly from: string; readonly to: string; readonly expiresAt: number },
  ): Promise<AccountId | undefined> {
    const now = clock.now()
    const row = await db.kysely
      .updateTable('sign_ins')
      .set({ refresh_hash: token.to, last_used_at: now, expires_at: token.expiresAt })
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .where('refresh_hash', '=', token.from)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('account_id')
      .executeTakeFirst()
    return row?.account_id
  },

  /** False when it had ended before. */
  async revoke(caller: Caller, id: SignInId): Promise<boolean> {
    const result = await db.kysely
      .updateTable('sign_ins')
      .set({ revoked_at: clock.now() })
      .where('tenant_id', '=', caller.tenantId)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return result.numUpdatedRows > 0n
  },

  /** Who it is and what role they have, while the sign-in lasts and the account is a member. */
  async find({ tenantId, signInId, accountId }: AccessClaims): Promise<Session | undefined> {
    const row = await db.kysely
      .selectFrom('sign_ins')
      .innerJoin('members', (join) =>
        join
          .onRef('members.tenant_id', '=', 'sign_ins.tenant_id')
          .onRef('members.account_id', '=', 'sign_ins.account_id'),
      )
      .innerJoin('accounts', 'accounts.id', 'sign_ins.account_id')
      .select(['accounts.id', 'accounts.email', 'accounts.name', 'accounts.created_at', 'members.role'])
      .where('sign_ins.tenant_id', '=', tenantId)
      .where('sign_ins.id', '=', signInId)
      .where('sign_ins.account_id', '=', accountId)
      .where('sign_ins.revoked_at', 'is', null)
      .where('sign_ins.expires_at', '>', clock.now())
      .executeTakeFirst()
    return (
      row && {
        account: { id: row.id, email: row.email, name: row.name, createdAt: row.created_at },
        tenantId,
        role: row.role,
        signInId,
      }
    )
  },

  /** Ends the account's sign-ins to all tenants, but for one. */
  async revokeOthers(
    accountId: AccountId,
    kept: { readonly tenantId: TenantId; readonly id: SignInId },
  ): Promise<void> {
    await db.kysely
      .updateTable('sign_ins')
      .set({ revoked_at: clock.now() })
      .where('account_id', '=', accountId)
      .where('revoked_at', 'is', null)
      .where((eb) => eb.or([eb('tenant_id', '!=', kept.tenantId), eb('id', '!=', kept.id)]))
      .execute()
  },
})
