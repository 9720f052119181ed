// The management API as typed calls, for the console and the command line. Types come from the OpenAPI document (schema.ts).

import createClient, { type Client } from 'openapi-fetch'
import { toManagementError } from './errors.ts'
import type { components, paths } from './schema.ts'
import { createTokenSender, type SendRequest, type TokenStore } from './tokens.ts'

export type Schemas = components['schemas']

type ManagementPaths = Pick<paths, Extract<keyof paths, `/api/${string}`>>

export type ManagementClient = Client<ManagementPaths, 'application/json'>

export interface ManagementClientOptions {
  /** Without `/api` and without a slash at the end. */
  readonly baseUrl: string
  readonly fetch: SendRequest
  /** Who calls: a key of scope `tenant`, or an account that signed in. Absent: only calls that anyone may make. */
  readonly as?: { readonly key: string } | { readonly tokens: TokenStore }
}

/** Calls answer as openapi-fetch's do; `dataOf` turns refusals into `ManagementError`. */
export const createManagementClient = ({ baseUrl, fetch, as }: ManagementClientOptions): ManagementClient => {
  const send = as && 'tokens' in as ? createTokenSender({ baseUrl, fetch, tokens: as.tokens }) : fetch
  return createClient<ManagementPaths, 'application/json'>({
    baseUrl,
    fetch: send,
    ...(as && 'key' in as && { headers: { authorization: `Bearer ${as.key}` } }),
  })
}

interface Answered<Data> {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}

/** What a call answers.  @throws ManagementError when the server refuses it */
export const dataOf = async <Data>(call: Promise<Answered<Data>>): Promise<Data> => {
  const { data, error, response } = await call
  if (!response.ok) throw toManagementError(response, error)
  // A success has the data that its schema promises; none when it promises none.
  return data as Data
}
