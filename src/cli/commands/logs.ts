// `heddle logs`: runs as they start and end, or the nodes of one run as they end.

import { setTimeout as delay } from 'node:timers/promises'
import { dataOf } from '../../wire/client/client.ts'
import { type Backend, isOver, type NodeEntry, type RunDetail, type RunRow, toEntries } from '../backend.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { oneLine, readList, seconds } from '../lists.ts'
import { EXIT, type ExitCode, printJson, printLine } from '../output.ts'
import { withPrefix } from './apps.ts'
import { type RunFilter, runCells, toRunQuery } from './runs.ts'

export interface LogsOptions extends PlaceOptions, RunFilter {
  readonly follow?: boolean
  readonly limit: number
}

export const logsCommand = (id: string | undefined, options: LogsOptions): Promise<ExitCode> =>
  withBackend(options, (backend) =>
    untilInterrupted((signal) =>
      id === undefined ? logRuns(backend, options, signal) : logNodes(backend, withPrefix('run', id), options, signal),
    ),
  )

/** Ctrl-C is how following ends, so it is no failure. */
const untilInterrupted = async (work: (signal: AbortSignal) => Promise<ExitCode>): Promise<ExitCode> => {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal)
  try {
    return await work(stop.signal)
  } finally {
    process.off('SIGINT', onSignal)
  }
}

const LOOK_EVERY_MS = 1_000
/** Runs that are remembered as printed. */
const REMEMBERED = 5_000

const logRuns = async (backend: Backend, options: LogsOptions, signal: AbortSignal): Promise<ExitCode> => {
  /** Whether the run was over when it was printed, by id. */
  const printed = new Map<string, boolean>()
  const show = (run: RunRow): void => {
    if (printed.get(run.id) === isOver(run)) return
    printed.delete(run.id)
    printed.set(run.id, isOver(run))
    const [oldest] = printed.keys()
    if (printed.size > REMEMBERED && oldest !== undefined) printed.delete(oldest)
    if (options.json) printJson({ type: isOver(run) ? 'run-end' : 'run-start', run })
    else printLine(runCells(run).join('  ').trimEnd())
  }
  for (const run of await newestRuns(backend, options, options.limit)) show(run)
  while (options.follow && !signal.aborted) {
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const fresh = await newestRuns(backend, options, FRESH)
    for (const run of fresh) show(run)
    const missing = [...printed].filter(([id, over]) => !over && !fresh.some((run) => run.id === id))
    for (const [id] of missing) await showEnd(backend, id, show)
  }
  return EXIT.ok
}

/** More than start in a second, as long as nobody minds losing the overview. */
const FRESH = 100

/** Oldest of them first. */
const newestRuns = async ({ api }: Backend, filter: RunFilter, limit: number): Promise<readonly RunRow[]> => {
  const query = toRunQuery(filter)
  const runs: RunRow[] = []
  const list = readList(limit, (page) => dataOf(api.GET('/api/runs', { params: { query: { ...page, ...query } } })))
  for await (const run of list) runs.unshift(run)
  return runs
}

const showEnd = async ({ api }: Backend, id: string, show: (run: RunRow) => void): Promise<void> => {
  const { inputs, outputs, nodes, nodesTruncated, message, ...run } = await dataOf(
    api.GET('/api/runs/{run_id}', { params: { path: { run_id: id } } }),
  )
  if (isOver(run)) show(run)
}

const logNodes = async (backend: Backend, id: string, options: LogsOptions, signal: AbortSignal): Promise<ExitCode> => {
  const show = options.json ? printJson : (entry: NodeEntry) => printLine(entryLine(entry))
  const read = () => dataOf(backend.api.GET('/api/runs/{run_id}', { params: { path: { run_id: id } } }))
  let run = await read()
  if (options.follow && !isOver(run)) {
    for await (const entry of backend.follow(id, signal)) show(entry)
    if (signal.aborted) return EXIT.ok
    run = await read()
  } else {
    for (const entry of toEntries(run)) show(entry)
  }
  if (options.json) printJson(toEnd(run))
  else printLine(endLine(run))
  return EXIT.ok
}

const MARKS: Readonly<Record<string, string>> = { succeeded: '✓', failed: '✗', exception: '⚠', stopped: '■' }

const entryLine = ({ status, title, nodeId, nodeType, elapsedMs, error }: NodeEntry): string =>
  `${MARKS[status] ?? '·'} ${oneLine(title || nodeId)} (${nodeType}, ${seconds(elapsedMs)})${error === null ? '' : `: ${oneLine(error)}`}`

const toEnd = ({ id, status, outputs, error, steps, tokens, elapsedMs }: RunDetail) => ({
  type: isOver({ status }) ? 'run-end' : 'run-going-on',
  runId: id,
  status,
  outputs,
  error,
  steps,
  tokens,
  elapsedMs,
})

const endLine = ({ status, error, steps, tokens, elapsedMs }: RunDetail): string =>
  error === null
    ? `${status}, ${steps} steps, ${tokens} tokens${elapsedMs === null ? '' : `, ${seconds(elapsedMs)}`}`
    : `${status}: ${oneLine(error)}`
