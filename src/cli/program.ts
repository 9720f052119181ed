// The command `heddle`: its commands and how it ends. Each command lives in commands/, in a file of its own.

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { messageOf, PlatformError } from '../base/errors.ts'
import { ManagementError } from '../wire/client/errors.ts'
import { addCacheCommands } from './cache-commands.ts'
import { addCommand, collect, Outcome, port } from './command-words.ts'
import { checkCommand } from './commands/check.ts'
import { runCommand } from './commands/run.ts'
import { serveCommand } from './commands/serve.ts'
import { addFormCommands } from './form-commands.ts'
import { addBudgetCommands, addLimitCommands } from './limit-commands.ts'
import { CommandError, EXIT, type ExitCode, note, noteIssues, printJson } from './output.ts'
import { addRouterCommands } from './router-commands.ts'
import {
  addAppCommands,
  addKeyCommands,
  addMemberCommands,
  addPeopleCommands,
  addRunCommands,
} from './server-commands.ts'

const readVersion = (): string =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

const program = new Command('heddle')
  .description('Builds, runs and operates LLM applications.')
  .version(readVersion())
  .showHelpAfterError('(heddle help COMMAND says more)')
  .exitOverride()

const outcome = new Outcome()
const { act } = outcome

addCommand(program, {
  usage: 'run <file>',
  description: 'Run an app file once and show its answer. Keeps nothing.',
  examples: [
    'heddle run examples/echo.yml --input query=hello',
    'heddle run examples/chat.yml --query "What is Heddle?"',
    'heddle run summary.yml --input document=@report.pdf --json | jq -c .type',
  ],
})
  .option('--input <name=value>', 'an input of the app; NAME=@PATH gives a file (repeatable)', collect, [])
  .option('--inputs <json>', 'inputs as one JSON object')
  .option('--query <text>', 'the message, for chat apps')
  .option('--user <name>', 'name of the end user', 'command-line')
  .option('--quiet', 'no progress on stderr')
  .action(act(runCommand))

addCommand(program, {
  usage: 'check <path...>',
  description: 'Say what is wrong with app files and what they need; a line a file.',
  examples: ['heddle check app.yml', 'heddle check exports/ --json'],
}).action(act(checkCommand))

addCommand(program, {
  usage: 'serve',
  description: 'Serve apps over HTTP. The first start brings a demo app.',
  examples: ['heddle serve', 'heddle serve --port 8080 --host 0.0.0.0 --data /var/lib/heddle'],
})
  .option('--port <number>', 'port; 0 takes a free one (default: 3210)', port)
  .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
  .action(act(serveCommand))

addPeopleCommands(program, outcome)
addMemberCommands(program, outcome)
addAppCommands(program, outcome)
addKeyCommands(program, outcome)
addRunCommands(program, outcome)
addFormCommands(program, outcome)
addLimitCommands(program, outcome)
addBudgetCommands(program, outcome)
addRouterCommands(program, outcome)
addCacheCommands(program, outcome)

const report = (error: unknown, json: boolean): ExitCode => {
  // commander has printed what it had to say.
  if (error instanceof Error && 'exitCode' in error && 'code' in error && !(error instanceof CommandError)) {
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  const issues = error instanceof CommandError || error instanceof ManagementError ? error.issues : []
  const code = error instanceof PlatformError || error instanceof ManagementError ? { code: error.code } : {}
  if (json) printJson({ type: 'error', ...code, message: messageOf(error), issues })
  const expected = error instanceof CommandError || error instanceof PlatformError || error instanceof ManagementError
  note(expected ? error.message : `Heddle broke off: ${messageOf(error)}\n${error instanceof Error ? error.stack : ''}`)
  noteIssues(issues)
  return error instanceof CommandError ? error.exitCode : EXIT.failed
}

// Whoever reads the output may leave early, e.g. `| head`: then nothing is left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(outcome.code)
})

/** @returns the exit code */
export const runProgram = async (argv: readonly string[]): Promise<ExitCode> => {
  try {
    await program.parseAsync(argv)
    return outcome.code
  } catch (error) {
    return report(error, argv.includes('--json'))
  }
}
