// Access tokens as JWTs (RFC 9068 in form), signed with HS256 under a key of this installation alone.

import { hkdfSync } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../../base/seams.ts'
import { parseId } from '../../ids.ts'
import type { AccessTokens } from '../spec.ts'

const ALGORITHM = 'HS256'
const ISSUER = 'heddle'
const AUDIENCE = 'heddle/api'
const TYPE = 'at+jwt'
/** Three parts, of which the first says that it is JSON: keys are told apart without cryptography. */
const SHAPE = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/

export interface AccessTokenOptions {
  /** The installation's key. */
  readonly master: Uint8Array
  readonly clock: Pick<Clock, 'now'>
  /** Life of a token, ms. */
  readonly lifeMs: number
}

export const createAccessTokens = ({ master, clock, lifeMs }: AccessTokenOptions): AccessTokens => {
  const key = new Uint8Array(hkdfSync('sha256', master, 'heddle', 'access tokens', 32))
  return {
    async issue({ accountId, tenantId, signInId }) {
      const issuedAt = Math.floor(clock.now() / 1_000)
      const expiresAt = Math.floor((clock.now() + lifeMs) / 1_000)
      const token = await new SignJWT({ tenant: tenantId, sid: signInId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(accountId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key)
      return { token, expiresAt: expiresAt * 1_000 }
    },

    async read(token) {
      if (!SHAPE.test(token)) return undefined
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          typ: TYPE,
          requiredClaims: ['exp', 'iat', 'sub', 'tenant', 'sid'],
          currentDate: new Date(clock.now()),
        })
        const accountId = parseId('acct', String(payload.sub))
        const tenantId = parseId('tenant', String(payload.tenant))
        const signInId = parseId('signin', String(payload.sid))
        return accountId && tenantId && signInId && { accountId, tenantId, signInId }
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}
