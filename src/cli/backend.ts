// What commands about apps, keys and runs work on: a running server, or a data folder in this process. Both answer the calls of
// the management API, so commands are written once and print the same.

import type { ManagementClient, Schemas } from '../wire/client/client.ts'

export interface Backend {
  /** For messages: `http://…` or `the data folder …`. */
  readonly place: string
  readonly api: ManagementClient
  /** What nodes of the run do as they do it, from its start to its end.  Ends early, without an error, when `signal` aborts. */
  follow(runId: string, signal: AbortSignal): AsyncIterable<NodeEntry>
}

export type RunDetail = Schemas['Run']
export type RunRow = Schemas['RunSummary']

/** A node has ended. */
export interface NodeEntry {
  readonly type: 'node'
  readonly runId: string
  readonly nodeId: string
  readonly nodeType: string
  readonly title: string
  readonly status: string
  readonly error: string | null
  readonly elapsedMs: number | null
}

/** Runs and nodes that have not ended; `paused` ones wait for people. */
const GOING_ON: ReadonlySet<string> = new Set(['scheduled', 'running', 'paused'])

export const isOver = ({ status }: Pick<RunRow, 'status'>): boolean => !GOING_ON.has(status)

export const toEntries = ({ id, nodes }: RunDetail, seen: Set<string> = new Set()): readonly NodeEntry[] =>
  nodes
    .filter((node) => !GOING_ON.has(node.status) && !seen.has(node.id))
    .map((node) => {
      seen.add(node.id)
      const { nodeId, type, title, status, error, elapsedMs } = node
      return { type: 'node', runId: id, nodeId, nodeType: type, title, status, error, elapsedMs }
    })
