// The configuration of a server: read at the start, and again whenever its files change, on SIGHUP, or when the API asks.

import { type Clock, type Log, systemClock } from '../base/seams.ts'
import type { Config, ReadConfig } from '../config.ts'
import type { LiveConfiguration } from '../product/gateway/live-configuration.ts'
import { readConfigFiles } from './config-file.ts'
import { type CommonOptions, fileOptions, useOptions } from './context.ts'
import { CommandError } from './output.ts'
import { watchFiles } from './watch-files.ts'

export interface ConfigSource {
  readonly config: Config
  readonly readAgain: ReadConfig
  /** From now on what changes is taken over. @returns the end of it */
  follow(configuration: LiveConfiguration, log: Log): () => void
}

/** @throws CommandError when the configuration cannot be used */
export const openConfigSource = (options: CommonOptions, clock: Clock = systemClock): ConfigSource => {
  const first = readConfigFiles(fileOptions(options))
  if (!first.result.ok) throw new CommandError('The configuration cannot be used:', 2, first.result.issues)
  let { sources } = first
  let onSources = () => {}
  return {
    config: useOptions(first.result.value, options),
    readAgain(providersInForce) {
      const { result, ...found } = readConfigFiles({ ...fileOptions(options), providersInForce })
      // Also of what is refused: the file that was named wrongly may come.
      sources = found.sources
      onSources()
      return result.ok ? { ok: true, value: useOptions(result.value, options) } : result
    },
    follow(configuration, log) {
      const reload = (why: string): void => {
        try {
          configuration.reload(why)
        } catch {
          // Logged and kept where it was refused.
        }
      }
      const watching = watchFiles({ clock, log, changed: () => reload('file') })
      onSources = () => watching.update(sources)
      onSources()
      const onSignal = () => reload('signal')
      process.on('SIGHUP', onSignal)
      return () => {
        process.off('SIGHUP', onSignal)
        onSources = () => {}
        watching.close()
      }
    },
  }
}
