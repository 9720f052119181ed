// The words of the commands that work on a server or a data folder: people, apps, keys, runs.

import { type Command, Option } from 'commander'
import {
  addCommand,
  addListCommand,
  addPlaceCommand,
  collect,
  describeCommand,
  type Outcome,
  type Words,
} from './command-words.ts'
import {
  createAppCommand,
  deleteAppCommand,
  duplicateAppCommand,
  exportCommand,
  importCommand,
  listAppsCommand,
  showAppCommand,
} from './commands/apps.ts'
import { joinCommand } from './commands/join.ts'
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './commands/keys.ts'
import { loginCommand, logoutCommand, whoamiCommand } from './commands/login.ts'
import { logsCommand } from './commands/logs.ts'
import { inviteCommand, listMembersCommand, removeMemberCommand, revokeInvitationCommand } from './commands/members.ts'
import { listRunsCommand, showRunCommand, stopRunCommand } from './commands/runs.ts'
import { setupCommand } from './commands/setup.ts'
import { usageCommand } from './commands/usage.ts'
import { diffCommand, publishCommand, versionsCommand } from './commands/versions.ts'

const SERVER = ['--url <url>', 'address of the server (default: where heddle serve listens here)'] as const

export const addPeopleCommands = (program: Command, { act }: Outcome): void => {
  addCommand(program, {
    usage: 'setup',
    description: 'Make the first account, the owner of the installation.',
    examples: [
      'heddle setup --email me@example.org --name Me',
      'heddle setup --url http://127.0.0.1:3210 --token … --email me@example.org --name Me',
    ],
  })
    .requiredOption('--email <address>', 'e-mail address to sign in with')
    .requiredOption('--name <text>', 'name of the person')
    .option('--password-stdin', 'read the password from stdin instead of asking')
    .option('--url <url>', 'set up the server at this address instead of a data folder')
    .option('--token <text>', 'the set-up token that the server printed; with --url')
    .action(act(setupCommand))

  const addServerCommand = (words: Words) =>
    describeCommand(program, words)
      .option(...SERVER)
      .option('--config <file>', 'configuration file that says where (default: heddle.yaml, if it is there)')
  addServerCommand({
    usage: 'login',
    description: 'Sign in to a server; other commands then reach it with --url.',
    examples: ['heddle login --email me@example.org', 'heddle login --url https://heddle.example.org'],
  })
    .option('--email <address>', 'e-mail address (asked for when absent)')
    .option('--password-stdin', 'read the password from stdin instead of asking')
    .action(act(loginCommand))
  addServerCommand({
    usage: 'logout',
    description: 'End the sign-in to a server.',
    examples: ['heddle logout'],
  }).action(act(logoutCommand))
  addServerCommand({
    usage: 'whoami',
    description: 'Say who is signed in to a server, in which tenant and as what.',
    examples: ['heddle whoami'],
  }).action(act(whoamiCommand))
  addServerCommand({
    usage: 'join',
    description: 'Take up an invitation, as who is signed in or as a new account, and sign in to what was joined.',
    examples: [
      'heddle join --url https://heddle.example.org --token invite-… --name Me',
      'heddle join --token invite-…',
    ],
  })
    .requiredOption('--token <text>', 'the token of the invitation')
    .option('--name <text>', 'make an account of this name, or join with the password of the one that is there')
    .option('--password-stdin', 'with --name: read the password from stdin instead of asking')
    .action(act(joinCommand))
}

export const addMemberCommands = (program: Command, { act }: Outcome): void => {
  const members = program.command('members').description('Members of the tenant: list, invite, revoke, remove.')
  addPlaceCommand(members, {
    usage: 'list',
    description: 'List members, and whom the tenant has invited.',
    examples: ['heddle members list --url http://127.0.0.1:3210'],
  }).action(act(listMembersCommand))
  addPlaceCommand(members, {
    usage: 'invite <email>',
    description: 'Invite somebody. The token for them is shown once.',
    examples: ['heddle members invite me@example.org --role editor'],
  })
    .addOption(
      new Option('--role <role>', 'what they will be')
        .choices(['owner', 'admin', 'editor', 'operator', 'viewer'])
        .default('viewer'),
    )
    .action(act(inviteCommand))
  addPlaceCommand(members, {
    usage: 'revoke <invitation>',
    description: 'Revoke an invitation. Its token stops working at once.',
    examples: ['heddle members revoke inv_0190…'],
  }).action(act(revokeInvitationCommand))
  addPlaceCommand(members, {
    usage: 'remove <account>',
    description: 'Take a member out of the tenant. Their sign-ins to it end at once.',
    examples: ['heddle members remove acct_0190…'],
  }).action(act(removeMemberCommand))
}

