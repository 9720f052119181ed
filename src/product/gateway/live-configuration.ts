// The part of the configuration that is taken over while the server runs.
//
// L1  All or nothing: with a single problem anywhere, what was in force stays in force, and the problems can be read.
// L2  What equals that which is in force changes nothing: neither version nor time.

import { createHash } from 'node:crypto'
import type { Issue, Result } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import { RouteError } from '../../model/route/errors.ts'

export interface Reading<Live> {
  /** What can be taken over. */
  readonly live: Live
  /** Settings that differ from those in force and wait for a restart. */
  readonly waiting: readonly string[]
}

export interface ConfigurationStatus {
  /** Equal contents, equal versions, in all processes. */
  readonly version: string
  /** When it was taken over. Milliseconds since the epoch. */
  readonly loadedAt: number
  readonly waiting: readonly string[]
  /** The last reading, when it failed. */
  readonly failure: { readonly at: number; readonly issues: readonly Issue[] } | null
}

export interface LiveConfiguration {
  status(): ConfigurationStatus
  /** Reads everything anew. @param why for the log
   *  @throws RouteError `route/file-refused` with `issues` */
  reload(why: string): ConfigurationStatus
}

export interface LiveConfigurationParts<Live> {
  /** JSON data. */
  readonly initial: Live
  readonly read: () => Result<Reading<Live>>
  /** Puts it in force. Never throws: it was checked. */
  readonly apply: (live: Live) => void
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

export const createLiveConfiguration = <Live>(parts: LiveConfigurationParts<Live>): LiveConfiguration => {
  const { clock, log, read, apply } = parts
  let status: ConfigurationStatus = Object.freeze({
    version: hashOf(parts.initial),
    loadedAt: clock.now(),
    waiting: [],
    failure: null,
  })

  const fail = (issues: readonly Issue[], why: string): never => {
    status = Object.freeze({ ...status, failure: { at: clock.now(), issues } })
    log.warn('configuration-refused', { why, issues: issues.slice(0, MOST_LOGGED), count: issues.length })
    const [first] = issues
    const message = first ? [first.place, first.path, first.message].filter(Boolean).join(': ') : ''
    throw new RouteError('route/file-refused', { details: { message, issues } })
  }

  return {
    status: () => status,
    reload(why) {
      const found = read()
      if (!found.ok) return fail(found.issues, why)
      const { live, waiting } = found.value
      const version = hashOf(live)
      if (version === status.version) {
        status = Object.freeze({ ...status, waiting, failure: null })
        return status
      }
      apply(live)
      status = Object.freeze({ version, loadedAt: clock.now(), waiting, failure: null })
      log.info('configuration-loaded', { why, version, ...(waiting.length > 0 && { waiting }) })
      return status
    },
  }
}

const MOST_LOGGED = 20

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
