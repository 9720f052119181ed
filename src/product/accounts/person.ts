// What people write about themselves, checked: addresses, names, passwords. Pure.

import { AccountError } from './errors.ts'

const EMAIL_CHARACTERS = 254
const NAME_CHARACTERS = 100
const PASSWORD_CHARACTERS = { least: 10, most: 256 } as const
const USER_AGENT_CHARACTERS = 200

/** One form for every way of writing an address: NFKC, lower case. Compatibility forms of lower-case letters may need
 *  composing again, so that the form of a form is itself. */
export const toAddress = (text: string): string =>
  text.slice(0, 1_000).normalize('NFKC').trim().toLowerCase().normalize('NFKC')

const LOCAL_PART = /^[^\s\p{C}\p{Z}@"(),:;<>[\\\]]{1,64}$/u
/** Also without a dot: installations have names such as `localhost`. */
const DOMAIN =
  /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?)*$/u

/** @throws AccountError `account/bad-email` */
export const readEmail = (text: string): string => {
  const address = toAddress(text)
  const cut = address.lastIndexOf('@')
  const fits = address.length <= EMAIL_CHARACTERS && text.length <= EMAIL_CHARACTERS
  if (!fits || !LOCAL_PART.test(address.slice(0, Math.max(0, cut))) || !DOMAIN.test(address.slice(cut + 1))) {
    throw new AccountError('account/bad-email', { details: { param: 'email' } })
  }
  return address
}

/** Controls, half characters, and marks that turn the direction of what follows. Joiners stay: scripts and emoji need them. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/** Of a person or a tenant. @throws AccountError `account/weak-name` */
export const readName = (text: string): string => {
  const name = text.slice(0, 1_000).normalize('NFC').trim()
  if (lengthOf(name) > NAME_CHARACTERS || text.length > 1_000 || FORBIDDEN.test(name) || !VISIBLE.test(name)) {
    throw new AccountError('account/weak-name', { details: { param: 'name' } })
  }
  return name
}

/** One form whatever the keyboard (NIST SP 800-63B §3.1.1.2). */
export const toPassword = (text: string): string => text.slice(0, 1_000).normalize('NFKC')

/** A password that may be kept. @param param what the caller calls it
 *  @throws AccountError `account/weak-password` */
export const readPassword = (text: string | undefined, param = 'password'): string => {
  const password = toPassword(text ?? '')
  const length = lengthOf(password)
  if (length < PASSWORD_CHARACTERS.least || length > PASSWORD_CHARACTERS.most || (text ?? '').length > 1_000) {
    throw new AccountError('account/weak-password', { details: { param } })
  }
  return password
}

export const readUserAgent = (text: string): string =>
  text.slice(0, USER_AGENT_CHARACTERS).replace(/[\p{Cc}\p{Cs}]/gu, ' ')

/** In code points. */
const lengthOf = (text: string): number => [...text].length
