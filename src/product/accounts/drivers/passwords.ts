// Passwords by Argon2id (RFC 9106), computed on the thread pool.
//
// H1  At most a few hashes are computed at a time, and few wait: a flood of sign-ins takes neither the processor nor the memory
//     from runs.
// H2  An unknown person's password costs the same work as a known one's.

import { hash, verify } from '@node-rs/argon2'
import { AccountError } from '../errors.ts'
import type { Passwords } from '../spec.ts'

/** Source: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
/** A hash of nobody's password, of the same cost. */
const NOBODY = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

export interface PasswordLimits {
  /** Hashes computed at the same time. Default 2. */
  readonly concurrent?: number
  /** Hashes that may wait for their turn. Default 50: about a second's work. */
  readonly waiting?: number
}

export const createPasswords = ({ concurrent = 2, waiting = 50 }: PasswordLimits = {}): Passwords => {
  const queue: (() => void)[] = []
  let running = 0

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= concurrent) {
      if (queue.length >= waiting) {
        throw new AccountError('account/too-many-attempts', { retryable: true, details: { seconds: 1 } })
      }
      // Whoever ends hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => queue.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else running--
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password, COST)),
    verify: (known, password) =>
      inTurn(async () => {
        const equal = await verify(known ?? NOBODY, password)
        return known !== undefined && equal
      }),
  }
}
