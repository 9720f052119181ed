// What several calls used together.

import { addCosts, type TokenCost } from '../../base/cost.ts'
import type { ModelUsage } from '../spec.ts'

export const sumUsage = (usages: readonly ModelUsage[]): ModelUsage => {
  const sum = (key: 'promptTokens' | 'completionTokens' | 'totalTokens') =>
    usages.reduce((total, usage) => total + usage[key], 0)
  const detail = (key: (typeof DETAILS)[number]) => {
    const given = usages.flatMap((usage) => usage[key] ?? [])
    return given.length > 0 && { [key]: given.reduce((total, count) => total + count, 0) }
  }
  const cost = usages.reduce<TokenCost | undefined>((total, usage) => addCosts(total, usage.cost), undefined)
  return {
    promptTokens: sum('promptTokens'),
    completionTokens: sum('completionTokens'),
    totalTokens: sum('totalTokens'),
    estimated: usages.some(({ estimated }) => estimated),
    ...(cost && { cost }),
    ...Object.assign({}, ...DETAILS.map(detail)),
  }
}

const DETAILS = ['cachedTokens', 'cacheWriteTokens', 'audioTokens', 'reasoningTokens', 'images'] as const
