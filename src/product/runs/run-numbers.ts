// What operators watch of runs: how many ended how, and how many are going on in this process.

import type { Metrics } from '../../base/metrics.ts'

export interface RunNumbers {
  goingOn(count: number): void
  /** @param mode of the app */
  ended(mode: string, status: string): void
}

export const createRunNumbers = (metrics: Metrics): RunNumbers => {
  const runs = metrics.counter('heddle_runs_total', 'Runs that ended, by the mode of their app and how they ended', [
    'mode',
    'status',
  ])
  const goingOn = metrics.gauge('heddle_runs_going_on', 'Runs going on in this process')
  goingOn.set(0)
  return {
    goingOn: (count) => goingOn.set(count),
    ended: (mode, status) => runs.add({ mode, status }),
  }
}
