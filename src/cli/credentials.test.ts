// Saved sign-ins: readable by their owner alone, changed one at a time, also by several processes.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Tokens } from '../wire/client/tokens.ts'
import { openCredentials } from './credentials.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'heddle-credentials-')), 'heddle')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

const tokens = (n: number): Tokens => ({
  tokenType: 'Bearer',
  accessToken: `access-${n}`,
  accessExpiresAt: '2030-01-01T00:00:00.000Z',
  refreshToken: `refresh-${n}`,
  refreshExpiresAt: '2030-01-01T00:00:00.000Z',
  tenantId: 'tenant_00000000-0000-7000-8000-000000000001',
})
const A = 'http://a.test'
const B = 'http://b.test'
const ada = (n: number) => ({ email: 'ada@example.org', tokens: tokens(n) })
const file = () => join(folder, 'credentials.json')

describe('saved sign-ins', () => {
  test('are one a server, and belong to their owner alone', async () => {
    const credentials = openCredentials(folder)
    expect(credentials.find(A)).toBeUndefined()
    await credentials.save(A, ada(1))
    await credentials.save(B, ada(2))
    expect(openCredentials(folder).find(A)).toEqual(ada(1))
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect([await credentials.forget(A), await credentials.forget(A)]).toEqual([true, false])
    expect([credentials.find(A), credentials.find(B)]).toEqual([undefined, ada(2)])
    expect(readdirSync(folder)).toEqual(['credentials.json'])
  })

  test('are renewed in turn: nobody shows a refresh token twice', async () => {
    await openCredentials(folder).save(A, ada(0))
    const shown: string[] = []
    const renewals = Array.from({ length: 8 }, () =>
      openCredentials(folder)
        .tokensFor(A)
        .renew(async ({ refreshToken }) => {
          shown.push(refreshToken)
          await new Promise((resolve) => setImmediate(resolve))
          return tokens(shown.length)
        }),
    )
    await Promise.all(renewals)
    expect(shown).toEqual(Array.from({ length: 8 }, (_, n) => `refresh-${n}`))
    expect(await openCredentials(folder).tokensFor(A).read()).toEqual(tokens(8))
  })

  test('stay when renewing fails, and go when the sign-in has ended', async () => {
    const credentials = openCredentials(folder)
    await credentials.save(A, ada(1))
    const store = credentials.tokensFor(A)
    await expect(store.renew(() => Promise.reject(new Error('cut')))).rejects.toThrow('cut')
    expect(credentials.find(A)).toEqual(ada(1))
    expect(await store.renew(async () => undefined)).toBeUndefined()
    expect(credentials.find(A)).toBeUndefined()
    expect(await store.renew(async () => tokens(9))).toBeUndefined()
  })

  const lock = () => join(folder, 'credentials.lock')
  test.each([
    ['of a process that is gone', () => writeFileSync(lock(), '999999999')],
    [
      'that is too old',
      () => {
        writeFileSync(lock(), String(process.pid))
        utimesSync(lock(), new Date(0), new Date(0))
      },
    ],
  ])('outlive a lock %s', async (_, leave) => {
    mkdirSync(folder)
    leave()
    await openCredentials(folder).save(A, ada(1))
    expect(readdirSync(folder)).toEqual(['credentials.json'])
  })

  test.each(['', 'no JSON', '[]', '{"servers": 5}'])('that are broken say so: %j', async (text) => {
    mkdirSync(folder)
    writeFileSync(file(), text)
    expect(() => openCredentials(folder).find(A)).toThrow('is broken')
    await expect(openCredentials(folder).save(A, ada(1))).rejects.toThrow('is broken')
    expect(readFileSync(file(), 'utf8')).toBe(text)
  })
})
