// What an operator says about one vendor account, and the parts a driver gets from the platform.

import type { Clock, Fetch, Ids } from '../../../base/seams.ts'
import type { ModelFeature, ModelKind } from '../../spec.ts'

export interface ModelSeams {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly ids: Ids
}

export interface ModelDeclaration {
  readonly name: string
  /** Default `chat`. A declared model serves its kind alone. */
  readonly kind?: ModelKind
  /** Of speech models: taken when a call names none; default the vendor's first voice. */
  readonly voice?: string
  /** What the model can do; default what the driver's vendor usually can. */
  readonly features?: readonly ModelFeature[]
  /** Tokens of the context window. */
  readonly contextTokens?: number
}

export interface HttpProviderOptions {
  /** Name of the provider, unique in the installation. */
  readonly name: string
  /** Where the API is; default the vendor's own address. */
  readonly baseUrl?: string
  readonly apiKey?: string
  /** Sent with every call, e.g. for a proxy. They win over the driver's own. */
  readonly headers?: Readonly<Record<string, string>>
  /** Serve exactly these; without a list every name is tried. */
  readonly models?: readonly (string | ModelDeclaration)[]
  /** Longest wait for a connection. Milliseconds, default 10 000. */
  readonly connectTimeoutMs?: number
  /** Longest silence of a stream, the wait for its first bytes included. Milliseconds, default 120 000. */
  readonly idleTimeoutMs?: number
  /** Longest wait for an answer that comes in one piece. Milliseconds, default 600 000. */
  readonly answerTimeoutMs?: number
}

/** What a signature covers. */
export interface UnsignedCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

/** One account, ready for calls. */
export interface Connection {
  readonly provider: string
  /** Without a trailing slash. */
  readonly baseUrl: string
  readonly headers: Headers
  /** Replaces every secret in a text. */
  readonly redact: (text: string) => string
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly answerTimeoutMs: number
  readonly seams: ModelSeams
  /** Headers of a call, for vendors that want each one signed. Absent: `headers` serve every call. */
  readonly sign?: (call: UnsignedCall) => Promise<Headers>
}

export interface ConnectionOptions extends HttpProviderOptions {
  readonly baseUrl: string
  /** To be kept out of messages besides the key and the headers. */
  readonly secrets?: readonly (string | undefined)[]
  readonly sign?: Connection['sign']
}

/** @param own the driver's headers; those the operator configured win */
export const openConnection = (
  options: ConnectionOptions,
  own: Readonly<Record<string, string>>,
  seams: ModelSeams,
): Connection => {
  const headers = new Headers()
  for (const [name, value] of Object.entries({ ...own, ...options.headers })) headers.set(name, value.trim())
  const secrets = [options.apiKey, ...(options.secrets ?? []), ...Object.values(options.headers ?? {})]
  return {
    provider: options.name,
    baseUrl: options.baseUrl.trim().replace(/\/+$/, ''),
    headers,
    redact: createRedactor(secrets.flatMap((secret) => secret?.trim() ?? [])),
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 120_000,
    answerTimeoutMs: options.answerTimeoutMs ?? 600_000,
    seams,
    ...(options.sign && { sign: options.sign }),
  }
}

// Short header values such as `true` are no secrets, and hiding them would shred messages.
const MIN_SECRET_LENGTH = 6
// Vendors quote rejected keys, sometimes masked in the middle; proxies quote whole addresses.
const KEY_LIKE = /\b(?:sk|pk|gsk|xai|pplx)[-_][\w*.-]{6,}|\bAIza[\w-]{8,}|(?<=:\/\/)[^\s/@]+:[^\s/@]+(?=@)/g

const createRedactor = (secrets: readonly string[]): ((text: string) => string) => {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET_LENGTH).sort((a, b) => b.length - a.length)
  return (text) => known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text).replace(KEY_LIKE, '***')
}
