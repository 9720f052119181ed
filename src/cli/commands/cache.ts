// `heddle cache`: the answers of models that are kept.

import type { Schemas } from '../../wire/client/client.ts'
import { dataOf } from '../../wire/client/client.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { oneLine, printRows } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, printJson, printLine } from '../output.ts'

export const showCacheCommand = (options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const report = await dataOf(api.GET('/api/gateway/cache'))
    if (options.json) printJson(report)
    else printReport(report)
    return EXIT.ok
  })

const printReport = ({ counts, hitRate, memory, stored, categories }: Schemas['CacheReport']): void => {
  const { hits, semanticHits, joined, misses } = counts
  printRows([
    ['hits', 'similar', 'joined', 'misses', 'hit rate'],
    [...[hits, semanticHits, joined, misses].map(String), hitRate === null ? '-' : `${(100 * hitRate).toFixed(1)} %`],
  ])
  printRows([
    ['kept', 'entries', 'bytes'],
    ['memory', String(memory.entries), String(memory.bytes)],
    ...(stored ? [['database', String(stored.entries), String(stored.bytes)]] : []),
  ])
  if (categories.length === 0) return
  printRows([
    ['category', 'target', 'state', 'labels', 'wrong', 'serves from'],
    ...categories.map((one) => [
      one.id.slice(0, 16),
      oneLine(one.target),
      one.state,
      String(one.labels),
      `${one.wrong}/${one.compared}`,
      one.servesFrom === null ? '-' : one.servesFrom.toFixed(2),
    ]),
  ])
}

export interface InvalidateOptions extends PlaceOptions {
  readonly scope?: string
  readonly target?: string
  readonly text?: string
  readonly olderThan?: string
  readonly all?: boolean
  readonly dryRun?: boolean
}

export const invalidateCacheCommand = (options: InvalidateOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { scope, target, text, olderThan, all, dryRun = false } = options
    const filter = {
      ...(scope !== undefined && { scope }),
      ...(target !== undefined && { target }),
      ...(text !== undefined && { text }),
      ...(olderThan !== undefined && { olderThanMs: toMs(olderThan) }),
    }
    if (Object.keys(filter).length === 0 && !all) {
      throw new CommandError('Say what to remove: --scope, --target, --text or --older-than; --all removes everything.')
    }
    const removed = await dataOf(api.POST('/api/gateway/cache/invalidate', { body: { ...filter, dryRun } }))
    if (options.json) printJson(removed)
    else printLine(`${removed.entries} answers ${dryRun ? 'would be' : 'were'} removed.`)
    return EXIT.ok
  })

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const toMs = (text: string): number => {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (amount === undefined) throw new CommandError('--older-than must be a time such as 30m, 12h or 7d.')
  return Number(amount) * UNITS[unit as keyof typeof UNITS]
}
