// Access tokens: only what this installation signed, for this purpose, in this quarter of an hour.

import { createHmac, generateKeyPairSync, hkdfSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ACCESS_MS, MASTER, movableClock } from '../../../../test/support/accounts.ts'
import { createAccessTokens } from './access-tokens.ts'

const claims = {
  accountId: 'acct_11111111-1111-7111-8111-111111111111',
  tenantId: 'tenant_11111111-1111-7111-8111-111111111111',
  signInId: 'signin_11111111-1111-7111-8111-111111111111',
} as const
const key = new Uint8Array(hkdfSync('sha256', MASTER, 'heddle', 'access tokens', 32))

const prepare = () => {
  const clock = movableClock()
  return { clock, tokens: createAccessTokens({ master: MASTER, clock, lifeMs: ACCESS_MS }) }
}

interface Forgery {
  readonly header?: Readonly<Record<string, unknown>>
  readonly payload?: Readonly<Record<string, unknown>>
  readonly sign?: (text: string) => Buffer
}

const hmac = (hash: string, secret: Uint8Array) => (text: string) => createHmac(hash, secret).update(text).digest()
const nothing = () => Buffer.alloc(0)
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token like ours, but for what is given; undefined leaves a claim out. */
const forge = (now: number, { header, payload, sign = hmac('sha256', key) }: Forgery = {}): string => {
  const seconds = Math.floor(now / 1_000)
  const ours = {
    tenant: claims.tenantId,
    sid: claims.signInId,
    sub: claims.accountId,
    iss: 'heddle',
    aud: 'heddle/api',
    iat: seconds,
    exp: seconds + 900,
    ...payload,
  }
  const text = `${part({ alg: 'HS256', typ: 'at+jwt', ...header })}.${part(ours)}`
  return `${text}.${sign(text).toString('base64url')}`
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()

describe('access tokens', () => {
  it('stand for what they were issued for, until they expire', async () => {
    const { clock, tokens } = prepare()
    clock.pass(999)
    const { token, expiresAt } = await tokens.issue(claims)
    expect(await tokens.read(token)).toEqual(claims)
    expect(expiresAt % 1_000).toBe(0)
    clock.pass(expiresAt - clock.now() - 1)
    expect(await tokens.read(token)).toEqual(claims)
    clock.pass(1)
    expect(await tokens.read(token)).toBeUndefined()
  })

  it('are recognised when made by hand, so that the forgeries below differ in one thing alone', async () => {
    const { clock, tokens } = prepare()
    expect(await tokens.read(forge(clock.now()))).toEqual(claims)
  })

  it.each<[string, Forgery]>([
    ['another key', { sign: hmac('sha256', new Uint8Array(32)) }],
    ['the master key itself', { sign: hmac('sha256', MASTER) }],
    ['another algorithm with the right key', { header: { alg: 'HS512' }, sign: hmac('sha512', key) }],
    ['another algorithm by name alone', { header: { alg: 'HS384' } }],
    ['a public key', { header: { alg: 'RS256' }, sign: (text) => sign('sha256', Buffer.from(text), privateKey) }],
    ['a public key as the secret', { sign: hmac('sha256', Buffer.from(publicPem)) }],
    ['a key of its own', { header: { jwk: { kty: 'oct', k: 'AAAA' } }, sign: hmac('sha256', new Uint8Array(3)) }],
    ['no algorithm', { header: { alg: 'none' }, sign: nothing }],
    ['no algorithm, but a signature', { header: { alg: 'none' } }],
    ['no algorithm in other letters', { header: { alg: 'nOnE' }, sign: nothing }],
    ['an empty signature', { sign: nothing }],
    ['an audience that is not ours', { payload: { aud: 'heddle/files' } }],
    ['another issuer', { payload: { iss: 'elsewhere' } }],
    ['another type', { header: { typ: 'JWT' } }],
    ['no type', { header: { typ: undefined } }],
    ['an expired time', { payload: { exp: 1_700_000_000 } }],
    ['a time that is a text', { payload: { exp: '1900000000' } }],
    ['a time to come', { payload: { nbf: 1_900_000_000 } }],
    ['no audience', { payload: { aud: undefined } }],
    ['no issuer', { payload: { iss: undefined } }],
    ['no expiry', { payload: { exp: undefined } }],
    ['no tenant', { payload: { tenant: undefined } }],
    ['no sign-in', { payload: { sid: undefined } }],
    ['no account', { payload: { sub: undefined } }],
    ['an odd tenant', { payload: { tenant: [claims.tenantId, 'x'] } }],
    ['an odd sign-in', { payload: { sid: 'signin_1' } }],
    ['a critical extension', { header: { crit: ['b64'], b64: false } }],
  ])('with %s are worth nothing', async (_, forgery) => {
    const { clock, tokens } = prepare()
    expect(await tokens.read(forge(clock.now(), forgery))).toBeUndefined()
  })

  it('are worth nothing when a part is changed', async () => {
    const { tokens } = prepare()
    const { token } = await tokens.issue(claims)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const other = JSON.parse(Buffer.from(payload, 'base64url').toString())
    other.tenant = 'tenant_22222222-2222-7222-8222-222222222222'
    const changed = Buffer.from(JSON.stringify(other)).toString('base64url')
    for (const one of [
      `${header}.${changed}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.${signature}`,
      '',
      'app-abcdefgh',
      'eyJ',
    ]) {
      expect(await tokens.read(one), one).toBeUndefined()
    }
  })
})
