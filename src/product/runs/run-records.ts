// Runs as members see them: found over all apps, looked into node by node, stopped.

import type { Caller } from '../caller.ts'
import type { Message, MessageStore } from '../conversations/messages.ts'
import type { RunId } from '../ids.ts'
import type { Page } from '../store-seams.ts'
import { RunError } from './errors.ts'
import type { NodeExecution, NodeExecutionStore } from './node-executions.ts'
import type { FoundRun, RunNames, RunQuery, RunSearch } from './run-search.ts'
import type { Runs } from './spec.ts'
import type { Run } from './store.ts'

export interface RunRecordsParts {
  readonly search: RunSearch
  readonly nodes: NodeExecutionStore
  readonly messages: MessageStore
  readonly runs: Pick<Runs, 'stop'>
}

export interface RunRecord {
  readonly run: Run & RunNames
  /** In start order. */
  readonly nodes: readonly NodeExecution[]
  /** True when there are more nodes than are given. */
  readonly nodesTruncated: boolean
  /** The turn of a conversation that the run was, once it is written down. */
  readonly message: Message | undefined
}

export interface RunRecords {
  /** Newest first. */
  list(caller: Caller, query: RunQuery): Promise<Page<FoundRun>>
  /** @throws RunError `run/not-found` */
  get(caller: Caller, id: RunId): Promise<RunRecord>
  /** Tells a run of this process to stop, or one that waits for people; its end comes a moment later.
   *  @returns false when it does not go on here any more   @throws RunError `run/not-found` */
  stop(caller: Caller, id: RunId): Promise<boolean>
}

/** A loop may run thousands of times; a reader gets its beginning. */
const MOST_NODES = 2_000

export const createRunRecords = ({ search, nodes, messages, runs }: RunRecordsParts): RunRecords => {
  const find = async (caller: Caller, id: RunId) => {
    const run = await search.get(caller, id)
    if (!run) throw new RunError('run/not-found')
    return run
  }
  return {
    list: (caller, query) => search.list(caller, query),

    async get(caller, id) {
      const run = await find(caller, id)
      const { appId, messageId } = run
      const [list, message] = await Promise.all([
        nodes.list(caller, id, MOST_NODES + 1),
        messageId === null ? undefined : messages.get(caller, { appId, id: messageId }),
      ])
      return { run, nodes: list.slice(0, MOST_NODES), nodesTruncated: list.length > MOST_NODES, message }
    },

    async stop(caller, id) {
      await find(caller, id)
      return runs.stop(caller, { runId: id, reason: 'A member stopped the run.' })
    },
  }
}
