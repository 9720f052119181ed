// `heddle runs …`: what ran, with everything its nodes did, and stopping it.

import { parseJson, stringifyJson } from '../../base/json.ts'
import type { Value } from '../../base/value.ts'
import { dataOf } from '../../wire/client/client.ts'
import { isOver, type RunDetail, type RunRow } from '../backend.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { type ListOptions, oneLine, printFields, printList, printRows, readList, seconds } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, note, printJson, printLine } from '../output.ts'
import { withPrefix } from './apps.ts'

export interface RunFilter {
  readonly app?: string
  readonly status?: readonly string[]
  readonly source?: readonly string[]
  readonly user?: string
  readonly keyword?: string
  readonly from?: string
  readonly to?: string
}

export const toRunQuery = ({ app, status, source, user, keyword, from, to }: RunFilter) => ({
  ...(app !== undefined && { appId: withPrefix('app', app) }),
  // The server says which there are.
  ...(status?.length && { status: status as RunRow['status'][] }),
  ...(source?.length && { source: [...source] }),
  ...(user !== undefined && { user }),
  ...(keyword !== undefined && { keyword }),
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
})

export const runCells = (run: RunRow): readonly string[] => [
  run.id,
  run.createdAt,
  run.status,
  seconds(run.elapsedMs),
  oneLine(run.appName),
  run.error === null ? '' : oneLine(run.error).slice(0, 120),
]

export const listRunsCommand = (options: PlaceOptions & ListOptions & RunFilter): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const filter = toRunQuery(options)
    const runs = readList(options.limit, (page) =>
      dataOf(api.GET('/api/runs', { params: { query: { ...page, ...filter } } })),
    )
    await printList(runs, options, runCells)
    return EXIT.ok
  })

export const showRunCommand = (id: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const params = { path: { run_id: withPrefix('run', id) } }
    const text = await dataOf(api.GET('/api/runs/{run_id}', { params, parseAs: 'text' }))
    // Read without loss: what an app was given and gave is shown digit for digit.
    const run = parseJson(text)
    if (options.json) printJson(run)
    else printRun(run as unknown as RunDetail)
    return EXIT.ok
  })

const printRun = (run: RunDetail): void => {
  printFields({
    id: run.id,
    app: `${run.appName} (${run.appId})`,
    status: run.status,
    error: run.error,
    user: run.user,
    source: run.source,
    created: run.createdAt,
    elapsed: seconds(run.elapsedMs),
    steps: String(run.steps),
    tokens: String(run.tokens),
    cost: run.costUsd === null ? null : `$${run.costUsd}`,
    inputs: toText(run.inputs),
    outputs: toText(run.outputs),
  })
  if (run.nodes.length > 0) printLine('')
  printRows(
    run.nodes.map((node) => [
      String(node.index),
      node.status,
      seconds(node.elapsedMs),
      node.type,
      oneLine(node.title || node.nodeId),
      node.error === null ? '' : oneLine(node.error),
    ]),
  )
  if (run.nodesTruncated) note('There are more nodes than are listed.')
}

const toText = (value: unknown): string => stringifyJson(value as Value)

export const stopRunCommand = (id: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const params = { path: { run_id: withPrefix('run', id) } }
    const { stopping } = await dataOf(api.POST('/api/runs/{run_id}/stop', { params }))
    if (!stopping) {
      const run = await dataOf(api.GET('/api/runs/{run_id}', { params }))
      if (!isOver(run)) throw new CommandError('The run goes on in a server: stop it there, with --url.', EXIT.failed)
    }
    if (options.json) printJson({ id: params.path.run_id, stopping })
    else note(stopping ? 'The run is told to stop.' : 'The run is over already.')
    return EXIT.ok
  })
