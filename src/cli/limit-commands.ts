// The words of the commands about limits and budgets.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { addPlaceCommand, type Outcome } from './command-words.ts'
import {
  listBudgetsCommand,
  listLimitsCommand,
  removeBudgetCommand,
  removeLimitCommand,
  setBudgetCommand,
  setLimitCommand,
} from './commands/limits.ts'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number.')
  return value
}

const subject = () =>
  new Option('--subject <whom>', 'the tenant as a whole, or each app, key or user by itself')
    .choices(['tenant', 'app', 'key', 'user'])
    .default('tenant')

export const addLimitCommands = (program: Command, { act }: Outcome): void => {
  const limits = program.command('limits').description('Limits of calls of models: list, set, remove.')
  addPlaceCommand(limits, {
    usage: 'list',
    description: 'List limits, by name.',
    examples: ['heddle limits list'],
  }).action(act(listLimitsCommand))
  addPlaceCommand(limits, {
    usage: 'set <name>',
    description: 'Set a limit, or change the one of this name.',
    examples: [
      'heddle limits set keys --subject key --requests 60 --per minute',
      'heddle limits set big-model --tokens 1000000 --per hour --concurrent 8 --target "openai/gpt-4o"',
    ],
  })
    .addOption(subject())
    .option('--id <id>', 'only this app, key or user')
    .option('--target <target>', 'only calls that try this provider/model first; * stands for any characters')
    .option('--requests <number>', 'requests in the period', whole)
    .option('--tokens <number>', 'tokens in the period, prompt and completion', whole)
    .addOption(
      new Option('--per <period>', 'the period').choices(['second', 'minute', 'hour', 'day']).default('minute'),
    )
    .option('--burst <number>', 'requests at one moment after a rest (default: as --requests)', whole)
    .option('--concurrent <number>', 'calls at once', whole)
    .action(act(setLimitCommand))
  addPlaceCommand(limits, {
    usage: 'remove <name>',
    description: 'Delete a limit.',
    examples: ['heddle limits remove keys'],
  }).action(act(removeLimitCommand))
}

export const addBudgetCommands = (program: Command, { act }: Outcome): void => {
  const budgets = program.command('budgets').description('Budgets for models: list, set, remove.')
  addPlaceCommand(budgets, {
    usage: 'list',
    description: 'List budgets with what is spent, by name.',
    examples: ['heddle budgets list'],
  }).action(act(listBudgetsCommand))
  addPlaceCommand(budgets, {
    usage: 'set <name>',
    description: 'Set a budget, or change the one of this name; what was spent stays spent.',
    examples: ['heddle budgets set month --window month --usd 50', 'heddle budgets set users --subject user --usd 0.5'],
  })
    .addOption(subject())
    .option('--id <id>', 'only this app, key or user')
    .addOption(
      new Option('--window <window>', 'of the calendar in UTC, or all time')
        .choices(['hour', 'day', 'month', 'total'])
        .default('month'),
    )
    .requiredOption('--usd <amount>', 'US dollars')
    .action(act(setBudgetCommand))
  addPlaceCommand(budgets, {
    usage: 'remove <name>',
    description: 'Delete a budget.',
    examples: ['heddle budgets remove month'],
  }).action(act(removeBudgetCommand))
}