export const addAppCommands = (program: Command, outcome: Outcome): void => {
  const { act } = outcome
  addFileCommands(program, outcome, '')
  const apps = program.command('apps').description('Apps: list, show, make, copy, publish, delete.')
  addListCommand(apps, {
    usage: 'list',
    description: 'List apps, newest first.',
    examples: ['heddle apps list', 'heddle apps list --url http://127.0.0.1:3210 --mode workflow'],
  })
    .option('--mode <mode>', 'only apps of this mode')
    .option('--search <text>', 'only apps with this text in the name')
    .action(act(listAppsCommand))
  addPlaceCommand(apps, {
    usage: 'show <app>',
    description: 'Show one app.',
    examples: ['heddle apps show app_0190…'],
  }).action(act(showAppCommand))
  addPlaceCommand(apps, {
    usage: 'create',
    description: 'Make a blank app. It has a draft and nothing published.',
    examples: ['heddle apps create --mode workflow --name Summary'],
  })
    .requiredOption('--mode <mode>', 'workflow, advanced-chat, chat, agent-chat or completion')
    .requiredOption('--name <text>', 'its name')
    .option('--description <text>', 'what it is for')
    .action(act(createAppCommand))
  addFileCommands(apps, outcome, 'apps ')
  addPlaceCommand(apps, {
    usage: 'duplicate <app>',
    description: 'Copy an app, without its keys and conversations.',
    examples: ['heddle apps duplicate app_0190… --name "Second try"'],
  })
    .option('--name <text>', 'name of the copy')
    .action(act(duplicateAppCommand))
  addPlaceCommand(apps, {
    usage: 'delete <app>',
    description: 'Delete an app with everything that belongs to it.',
    examples: ['heddle apps delete app_0190… --yes'],
  })
    .option('--yes', 'really')
    .action(act(deleteAppCommand))
  addVersionCommands(apps, outcome)
}

const addVersionCommands = (apps: Command, { act }: Outcome): void => {
  addPlaceCommand(apps, {
    usage: 'publish <app> [version]',
    description: 'Have calls run the draft, as a new version, or an earlier version.',
    examples: ['heddle apps publish app_0190… --note "Shorter answers"', 'heddle apps publish app_0190… ver_0190…'],
  })
    .option('--name <text>', 'name of the new version')
    .option('--note <text>', 'what changed')
    .action(act(publishCommand))
  addListCommand(apps, {
    usage: 'versions <app>',
    description: 'List the versions of an app, newest first.',
    examples: ['heddle apps versions app_0190…'],
  }).action(act(versionsCommand))
  addPlaceCommand(apps, {
    usage: 'diff <app>',
    description: 'Say what differs between two versions.',
    examples: ['heddle apps diff app_0190…', 'heddle apps diff app_0190… --from ver_0190… --to published'],
  })
    .option('--from <version>', 'draft, published or the id of a version', 'published')
    .option('--to <version>', 'the same', 'draft')
    .action(act(diffCommand))
}

/** Used so often that they also stand at the top. */
const addFileCommands = (parent: Command, { act }: Outcome, prefix: string): void => {
  addPlaceCommand(parent, {
    usage: 'import <file...>',
    description: 'Keep app files as apps, published at once.',
    examples: [`heddle ${prefix}import app.yml --name "My app"`],
  })
    .option('--name <text>', 'name instead of the one in the file')
    .action(act(importCommand))
  addPlaceCommand(parent, {
    usage: 'export <app>',
    description: 'Write an app as an app file.',
    examples: [`heddle ${prefix}export app_0190… --output app.yml`],
  })
    .option('--output <file>', 'file to write instead of stdout')
    .option('--include-secrets', 'with the values of secret variables')
    .option('--from <version>', 'draft, published or the id of a version (default: published)')
    .action(act(exportCommand))
}

