// Limits and budgets of tenants: set, listed with what is used of them, and kept at hand in every process.
//
// L1  What is set here holds in this process at once, and in others within seconds; no call asks the database.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import type { LimiterWithBooks, Spent } from '../../model/limit/limiter.ts'
import type { RuleBook, Rules } from '../../model/limit/rules.ts'
import { subjectId } from '../../model/limit/rules.ts'
import type { Subject } from '../../model/limit/spec.ts'
import type { Caller } from '../caller.ts'
import { LimitSettingError } from './errors.ts'
import { type BudgetSetting, type LimitSetting, toBudgetRule, toLimitRule } from './settings.ts'
import type { LimitStore, RuleTable, StoredRule } from './store.ts'

export interface NamedLimit extends LimitSetting {
  readonly name: string
  readonly updatedAt: number
}

export interface NamedBudget extends BudgetSetting {
  readonly name: string
  readonly updatedAt: number
  /** Undefined where each subject has a budget of its own, and while nobody can be asked. */
  readonly spent: Spent | undefined
}

export interface Limits {
  listLimits(caller: Caller): Promise<readonly NamedLimit[]>
  /** Makes it, or takes the place of the one of this name. @throws LimitSettingError `limits/too-many` */
  putLimit(caller: Caller, name: string, setting: LimitSetting): Promise<NamedLimit>
  /** @throws LimitSettingError `limits/not-found` */
  removeLimit(caller: Caller, name: string): Promise<void>
  listBudgets(caller: Caller): Promise<readonly NamedBudget[]>
  putBudget(caller: Caller, name: string, setting: BudgetSetting): Promise<NamedBudget>
  removeBudget(caller: Caller, name: string): Promise<void>
  /** Reads what others have changed. */
  refresh(): Promise<void>
  close(): void
}

export interface LimitParts {
  readonly store: LimitStore
  readonly book: RuleBook
  readonly limiter: Pick<LimiterWithBooks, 'spent'>
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
}

/** Of one tenant, of each kind. */
const MOST = 200
const REFRESH_MS = 2_000
const SOURCE = 'tenants'
const WHAT: Readonly<Record<RuleTable, string>> = { limits: 'limit', budgets: 'budget' }

/** Reads every rule before it resolves. */
export const openLimits = async (parts: LimitParts): Promise<Limits> => {
  const { store, book, limiter, clock, log } = parts
  let marker = ''
  let cancel = () => {}
  let closed = false

  const read = async (): Promise<void> => {
    const [limits, budgets] = await Promise.all([store.everything('limits'), store.everything('budgets')])
    const rules: Rules = {
      limits: limits.map((row) => toLimitRule(row.setting as LimitSetting, row)),
      budgets: budgets.map((row) => toBudgetRule(row.setting as BudgetSetting, row)),
    }
    book.set(SOURCE, rules)
  }
  const refresh = async (): Promise<void> => {
    const now = (await Promise.all([store.marker('limits'), store.marker('budgets')])).join()
    if (now === marker) return
    await read()
    marker = now
  }
  const plan = (): void => {
    if (closed) return
    cancel = clock.after(REFRESH_MS, () => {
      void refresh()
        .catch((error: unknown) => log.warn('limits-not-refreshed', { reason: messageOf(error) }))
        .then(plan)
    })
  }

  const put = async (caller: Caller, table: RuleTable, name: string, setting: object): Promise<StoredRule> => {
    const stored = await store.put(caller, table, { name, setting, most: MOST })
    if (!stored) throw new LimitSettingError('limits/too-many', { details: { most: MOST } })
    await read()
    return stored
  }
  const remove = async (caller: Caller, table: RuleTable, name: string): Promise<void> => {
    if (!(await store.remove(caller, table, name))) {
      throw new LimitSettingError('limits/not-found', { details: { what: WHAT[table] } })
    }
    await read()
  }
  const toNamedBudget = async (caller: Caller, row: StoredRule): Promise<NamedBudget> => {
    const setting = row.setting as BudgetSetting
    const subject = onlySubject(caller, setting)
    const { id } = toBudgetRule(setting, row)
    const spent = subject && (await limiter.spent(id, subject).catch(() => undefined))
    return { ...setting, name: row.name, updatedAt: row.updatedAt, spent }
  }

  await refresh()
  plan()
  return {
    listLimits: async (caller) => (await store.list(caller, 'limits')).map(toNamedLimit),
    putLimit: async (caller, name, setting) => toNamedLimit(await put(caller, 'limits', name, setting)),
    removeLimit: (caller, name) => remove(caller, 'limits', name),
    listBudgets: async (caller) =>
      Promise.all((await store.list(caller, 'budgets')).map((row) => toNamedBudget(caller, row))),
    putBudget: async (caller, name, setting) => toNamedBudget(caller, await put(caller, 'budgets', name, setting)),
    removeBudget: (caller, name) => remove(caller, 'budgets', name),
    refresh,
    close() {
      closed = true
      cancel()
    },
  }
}

const toNamedLimit = ({ name, setting, updatedAt }: StoredRule): NamedLimit => ({
  ...(setting as LimitSetting),
  name,
  updatedAt,
})

/** The one that a budget is for; undefined where each has its own. */
const onlySubject = ({ tenantId }: Caller, { subject, id }: BudgetSetting): Subject | undefined => {
  if (subject === 'tenant') return { kind: 'tenant', id: tenantId }
  return subject === 'all' || id === undefined ? undefined : { kind: subject, id: subjectId(tenantId, id) }
}
