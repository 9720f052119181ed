// A client of the management API that refuses every answer its operation does not promise, unknown fields included.

import { expect } from 'vitest'
import { systemCaller } from '../../src/product/caller.ts'
import { managementError } from '../../src/wire/errors.ts'
import type { Operation } from '../../src/wire/operation.ts'
import type { TestPlatform } from './platform.ts'

export interface ManagementInput {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | readonly string[]>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface ManagementAnswer {
  readonly status: number
  readonly headers: Headers
  /** JSON as data, other bodies as text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  readonly body: any
}

/** A body of which the test knows what is in it. */
export type KnownBody = ManagementAnswer['body']

export type ManagementClient = (operation: Operation, input?: ManagementInput) => Promise<ManagementAnswer>

export const managementClient =
  (url: string, token: string): ManagementClient =>
  async (operation, { params = {}, query = {}, body, headers = {} } = {}) => {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        [value].flat().map((item): [string, string] => [name, String(item)]),
      ),
    )
    const response = await fetch(`${url}${path}?${search}`, {
      method: operation.method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
    const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
    checkPromise(operation, answer)
    return answer
  }

const checkPromise = (operation: Operation, { status, body }: ManagementAnswer): void => {
  const promised = operation.answers[status]
  if (!promised) {
    expect([400, 401, 403, 404, 409, 413], `${operation.id}: ${JSON.stringify(body)}`).toContain(status)
    if (![401, 413].includes(status)) expect(operation.errors, operation.id).toContain(status)
    expect(managementError.parse(body)).toEqual(body)
  } else if (promised.schema) expect(promised.schema.parse(body), operation.id).toEqual(body)
  else expect(body, operation.id).toBe('')
}

export const OWNER = { email: 'owner@example.org', name: 'Olga', password: 'correct horse battery' }

/** A client of somebody who signed in: the installation's owner. */
export const signInOwner = async (platform: TestPlatform): Promise<ManagementClient> => {
  const { accounts } = platform.platform
  if (await accounts.setupRequired()) await accounts.setUpLocally(OWNER)
  const { accessToken } = await accounts.signIn(OWNER.email, OWNER.password, { userAgent: 'test' })
  return managementClient(platform.url, accessToken)
}

/** A client with a key of a tenant. The tenant is there when it has an app: see `addApp`. */
export const tenantClient = async (platform: TestPlatform, tenant: `tenant_${string}`): Promise<ManagementClient> => {
  const { secret } = await platform.platform.keys.create(systemCaller(tenant), { scope: 'tenant', name: 'test' })
  return managementClient(platform.url, secret)
}

/** Status and code of a refusal. */
export const refusal = ({ status, body }: ManagementAnswer): readonly [number, string] => [status, body.error?.code]
