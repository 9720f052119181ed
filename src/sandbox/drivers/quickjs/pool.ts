// The driver for JavaScript: a pool of worker threads with QuickJS (see worker.mjs for how runs are kept apart).

import type { Clock, Log } from '../../../base/seams.ts'
import { type CodeDriver, javascriptLimits } from '../../driver.ts'
import type { SandboxLimits } from '../../spec.ts'
import { SlotPool } from '../slot-pool.ts'
import { JavascriptWorker } from './javascript-worker.ts'

export interface JavascriptDriverParts {
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<SandboxLimits>
  /** Threads at most. Default 2. */
  readonly maxWorkers?: number
  /** Runs that may wait. Default 64. */
  readonly maxWaiting?: number
}

export const createJavascriptDriver = (parts: JavascriptDriverParts): CodeDriver => {
  const { clock, log, maxWorkers = 2, maxWaiting = 64 } = parts
  const limits: SandboxLimits = Object.freeze({ ...javascriptLimits, ...parts.limits })
  const pool = new SlotPool({
    name: 'javascript',
    start: () => new JavascriptWorker({ clock, log, limits }),
    ...{ clock, log, maxSlots: maxWorkers, spares: 1, maxWaiting },
  })
  return { limits, run: (job) => pool.run(job), warm: () => pool.warm(), close: () => pool.close() }
}
