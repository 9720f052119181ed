// How commands are declared: options they share, examples in their help, and how their exit code gets out.

import { type Command, InvalidArgumentError } from 'commander'
import { EXIT, type ExitCode } from './output.ts'

export interface Words {
  readonly usage: string
  readonly description: string
  readonly examples: readonly string[]
}

export const describeCommand = (parent: Command, { usage, description, examples }: Words): Command =>
  parent
    .command(usage)
    .description(description)
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`)
    .option('--json', 'JSON on stdout and nothing else there')

/** A command on a data folder. */
export const addCommand = (parent: Command, words: Words): Command =>
  describeCommand(parent, words)
    .option('--config <file>', 'configuration file (default: heddle.yaml, if it is there)')
    .option('--data <dir>', 'data folder (default: ./.heddle)')

/** A command on a data folder or a server. */
export const addPlaceCommand = (parent: Command, words: Words): Command =>
  addCommand(parent, words).option('--url <url>', 'the server at this address instead of a data folder')

export const addListCommand = (parent: Command, words: Words): Command =>
  addPlaceCommand(parent, words).option('--limit <number>', 'at most so many', atMost(100_000), 20)

/** Where commands leave their exit code. */
export class Outcome {
  code: ExitCode = EXIT.ok

  act =
    <Arguments extends unknown[]>(command: (...values: Arguments) => Promise<ExitCode>) =>
    async (...values: Arguments): Promise<void> => {
      this.code = await command(...values)
    }
}

export const collect = (value: string, list: readonly string[] = []): string[] => [...list, value]

export const port = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('must be a port, 0 to 65535.')
  return value
}

const atMost =
  (most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new InvalidArgumentError(`must be a whole number, 1 to ${most}.`)
    }
    return value
  }
