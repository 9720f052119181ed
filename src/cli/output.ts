// How commands speak: results on stdout, everything else on stderr; with --json nothing but JSON on stdout.

import colors from 'picocolors'
import type { Issue } from '../base/errors.ts'
import { stringifyJson } from '../base/json.ts'
import type { Value } from '../base/value.ts'

/** How a command ended. */
export const EXIT = {
  ok: 0,
  /** The work was done and its outcome is bad: a failed run, a file that cannot be imported. */
  failed: 1,
  /** The command was used wrongly, or the configuration is wrong. */
  usage: 2,
  /** Stopped by the user. */
  stopped: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const printLine = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

export const printJson = (value: unknown): void => printLine(stringifyJson(value as Value))

export const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

export const dim = (text: string): string => (process.stderr.isTTY ? colors.dim(text) : text)
export const red = (text: string): string => (process.stderr.isTTY ? colors.red(text) : text)

/** `file:line: path: message`, one line each. */
export const noteIssues = (issues: readonly Issue[]): void => {
  for (const { place, path, message } of issues) {
    note(`  ${[place, path, message].filter((part) => part !== undefined && part !== '').join(': ')}`)
  }
}

/** Ends the command with a message instead of a stack. */
export class CommandError extends Error {
  readonly exitCode: ExitCode
  readonly issues: readonly Issue[]
  constructor(message: string, exitCode: ExitCode = EXIT.usage, issues: readonly Issue[] = []) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
    this.issues = issues
  }
}
