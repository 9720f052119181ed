// Where keys of the gateway are shown, and that a known one needs no promise.

import type { IncomingHttpHeaders } from 'node:http'
import { expect, it } from 'vitest'
import type { KeyGrant, KeyScope } from '../product/auth/store.ts'
import { identifyGateway, withoutKey } from './gateway-key.ts'

const grant = (scope: KeyScope): KeyGrant => ({
  keyId: 'key_1',
  tenantId: 'tenant_1',
  scope,
  appId: null,
  apiEnabled: true,
})
const CALLER = {
  caller: { tenantId: 'tenant_1', actor: { type: 'api-key', id: 'key_1' } },
  keyId: 'key_1',
  appId: null,
  user: null,
}
const grants: Readonly<Record<string, KeyGrant>> = { 'gateway-a': grant('gateway'), 'app-a': grant('app') }
const fresh = {
  verify: async (secret: string) => grants[secret],
  verifyNow: (secret: string) => grants[secret],
}
const forgetful = { ...fresh, verifyNow: () => undefined }

it.each<[string, IncomingHttpHeaders, string]>([
  ['a bearer', { authorization: 'bearer gateway-a' }, ''],
  ["Anthropic's header", { 'x-api-key': 'gateway-a' }, ''],
  ["Google's header", { 'x-goog-api-key': 'gateway-a' }, ''],
  ['the address', {}, '/x?alt=sse&key=gateway-a'],
  ['the address, escaped', {}, '/x?key=gateway%2Da'],
])('is found in %s', async (_, headers, url) => {
  expect(identifyGateway(fresh, headers, url)).toEqual(CALLER)
  const later = identifyGateway(forgetful, headers, url)
  expect(later).toBeInstanceOf(Promise)
  expect(await later).toEqual(CALLER)
})

it.each<[string, IncomingHttpHeaders, string]>([
  ['nothing', {}, ''],
  ['an empty header', { 'x-api-key': '' }, ''],
  ['a key of an app', { authorization: 'Bearer app-a' }, ''],
  ['no bearer', { authorization: 'Basic gateway-a', 'x-api-key': 'gateway-a' }, ''],
  ['a long text', { 'x-api-key': 'x'.repeat(5_000) }, ''],
  ['an unknown key', { authorization: 'Bearer gateway-b' }, ''],
])('is not found in %s', async (_, headers, url) => {
  for (const keys of [fresh, forgetful]) {
    await expect((async () => identifyGateway(keys, headers, url))()).rejects.toThrow('Access token is invalid')
  }
})

it.each([
  ['/v1beta/models/m:generateContent?key=secret&alt=sse', '/v1beta/models/m:generateContent?key=…&alt=sse'],
  ['/x?alt=sse&KEY=secret', '/x?alt=sse&KEY=…'],
  ['/x?monkey=1', '/x?monkey=1'],
])('leaves no key in %s', (url, logged) => {
  expect(withoutKey(url)).toBe(logged)
})
