// Everything a run needs to go on in another process: who runs what for whom, what was told so far, and the engine's journal.

import { parseJson, stringifyJson } from '../../base/json.ts'
import type { Value, ValueObject } from '../../base/value.ts'
import type { Journal } from '../../flow/events.ts'
import { fromStored, toStored } from '../../flow/stored-value.ts'
import type { FlowEnd } from './events.ts'
import type { RunFacts } from './live-run.ts'
import type { StartRun } from './spec.ts'
import type { ToldState } from './told.ts'
import type { Turn } from './turn.ts'

export interface PausedState {
  readonly facts: RunFacts
  /** Checked start inputs. */
  readonly inputs: ValueObject
  readonly request: Pick<StartRun, 'query' | 'autoName'>
  readonly turn?: Turn
  readonly told: ToldState
  /** How the run stood when it paused. */
  readonly so: Pick<FlowEnd, 'steps' | 'exceptions' | 'usage' | 'conversation'>
  readonly journal: Journal
  /** Executions that wait for an answer. */
  readonly waiting: readonly string[]
}

export const stateToText = (state: PausedState): string => stringifyJson(toStored(state as unknown as Value))

/** What `stateToText` wrote has its type still. */
export const stateFromText = (text: string): PausedState => fromStored(parseJson(text)) as unknown as PausedState
