// `heddle setup`: the first account. Whoever has the data folder needs no token; over HTTP the server's log has it.

import { dataOf } from '../../wire/client/client.ts'
import { askPassword, type PasswordOptions } from '../ask.ts'
import { type CommonOptions, readConfig, withPlatform } from '../context.ts'
import { openCredentials } from '../credentials.ts'
import { CommandError, EXIT, type ExitCode, note, printJson } from '../output.ts'
import { createAnonymousClient, readServerUrl } from '../remote.ts'

export interface SetupOptions extends CommonOptions, PasswordOptions {
  readonly email: string
  readonly name: string
  readonly url?: string
  readonly token?: string
}

export const setupCommand = async (options: SetupOptions): Promise<ExitCode> => {
  const { email, name, token } = options
  if ((options.url === undefined) !== (token === undefined)) {
    throw new CommandError('A server is set up with both --url and --token; it prints the token when it starts.')
  }
  if (options.url !== undefined && options.data !== undefined) {
    throw new CommandError('Name a server with --url or a folder with --data, not both.')
  }
  const url = options.url === undefined ? undefined : readServerUrl(options.url)
  const password = await askPassword(options)
  if (url !== undefined && token !== undefined) {
    const body = { token, email, name, password }
    const tokens = await dataOf(createAnonymousClient(url).POST('/api/setup', { body }))
    await openCredentials().save(url, { email, tokens })
  } else {
    await withPlatform(readConfig(options), ({ accounts }) => accounts.setUpLocally({ email, name, password }))
  }
  if (options.json) printJson({ email, name })
  else note(url === undefined ? `${email} may sign in now: heddle login` : `${email} is signed in to ${url}.`)
  return EXIT.ok
}
