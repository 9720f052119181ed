// The driver for Python: a pool of locked-down processes (see child.mjs for how runs are kept apart).

import type { Clock, Fetch, Log } from '../../../base/seams.ts'
import { type CodeDriver, pythonLimits } from '../../driver.ts'
import type { SandboxLimits } from '../../spec.ts'
import { SlotPool } from '../slot-pool.ts'
import { type Confinement, findConfinement, launchPython } from './launch.ts'
import { PythonProcess, type SnapshotKeeper } from './python-process.ts'

export interface PythonDriverParts {
  readonly clock: Clock
  readonly log: Log
  /** Guarded: decides which addresses user code may reach. */
  readonly fetch: Fetch
  readonly limits?: Partial<SandboxLimits>
  /** Processes at most, about 240 MB each. Default 2. */
  readonly maxProcesses?: number
  /** Runs that may wait. Default 64. */
  readonly maxWaiting?: number
}

/** Bytes one run may write to its own (memory) files. */
const FILE_BYTES = 64 * 1024 * 1024

export const createPythonDriver = (parts: PythonDriverParts): CodeDriver => {
  const { clock, log, fetch, maxProcesses = 2, maxWaiting = 64 } = parts
  const limits: SandboxLimits = Object.freeze({ ...pythonLimits, ...parts.limits })
  const snapshot: SnapshotKeeper = { bytes: undefined }
  const poolWith = (words: Confinement) =>
    new SlotPool({
      name: 'python3',
      start: () =>
        new PythonProcess({
          launch: () => launchPython({ confinement: words, memoryBytes: limits.memoryBytes, fileBytes: FILE_BYTES }),
          ...{ clock, log, fetch, limits, snapshot },
        }),
      ...{ clock, log, maxSlots: maxProcesses, spares: 1, maxWaiting },
    })
  let pool: Promise<SlotPool> | undefined
  const open = (): Promise<SlotPool> => {
    pool ??= findConfinement().then(poolWith)
    return pool
  }
  return {
    limits,
    run: async (job) => (await open()).run(job),
    warm: async () => (await open()).warm(),
    close: async () => {
      pool ??= Promise.resolve(poolWith([]))
      await (await pool).close()
    },
  }
}
