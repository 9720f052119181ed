// What of a run is written down, and when: each node when it ends, the run when it starts and ends.
//
// J1  Writes keep the order of events. The end of a run is written last and is durable before anyone is told of it.
// J2  A few writes may be under way; beyond that the run waits for the database, so that nothing piles up.

import { nanoUsdOf } from '../../base/cost.ts'
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/seams.ts'
import type { ValueObject } from '../../base/value.ts'
import type { Database, Statement } from '../../db/spec.ts'
import type { FlowEvent, NodePause } from '../../flow/events.ts'
import type { Caller } from '../caller.ts'
import type { RunId } from '../ids.ts'
import type { NodeExecutionStore } from './node-executions.ts'

type NodeEnd = Extract<FlowEvent, { type: 'node-end' }>

const MOST_UNDER_WAY = 64

export class RunJournal {
  readonly #db: Database
  readonly #nodes: NodeExecutionStore
  readonly #caller: Caller
  readonly #runId: RunId
  readonly #log: Log
  readonly #predecessors = new Map<string, string | null>()
  readonly #retries = new Map<string, number>()
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(parts: { db: Database; nodes: NodeExecutionStore; log: Log }, caller: Caller, runId: RunId) {
    this.#db = parts.db
    this.#nodes = parts.nodes
    this.#log = parts.log
    this.#caller = caller
    this.#runId = runId
  }

  /** Notes an event. Await what it returns: it holds the run back while the database is behind. */
  note(event: FlowEvent): Promise<unknown> | undefined {
    switch (event.type) {
      case 'node-start':
        this.#predecessors.set(event.executionId, event.predecessorId)
        return undefined
      case 'node-retry':
        this.#retries.set(event.executionId, event.retry)
        return undefined
      case 'node-end':
        return this.#write(this.#nodes.save(this.#caller, this.#row(event)))
      default:
        return undefined
    }
  }

  /** For `finish`: the record of a node that began to wait. Its end takes its place. */
  waiting(node: NodePause, at: number): Statement {
    return this.#nodes.save(this.#caller, {
      id: node.executionId,
      runId: this.#runId,
      nodeId: node.nodeId,
      nodeType: node.nodeType,
      title: node.title,
      index: node.index,
      predecessorId: this.#predecessors.get(node.executionId) ?? null,
      frame: { ...node.frame } as ValueObject,
      status: 'paused',
      inputs: {},
      outputs: {},
      processData: {},
      metadata: {},
      error: null,
      errorType: null,
      tokens: 0,
      costNanoUsd: null,
      retries: this.#retries.get(node.executionId) ?? 0,
      startedAt: at,
      finishedAt: null,
      elapsedMs: null,
    })
  }

  /** Writes the end of the run, or its pause, together with what belongs to it. Resolves when it is durable. */
  async finish(statements: readonly Statement[]): Promise<void> {
    await this.#db.write(statements)
  }

  #write(statement: Statement): Promise<unknown> | undefined {
    const write = this.#db.write([statement]).catch((error: unknown) => {
      // The run goes on: its outcome counts more than the record of one node.
      this.#log.error('node-record-lost', { runId: this.#runId, reason: messageOf(error) })
    })
    this.#underWay.add(write)
    void write.then(() => this.#underWay.delete(write))
    return this.#underWay.size >= MOST_UNDER_WAY ? Promise.race(this.#underWay) : undefined
  }

  #row(event: NodeEnd) {
    const predecessorId = this.#predecessors.get(event.executionId) ?? null
    const retries = this.#retries.get(event.executionId) ?? 0
    this.#predecessors.delete(event.executionId)
    this.#retries.delete(event.executionId)
    return {
      id: event.executionId,
      runId: this.#runId,
      nodeId: event.nodeId,
      nodeType: event.nodeType,
      title: event.title,
      index: event.index,
      predecessorId,
      frame: { ...event.frame } as ValueObject,
      status: event.status,
      inputs: event.inputs,
      outputs: event.outputs,
      processData: event.processData,
      metadata: event.metadata,
      error: event.failure?.message ?? null,
      errorType: event.failure?.type ?? null,
      tokens: event.usage?.totalTokens ?? 0,
      costNanoUsd: nanoUsdOf(event.usage?.cost),
      retries,
      startedAt: Math.round(event.at - event.elapsedMs),
      finishedAt: event.at,
      elapsedMs: event.elapsedMs,
    }
  }
}
