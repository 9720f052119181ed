// The words of the commands about forms.

import type { Command } from 'commander'
import { addListCommand, addPlaceCommand, collect, type Outcome } from './command-words.ts'
import { listFormsCommand, showFormCommand, submitFormCommand } from './commands/forms.ts'

export const addFormCommands = (program: Command, { act }: Outcome): void => {
  const forms = program.command('forms').description('Forms that runs wait for: list, show, submit.')
  addListCommand(forms, {
    usage: 'list',
    description: 'List forms of all apps, newest first.',
    examples: ['heddle forms list --status open', 'heddle forms list --run run_0190… --url http://127.0.0.1:3210'],
  })
    .option('--app <id>', 'only of this app')
    .option('--run <id>', 'only of this run')
    .option('--status <status>', 'open, submitted, expired or closed')
    .action(act(listFormsCommand))
  addPlaceCommand(forms, {
    usage: 'show <form>',
    description: 'Show a form: what it says, what it asks for and its buttons.',
    examples: ['heddle forms show form_0190…'],
  }).action(act(showFormCommand))
  addPlaceCommand(forms, {
    usage: 'submit <form>',
    description: 'Answer a form on a server, once; its run goes on there.',
    examples: ['heddle forms submit form_0190… --action ok --input note="Send it" --url http://127.0.0.1:3210'],
  })
    .requiredOption('--action <id>', 'the button')
    .option('--input <name=value>', 'an input of the form, as text (repeatable)', collect, [])
    .option('--inputs <json>', 'inputs as one JSON object, files among them')
    .action(act(submitFormCommand))
}
