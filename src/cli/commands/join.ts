// `heddle join`: takes up an invitation, with the account that is signed in or with a new one, and signs in to what was joined.

import { dataOf } from '../../wire/client/client.ts'
import type { Tokens } from '../../wire/client/tokens.ts'
import { askPassword, type PasswordOptions } from '../ask.ts'
import { inOurWords } from '../connect.ts'
import { openCredentials } from '../credentials.ts'
import { CommandError, EXIT, type ExitCode, note, printJson } from '../output.ts'
import { createAnonymousClient, createRemoteBackend } from '../remote.ts'
import { type ServerOptions, serverUrlOf } from './login.ts'

export interface JoinOptions extends ServerOptions, PasswordOptions {
  readonly token: string
  readonly name?: string
}

export const joinCommand = async (options: JoinOptions): Promise<ExitCode> => {
  const url = serverUrlOf(options)
  const tokens = options.name === undefined ? await accept(url, options.token) : await join(url, options, options.name)
  const authorization = `Bearer ${tokens.accessToken}`
  const me = await dataOf(createAnonymousClient(url).GET('/api/auth/me', { headers: { authorization } }))
  const { email } = me.account
  await openCredentials().save(url, { email, tokens })
  const tenant = me.memberships.find(({ tenantId }) => tenantId === tokens.tenantId)?.tenantName ?? tokens.tenantId
  if (options.json) printJson({ url, email, tenantId: tokens.tenantId, role: me.role })
  else note(`${email} is a member of ${tenant} as ${me.role}, and signed in to it at ${url}.`)
  return EXIT.ok
}

const accept = async (url: string, token: string): Promise<Tokens> => {
  if (!openCredentials().find(url)) {
    throw new CommandError(
      `You are not signed in to ${url}. Sign in first, heddle login --url ${url}, or make an account with --name.`,
    )
  }
  return inOurWords(url, async () => {
    const { api } = createRemoteBackend(url)
    const { tenantId } = await dataOf(api.POST('/api/invitations/accept', { body: { token } }))
    return dataOf(api.POST('/api/auth/switch', { body: { tenantId } }))
  })
}

const join = async (url: string, options: JoinOptions, name: string): Promise<Tokens> => {
  const password = await askPassword(options)
  const body = { token: options.token, name, password }
  return dataOf(createAnonymousClient(url).POST('/api/invitations/join', { body }))
}
