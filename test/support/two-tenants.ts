// Two tenants with everything a tenant can have, all texts marked, and everybody who may knock at their doors.

import { randomBytes } from 'node:crypto'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { readMasterKey } from '../../src/files/drivers/master-key.ts'
import { createAccessTokens } from '../../src/product/accounts/drivers/access-tokens.ts'
import type { AccessClaims, Session } from '../../src/product/accounts/spec.ts'
import { type Role, roles } from '../../src/product/auth/permissions.ts'
import { systemCaller } from '../../src/product/caller.ts'
import type { TenantId } from '../../src/product/ids.ts'
import { addMember } from './accounts.ts'
import { type Call, documentForm, furnish, type Household, type Ids, request, type TenantIds } from './household.ts'
import { startPlatform, type TestPlatform } from './platform.ts'
import { markedBasicChat, markedChat } from './tenant-apps.ts'
import { startOpenAi } from './vendors/openai.ts'
import { TEST_KEY, type VendorServer } from './vendors/vendor-server.ts'

export const PASSWORD = 'correct horse battery'

export interface Side {
  readonly tenantId: TenantId
  readonly mark: string
  readonly main: Household
  /** The same once more, with other apps of the same tenant. */
  readonly sibling: Household
  readonly emails: Readonly<Record<Role, string>>
  /** Access tokens by role. */
  readonly tokens: Readonly<Record<Role, string>>
  readonly tenantKey: string
  readonly gatewayKey: string
}

export interface Door {
  readonly name: string
  readonly secret: string
}

export interface TwoTenants {
  readonly platform: TestPlatform
  readonly vendor: VendorServer
  readonly alpha: Side
  readonly beta: Side
  /** Secrets that open nothing, or nothing over HTTP yet. */
  readonly closed: readonly Door[]
  /** The key of an app of the first tenant whose API is off. */
  readonly shut: string
  /** A token made by the means that made the closed ones. */
  readonly control: string
  close(): Promise<void>
}

const MARKS = { alpha: 'canary-alpha-7f3a', beta: 'canary-beta-9c1e' }
const VARIABLES = {
  alpha: ['aaaaaaaa-1111-4111-8111-111111111111', 'aaaaaaaa-2222-4222-8222-222222222222'],
  beta: ['bbbbbbbb-1111-4111-8111-111111111111', 'bbbbbbbb-2222-4222-8222-222222222222'],
} as const

export const seedTwoTenants = async (): Promise<TwoTenants> => {
  const vendor = await startOpenAi()
  const platform = await startPlatform({
    providers: { acme: { type: 'openai-compatible', baseUrl: `${vendor.url}/v1`, apiKey: TEST_KEY } },
    models: { default: 'acme/acme-large', transcription: 'acme/ears', speech: 'acme/mouth' },
  })
  const { accounts } = platform.platform
  const founder = await accounts.setUpLocally(personOf('owner', MARKS.alpha))
  const { session } = await signIn(platform, founder.email)
  const { tenantId } = await accounts.createTenant(session, `Tenant ${MARKS.beta}`)
  const owner = personOf('owner', MARKS.beta)
  await addMember(accounts, systemCaller(tenantId), { ...owner, role: 'owner' })
  await accounts.removeMember(systemCaller(tenantId), 'owner', founder.id)
  const alpha = await seedSide({ platform, vendor }, session.tenantId, 'alpha')
  const beta = await seedSide({ platform, vendor }, tenantId, 'beta')
  const { closed, control } = await makeClosed(platform, alpha)
  const off = await platform.addApp(markedBasicChat('chat', alpha.mark), alpha.tenantId)
  await platform.platform.apps.update(systemCaller(alpha.tenantId), off.id, { apiEnabled: false })
  await untilQuiet(platform)
  return {
    platform,
    vendor,
    alpha,
    beta,
    closed,
    shut: off.key,
    control,
    async close() {
      await platform.close()
      await vendor.close()
    },
  }
}

const personOf = (what: string, mark: string) => ({
  email: `${what}.${mark}@example.org`,
  name: `${what} ${mark}`,
  password: PASSWORD,
})

const signIn = async ({ platform }: TestPlatform, email: string, tenantId?: TenantId) => {
  const options = { userAgent: 'test', ...(tenantId && { tenantId }) }
  const tokens = await platform.accounts.signIn(email, PASSWORD, options)
  const session = await platform.accounts.verify(tokens.accessToken)
  if (!session) throw new Error(`${email} cannot sign in`)
  return { ...tokens, session }
}

