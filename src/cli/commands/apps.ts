// `heddle import`, `heddle export`: app files in and out of a data folder.

import { writeFileSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import { type CommonOptions, readConfig, readText, withPlatform } from '../context.ts'
import { CommandError, EXIT, type ExitCode, note, noteIssues, printJson, printLine } from '../output.ts'

export interface ImportOptions extends CommonOptions {
  readonly name?: string
}

export const importCommand = (paths: readonly string[], options: ImportOptions): Promise<ExitCode> =>
  withPlatform(readConfig(options), async ({ apps, caller }) => {
    let broken = 0
    for (const path of paths) {
      const result = await apps.import(caller, readText(path), options.name === undefined ? {} : { name: options.name })
      if (options.json) printJson({ file: path, ...result })
      else if (result.ok) {
        printLine(`${result.app.id}  ${result.app.name}`)
        for (const need of result.report.needs) note(`  needs ${need.kind} ${need.name}: ${need.message}`)
      } else {
        note(`${path} cannot be imported:`)
        noteIssues(result.issues)
      }
      if (!result.ok) broken++
    }
    return broken > 0 ? EXIT.failed : EXIT.ok
  })

export interface ExportOptions extends CommonOptions {
  readonly output?: string
  readonly includeSecrets?: boolean
}

export const exportCommand = (id: string, options: ExportOptions): Promise<ExitCode> =>
  withPlatform(readConfig(options), async ({ apps, caller, readAppId }) => {
    const text = await apps.export(caller, readAppId(id), { includeSecrets: options.includeSecrets ?? false })
    if (options.output !== undefined) {
      try {
        writeFileSync(options.output, text)
      } catch (error) {
        throw new CommandError(`${options.output} cannot be written: ${messageOf(error)}`)
      }
    }
    if (options.json)
      printJson({ id, ...(options.output === undefined ? { document: text } : { file: options.output }) })
    else if (options.output === undefined) process.stdout.write(text)
    return EXIT.ok
  })
