// Repeats its inner graph until a condition holds, a `loop-end` ran, or the rounds are used up.
// Rounds share the pool of the surrounding frame: what they write is visible at once and stays.

import { z } from 'zod'
import { setOwn, type Value, type ValueObject } from '../base/value.ts'
import { mergeResponse } from '../flow/frame.ts'
import { inferType } from '../flow/render.ts'
import type { FrameResult, NodeContext, NodeOutcome } from '../flow/spec.ts'
import { type Conditions, checkConditions, compileConditions, conditionField, joinField } from './conditions.ts'
import { defineKind, numberField } from './define.ts'
import { NodeError, toFailed } from './errors.ts'
import { endsLoop } from './loop-end.ts'
import { constantOf, settledType } from './variable-types.ts'

const loopVariableField = z.object({
  label: z.string(),
  var_type: z.enum([
    'string',
    'number',
    'object',
    'boolean',
    'array[string]',
    'array[number]',
    'array[object]',
    'array[boolean]',
  ]),
  value_type: z.enum(['constant', 'variable']),
  value: z.custom<Value>(() => true).optional(),
})
type LoopVariable = z.output<typeof loopVariableField>

export const loop = defineKind({
  types: ['loop'],
  role: 'container',
  settings: z.object({
    start_node_id: z.string(),
    loop_count: numberField.pipe(z.number().int().min(1)),
    break_conditions: z
      .array(conditionField)
      .nullish()
      .transform((list) => list ?? []),
    logical_operator: joinField.nullish(),
    loop_variables: z
      .array(loopVariableField)
      .nullish()
      .transform((list) => list ?? []),
  }),
  compile: (settings, { childrenOf, node }, { id }) => {
    const children = childrenOf(id)
    const plan: LoopPlan = {
      rounds: settings.loop_count,
      conditions: compileConditions(settings.break_conditions, settings.logical_operator ?? 'and'),
      variables: settings.loop_variables,
      children,
      endings: children.filter((child) => {
        const found = node(child)
        return found !== undefined && endsLoop(found, id)
      }),
    }
    return {
      startNodeId: settings.start_node_id,
      run: (context) => {
        try {
          return new Loop(plan, context).run()
        } catch (error) {
          return toFailed(error)
        }
      },
    }
  },
})

interface LoopPlan {
  readonly rounds: number
  readonly conditions: Conditions
  readonly variables: readonly LoopVariable[]
  readonly children: readonly string[]
  readonly endings: readonly string[]
}

type Reason = 'loop_break' | 'loop_completed' | 'error'

class Loop {
  readonly #plan: LoopPlan
  readonly #context: NodeContext
  readonly #inputs: ValueObject
  readonly #durations: Record<string, number> = {}
  readonly #snapshots: Record<string, ValueObject> = {}
  readonly #responses: ValueObject = {}
  #round = 0

  constructor(plan: LoopPlan, context: NodeContext) {
    this.#plan = plan
    this.#context = context
    for (const variable of plan.variables) declare(variable, context)
    this.#inputs = { loop_count: plan.rounds, ...this.#variables() }
  }

  run(): NodeOutcome | Promise<NodeOutcome> {
    const { frames } = this.#context
    if (this.#brokenAtStart()) {
      frames.started('loop', 0, this.#inputs)
      return { type: 'success', ...this.#details('loop_break', {}) }
    }
    frames.started('loop', this.#plan.rounds, this.#inputs)
    return this.#runRounds()
  }

  async #runRounds(): Promise<NodeOutcome> {
    try {
      while (this.#round < this.#plan.rounds) {
        if (this.#round > 0) this.#context.frames.next('loop', this.#round, this.#variables())
        if (await this.#runRound()) return this.#succeed('loop_break')
      }
      return this.#succeed('loop_completed')
    } catch (error) {
      return toFailed(error, this.#details('error', {}))
    }
  }

  /** @returns true when the loop is over */
  async #runRound(): Promise<boolean> {
    const { clock, frames } = this.#context
    const startedMs = clock.elapsed()
    const index = this.#round++
    frames.clear(this.#plan.children)
    const result = await frames.run({ index, pool: 'shared' })
    this.#durations[index] = (clock.elapsed() - startedMs) / 1000
    this.#snapshots[index] = this.#variables()
    this.#collect(result)
    if (result.status === 'failed') {
      throw new NodeError('node/round-failed', { details: { reason: result.failure?.message ?? 'A round failed.' } })
    }
    return this.#plan.endings.some((id) => result.ran(id)) || this.#conditionsHold()
  }

  /** Before the first round a condition that cannot be checked does not hold; later it fails the loop. */
  #brokenAtStart(): boolean {
    try {
      return this.#conditionsHold()
    } catch (error) {
      if (error instanceof NodeError) return false
      throw error
    }
  }

  #conditionsHold(): boolean {
    const { conditions } = this.#plan
    return conditions.list.length > 0 && checkConditions(conditions, this.#context)
  }

  /** Responses of all rounds count: answers are joined, of everything else the last one stays. */
  #collect({ outputs }: FrameResult): void {
    mergeResponse(this.#responses, outputs)
  }

  #variables(): ValueObject {
    const values: ValueObject = {}
    for (const { label } of this.#plan.variables) {
      setOwn(values, label, this.#context.get([this.#context.nodeId, label]) ?? null)
    }
    return values
  }

  #succeed(reason: Reason): NodeOutcome {
    const outputs = { ...this.#variables(), loop_round: this.#round }
    return { type: 'success', ...this.#details(reason, outputs), responses: this.#responses }
  }

  #details(reason: Reason, outputs: ValueObject) {
    const metadata = {
      completed_reason: reason,
      loop_duration_map: this.#durations,
      loop_variable_map: this.#snapshots,
    }
    return { inputs: this.#inputs, outputs, metadata }
  }
}

const declare = ({ label, var_type: type, value_type, value = null }: LoopVariable, context: NodeContext): void => {
  const fail = (reason: string) => new NodeError('node/loop-variable', { details: { name: label, reason } })
  if (value_type === 'constant') {
    const constant = constantOf(value, type)
    if (constant === undefined) throw fail(`its value is no ${type}`)
    return context.frames.declare(label, settledType(type, constant), constant)
  }
  const selector = Array.isArray(value) ? value.map(String) : []
  const found = context.get(selector)
  if (found === undefined) throw fail(`${selector.join('.')} has no value`)
  // A variable that starts from another one has the type of that one, whatever the settings say.
  context.frames.declare(label, context.typeOf(selector) ?? inferType(found), found)
}
