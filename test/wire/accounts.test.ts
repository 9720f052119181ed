// People over HTTP, from the first start to the last owner: set-up, sign-in, tenants, members, and what strangers learn of it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'

const OWNER = { email: 'Owner@Example.org', name: 'Olga Owner', password: 'an owner of things' }
const PASSWORD = 'correct horse battery'
const MISSING = 'acct_33333333-3333-7333-8333-333333333333'
const MISSING_INVITATION = 'inv_33333333-3333-7333-8333-333333333333'

interface Answer {
  readonly status: number
  readonly headers: Headers
  // Bodies are compared with what they should be.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any call
  readonly body: any
}

let platform: TestPlatform
let setupToken: string
beforeAll(async () => {
  platform = await startPlatform()
  setupToken = (await platform.platform.accounts.issueSetupToken()) ?? ''
})
afterAll(async () => {
  await platform.close()
  expect(platform.logged).toEqual([])
})

const call = async (method: string, path: string, options: { token?: string; body?: unknown; raw?: string } = {}) => {
  const text = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  const response = await fetch(`${platform.url}/api${path}`, {
    method,
    headers: {
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    },
    ...(text !== undefined && { body: text }),
  })
  const body = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: body === '' ? undefined : JSON.parse(body),
  } as Answer
}
const signIn = async (email: string, password = PASSWORD, tenantId?: string): Promise<Answer['body']> =>
  (await call('POST', '/auth/login', { body: { email, password, ...(tenantId && { tenantId }) } })).body
const codeOf = ({ status, body }: Answer) => [status, body?.error?.code]