interface World {
  readonly platform: TestPlatform
  readonly vendor: VendorServer
}

/** An answer of the gateway that is kept; it is written down in the background. */
const keepAnswer = async (gateway: Call, owner: Call, mark: string): Promise<void> => {
  await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', 'x-heddle-cache': 'on' },
    body: JSON.stringify({ model: 'acme/acme-large', messages: [{ role: 'user', content: `Words of ${mark}` }] }),
  }).then((response) => response.text())
  for (;;) {
    const { items } = await request(owner, 'GET', '/api/gateway/cache/entries')
    if (items.length > 0) return
  }
}

const seedSide = async (world: World, tenantId: TenantId, side: 'alpha' | 'beta'): Promise<Side> => {
  const { platform } = world
  const { accounts, keys } = platform.platform
  const caller = systemCaller(tenantId)
  const mark = MARKS[side]
  const emails = {} as Record<Role, string>
  const tokens = {} as Record<Role, string>
  for (const role of roles) {
    const person = personOf(role, mark)
    // The owners are there.
    if (role !== 'owner') await addMember(accounts, caller, { ...person, role })
    emails[role] = person.email
    tokens[role] = (await signIn(platform, person.email, tenantId)).accessToken
  }
  const call = { url: platform.url, key: tokens.owner }
  await request(call, 'PATCH', '/api/settings', { tenantName: `Tenant ${mark}` })
  const { secret: tenantKey } = await keys.create(caller, { scope: 'tenant', name: `Tenant key ${mark}` })
  const { secret: gatewayKey } = await keys.create(caller, { scope: 'gateway', name: `Gateway key ${mark}` })
  await keepAnswer({ url: platform.url, key: gatewayKey }, call, mark)
  const place = { ...world, tenantId, mark }
  const [first, second] = VARIABLES[side]
  const main = await furnish(place, await useTenant(place, emails.viewer, call), { variable: first, owner: call })
  const sibling = await furnish(place, await useTenant(place, emails.viewer, call), { variable: second, owner: call })
  for (const mode of ['chat', 'agent-chat'] as const) await platform.addApp(markedBasicChat(mode, mark), tenantId)
  for (const { ids } of [main, sibling]) {
    const text = JSON.stringify(markedChat(`${mark} second`, ids.variable))
    await platform.platform.drafts.save(caller, ids.chatApp as `app_${string}`, text)
    await platform.platform.drafts.publish(caller, ids.chatApp as `app_${string}`, { note: `Version of ${mark}` })
    const draft = JSON.stringify(markedChat(`${mark} draft`, ids.variable))
    await platform.platform.drafts.save(caller, ids.chatApp as `app_${string}`, draft)
  }
  return { tenantId, mark, main, sibling, emails, tokens, tenantKey, gatewayKey }
}

const useTenant = async (
  { platform, tenantId, mark }: World & { readonly tenantId: TenantId; readonly mark: string },
  email: string,
  owner: { readonly url: string; readonly key: string },
): Promise<TenantIds> => {
  const { accounts, keys } = platform.platform
  const members = await accounts.members(systemCaller(tenantId))
  const account = members.find((member) => member.email === email)?.id ?? ''
  const { id: memberFile } = await request(owner, 'POST', '/api/files', documentForm(mark))
  const { key } = await keys.create(systemCaller(tenantId), { scope: 'gateway', name: `Gateway ${mark}` })
  const { refreshToken } = await signIn(platform, email, tenantId)
  const invited = { email: `invited.${ids.next('n')}.${mark}@example.org`, role: 'viewer' } as const
  const { invitation, token } = await accounts.invite(systemCaller(tenantId), 'owner', invited)
  const router = ids.next('router')
  const definition = { default: { targets: 'acme/acme-large' }, description: `Router of ${mark}` }
  await request(owner, 'POST', '/api/gateway/routers', { name: router, definition })
  const limit = ids.next('limit')
  await request(owner, 'PUT', `/api/gateway/limits/${limit}`, { subject: 'user', requests: 1_000_000 })
  const budget = ids.next('budget')
  const money = { subject: 'tenant', window: 'month', limitUsd: '1000000' }
  await request(owner, 'PUT', `/api/gateway/budgets/${budget}`, money)
  return {
    tenant: tenantId,
    account,
    email,
    invitation: invitation.id,
    invitationToken: spoilt(token),
    memberFile,
    key: key.id,
    refreshToken: spoilt(refreshToken),
    router,
    limit,
    budget,
  }
}

