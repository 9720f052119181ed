// Limits and budgets of tenants as rows, and what budgets have spent. Every process keeps a copy; nobody reads them during a call.

import type { BudgetSpendRow } from '../../db/schema/gateway.ts'
import type { Statement } from '../../db/spec.ts'
import { prepareStatement } from '../../db/statement.ts'
import type { Caller } from '../caller.ts'
import type { TenantId } from '../ids.ts'
import type { StoreSeams } from '../store-seams.ts'
import { lockTenant } from '../tenants/store.ts'

export type RuleTable = 'limits' | 'budgets'

export interface StoredRule {
  readonly tenantId: TenantId
  readonly name: string
  /** As it was given: JSON data. */
  readonly setting: unknown
  readonly updatedAt: number
}

export interface Spend {
  readonly tenantId: TenantId
  /** Budget, subject and begin of the window. */
  readonly id: string
  readonly windowFrom: number
  /** Null: all time. */
  readonly windowTo: number | null
  /** Of this batch; may be negative. */
  readonly nanoUsd: number
}

export type LimitStore = ReturnType<typeof createLimitStore>

export const createLimitStore = ({ db, clock }: Pick<StoreSeams, 'db' | 'clock'>) => {
  const spent = prepareStatement<BudgetSpendRow>((value) =>
    db.kysely
      .insertInto('budget_spend')
      .values({
        tenant_id: value('tenant_id'),
        id: value('id'),
        window_from: value('window_from'),
        window_to: value('window_to'),
        spent_nano_usd: value('spent_nano_usd'),
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          spent_nano_usd: eb('budget_spend.spent_nano_usd', '+', eb.ref('excluded.spent_nano_usd')),
        })),
      ),
  )
  return {
    async list(caller: Caller, table: RuleTable): Promise<readonly StoredRule[]> {
      const rows = await db.kysely
        .selectFrom(table)
        .selectAll()
        .where('tenant_id', '=', caller.tenantId)
        .orderBy('id')
        .execute()
      return rows.map(toRule)
    },

    /** @param most of one tenant   @returns undefined when there are as many */
    put: (
      caller: Caller,
      table: RuleTable,
      { name, setting, most }: { readonly name: string; readonly setting: unknown; readonly most: number },
    ): Promise<StoredRule | undefined> =>
      db.transaction(async (transaction) => {
        await lockTenant(transaction, caller)
        const names = await transaction
          .selectFrom(table)
          .select('id')
          .where('tenant_id', '=', caller.tenantId)
          .execute()
        if (names.length >= most && !names.some(({ id }) => id === name)) return undefined
        const values = {
          rule_json: JSON.stringify(setting),
          updated_at: clock.now(),
          updated_by: caller.actor.id,
        }
        const row = { tenant_id: caller.tenantId, id: name, ...values }
        await transaction
          .insertInto(table)
          .values(row)
          .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet(values))
          .execute()
        return toRule(row)
      }),

    async remove(caller: Caller, table: RuleTable, name: string): Promise<boolean> {
      const { numDeletedRows } = await db.kysely
        .deleteFrom(table)
        .where('tenant_id', '=', caller.tenantId)
        .where('id', '=', name)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },

    /** Of all tenants: for the copies that processes keep. */
    async everything(table: RuleTable): Promise<readonly StoredRule[]> {
      const rows = await db.kysely.selectFrom(table).selectAll().orderBy('tenant_id').orderBy('id').execute()
      return rows.map(toRule)
    },

    /** Changes whenever a rule of any tenant does. */
    async marker(table: RuleTable): Promise<string> {
      const row = await db.kysely
        .selectFrom(table)
        .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.max('updated_at').as('latest')])
        .executeTakeFirst()
      return `${row?.count} ${row?.latest}`
    },

    /** For `db.write`: adds to what was spent. */
    addSpend: (caller: Caller, spend: Spend): Statement =>
      spent({
        tenant_id: caller.tenantId,
        id: spend.id,
        window_from: spend.windowFrom,
        window_to: spend.windowTo,
        spent_nano_usd: spend.nanoUsd,
      }),

    /** What was spent in windows that go on, of all tenants. */
    async spends(): Promise<readonly Spend[]> {
      const rows = await db.kysely
        .selectFrom('budget_spend')
        .selectAll()
        .where((eb) => eb.or([eb('window_to', 'is', null), eb('window_to', '>', clock.now())]))
        .execute()
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        id: row.id,
        windowFrom: row.window_from,
        windowTo: row.window_to,
        nanoUsd: row.spent_nano_usd,
      }))
    },

    /** Windows that are over say nothing any more. */
    async forgetSpends(): Promise<void> {
      await db.kysely.deleteFrom('budget_spend').where('window_to', '<=', clock.now()).execute()
    },
  }
}

const toRule = (row: { tenant_id: TenantId; id: string; rule_json: string; updated_at: number }): StoredRule => ({
  tenantId: row.tenant_id,
  name: row.id,
  setting: JSON.parse(row.rule_json),
  updatedAt: row.updated_at,
})
