// How often members of panels were right, as counts. Every process keeps a copy; nobody reads them during a call.

import type { Caller } from '../caller.ts'
import type { StoreSeams } from '../store-seams.ts'

export interface FeedbackCount {
  readonly panel: string
  /** The target. */
  readonly member: string
  readonly correct: number
  readonly wrong: number
}

export type PanelStore = ReturnType<typeof createPanelStore>

export const createPanelStore = ({ db, clock }: Pick<StoreSeams, 'db' | 'clock'>) => ({
  /** Adds to the counts. */
  add: (caller: Caller, counts: readonly FeedbackCount[]): Promise<void> =>
    db.transaction(async (transaction) => {
      for (const { panel, member, correct, wrong } of counts) {
        const updated_at = clock.now()
        await transaction
          .insertInto('panel_feedback')
          .values({
            tenant_id: caller.tenantId,
            id: JSON.stringify([panel, member]),
            panel,
            member,
            correct,
            wrong,
            updated_at,
          })
          .onConflict((conflict) =>
            conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
              correct: eb('panel_feedback.correct', '+', correct),
              wrong: eb('panel_feedback.wrong', '+', wrong),
              updated_at,
            })),
          )
          .execute()
      }
    }),

  list: (caller: Caller): Promise<readonly FeedbackCount[]> =>
    db.kysely
      .selectFrom('panel_feedback')
      .select(['panel', 'member', 'correct', 'wrong'])
      .where('tenant_id', '=', caller.tenantId)
      .orderBy('id')
      .execute(),
})
