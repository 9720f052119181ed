// Amazon's signature of each call (Signature Version 4).

import { AwsV4Signer } from 'aws4fetch'
import type { Connection, ModelSeams } from '../http/connection.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined
  readonly region: string
}

export const createSigner = (
  credentials: AwsCredentials,
  { clock }: Pick<ModelSeams, 'clock'>,
): NonNullable<Connection['sign']> => {
  const { accessKeyId, secretAccessKey, sessionToken, region } = credentials
  // Keys of a day are derived once.
  const cache = new Map<string, ArrayBuffer>()
  return async ({ method, url, headers, body }) => {
    if (cache.size > MAX_CACHED_KEYS) cache.clear()
    const signer = new AwsV4Signer({
      method,
      url,
      headers,
      body: method === 'POST' ? body : null,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: 'bedrock',
      region,
      cache,
      datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    })
    const signed = await signer.sign()
    return signed.headers
  }
}

const MAX_CACHED_KEYS = 32
