// Refresh tokens: which sign-in they belong to, 256 random bits, and a seal that shows we made them.
//
// F1  Only a token that we once issued can end its family: the seal is checked before anything is looked up, so that knowing
//     the id of somebody's sign-in is not enough to sign them out.
// F2  What is stored is the SHA-256 of the whole token.

import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { fromWireId, type SignInId, type TenantId, toWireId } from '../ids.ts'

export interface RefreshToken {
  readonly tenantId: TenantId
  readonly signInId: SignInId
  /** What the store keeps. */
  readonly hash: string
}

export interface RefreshTokens {
  issue(tenantId: TenantId, signInId: SignInId): RefreshToken & { readonly token: string }
  /** Undefined when it is not one of ours. */
  read(token: string): RefreshToken | undefined
}

const PREFIX = 'refresh-'
const UUID_BYTES = 16
const RANDOM_BYTES = 32
const SEAL_BYTES = 16
const SEALED_BYTES = UUID_BYTES * 2 + RANDOM_BYTES

/** @param master the installation's key */
export const createRefreshTokens = (
  master: Uint8Array,
  bytes: (size: number) => Uint8Array = randomBytes,
): RefreshTokens => {
  const key = Buffer.from(hkdfSync('sha256', master, 'heddle', 'refresh tokens', 32))
  const sealOf = (body: Uint8Array): Buffer => createHmac('sha256', key).update(body).digest().subarray(0, SEAL_BYTES)
  return {
    issue(tenantId, signInId) {
      const body = Buffer.concat([toBytes(tenantId), toBytes(signInId), bytes(RANDOM_BYTES)])
      const token = PREFIX + Buffer.concat([body, sealOf(body)]).toString('base64url')
      return { token, tenantId, signInId, hash: hashToken(token) }
    },
    read(token) {
      if (!token.startsWith(PREFIX) || token.length > 200) return undefined
      const all = Buffer.from(token.slice(PREFIX.length), 'base64url')
      // Another spelling of the same bytes is another token.
      if (all.length !== SEALED_BYTES + SEAL_BYTES || PREFIX + all.toString('base64url') !== token) return undefined
      const body = all.subarray(0, SEALED_BYTES)
      if (!timingSafeEqual(all.subarray(SEALED_BYTES), sealOf(body))) return undefined
      const tenantId = fromWireId('tenant', toUuid(body.subarray(0, UUID_BYTES)))
      const signInId = fromWireId('signin', toUuid(body.subarray(UUID_BYTES, UUID_BYTES * 2)))
      return tenantId && signInId && { tenantId, signInId, hash: hashToken(token) }
    },
  }
}

const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

const toBytes = (id: TenantId | SignInId): Buffer => Buffer.from(toWireId(id).replaceAll('-', ''), 'hex')

const toUuid = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
