// `heddle check FILE|DIR`: what is wrong with app files, and what they need. One line a file.

import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../base/errors.ts'
import type { Engine } from '../../engine.ts'
import type { CheckResult } from '../../product/apps/check.ts'
import { type CommonOptions, readConfig, readText, withEngine } from '../context.ts'
import { CommandError, EXIT, type ExitCode, noteIssues, printJson, printLine } from '../output.ts'

export const checkCommand = (paths: readonly string[], options: CommonOptions): Promise<ExitCode> =>
  withEngine(readConfig(options), async (engine) => {
    const files = paths.flatMap(findFiles)
    if (files.length === 0) throw new CommandError('There are no app files (.yml, .yaml, .json) here.')
    let broken = 0
    for (const path of files) {
      const checked = checkFile(engine, path)
      if (!checked.ok) broken++
      if (options.json) printJson({ file: path, ...toJson(checked) })
      else printChecked(path, checked)
    }
    if (!options.json) printLine(`${files.length - broken} importable, ${broken} broken`)
    return broken > 0 ? EXIT.failed : EXIT.ok
  })

const checkFile = (engine: Engine, path: string): CheckResult => {
  try {
    return engine.check(readText(path))
  } catch (error) {
    // One unreadable file must not hide the others.
    return { ok: false, issues: [{ path: '', code: 'file/unreadable', message: messageOf(error) }] }
  }
}

const findFiles = (path: string): string[] => {
  let entries: Dirent[]
  try {
    if (!statSync(path).isDirectory()) return [path]
    entries = readdirSync(path, { withFileTypes: true, recursive: true })
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${messageOf(error)}`)
  }
  return entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

const toJson = (checked: CheckResult): object =>
  checked.ok ? { ok: true, report: checked.value.report } : { ok: false, issues: checked.issues }

const printChecked = (path: string, checked: CheckResult): void => {
  if (!checked.ok) {
    const count = checked.issues.length
    printLine(`broken      ${path}: ${count} ${count === 1 ? 'problem' : 'problems'}`)
    noteIssues(checked.issues)
    return
  }
  const { report } = checked.value
  const needs = report.needs.map((need) => `${need.kind} ${need.name}`)
  const unique = [...new Set(needs)]
  const state = report.runnable ? 'runs       ' : 'needs      '
  printLine(
    `${state} ${path}: ${report.name} (${report.mode}, ${report.version})${unique.length > 0 ? `: ${unique.join(', ')}` : ''}`,
  )
}
