// The words of the commands about kept answers.

import type { Command } from 'commander'
import { addPlaceCommand, type Outcome } from './command-words.ts'
import { invalidateCacheCommand, showCacheCommand } from './commands/cache.ts'

export const addCacheCommands = (program: Command, { act }: Outcome): void => {
  const cache = program.command('cache').description('Answers of models that are kept: show, invalidate.')
  addPlaceCommand(cache, {
    usage: 'show',
    description: 'Show how much is kept, how often it helped, and how far similar questions are trusted.',
    examples: ['heddle cache show --url http://127.0.0.1:3210', 'heddle cache show --json | jq .categories'],
  }).action(act(showCacheCommand))
  addPlaceCommand(cache, {
    usage: 'invalidate',
    description: 'Remove kept answers that meet every condition.',
    examples: ['heddle cache invalidate --target openai/gpt-5 --dry-run', 'heddle cache invalidate --older-than 7d'],
  })
    .option('--scope <scope>', 'of this tenant, app or user, and below')
    .option('--target <target>', 'answers of this provider/model')
    .option('--text <text>', 'with this text in the question')
    .option('--older-than <time>', 'kept before: 30m, 12h, 7d')
    .option('--all', 'everything')
    .option('--dry-run', 'only count them')
    .action(act(invalidateCacheCommand))
}
