// Finds and reads the configuration file. What it means, src/config.ts knows.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { messageOf, type Result } from '../base/errors.ts'
import { type Config, configIssue, type Environment, parseConfig } from '../config.ts'

export const CONFIG_FILE = 'heddle.yaml'

export interface ConfigFileOptions {
  /** Given by the user: this file must exist. Without it `heddle.yaml` is read if it is there. */
  readonly path?: string
  /** Folder in which `heddle.yaml` is looked for. */
  readonly folder: string
  readonly environment: Environment
}

export const loadConfig = ({ path, folder, environment }: ConfigFileOptions): Result<Config> => {
  const file = path ?? join(folder, CONFIG_FILE)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return parseConfig({ file: undefined, environment })
    }
    return { ok: false, issues: [configIssue('', 'config/unreadable', { file, reason: messageOf(error) })] }
  }
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true, stringKeys: true })
  const broken = (reason: string) => configIssue('', 'config/yaml-syntax', { file, reason })
  if (document.errors.length > 0) {
    return { ok: false, issues: document.errors.map((error) => broken(error.message.split('\n')[0] ?? '')) }
  }
  let parsed: unknown
  try {
    parsed = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    // Aliases that multiply beyond measure or point nowhere.
    return { ok: false, issues: [broken(messageOf(error))] }
  }
  return parseConfig({ file: parsed, environment })
}
