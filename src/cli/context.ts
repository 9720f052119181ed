// What every command starts from: its common options, the configuration, and an engine or a platform for as long as it runs.
// Both are loaded by the commands that need them: loading takes longer than the rest of most commands.

import { readFileSync } from 'node:fs'
import { messageOf } from '../base/errors.ts'
import { systemSeams } from '../base/seams.ts'
import type { Config } from '../config.ts'
import type { Engine } from '../engine.ts'
import type { Platform } from '../platform.ts'
import { type ConfigFileOptions, loadConfig } from './config-file.ts'
import { createLog } from './log.ts'
import { CommandError } from './output.ts'
import { letYoungGenerationGrow } from './young-generation.ts'

export interface CommonOptions {
  readonly config?: string
  readonly data?: string
  readonly json?: boolean
}

export const readConfig = (options: CommonOptions): Config => {
  const loaded = loadConfig(fileOptions(options))
  if (!loaded.ok) throw new CommandError('The configuration cannot be used:', 2, loaded.issues)
  return useOptions(loaded.value, options)
}

export const fileOptions = ({ config }: CommonOptions): ConfigFileOptions => ({
  ...(config !== undefined && { path: config }),
  folder: process.cwd(),
  environment: process.env,
})

export const useOptions = (config: Config, { data }: CommonOptions): Config =>
  data === undefined ? config : { ...config, dataDir: data }

export const withEngine = async <T>(config: Config, work: (engine: Engine) => Promise<T>): Promise<T> => {
  const { createEngine } = await import('../engine.ts')
  letYoungGenerationGrow()
  // Commands speak to a person: the log is for what nobody expected.
  const engine = createEngine(config, systemSeams(createLog('error')))
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

export const withPlatform = async <T>(config: Config, work: (platform: Platform) => Promise<T>): Promise<T> => {
  const { createPlatform } = await import('../platform.ts')
  letYoungGenerationGrow()
  const platform = await createPlatform(config, systemSeams(createLog('error')))
  try {
    return await work(platform)
  } finally {
    await platform.close()
  }
}

export const readText = (path: string): string => {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new CommandError(`The file ${path} cannot be read: ${messageOf(error)}`)
  }
}