describe('an installation', () => {
  it('has no account at first, and makes its first one once', async () => {
    expect((await call('GET', '/setup')).body).toEqual({ required: true })
    expect(codeOf(await call('POST', '/setup', { body: { ...OWNER, token: 'setup-guess' } }))).toEqual([
      403,
      'account/wrong-setup-token',
    ])
    const both = await Promise.all([
      call('POST', '/setup', { body: { ...OWNER, token: setupToken } }),
      call('POST', '/setup', { body: { ...OWNER, token: setupToken } }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    const made = both.find(({ status }) => status === 201)
    expect(made?.headers.get('cache-control')).toBe('no-store')
    expect(made?.body).toEqual({
      tokenType: 'Bearer',
      accessToken: expect.stringMatching(/^eyJ/),
      accessExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
      refreshToken: expect.stringMatching(/^refresh-/),
      refreshExpiresAt: expect.stringMatching(/Z$/),
      tenantId: platform.platform.caller.tenantId,
    })
    expect((await call('GET', '/setup')).body).toEqual({ required: false })
    expect(codeOf(await call('POST', '/setup', { body: { ...OWNER, token: setupToken } }))).toEqual([
      409,
      'account/setup-done',
    ])
  })
})

describe('a person', () => {
  it('signs in, sees who they are, refreshes once with each token, and signs out at once', async () => {
    const first = await signIn(OWNER.email, OWNER.password)
    const me = await call('GET', '/auth/me', { token: first.accessToken })
    expect(me.body).toMatchObject({
      account: { email: 'owner@example.org', name: OWNER.name },
      tenantId: platform.platform.caller.tenantId,
      role: 'owner',
      memberships: [{ tenantName: 'default', role: 'owner' }],
    })
    expect(me.body.permissions).toContain('tenant.create')
    const second = (await call('POST', '/auth/refresh', { body: { refreshToken: first.refreshToken } })).body
    expect((await call('GET', '/auth/me', { token: second.accessToken })).status).toBe(200)
    const reused = await call('POST', '/auth/refresh', { body: { refreshToken: first.refreshToken } })
    expect(codeOf(reused)).toEqual([401, 'account/signed-out'])
    expect(codeOf(await call('GET', '/auth/me', { token: second.accessToken }))).toEqual([401, 'api/unauthorized'])
    expect(codeOf(await call('POST', '/auth/refresh', { body: { refreshToken: second.refreshToken } }))).toEqual([
      401,
      'account/signed-out',
    ])
    const third = await signIn(OWNER.email, OWNER.password)
    expect((await call('POST', '/auth/logout', { token: third.accessToken })).status).toBe(204)
    expect((await call('GET', '/auth/me', { token: third.accessToken })).status).toBe(401)
  })

  it('is told the same of an unknown address and a wrong password', async () => {
    const answers = await Promise.all([
      call('POST', '/auth/login', { body: { email: OWNER.email, password: 'not the password' } }),
      call('POST', '/auth/login', { body: { email: 'nobody@example.org', password: 'not the password' } }),
    ])
    const bodies = answers.map(({ status, body }) => ({ status, error: body.error }))
    expect(bodies[0]).toEqual(bodies[1])
    expect(bodies[0]).toEqual({
      status: 401,
      error: { code: 'account/wrong-credentials', message: 'The address or the password is wrong.' },
    })
  })

  it('who guesses too often has to wait', async () => {
    const guess = () => call('POST', '/auth/login', { body: { email: 'guessed@example.org', password: 'guess' } })
    const answers: Answer[] = []
    for (let i = 0; i < 11; i++) answers.push(await guess())
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429])
    const seconds = Number(answers[10]?.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(600)
    expect(seconds).toBeLessThanOrEqual(900)
    expect(answers[10]?.body.error.code).toBe('account/too-many-attempts')
  })

  it('changes name and password', async () => {
    const { accessToken: token } = await signIn(OWNER.email, OWNER.password)
    const phone = await signIn(OWNER.email, OWNER.password)
    expect((await call('PATCH', '/auth/me', { token, body: { name: 'Olga' } })).body).toMatchObject({ name: 'Olga' })
    const weak = await call('PUT', '/auth/password', { token, body: { current: OWNER.password, next: 'short' } })
    expect(codeOf(weak)).toEqual([400, 'account/weak-password'])
    expect(
      (await call('PUT', '/auth/password', { token, body: { current: OWNER.password, next: PASSWORD } })).status,
    ).toBe(204)
    expect((await call('GET', '/auth/me', { token })).body.account.name).toBe('Olga')
    expect((await call('GET', '/auth/me', { token: phone.accessToken })).status).toBe(401)
  })
})

describe('tenants and members', () => {
  it('are kept apart: a role holds in one tenant, and changes with the next request', async () => {
    const owner = await signIn(OWNER.email)
    const token = owner.accessToken
    const invited = await call('POST', '/members', { token, body: { email: 'Vera@example.org', role: 'viewer' } })
    expect(invited.status).toBe(201)
    const joining = { token: invited.body.token, name: 'Vera', password: PASSWORD }
    expect((await call('POST', '/invitations/join', { body: joining })).status).toBe(201)
    const vera = await signIn('vera@example.org')
    const asVera = { token: vera.accessToken }
    const added = (await call('GET', '/members', { token })).body.items[1]
    expect(added).toMatchObject({ id: expect.stringMatching(/^acct_/), email: 'vera@example.org', role: 'viewer' })
    expect(Object.keys(added).sort()).toEqual(['createdAt', 'email', 'id', 'memberSince', 'name', 'role'])
    const tryAdd = { ...asVera, body: { email: 'x@example.org', role: 'viewer' } }
    expect(codeOf(await call('POST', '/members', tryAdd))).toEqual([403, 'api/forbidden'])
    expect((await call('GET', '/members', asVera)).body.items.length).toBe(2)
    // Upward by oneself, then by the owner.
    expect(codeOf(await call('PATCH', `/members/${added.id}`, { ...asVera, body: { role: 'owner' } }))).toEqual([
      403,
      'api/forbidden',
    ])
    expect((await call('PATCH', `/members/${added.id}`, { token, body: { role: 'admin' } })).status).toBe(200)
    expect((await call('POST', '/members', tryAdd)).status).toBe(201)
    expect(codeOf(await call('PATCH', `/members/${added.id}`, { ...asVera, body: { role: 'owner' } }))).toEqual([
      403,
      'account/role-too-high',
    ])
    expect(codeOf(await call('POST', '/tenants', { ...asVera, body: { name: 'Hers' } }))).toEqual([
      403,
      'api/forbidden',
    ])

    const made = await call('POST', '/tenants', { token, body: { name: 'Second' } })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({ tenantId: expect.stringMatching(/^tenant_/), tenantName: 'Second', role: 'owner' })
    const there = (await call('POST', '/auth/switch', { token, body: { tenantId: made.body.tenantId } })).body
    expect((await call('GET', '/members', { token: there.accessToken })).body.items.length).toBe(1)
    expect((await call('GET', '/tenants', { token })).body.items.length).toBe(2)
    expect((await call('GET', '/auth/me', { token })).body.tenantId).toBe(owner.tenantId)
    const refused = await call('POST', '/auth/switch', { ...asVera, body: { tenantId: made.body.tenantId } })
    expect(codeOf(refused)).toEqual([403, 'account/no-tenant'])

    // A member of the first tenant is, seen from the second, as good as nobody.
    const foreign = await call('DELETE', `/members/${added.id}`, { token: there.accessToken })
    const missing = await call('DELETE', `/members/${MISSING}`, { token: there.accessToken })
    expect(foreign.body.error).toEqual(missing.body.error)
    expect(codeOf(foreign)).toEqual([404, 'account/not-found'])
    expect(codeOf(await call('DELETE', '/members/nonsense', { token }))).toEqual([404, 'account/not-found'])

    expect((await call('DELETE', `/members/${added.id}`, { token })).status).toBe(204)
    expect((await call('GET', '/members', asVera)).status).toBe(401)
    expect(codeOf(await call('POST', '/auth/refresh', { body: { refreshToken: vera.refreshToken } }))).toEqual([
      401,
      'account/signed-out',
    ])
    const again = { body: { email: 'vera@example.org', password: PASSWORD } }
    expect(codeOf(await call('POST', '/auth/login', again))).toEqual([403, 'account/no-tenant'])
  })

  it('invite people, who join or accept, and tell nothing of who has an account elsewhere', async () => {
    const { accessToken: token } = await signIn(OWNER.email)
    const { tenantId } = (await call('POST', '/tenants', { token, body: { name: 'Third' } })).body
    const there = (await call('POST', '/auth/switch', { token, body: { tenantId } })).body.accessToken
    const invite = (email: string) => call('POST', '/members', { token: there, body: { email, role: 'editor' } })
    const carl = { name: 'Carl', password: PASSWORD }
    const first = await call('POST', '/members', { token, body: { email: 'carl@example.org', role: 'viewer' } })
    const joined = await call('POST', '/invitations/join', { body: { ...carl, token: first.body.token } })
    expect(joined.status).toBe(201)
    expect(joined.headers.get('cache-control')).toBe('no-store')
    expect((await call('GET', '/auth/me', { token: joined.body.accessToken })).body).toMatchObject({
      account: { email: 'carl@example.org', name: 'Carl' },
      role: 'viewer',
      memberships: [{ role: 'viewer' }],
    })

    const [known, unknown] = [await invite('carl@example.org'), await invite('nobo@example.org')]
    const shown = {
      invitation: {
        id: expect.stringMatching(/^inv_/),
        role: 'editor',
        createdAt: expect.stringMatching(/Z$/),
        expiresAt: expect.stringMatching(/Z$/),
      },
      token: expect.stringMatching(/^invite-[\w-]{107}$/),
    }
    for (const [answer, email] of [
      [known, 'carl@example.org'],
      [unknown, 'nobo@example.org'],
    ] as const) {
      expect(answer.status).toBe(201)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.body).toEqual({ ...shown, invitation: { ...shown.invitation, email } })
    }
    expect(known.headers.get('content-length')).toBe(unknown.headers.get('content-length'))
    const listed = (await call('GET', '/invitations', { token: there })).body.items
    expect(listed).toEqual([known.body.invitation, unknown.body.invitation])
    expect(codeOf(await invite(OWNER.email))).toEqual([409, 'account/already-member'])

    const asCarl = joined.body.accessToken
    const accept = (accessToken: string, shownToken: string) =>
      call('POST', '/invitations/accept', { token: accessToken, body: { token: shownToken } })
    expect(codeOf(await accept(asCarl, unknown.body.token))).toEqual([403, 'account/other-address'])
    const stranger = await call('POST', '/invitations/join', {
      body: { ...carl, password: 'x', token: known.body.token },
    })
    expect(codeOf(stranger)).toEqual([409, 'account/has-account'])
    const both = await Promise.all([accept(asCarl, known.body.token), accept(asCarl, known.body.token)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 403])
    expect(both.find(({ status }) => status === 200)?.body).toEqual({ tenantId, tenantName: 'Third', role: 'editor' })
    const switched = (await call('POST', '/auth/switch', { token: asCarl, body: { tenantId } })).body
    expect((await call('GET', '/auth/me', { token: switched.accessToken })).body.role).toBe('editor')

    const gone = `/invitations/${unknown.body.invitation.id}`
    const foreign = await call('DELETE', gone, { token })
    const missing = await call('DELETE', `/invitations/${MISSING_INVITATION}`, { token })
    expect(foreign.body.error).toEqual(missing.body.error)
    expect(codeOf(foreign)).toEqual([404, 'account/invitation-not-found'])
    expect(codeOf(await call('DELETE', '/invitations/nonsense', { token: there }))).toEqual([
      404,
      'account/invitation-not-found',
    ])
    expect((await call('DELETE', gone, { token: there })).status).toBe(204)
    const late = await call('POST', '/invitations/join', { body: { ...carl, token: unknown.body.token } })
    expect(codeOf(late)).toEqual([403, 'account/wrong-invitation'])
  })

  it('keep their last owner', async () => {
    const { accessToken: token } = await signIn(OWNER.email)
    const { account } = (await call('GET', '/auth/me', { token })).body
    expect(codeOf(await call('DELETE', `/members/${account.id}`, { token }))).toEqual([409, 'account/last-owner'])
    const down = await call('PATCH', `/members/${account.id}`, { token, body: { role: 'viewer' } })
    expect(codeOf(down)).toEqual([409, 'account/last-owner'])
  })
})

describe('keys', () => {
  it('have no role: people are out of their reach, and so are accounts', async () => {
    const { keys, caller } = platform.platform
    const { secret: token } = await keys.create(caller, { scope: 'tenant', name: 'test' })
    for (const [method, path, body] of [
      ['GET', '/members', undefined],
      ['POST', '/members', { email: 'x@example.org', role: 'owner' }],
      ['GET', '/invitations', undefined],
      ['DELETE', `/invitations/${MISSING_INVITATION}`, undefined],
      ['POST', '/invitations/accept', { token: 'invite-x' }],
      ['PATCH', `/members/${MISSING}`, { role: 'owner' }],
      ['DELETE', `/members/${MISSING}`, undefined],
      ['POST', '/tenants', { name: 'X' }],
      ['GET', '/tenants', undefined],
      ['GET', '/auth/me', undefined],
      ['PUT', '/auth/password', { current: 'x', next: PASSWORD }],
      ['POST', '/auth/switch', { tenantId: caller.tenantId }],
      ['POST', '/auth/logout', undefined],
    ] as const) {
      expect(codeOf(await call(method, path, { token, body })), `${method} ${path}`).toEqual([403, 'api/forbidden'])
    }
  })
})

describe('bad requests', () => {
  it('are refused in the words of this surface, with the field and the id of the request', async () => {
    const answer = await call('POST', '/auth/login', { body: { email: 1, password: null } })
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({
      error: {
        code: 'api/invalid-param',
        message: expect.stringContaining('email'),
        param: 'email',
        issues: [
          { path: 'email', code: 'api/invalid-param', message: expect.any(String) },
          { path: 'password', code: 'api/invalid-param', message: expect.any(String) },
        ],
      },
      requestId: answer.headers.get('x-request-id'),
    })
  })

  const rows: readonly (readonly [string, string, { body?: unknown; raw?: string; token?: string }, number, string])[] =
    [
      ['POST', '/auth/login', { raw: '{' }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { raw: '' }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { raw: 'null' }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { raw: '[1]' }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { raw: '{"__proto__":{"email":"x","password":"y"}}' }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { raw: '{"constructor":{"prototype":{}}}' }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { body: { email: 'x'.repeat(300), password: 'y' } }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { body: { email: 'x', password: 'y'.repeat(1_001) } }, 400, 'api/invalid-param'],
      ['POST', '/auth/login', { body: { email: 'x@y', password: 'y', tenantId: 'x' } }, 400, 'api/invalid-param'],
      ['POST', '/auth/refresh', { body: { refreshToken: 'x'.repeat(501) } }, 400, 'api/invalid-param'],
      ['POST', '/auth/refresh', { body: { refreshToken: 'refresh-x' } }, 401, 'account/signed-out'],
      ['GET', '/auth/me', {}, 401, 'api/unauthorized'],
      ['GET', '/auth/me', { token: 'x' }, 401, 'api/unauthorized'],
      ['GET', '/auth/me', { token: 'eyJhbGciOiJub25lIn0.e30.' }, 401, 'api/unauthorized'],
      ['POST', '/members', {}, 401, 'api/unauthorized'],
      ['POST', '/invitations/accept', { body: { token: 'invite-x' } }, 401, 'api/unauthorized'],
      [
        'POST',
        '/invitations/join',
        { body: { token: 'invite-x', name: 'X', password: 'x' } },
        403,
        'account/wrong-invitation',
      ],
      [
        'POST',
        '/invitations/join',
        { body: { token: 'x'.repeat(201), name: 'X', password: 'x' } },
        400,
        'api/invalid-param',
      ],
      ['GET', '/nothing', {}, 404, 'api/not-found'],
      ['GET', '', {}, 404, 'api/not-found'],
      ['GET', '/auth/login', {}, 405, 'api/method-not-allowed'],
      ['DELETE', '/members', {}, 405, 'api/method-not-allowed'],
      ['PATCH', `/members/${'x'.repeat(300)}`, {}, 404, 'api/not-found'],
      ['GET', '/members/%zz', {}, 400, 'api/invalid-param'],
    ]
  it.each(rows)('%s %s %j → %d %s', async (method, path, options, status, code) => {
    const answer = await call(method, path, options)
    expect(codeOf(answer)).toEqual([status, code])
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'))
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="api"' : null)
    expect(answer.headers.has('allow')).toBe(status === 405)
  })

  it('name the methods that an address answers', async () => {
    expect((await call('PUT', '/auth/me')).headers.get('allow')).toBe('GET, HEAD, PATCH')
    expect((await call('PUT', '/auth/login/')).headers.get('allow')).toBe('POST')
  })
})

it('neither passwords nor tokens are in the database as they are', async () => {
  const { accessToken, refreshToken } = await signIn(OWNER.email)
  const body = { email: 'kept@example.org', role: 'viewer' }
  const invitation = (await call('POST', '/members', { token: accessToken, body })).body.token
  const tables = await Promise.all(
    (['accounts', 'sign_ins', 'settings', 'members', 'invitations'] as const).map((table) =>
      platform.database.kysely.selectFrom(table).selectAll().execute(),
    ),
  )
  const text = JSON.stringify(tables)
  expect(text).toContain('$argon2id$')
  for (const secret of [PASSWORD, OWNER.password, accessToken, refreshToken, setupToken, invitation])
    expect(text).not.toContain(secret)
})
