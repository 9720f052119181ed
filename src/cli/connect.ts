// Where a command works: the server named by --url, otherwise the data folder. A server is never guessed.

import { ManagementError } from '../wire/client/errors.ts'
import type { Backend } from './backend.ts'
import { type CommonOptions, readConfig, withPlatform } from './context.ts'
import { createLocalBackend, requireFolder } from './local.ts'
import { CommandError, EXIT } from './output.ts'
import { createRemoteBackend, readServerUrl } from './remote.ts'

export interface PlaceOptions extends CommonOptions {
  readonly url?: string
}

interface Wanted {
  /** The command makes a data folder where there is none. */
  readonly makesFolder?: boolean
}

export const withBackend = async <T>(
  options: PlaceOptions,
  work: (backend: Backend) => Promise<T>,
  { makesFolder = false }: Wanted = {},
): Promise<T> => {
  if (options.url !== undefined) {
    if (options.data !== undefined)
      throw new CommandError('Name a server with --url or a folder with --data, not both.')
    const url = readServerUrl(options.url)
    return inOurWords(url, () => work(createRemoteBackend(url)))
  }
  const config = readConfig(options)
  if (!makesFolder && options.data === undefined) requireFolder(config)
  return withPlatform(config, (platform) => work(createLocalBackend(platform, config.dataDir)))
}

/** A sign-in that has ended says how to go on. */
export const inOurWords = async <T>(url: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ManagementError) || !ENDED.has(error.code)) throw error
    throw new CommandError(`The sign-in to ${url} has ended. Sign in again: heddle login --url ${url}`, EXIT.failed)
  }
}

const ENDED: ReadonlySet<string> = new Set(['api/unauthorized', 'account/signed-out'])
