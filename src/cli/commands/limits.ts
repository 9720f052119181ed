// `heddle limits …` and `heddle budgets …`: how fast models may be asked, and for how much money.

import { dataOf, type Schemas } from '../../wire/client/client.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { oneLine, printRows } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, note, printJson } from '../output.ts'

type Subject = Schemas['CallLimit']['subject']

const UNITS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 }

export const listLimitsCommand = (options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { items } = await dataOf(api.GET('/api/gateway/limits'))
    if (options.json) for (const item of items) printJson(item)
    else printRows([['name', 'subject', 'target', 'allowed'], ...items.map(cellsOfLimit)])
    return EXIT.ok
  })

export interface SetLimitOptions extends PlaceOptions {
  readonly subject: Subject
  readonly id?: string
  readonly target?: string
  readonly requests?: number
  readonly tokens?: number
  readonly per: string
  readonly burst?: number
  readonly concurrent?: number
}

export const setLimitCommand = (name: string, options: SetLimitOptions): Promise<ExitCode> => {
  const { subject, id, target, requests, tokens, per, burst, concurrent } = options
  if ((requests ?? tokens ?? concurrent) === undefined) {
    throw new CommandError('Say what is limited: --requests, --tokens or --concurrent.')
  }
  const body = {
    subject,
    periodMs: UNITS[per] ?? 60_000,
    ...(id !== undefined && { id }),
    ...(target !== undefined && { target }),
    ...(requests !== undefined && { requests }),
    ...(tokens !== undefined && { tokens }),
    ...(burst !== undefined && { burst }),
    ...(concurrent !== undefined && { concurrent }),
  }
  return withBackend(options, async ({ api }) => {
    const limit = await dataOf(api.PUT('/api/gateway/limits/{name}', { params: { path: { name } }, body }))
    if (options.json) printJson(limit)
    else note(`The limit ${oneLine(name)} is set.`)
    return EXIT.ok
  })
}

export const removeLimitCommand = (name: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    await dataOf(api.DELETE('/api/gateway/limits/{name}', { params: { path: { name } } }))
    if (options.json) printJson({ name, deleted: true })
    else note(`The limit ${oneLine(name)} is gone.`)
    return EXIT.ok
  })

export const listBudgetsCommand = (options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { items } = await dataOf(api.GET('/api/gateway/budgets'))
    if (options.json) for (const item of items) printJson(item)
    else printRows([['name', 'subject', 'window', 'limit', 'spent', 'resets'], ...items.map(cellsOfBudget)])
    return EXIT.ok
  })

export interface SetBudgetOptions extends PlaceOptions {
  readonly subject: Subject
  readonly id?: string
  readonly window: Schemas['Budget']['window']
  readonly usd: string
}

export const setBudgetCommand = (name: string, options: SetBudgetOptions): Promise<ExitCode> => {
  const { subject, id, window, usd } = options
  return withBackend(options, async ({ api }) => {
    const body = { subject, window, limitUsd: usd, ...(id !== undefined && { id }) }
    const budget = await dataOf(api.PUT('/api/gateway/budgets/{name}', { params: { path: { name } }, body }))
    if (options.json) printJson(budget)
    else note(`The budget ${oneLine(name)} is set.`)
    return EXIT.ok
  })
}

export const removeBudgetCommand = (name: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    await dataOf(api.DELETE('/api/gateway/budgets/{name}', { params: { path: { name } } }))
    if (options.json) printJson({ name, deleted: true })
    else note(`The budget ${oneLine(name)} is gone.`)
    return EXIT.ok
  })

const cellsOfLimit = (limit: Schemas['CallLimit']): readonly string[] => {
  const { requests, tokens, concurrent, periodMs = 60_000 } = limit
  const unit = Object.keys(UNITS).find((one) => UNITS[one] === periodMs) ?? `${periodMs} ms`
  const allowed = [
    ...(requests === undefined ? [] : [`${requests} requests/${unit}`]),
    ...(tokens === undefined ? [] : [`${tokens} tokens/${unit}`]),
    ...(concurrent === undefined ? [] : [`${concurrent} at once`]),
  ]
  return [limit.name, whom(limit), oneLine(limit.target ?? '-'), allowed.join(', ')]
}

const cellsOfBudget = (budget: Schemas['Budget']): readonly string[] => [
  budget.name,
  whom(budget),
  budget.window,
  `$${budget.limitUsd}`,
  budget.spentUsd === null ? '-' : `$${budget.spentUsd}`,
  budget.resetsAt ?? '-',
]

const whom = ({ subject, id }: { readonly subject: Subject; readonly id?: string }): string =>
  id === undefined ? subject : `${subject} ${oneLine(id)}`
