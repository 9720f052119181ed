// The first account of an installation. There is no default password: whoever reads what the server prints at its start, or
// has the data folder, makes the first owner.

import { createHash, timingSafeEqual } from 'node:crypto'
import { systemCaller } from '../caller.ts'
import { AccountError } from './errors.ts'
import { readEmail, readName, readPassword } from './person.ts'
import type { Account, NewPerson, Passwords } from './spec.ts'
import type { AccountStore } from './store.ts'

interface Parts {
  readonly accounts: AccountStore
  readonly passwords: Passwords
  readonly bytes: (size: number) => Uint8Array
}

const TOKEN_BYTES = 32

export const createSetup = ({ accounts, passwords, bytes }: Parts) => {
  const caller = systemCaller()
  const setUpLocally = async (person: NewPerson): Promise<Account> => {
    if (await accounts.hasAny()) throw new AccountError('account/setup-done')
    const email = readEmail(person.email)
    const name = readName(person.name)
    const passwordHash = await passwords.hash(readPassword(person.password))
    const account = await accounts.createFirst(caller, { email, name, passwordHash })
    if (!account) throw new AccountError('account/setup-done')
    return account
  }
  return {
    async issueSetupToken(): Promise<string | undefined> {
      if (await accounts.hasAny()) return undefined
      const token = `setup-${Buffer.from(bytes(TOKEN_BYTES)).toString('base64url')}`
      await accounts.saveSetupToken(caller, digest(token).toString('hex'))
      return token
    },

    setUpLocally,

    /** The token is judged before anything costs work. */
    async setUp(token: string, person: NewPerson): Promise<Account> {
      if (await accounts.hasAny()) throw new AccountError('account/setup-done')
      const expected = Buffer.from((await accounts.setupTokenHash(caller)) ?? '', 'hex')
      const given = digest(token)
      if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
        throw new AccountError('account/wrong-setup-token')
      }
      return setUpLocally(person)
    },
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