/** Of something real, but not the secret itself: that would be a right of its own. */
const spoilt = (token: string): string => `${token.slice(0, -20)}${randomBytes(15).toString('base64url')}`

/** Everything that shows an identity and must open nothing. */
const makeClosed = async (platform: TestPlatform, { tenantId, main, mark, emails }: Side) => {
  const { accounts, keys } = platform.platform
  const caller = systemCaller(tenantId)
  const key = async (scope: 'app' | 'dataset' | 'gateway' | 'tenant', revoked: boolean): Promise<Door> => {
    const name = `${revoked ? 'revoked ' : ''}${scope} key`
    const appId = main.ids.chatApp as `app_${string}`
    const made = await keys.create(caller, scope === 'app' ? { scope, appId, name } : { scope, name })
    if (revoked) await keys.revoke(caller, made.key.id)
    return { name, secret: made.secret }
  }
  const left = await signIn(platform, emails.admin, tenantId)
  await accounts.signOut(left.session)
  const removed = await addMember(accounts, caller, { ...personOf('removed', mark), role: 'admin' })
  // Not looked at before it is gone: what was just seen is remembered for a second.
  const gone = await accounts.signIn(removed.email, PASSWORD, { userAgent: 'test' })
  // Not by our own means, which would end the sign-in too.
  await platform.database.kysely.deleteFrom('members').where('account_id', '=', removed.id).execute()
  // Somebody whose sign-ins nobody ends.
  const witness = await addMember(accounts, caller, { ...personOf('witness', mark), role: 'editor' })
  const stays = await signIn(platform, witness.email, tenantId)
  const claims = claimsOf(stays.session)
  const issue = async (master: Uint8Array, ageMs = 0): Promise<string> => {
    const clock = { now: () => systemClock.now() - ageMs }
    return (await createAccessTokens({ master, clock, lifeMs: 900_000 }).issue(claims)).token
  }
  const master = readMasterKey(platform.folder)
  const control = await issue(master)
  const closed: Door[] = [
    { name: 'an unknown key', secret: `app-${randomBytes(24).toString('base64url')}` },
    await key('app', true),
    await key('tenant', true),
    await key('dataset', false),
    await key('gateway', true),
    { name: 'the token of a sign-in that ended', secret: left.accessToken },
    { name: 'the token of an account without membership', secret: gone.accessToken },
    { name: 'an expired token', secret: await issue(master, 3_600_000) },
    { name: 'a token signed by somebody else', secret: await issue(randomBytes(32)) },
    { name: 'a token without signature', secret: unsigned(control) },
    { name: 'a refresh token', secret: stays.refreshToken },
  ]
  return { closed, control }
}

const claimsOf = ({ account, tenantId, signInId }: Session): AccessClaims => ({
  accountId: account.id,
  tenantId,
  signInId,
})

const unsigned = (token: string): string => {
  const [, payload] = token.split('.')
  return `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')}.${payload}.AA`
}

/** Waits until nothing writes any more: runs that were stopped, apps that were deleted, jobs. The live runs of the seed go on. */
export const untilQuiet = async ({ platform, database }: TestPlatform): Promise<void> => {
  await platform.annotations.settled()
  await platform.purgeDeletedApps()
  const busy = await database.kysely
    .selectFrom('runs')
    .select(['task_id', 'tenant_id'])
    .where('status', '=', 'running')
    .execute()
  for (const { task_id, tenant_id } of busy) {
    const run = platform.runs.find(systemCaller(tenant_id), task_id)
    // Told to stop: its end is about to be written.
    if (run?.signal.aborted) for await (const { event } of run.read()) if (event.type === 'run-end') break
  }
}

const ids = createIds(systemClock)

/** As many new ids as there are kinds, that nothing has: the same prefixes, the same texts. */
export const missingIds = (like: Ids): Ids => {
  const random = (text: string): string => {
    const [, prefix] = /^([a-z]+)_/.exec(text) ?? []
    const [start] = /^(?:refresh|invite)-/.exec(text) ?? []
    if (start) return `${start}${randomBytes(112).toString('base64url')}`
    return prefix ? ids.next(prefix) : ids.next('x').slice(2)
  }
  const entries = Object.entries(like).map(([name, text]) =>
    name === 'mark' || name === 'user'
      ? [name, text]
      : [name, name === 'email' ? `${random('')}@example.org` : random(text)],
  )
  return Object.fromEntries(entries)
}
