// What several calls used together.

import type { ModelUsage } from '../spec.ts'

export const sumUsage = (usages: readonly ModelUsage[]): ModelUsage => {
  const sum = (key: 'promptTokens' | 'completionTokens' | 'totalTokens') =>
    usages.reduce((total, usage) => total + usage[key], 0)
  const detail = (key: (typeof DETAILS)[number]) => {
    const given = usages.flatMap((usage) => usage[key] ?? [])
    return given.length > 0 && { [key]: given.reduce((total, count) => total + count, 0) }
  }
  return {
    promptTokens: sum('promptTokens'),
    completionTokens: sum('completionTokens'),
    totalTokens: sum('totalTokens'),
    estimated: usages.some(({ estimated }) => estimated),
    ...Object.assign({}, ...DETAILS.map(detail)),
  }
}

const DETAILS = ['cachedTokens', 'cacheWriteTokens', 'audioTokens', 'reasoningTokens', 'images'] as const
