// Hashing: the parameters we promise, nobody's password, and a bounded queue.

import { parseOptions } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { createPasswords } from './passwords.ts'

describe('passwords', () => {
  it('are hashed by Argon2id with 19 MiB and two passes, salted', async () => {
    const passwords = createPasswords()
    const [first, second] = await Promise.all([passwords.hash('a password'), passwords.hash('a password')])
    expect(first).not.toBe(second)
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await passwords.verify(first, 'a password')).toBe(true)
    expect(await passwords.verify(first, 'another password')).toBe(false)
  })

  it('of nobody cost what the others cost, and are never right', async () => {
    const passwords = createPasswords()
    for (const password of ['', 'a password', 'A'.repeat(43)]) {
      expect(await passwords.verify(undefined, password)).toBe(false)
    }
    const nobody = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
    const { saltLen: _, ...cost } = parseOptions(nobody)
    const { saltLen: __, ...known } = parseOptions(await passwords.hash('a password'))
    expect(cost).toEqual(known)
  })

  it('wait for their turn, and are refused when too many wait', async () => {
    const passwords = createPasswords({ concurrent: 1, waiting: 2 })
    const hash = await passwords.hash('a password')
    const settled = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.verify(hash, 'a password')))
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBe(3)
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    for (const reason of refused) {
      expect(reason).toMatchObject({ code: 'account/too-many-attempts', retryable: true, details: { seconds: 1 } })
    }
    expect(await passwords.verify(hash, 'a password')).toBe(true)
  })

  it('hand their turn on when one cannot be read', async () => {
    const passwords = createPasswords({ concurrent: 1 })
    const all = [passwords.verify('broken', 'x'), passwords.hash('x'), passwords.verify('broken', 'x')]
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
    await passwords.hash('x')
  })
})
