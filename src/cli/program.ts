// The commands of `heddle` and their options. Each command lives in commands/, in a file of its own.

import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { messageOf, PlatformError } from '../base/errors.ts'
import { type ExportOptions, exportCommand, type ImportOptions, importCommand } from './commands/apps.ts'
import { checkCommand } from './commands/check.ts'
import { type CreateKeyOptions, createKeyCommand } from './commands/keys.ts'
import { type RunOptions, runCommand } from './commands/run.ts'
import { type ServeOptions, serveCommand } from './commands/serve.ts'
import type { CommonOptions } from './context.ts'
import { CommandError, EXIT, type ExitCode, note, noteIssues, printJson } from './output.ts'

const readVersion = (): string =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

const program = new Command('heddle')
  .description('Builds, runs and operates LLM applications.')
  .version(readVersion())
  .showHelpAfterError('(heddle help COMMAND says more)')
  .exitOverride()

const addCommand = (usage: string, description: string, examples: readonly string[]): Command =>
  addCommandTo(program, usage, description, examples)

const addCommandTo = (parent: Command, usage: string, description: string, examples: readonly string[]): Command =>
  parent
    .command(usage)
    .description(description)
    .option('--config <file>', 'configuration file (default: heddle.yaml, if it is there)')
    .option('--data <dir>', 'data folder (default: ./.heddle)')
    .option('--json', 'JSON on stdout and nothing else there')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`)

let exitCode: ExitCode = EXIT.ok
const act =
  <Arguments extends unknown[]>(command: (...values: Arguments) => Promise<ExitCode>) =>
  async (...values: Arguments): Promise<void> => {
    exitCode = await command(...values)
  }

const collect = (value: string, list: string[]): string[] => [...list, value]
const port = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('must be a port, 0 to 65535.')
  return value
}

addCommand('run <file>', 'Run an app file once and show its answer. Keeps nothing.', [
  'heddle run examples/echo.yml --input query=hello',
  'heddle run examples/chat.yml --query "What is Heddle?"',
  'heddle run summary.yml --input document=@report.pdf --json | jq -c .type',
])
  .option('--input <name=value>', 'an input of the app; NAME=@PATH gives a file (repeatable)', collect, [])
  .option('--inputs <json>', 'inputs as one JSON object')
  .option('--query <text>', 'the message, for chat apps')
  .option('--user <name>', 'name of the end user', 'command-line')
  .option('--quiet', 'no progress on stderr')
  .action(act((file: string, options: RunOptions) => runCommand(file, options)))

addCommand('check <path...>', 'Say what is wrong with app files and what they need; a line a file.', [
  'heddle check app.yml',
  'heddle check exports/ --json',
]).action(act((paths: string[], options: CommonOptions) => checkCommand(paths, options)))

addCommand('serve', 'Serve apps over HTTP. The first start brings a demo app.', [
  'heddle serve',
  'heddle serve --port 8080 --host 0.0.0.0 --data /var/lib/heddle',
])
  .option('--port <number>', 'port; 0 takes a free one (default: 3210)', port)
  .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
  .action(act((options: ServeOptions) => serveCommand(options)))

addCommand('import <file...>', 'Keep app files as apps, published at once.', ['heddle import app.yml --name "My app"'])
  .option('--name <text>', 'name instead of the one in the file')
  .action(act((files: string[], options: ImportOptions) => importCommand(files, options)))

addCommand('export <app>', 'Write the published version of an app as an app file.', [
  'heddle export app_0190… --output app.yml',
])
  .option('--output <file>', 'file to write instead of stdout')
  .option('--include-secrets', 'with the values of secret variables')
  .action(act((id: string, options: ExportOptions) => exportCommand(id, options)))

const keys = program.command('keys').description('API keys.')
addCommandTo(keys, 'create', 'Make a key for an app. Its secret is shown once.', ['heddle keys create --app app_0190…'])
  .requiredOption('--app <id>', 'the app the key calls')
  .option('--name <text>', 'a name to recognise the key by', 'command-line')
  .action(act((options: CreateKeyOptions) => createKeyCommand(options)))

const report = (error: unknown, json: boolean): ExitCode => {
  // commander has printed what it had to say.
  if (error instanceof Error && 'exitCode' in error && 'code' in error && !(error instanceof CommandError)) {
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  const issues = error instanceof CommandError ? error.issues : []
  const code = error instanceof PlatformError ? { code: error.code } : {}
  if (json) printJson({ type: 'error', ...code, message: messageOf(error), issues })
  const expected = error instanceof CommandError || error instanceof PlatformError
  note(expected ? error.message : `Heddle broke off: ${messageOf(error)}\n${error instanceof Error ? error.stack : ''}`)
  noteIssues(issues)
  return error instanceof CommandError ? error.exitCode : EXIT.failed
}

// Whoever reads the output may leave early, e.g. `| head`: then nothing is left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(exitCode)
})

/** @returns the exit code */
export const runProgram = async (argv: readonly string[]): Promise<ExitCode> => {
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (error) {
    return report(error, argv.includes('--json'))
  }
}
