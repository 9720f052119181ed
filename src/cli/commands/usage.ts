// `heddle usage`: runs, calls of models, tokens and costs, summed up.

import type { Schemas } from '../../wire/client/client.ts'
import { dataOf } from '../../wire/client/client.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { oneLine, printRows } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, note, printJson } from '../output.ts'
import { withPrefix } from './apps.ts'

export interface UsageOptions extends PlaceOptions {
  readonly app?: string
  readonly by: 'app' | 'model' | 'user' | 'key' | 'router' | 'day'
  readonly from?: string
  readonly to?: string
}

const HEAD = ['runs', 'failed', 'calls', 'prompt', 'completion', 'tokens', 'cost'] as const

export const usageCommand = (options: UsageOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { app, by, from, to } = options
    const query = {
      groupBy: by,
      ...(app !== undefined && { appId: withPrefix('app', app) }),
      ...(from !== undefined && { from: toTime('--from', from, 'T00:00:00.000Z') }),
      ...(to !== undefined && { to: toTime('--to', to, 'T23:59:59.999Z') }),
    }
    const usage = await dataOf(api.GET('/api/usage', { params: { query } }))
    if (options.json) printJson(usage)
    else printUsage(usage, by)
    return EXIT.ok
  })

/** A day stands for its beginning or its end. */
const toTime = (option: string, text: string, time: string): string => {
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}${time}` : text
  if (Number.isNaN(Date.parse(whole))) throw new CommandError(`${option} must be a day such as 2026-01-31, or a time.`)
  return whole
}

const printUsage = ({ groups, total, truncated }: Schemas['Usage'], by: UsageOptions['by']): void => {
  const named = by === 'app' || by === 'user' || by === 'key'
  const label = (key: string | null, name: string | null) => [key ?? '-', ...(named ? [oneLine(name ?? '-')] : [])]
  printRows([
    [...label(by, 'name'), ...HEAD],
    ...groups.map((group) => [...label(group.key && oneLine(group.key), group.name), ...cellsOf(group)]),
    [...label('total', ''), ...cellsOf(total)],
  ])
  if (truncated) note('There are more groups than are listed.')
}

const cellsOf = (figures: Schemas['UsageTotal']): readonly string[] => [
  ...[
    figures.runs,
    figures.failedRuns,
    figures.calls,
    figures.promptTokens,
    figures.completionTokens,
    figures.totalTokens,
  ].map(String),
  costOf(figures),
]

/** Dollars; `~` where more than a hundredth is by estimate, `-` where no price is known. */
const costOf = ({ costUsd, estimatedCostUsd }: Schemas['UsageTotal']): string => {
  if (costUsd === null) return '-'
  return `${Number(estimatedCostUsd) > Number(costUsd) / 100 ? '~' : ''}$${costUsd}`
}
