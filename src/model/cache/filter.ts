// Which entries an operator means.

import { isWithin } from './scope.ts'
import type { CacheEntry, EntryFilter } from './spec.ts'

export const matches = (entry: CacheEntry, { scope, target, before, text }: EntryFilter): boolean =>
  (scope === undefined || isWithin(entry.scope, scope)) &&
  (target === undefined || entry.target === target) &&
  (before === undefined || entry.createdAt < before) &&
  (text === undefined || entry.question.toLowerCase().includes(text.toLowerCase()))

/** Keys by their owner. */
export const groupKeys = (
  pairs: Iterable<readonly [owner: string, key: string]>,
): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>()
  for (const [owner, key] of pairs) {
    const group = groups.get(owner)
    if (group) group.push(key)
    else groups.set(owner, [key])
  }
  return groups
}
