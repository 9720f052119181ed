// What budgets have spent, kept beyond the process where no other store does.
//
// K1  The difference is written within a fraction of a second; what was reserved when a process died stays spent.
// K2  At most one batch is under way; what comes meanwhile is added up. A batch that fails is tried again with what came.

import { messageOf, PlatformError } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import type { Database } from '../../db/spec.ts'
import type { Purse } from '../../model/limit/allowances.ts'
import type { SpendKeeper } from '../../model/limit/drivers/memory.ts'
import { DEFAULT_TENANT_ID, systemCaller } from '../caller.ts'
import type { TenantId } from '../ids.ts'
import type { LimitStore } from './store.ts'

export interface SpendKeeperParts {
  readonly store: LimitStore
  readonly db: Pick<Database, 'write'>
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
}

interface Waiting {
  readonly tenantId: TenantId
  readonly windowFrom: number
  readonly windowTo: number | null
  nanoUsd: number
}

const EVERY_MS = 200

/** Reads what those before have spent. */
export const openSpendKeeper = async ({ store, db, clock, log }: SpendKeeperParts): Promise<SpendKeeper> => {
  await store.forgetSpends()
  const before = new Map((await store.spends()).map(({ id, nanoUsd }) => [id, nanoUsd]))
  let waiting = new Map<string, Waiting>()
  let cancel: (() => void) | undefined
  let writing: Promise<void> | undefined
  let failing = false

  const write = async (): Promise<void> => {
    const batch = [...waiting].filter(([, { nanoUsd }]) => nanoUsd !== 0)
    waiting = new Map()
    // One by one: the row of a tenant that is gone must not stop those of others.
    const ends = await Promise.allSettled(
      batch.map(([id, spend]) => db.write([store.addSpend(systemCaller(spend.tenantId), { ...spend, id })])),
    )
    let failed = 0
    for (const [i, end] of ends.entries()) {
      if (end.status === 'fulfilled') continue
      if (failed++ === 0 && !failing) log.error('budget-spend-not-kept', { reason: messageOf(end.reason) })
      // Written twice is too much spent, forgotten is too little: money is on the safe side.
      const [id, spend] = batch[i] as (typeof batch)[number]
      if (end.reason instanceof PlatformError && end.reason.retryable) put(id, spend)
    }
    failing = failed > 0
  }
  const put = (id: string, { nanoUsd, ...spend }: Waiting): void => {
    const known = waiting.get(id)
    if (known) known.nanoUsd += nanoUsd
    else waiting.set(id, { ...spend, nanoUsd })
  }
  const plan = (): void => {
    cancel ??= clock.after(EVERY_MS, () => {
      cancel = undefined
      writing = write().finally(() => {
        writing = undefined
        if (waiting.size > 0) plan()
      })
    })
  }

  return {
    spentBefore: (purseKey, windowFrom) => before.get(`${purseKey}@${windowFrom}`) ?? 0,
    add(purse, windowFrom, deltaNanoUsd) {
      const { from, to } = purse.span
      // A call of an earlier window: its row is there already, with its end.
      const end = from === windowFrom ? to : windowFrom + LONGEST_MS
      const windowTo = windowFrom === 0 ? null : end
      put(`${purse.key}@${windowFrom}`, { tenantId: tenantOf(purse), windowFrom, windowTo, nanoUsd: deltaNanoUsd })
      if (!writing) plan()
    },
    async close() {
      cancel?.()
      await writing
      await write()
    },
  }
}

/** A month: no window is longer but all time. */
const LONGEST_MS = 31 * 86_400_000

/** The operator's own budgets are written down with the first tenant. */
const tenantOf = ({ subject }: Purse): TenantId =>
  subject ? (subject.id.split('/')[0] as TenantId) : DEFAULT_TENANT_ID
