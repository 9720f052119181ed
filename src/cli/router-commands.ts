// The words of the commands about routers.

import type { Command } from 'commander'
import { addCommand, addPlaceCommand, collect, type Outcome } from './command-words.ts'
import { checkRoutersCommand, listRoutersCommand, showRouterCommand, tryRouterCommand } from './commands/routers.ts'

export const addRouterCommands = (program: Command, { act }: Outcome): void => {
  const routers = program.command('routers').description('Routers: list, show, check a file, try.')
  addPlaceCommand(routers, {
    usage: 'list',
    description: 'List the routers of the configuration and of the tenant.',
    examples: ['heddle routers list', 'heddle routers list --url http://127.0.0.1:3210'],
  }).action(act(listRoutersCommand))
  addPlaceCommand(routers, {
    usage: 'show <name>',
    description: 'Show one router.',
    examples: ['heddle routers show writer'],
  }).action(act(showRouterCommand))
  addCommand(routers, {
    usage: 'check <file>',
    description: 'Say what is wrong with a file of routers, with lines.',
    examples: ['heddle routers check routers.yaml'],
  }).action(act(checkRoutersCommand))
  addPlaceCommand(routers, {
    usage: 'dry-run <name>',
    description: 'Say what a router would decide about an input, and why. Calls no model.',
    examples: ['heddle routers dry-run writer --input "Write me a poem" --metadata tier=gold'],
  })
    .requiredOption('--input <text>', 'what the user would say')
    .option('--metadata <name=value>', 'what the caller would send along (repeatable)', collect)
    .option('--target <target>', 'the target the caller would insist on')
    .action(act(tryRouterCommand))
}
