// `heddle login|logout|whoami`: the saved sign-in to a server.

import { dataOf } from '../../wire/client/client.ts'
import { askPassword, askText, type PasswordOptions } from '../ask.ts'
import { inOurWords } from '../connect.ts'
import { type CommonOptions, readConfig } from '../context.ts'
import { openCredentials } from '../credentials.ts'
import { printFields } from '../lists.ts'
import { EXIT, type ExitCode, note, printJson } from '../output.ts'
import { createAnonymousClient, createRemoteBackend, readServerUrl } from '../remote.ts'

export interface ServerOptions extends CommonOptions {
  readonly url?: string
}

/** Signing in names what it signs in to: without --url that is the server which this folder's configuration starts. */
export const serverUrlOf = (options: ServerOptions): string => {
  if (options.url !== undefined) return readServerUrl(options.url)
  const { host, port } = readConfig(options).server
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

export interface LoginOptions extends ServerOptions, PasswordOptions {
  readonly email?: string
}

export const loginCommand = async (options: LoginOptions): Promise<ExitCode> => {
  const url = serverUrlOf(options)
  note(`Signing in to ${url}`)
  const email = options.email ?? (await askText('E-mail', '--email'))
  const password = await askPassword(options)
  const tokens = await dataOf(createAnonymousClient(url).POST('/api/auth/login', { body: { email, password } }))
  await openCredentials().save(url, { email, tokens })
  if (options.json) printJson({ url, email, tenantId: tokens.tenantId })
  else note(`Signed in as ${email}. Other commands reach this server with --url ${url}`)
  return EXIT.ok
}

export const logoutCommand = async (options: ServerOptions): Promise<ExitCode> => {
  const url = serverUrlOf(options)
  const credentials = openCredentials()
  const wasSignedIn = credentials.find(url) !== undefined
  if (wasSignedIn) {
    // Forgotten here whatever the server says: a server that is gone must not keep the tokens in the file.
    const ended = await dataOf(createRemoteBackend(url, credentials).api.POST('/api/auth/logout')).then(
      () => true,
      () => false,
    )
    if (!ended) note('The server did not confirm it; the sign-in is forgotten here.')
    await credentials.forget(url)
  }
  if (options.json) printJson({ url, signedOut: wasSignedIn })
  else note(wasSignedIn ? `Signed out of ${url}.` : `You were not signed in to ${url}.`)
  return EXIT.ok
}

export const whoamiCommand = (options: ServerOptions): Promise<ExitCode> => {
  const url = serverUrlOf(options)
  return inOurWords(url, async () => {
    const me = await dataOf(createRemoteBackend(url).api.GET('/api/auth/me'))
    if (options.json) printJson({ url, ...me })
    else {
      const here = me.memberships.find(({ tenantId }) => tenantId === me.tenantId)
      printFields({
        server: url,
        account: `${me.account.name} (${me.account.email})`,
        tenant: here ? `${here.tenantName} (${me.tenantId})` : me.tenantId,
        role: me.role,
      })
    }
    return EXIT.ok
  })
}