export const addKeyCommands = (program: Command, { act }: Outcome): void => {
  const keys = program.command('keys').description('API keys: list, make, revoke.')
  addListCommand(keys, {
    usage: 'list',
    description: 'List keys, newest first, revoked ones included.',
    examples: ['heddle keys list --app app_0190…'],
  })
    .option('--app <id>', 'only keys of this app')
    .addOption(
      new Option('--scope <scope>', 'only keys of this scope').choices(['app', 'dataset', 'gateway', 'tenant']),
    )
    .action(act(listKeysCommand))
  addPlaceCommand(keys, {
    usage: 'create',
    description: 'Make a key. Its secret is shown once.',
    examples: ['heddle keys create --app app_0190…', 'heddle keys create --scope tenant --name "deploy script"'],
  })
    .option('--app <id>', 'the app that the key calls')
    .addOption(new Option('--scope <scope>', 'a key for more than one app').choices(['dataset', 'gateway', 'tenant']))
    .option('--name <text>', 'a name to recognise the key by', 'command-line')
    .action(act(createKeyCommand))
  addPlaceCommand(keys, {
    usage: 'revoke <key>',
    description: 'Revoke a key. It stops working at once.',
    examples: ['heddle keys revoke key_0190…'],
  }).action(act(revokeKeyCommand))
}

const addRunFilters = (command: Command): Command =>
  command
    .option('--app <id>', 'only runs of this app')
    .option('--status <status>', 'only runs that stand like this (repeatable)', collect)
    .option('--source <source>', 'only runs that came from there, e.g. service-api (repeatable)', collect)
    .option('--user <name>', 'only runs of this end user')
    .option('--keyword <text>', 'only runs with this text in inputs or outputs')
    .option('--from <time>', 'only runs created then or later, ISO 8601 with a zone')
    .option('--to <time>', 'only runs created then or earlier')

export const addRunCommands = (program: Command, { act }: Outcome): void => {
  const runs = program.command('runs').description('Runs: list, show, stop.')
  addRunFilters(
    addListCommand(runs, {
      usage: 'list',
      description: 'List runs of all apps, newest first.',
      examples: ['heddle runs list --status failed --limit 5', 'heddle runs list --from 2026-01-31T00:00:00Z'],
    }),
  ).action(act(listRunsCommand))
  addPlaceCommand(runs, {
    usage: 'show <run>',
    description: 'Show a run with every node.',
    examples: ['heddle runs show run_0190…', 'heddle runs show run_0190… --json | jq .nodes'],
  }).action(act(showRunCommand))
  addPlaceCommand(runs, {
    usage: 'stop <run>',
    description: 'Stop a run that a server executes.',
    examples: ['heddle runs stop run_0190… --url http://127.0.0.1:3210'],
  }).action(act(stopRunCommand))

  addPlaceCommand(program, {
    usage: 'usage',
    description: 'Sum up runs, calls of models, tokens and costs of the last 30 days.',
    examples: ['heddle usage --by model', 'heddle usage --by day --from 2026-01-01 --to 2026-01-31 --json'],
  })
    .option('--app <id>', 'only this app')
    .addOption(
      new Option('--by <what>', 'a line for each')
        .choices(['app', 'model', 'user', 'key', 'router', 'day'])
        .default('app'),
    )
    .option('--from <date>', 'from this day (UTC) or time on')
    .option('--to <date>', 'up to the end of this day (UTC), or this time')
    .action(act(usageCommand))

  addRunFilters(
    addListCommand(program, {
      usage: 'logs [run]',
      description: 'Show the newest runs, or what the nodes of one run did.',
      examples: ['heddle logs -f', 'heddle logs run_0190… -f --url http://127.0.0.1:3210'],
    }).option('-f, --follow', 'go on: new runs as they start and end, or the run until it ends'),
  ).action(act(logsCommand))
}
