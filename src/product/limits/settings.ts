// Limits and budgets as people write them, and as the limiter reads them.
//
// S1  A rule's id says whom it is for and not how much, so that a changed amount goes on with what was used.

import { nanoDollars } from '../../base/money.ts'
import type { BudgetRule, LimitRule, SubjectPattern } from '../../model/limit/rules.ts'
import { subjectId } from '../../model/limit/rules.ts'
import type { SubjectKind } from '../../model/limit/spec.ts'
import type { BudgetWindow } from '../../model/limit/window.ts'
import { DEFAULT_TENANT_ID } from '../caller.ts'
import type { TenantId } from '../ids.ts'

interface Whom {
  /** `all`: everybody together; only the operator may. */
  readonly subject: SubjectKind | 'all'
  /** Only this one; absent: each has an allowance of its own. */
  readonly id?: string | undefined
}

export interface LimitSetting extends Whom {
  readonly target?: string | undefined
  readonly requests?: number | undefined
  readonly tokens?: number | undefined
  readonly periodMs: number
  /** Requests at one moment after a rest. Default `requests`. */
  readonly burst?: number | undefined
  readonly concurrent?: number | undefined
}

export interface BudgetSetting extends Whom {
  readonly window: BudgetWindow
  /** Decimal text. */
  readonly limitUsd: string
}

/** Whose setting it is; undefined: the operator's. */
export interface SettingOwner {
  readonly tenantId: TenantId
  readonly name: string
}

export const toLimitRule = (setting: LimitSetting, owner: SettingOwner | undefined): LimitRule => {
  const { target, requests, tokens, periodMs, burst, concurrent } = setting
  return {
    id: idOf('limit', [setting.subject, setting.id, target], owner),
    subject: toPattern(setting, owner),
    ...(target !== undefined && { target }),
    ...(requests !== undefined && { requests: { amount: requests, periodMs, burst: burst ?? requests } }),
    ...(tokens !== undefined && { tokens: { amount: tokens, periodMs, burst: tokens } }),
    ...(concurrent !== undefined && { concurrent }),
  }
}

export const toBudgetRule = (setting: BudgetSetting, owner: SettingOwner | undefined): BudgetRule => ({
  id: idOf('budget', [setting.subject, setting.id, setting.window], owner),
  subject: toPattern(setting, owner),
  window: setting.window,
  limitNanoUsd: Number(nanoDollars(setting.limitUsd) ?? 0n),
})

/** Rules of one source; equal ids are told apart. */
export const withUniqueIds = <Rule extends { readonly id: string }>(rules: readonly Rule[]): readonly Rule[] => {
  const seen = new Map<string, number>()
  return rules.map((rule) => {
    const count = (seen.get(rule.id) ?? 0) + 1
    seen.set(rule.id, count)
    return count === 1 ? rule : { ...rule, id: `${rule.id}#${count}` }
  })
}

const idOf = (
  what: 'limit' | 'budget',
  whom: readonly (string | undefined)[],
  owner: SettingOwner | undefined,
): string => {
  if (owner) return `${what}:${owner.tenantId}:${owner.name}`
  return `${what}:${whom.map((part) => part ?? '').join(':')}`
}

const toPattern = ({ subject, id }: Whom, owner: SettingOwner | undefined): SubjectPattern => {
  const tenant = owner?.tenantId
  if (subject === 'tenant') {
    const only = tenant ?? id
    return { kind: 'tenant', ...(only !== undefined && { id: only }) }
  }
  return {
    kind: subject,
    ...(id !== undefined && subject !== 'all' && { id: subjectId(tenant ?? DEFAULT_TENANT_ID, id) }),
    ...(tenant !== undefined && { tenant }),
  }
}
