// Sealing of secrets that are kept: AES-256-GCM, a key of its own for each scope (HKDF-SHA-256, RFC 5869).
//
// B1  What was sealed for one scope cannot be opened in another: the scope is part of the key and of the tag.
// B2  A sealed text that was changed is refused, never opened in part.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

export interface Sealer {
  /** @param scope whose secret it is, e.g. a tenant's id */
  seal(text: string, scope: string): string
  /** @throws Error when the text was not sealed with this key for this scope, or was changed */
  open(sealed: string, scope: string): string
}

const PREFIX = 'sealed:v1:'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const REMEMBERED_SCOPES = 1_000

/** @param master at least 32 random bytes */
export const createSealer = (master: Uint8Array, bytes: (size: number) => Uint8Array = randomBytes): Sealer => {
  const keys = new Map<string, Buffer>()
  const keyOf = (scope: string): Buffer => {
    let key = keys.get(scope)
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', master, 'heddle', `seal ${scope}`, 32))
      if (keys.size >= REMEMBERED_SCOPES) keys.clear()
      keys.set(scope, key)
    }
    return key
  }
  return {
    seal(text, scope) {
      const nonce = bytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyOf(scope), nonce).setAAD(Buffer.from(scope))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed, scope) {
      if (!sealed.startsWith(PREFIX)) throw new Error('the secret is not sealed')
      const all = Buffer.from(sealed.slice(PREFIX.length), 'base64url')
      const nonce = all.subarray(0, NONCE_BYTES)
      const tag = all.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
      if (tag.length < TAG_BYTES) throw new Error('the sealed secret is cut off')
      const cipher = createDecipheriv('aes-256-gcm', keyOf(scope), nonce).setAAD(Buffer.from(scope)).setAuthTag(tag)
      return cipher.update(all.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + cipher.final('utf8')
    },
  }
}
