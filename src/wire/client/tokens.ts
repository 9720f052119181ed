// The tokens of one sign-in, as the client uses them: kept by whoever signed in, renewed here.
//
// T1  A refresh token is used once: whoever shows an older one ends the sign-in. So renewing happens in the store's own turn,
//     which no other client of the same sign-in shares.
// T2  A pair that somebody else renewed meanwhile is taken over, not renewed again.

import { toManagementError } from './errors.ts'
import type { components } from './schema.ts'

export type Tokens = components['schemas']['Tokens']

export interface TokenStore {
  /** The newest pair; undefined when nobody is signed in. */
  read(): Promise<Tokens | undefined>
  /** Calls `renew` with the newest pair while nobody else does, and keeps what it returns: undefined forgets the sign-in.
   *  What `renew` throws changes nothing. */
  renew(renew: (present: Tokens) => Promise<Tokens | undefined>): Promise<Tokens | undefined>
}

export type SendRequest = (request: Request) => Promise<Response>

interface TokenSenderParts {
  readonly baseUrl: string
  readonly fetch: SendRequest
  readonly tokens: TokenStore
}

/** One with the token at hand, one with what somebody else renewed, one with what was renewed here. */
const MAX_ATTEMPTS = 3

/** Sends requests as the account that is signed in. An access token that is refused is renewed, and the request sent once more. */
export const createTokenSender = ({ baseUrl, fetch, tokens }: TokenSenderParts): SendRequest => {
  let renewing: Promise<Tokens | undefined> | undefined

  const renewAfter = (refused: string): Promise<Tokens | undefined> => {
    renewing ??= tokens
      .renew(async (present) => (present.accessToken === refused ? exchange(baseUrl, fetch, present) : present))
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }

  return async (request) => {
    let pair = await tokens.read()
    if (!pair) return fetch(request)
    for (let attempt = 1; ; attempt++) {
      // Bodies can be read once.
      const response = await fetch(withToken(request.clone(), pair.accessToken))
      if (attempt === MAX_ATTEMPTS || response.status !== 401 || !(await isTokenRefused(response))) return response
      pair = await renewAfter(pair.accessToken)
      if (!pair) return response
    }
  }
}

const withToken = (request: Request, token: string): Request => {
  request.headers.set('authorization', `Bearer ${token}`)
  return request
}

/** A wrong password is refused with 401 too, and no new token would help. */
const isTokenRefused = async (response: Response): Promise<boolean> => {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  return toManagementError(response, body).code === 'api/unauthorized'
}

/** @returns undefined when the sign-in has ended */
const exchange = async (baseUrl: string, fetch: SendRequest, { refreshToken }: Tokens): Promise<Tokens | undefined> => {
  const response = await fetch(
    new Request(`${baseUrl}/api/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    }),
  )
  const body: unknown = await response.json().catch(() => undefined)
  if (response.status === 401) return undefined
  if (!response.ok) throw toManagementError(response, body)
  // The answer of our own server, as its schema promises.
  return body as Tokens
}
