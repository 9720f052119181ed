// Runs its inner graph once per item of a list, one after another or several side by side.
//
// I1  Results stand in the order of the items, whichever ends first.
// I2  An item sees nothing of the others but conversation variables.
// I3  After a failure that counts no new item starts, and those already started run to their end.

import { z } from 'zod'
import { isList, type Value, type ValueObject } from '../base/value.ts'
import type { FrameResult, NodeContext, NodeOutcome, Selector } from '../flow/spec.ts'
import { defineKind, numberField, selectorField } from './define.ts'
import { NodeError, toFailed } from './errors.ts'

const DEFAULT_PARALLEL = 10

export const iteration = defineKind({
  types: ['iteration'],
  role: 'container',
  settings: z.object({
    start_node_id: z.string(),
    iterator_selector: z.array(z.string()),
    output_selector: selectorField,
    is_parallel: z.boolean().nullish(),
    parallel_nums: numberField.nullish(),
    error_handle_mode: z.enum(['terminated', 'continue-on-error', 'remove-abnormal-output']).nullish(),
    flatten_output: z.boolean().nullish(),
  }),
  compile: (settings) => {
    const plan: IterationPlan = {
      output: settings.output_selector,
      lanes: settings.is_parallel ? Math.max(1, Math.trunc(settings.parallel_nums ?? DEFAULT_PARALLEL)) : 1,
      pool: settings.is_parallel ? 'detached' : 'copy',
      onFailure: settings.error_handle_mode ?? 'terminated',
      flatten: settings.flatten_output ?? true,
    }
    return {
      startNodeId: settings.start_node_id,
      run: (context) => {
        try {
          return new Iteration(plan, readItems(settings.iterator_selector, context), context).run()
        } catch (error) {
          return toFailed(error)
        }
      },
    }
  },
})

interface IterationPlan {
  readonly output: Selector
  /** Items that may run side by side. */
  readonly lanes: number
  readonly pool: 'copy' | 'detached'
  readonly onFailure: 'terminated' | 'continue-on-error' | 'remove-abnormal-output'
  readonly flatten: boolean
}

const readItems = (selector: Selector, context: NodeContext): readonly Value[] => {
  const value = context.get(selector)
  if (value === null) return []
  if (isList(value)) return value
  const reason = value === undefined ? 'it has no value' : 'it is no list'
  throw new NodeError('node/items', { details: { name: selector.join('.'), reason } })
}

class Iteration {
  readonly #plan: IterationPlan
  readonly #items: readonly Value[]
  readonly #context: NodeContext
  /** By index; an item that has not ended, failed or is left out has none. */
  readonly #results: (Value | undefined)[]
  readonly #durations: Record<string, number> = {}
  #next = 0
  #failed: FrameResult | undefined
  #responses: ValueObject = {}

  constructor(plan: IterationPlan, items: readonly Value[], context: NodeContext) {
    this.#plan = plan
    this.#items = items
    this.#context = context
    this.#results = new Array(items.length)
  }

  run(): NodeOutcome | Promise<NodeOutcome> {
    this.#context.frames.started('iteration', this.#items.length, { iterator_selector: this.#items })
    return this.#items.length === 0 ? this.#end() : this.#runAll()
  }

  async #runAll(): Promise<NodeOutcome> {
    const lanes = Array.from({ length: Math.min(this.#plan.lanes, this.#items.length) }, () => this.#runLane())
    await Promise.all(lanes)
    return this.#end()
  }

  async #runLane(): Promise<void> {
    while (this.#next < this.#items.length && !this.#failed) await this.#runItem(this.#next++)
  }

  async #runItem(index: number): Promise<void> {
    const { clock, frames } = this.#context
    const startedMs = clock.elapsed()
    frames.next('iteration', index)
    const variables = { item: this.#items[index] as Value, index }
    const result = await frames.run({ index, pool: this.#plan.pool, variables })
    this.#durations[index] = (clock.elapsed() - startedMs) / 1000
    if (result.status === 'succeeded') this.#results[index] = result.get(this.#plan.output) ?? null
    else if (this.#plan.onFailure === 'terminated') this.#failed ??= result
    else if (this.#plan.onFailure === 'continue-on-error') this.#results[index] = null
    // Of the inner responses only those of the last item go on.
    if (index === this.#items.length - 1) this.#responses = result.outputs
  }

  #end(): NodeOutcome {
    const present = this.#results.filter((result) => result !== undefined)
    const details = {
      inputs: { iterator_selector: this.#items },
      outputs: { output: this.#plan.flatten ? flatten(present) : present },
      metadata: { iteration_duration_map: this.#durations },
    }
    const failed = this.#failed
    if (!failed) return { type: 'success', ...details, responses: this.#responses }
    return toFailed(
      new NodeError('node/round-failed', { details: { reason: failed.failure?.message ?? 'An item failed.' } }),
      details,
    )
  }
}

/** Lists of lists become one list when every result that is not null is a list. */
const flatten = (results: readonly Value[]): readonly Value[] => {
  const lists = results.filter((result) => result !== null)
  return lists.length > 0 && lists.every(isList) ? lists.flat(1) : results
}
