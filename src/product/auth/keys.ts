// Secrets of API keys: made once, shown once, recognised by their hash.
//
// K1  A secret carries 192 random bits, so one fast hash protects it and the lookup by hash needs no constant time.
// K2  Known secrets are remembered for at most a second, so that a key revoked by another process stops working then.
//     A key revoked here stops at once.
// K3  Nothing is remembered about unknown secrets.

import { createHash, randomBytes } from 'node:crypto'
import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import type { Caller } from '../caller.ts'
import type { AppId, KeyId } from '../ids.ts'
import type { Page } from '../store-seams.ts'
import type { ApiKey, KeyGrant, KeyPage, KeyScope, KeyStore } from './store.ts'

export interface KeySeams {
  readonly store: KeyStore
  readonly clock: Pick<Clock, 'elapsed'>
  readonly log: Log
  readonly bytes?: (size: number) => Uint8Array
}

export type NewKey =
  | { readonly scope: 'app'; readonly appId: AppId; readonly name: string }
  | { readonly scope: Exclude<KeyScope, 'app'>; readonly name: string }

export interface CreatedKey {
  readonly key: ApiKey
  /** Never stored and never shown again. */
  readonly secret: string
}

export interface Keys {
  create(caller: Caller, key: NewKey): Promise<CreatedKey>
  /** What the secret allows; undefined when it is unknown or revoked. */
  verify(secret: string): Promise<KeyGrant | undefined>
  /** What `verify` would answer without asking anybody; undefined when it would have to ask. */
  verifyNow(secret: string): KeyGrant | undefined
  list(caller: Caller, filter?: { readonly appId?: AppId }): Promise<readonly ApiKey[]>
  /** Newest first. */
  page(caller: Caller, page: KeyPage): Promise<Page<ApiKey>>
  revoke(caller: Caller, id: KeyId): Promise<boolean>
  /** Asks anew about the keys of an app that changed: it was deleted, or its API was opened or closed. */
  forgetApp(caller: Caller, appId: AppId): void
}

const SECRET_BYTES = 24
/** Characters of a secret that lists show, its scope included. */
const SHOWN_AFTER_SCOPE = 4
const FRESH_MS = 1_000
const TOUCH_EVERY_MS = 60_000
const REMEMBERED_KEYS = 10_000
/** Longer than any secret of ours. */
const LONGEST_SECRET = 128

interface Remembered {
  readonly grant: KeyGrant
  readonly checkedAt: number
  readonly touchedAt: number
}

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const createKeys = ({ store, clock, log, bytes = randomBytes }: KeySeams): Keys => {
  /** By hash, least recently checked first. */
  const remembered = new Map<string, Remembered>()
  /** Grows with each revocation, so that an answer read before one is not remembered after it. */
  let revocations = 0

  const remember = (hash: string, entry: Remembered): void => {
    remembered.delete(hash)
    remembered.set(hash, entry)
    const [oldest] = remembered.keys()
    if (remembered.size > REMEMBERED_KEYS && oldest !== undefined) remembered.delete(oldest)
  }

  const forget = (which: (grant: KeyGrant) => boolean): void => {
    revocations++
    for (const [hash, { grant }] of remembered) if (which(grant)) remembered.delete(hash)
  }

  const touch = (grant: KeyGrant): void => {
    const caller: Caller = { tenantId: grant.tenantId, actor: { type: 'api-key', id: grant.keyId } }
    // A lost time of use must not fail the request that it describes.
    store.touch(caller, grant.keyId).catch((error: unknown) => {
      log.warn('key-touch-failed', { keyId: grant.keyId, reason: messageOf(error) })
    })
  }

  return {
    async create(caller, key) {
      const scope = `${key.scope}-`
      const secret = scope + Buffer.from(bytes(SECRET_BYTES)).toString('base64url')
      const prefix = secret.slice(0, scope.length + SHOWN_AFTER_SCOPE)
      const appId = key.scope === 'app' ? key.appId : null
      const row = { scope: key.scope, appId, name: key.name, prefix, hash: hashSecret(secret) }
      return { key: await store.create(caller, row), secret }
    },

    async verify(secret) {
      if (secret.length === 0 || secret.length > LONGEST_SECRET) return undefined
      const hash = hashSecret(secret)
      const now = clock.elapsed()
      const known = remembered.get(hash)
      if (known && now - known.checkedAt < FRESH_MS) return known.grant
      const before = revocations
      const grant = await store.findByHash(hash)
      if (!grant) {
        remembered.delete(hash)
        return undefined
      }
      const due = !known || now - known.touchedAt >= TOUCH_EVERY_MS
      if (due) touch(grant)
      if (before === revocations) {
        remember(hash, { grant, checkedAt: now, touchedAt: due ? now : known.touchedAt })
      }
      return grant
    },

    verifyNow(secret) {
      if (secret.length === 0 || secret.length > LONGEST_SECRET) return undefined
      const known = remembered.get(hashSecret(secret))
      return known && clock.elapsed() - known.checkedAt < FRESH_MS ? known.grant : undefined
    },

    list: (caller, filter) => store.list(caller, filter),
    page: (caller, page) => store.page(caller, page),

    async revoke(caller, id) {
      const revoked = await store.revoke(caller, id)
      if (!revoked) return false
      forget((grant) => grant.keyId === id)
      return true
    },

    forgetApp: (caller, appId) => forget((grant) => grant.tenantId === caller.tenantId && grant.appId === appId),
  }
}
