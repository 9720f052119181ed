// A data folder as a backend: the management API in this process, without a port and without signing in.

import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Platform } from '../platform.ts'
import { createManagementClient, dataOf } from '../wire/client/client.ts'
import { type Backend, isOver, toEntries } from './backend.ts'
import { CommandError } from './output.ts'

/** A run of the folder is executed by another process: what it does is seen when it is written down. */
const LOOK_EVERY_MS = 500

export const createLocalBackend = (platform: Platform, folder: string): Backend => {
  const api = createManagementClient({ baseUrl: 'http://localhost', fetch: platform.callManagement })
  return {
    place: `the data folder ${folder}`,
    api,
    async *follow(runId, signal) {
      const seen = new Set<string>()
      while (!signal.aborted) {
        const run = await dataOf(api.GET('/api/runs/{run_id}', { params: { path: { run_id: runId } } }))
        yield* toEntries(run, seen)
        if (isOver(run)) return
        await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
      }
    },
  }
}

/** A folder that was not named is not made up: whoever means a server would look at nothing. */
export const requireFolder = ({ dataDir }: Config): void => {
  if (existsSync(dataDir)) return
  throw new CommandError(
    `There is no data folder ${dataDir} here. Name one with --data DIR, or a server with --url URL (after heddle login --url URL).`,
  )
}
