// Tokens that say which row of which tenant they open: 256 random bits, and a seal that shows we made them.
//
// F1  Only a token that we once issued leads to a row: the seal is checked before anything is looked up, so that knowing the id
//     of somebody's row is not enough to use it up.
// F2  What is stored is the SHA-256 of the whole token.

import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { fromWireId, type TenantId, toWireId } from '../ids.ts'

export interface SealedToken<Prefix extends string> {
  readonly tenantId: TenantId
  readonly id: `${Prefix}_${string}`
  /** What the store keeps. */
  readonly hash: string
}

export interface SealedTokens<Prefix extends string> {
  issue(tenantId: TenantId, id: `${Prefix}_${string}`): SealedToken<Prefix> & { readonly token: string }
  /** Undefined when it is not one of ours. */
  read(token: string): SealedToken<Prefix> | undefined
}

interface Kind<Prefix extends string> {
  /** How tokens begin, the dash included. */
  readonly start: string
  /** Of the ids that they name. */
  readonly idPrefix: Prefix
  /** Keeps the keys of different kinds apart: a token of one is none of another. */
  readonly purpose: string
}

const UUID_BYTES = 16
const RANDOM_BYTES = 32
const SEAL_BYTES = 16
const SEALED_BYTES = UUID_BYTES * 2 + RANDOM_BYTES

/** @param master the installation's key */
export const createSealedTokens = <Prefix extends string>(
  master: Uint8Array,
  { start, idPrefix, purpose }: Kind<Prefix>,
  bytes: (size: number) => Uint8Array = randomBytes,
): SealedTokens<Prefix> => {
  const key = Buffer.from(hkdfSync('sha256', master, 'heddle', purpose, 32))
  const sealOf = (body: Uint8Array): Buffer => createHmac('sha256', key).update(body).digest().subarray(0, SEAL_BYTES)
  return {
    issue(tenantId, id) {
      const body = Buffer.concat([toBytes(tenantId), toBytes(id), bytes(RANDOM_BYTES)])
      const token = start + Buffer.concat([body, sealOf(body)]).toString('base64url')
      return { token, tenantId, id, hash: hashToken(token) }
    },
    read(token) {
      if (!token.startsWith(start) || token.length > 200) return undefined
      const all = Buffer.from(token.slice(start.length), 'base64url')
      // Another spelling of the same bytes is another token.
      if (all.length !== SEALED_BYTES + SEAL_BYTES || start + all.toString('base64url') !== token) return undefined
      const body = all.subarray(0, SEALED_BYTES)
      if (!timingSafeEqual(all.subarray(SEALED_BYTES), sealOf(body))) return undefined
      const tenantId = fromWireId('tenant', toUuid(body.subarray(0, UUID_BYTES)))
      const id = fromWireId(idPrefix, toUuid(body.subarray(UUID_BYTES, UUID_BYTES * 2)))
      return tenantId && id && { tenantId, id, hash: hashToken(token) }
    },
  }
}

const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

const toBytes = (id: `${string}_${string}`): Buffer => Buffer.from(toWireId(id).replaceAll('-', ''), 'hex')

const toUuid = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
