// `heddle keys …`: API keys. A secret is shown once, when its key is made.

import { dataOf, type Schemas } from '../../wire/client/client.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { type ListOptions, oneLine, printList, readList } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, note, printJson, printLine } from '../output.ts'
import { withPrefix } from './apps.ts'

type Scope = Schemas['ApiKey']['scope']

export interface ListKeysOptions extends PlaceOptions, ListOptions {
  readonly app?: string
  readonly scope?: Scope
}

export const listKeysCommand = (options: ListKeysOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { app, scope } = options
    const filter = { ...(app !== undefined && { appId: withPrefix('app', app) }), ...(scope && { scope }) }
    const keys = readList(options.limit, (page) =>
      dataOf(api.GET('/api/keys', { params: { query: { ...page, ...filter } } })),
    )
    await printList(keys, options, (key) => [
      key.id,
      `${key.prefix}…`,
      key.revokedAt ? 'revoked' : 'valid',
      key.appId ?? key.scope,
      oneLine(key.name),
    ])
    return EXIT.ok
  })

export interface CreateKeyOptions extends PlaceOptions {
  readonly app?: string
  readonly scope?: Exclude<Scope, 'app'>
  readonly name: string
}

export const createKeyCommand = (options: CreateKeyOptions): Promise<ExitCode> => {
  const { app, scope, name } = options
  if ((app === undefined) === (scope === undefined)) {
    throw new CommandError('Say what the key is for: --app ID for one app, or --scope for more.')
  }
  return withBackend(options, async ({ api }) => {
    const body =
      app === undefined
        ? { scope: scope as Scope, name }
        : { scope: 'app' as const, appId: withPrefix('app', app), name }
    const { key, secret } = await dataOf(api.POST('/api/keys', { body }))
    if (options.json) printJson({ id: key.id, scope: key.scope, appId: key.appId, name: key.name, secret })
    else {
      printLine(secret)
      note('It is shown this once.')
    }
    return EXIT.ok
  })
}

export const revokeKeyCommand = (id: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const keyId = withPrefix('key', id)
    await dataOf(api.DELETE('/api/keys/{key_id}', { params: { path: { key_id: keyId } } }))
    if (options.json) printJson({ id: keyId, revoked: true })
    else note('The key is revoked.')
    return EXIT.ok
  })
