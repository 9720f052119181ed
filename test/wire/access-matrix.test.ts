// Who may call what, tried out: every route of the table of access × everybody who may knock × their own things, another tenant's
// and things that never were. What is expected follows from the table; nothing is listed by hand but the rights of roles.
//
// A1  Without the right: 401 or 403 before anything else, whatever is asked for, and nothing changes.
// A2  With the right, on one's own: the call works.
// A3  With the right, on another tenant's: byte for byte the answer for ids that nothing has, and nothing changes.
// A4  No answer names what is another tenant's.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCESS, type Access } from '../../src/api/access.ts'
import { routePath } from '../../src/api/route.ts'
import { systemCaller } from '../../src/product/caller.ts'
import { gatewayOperations } from '../../src/wire/gateway/operations.ts'
import type { Operation } from '../../src/wire/operation.ts'
import { operations } from '../../src/wire/operations.ts'
import { type Caller, callersOf } from '../support/access-callers.ts'
import { accessCases, type Case, type Filled, type Shot } from '../support/access-cases.ts'
import { type Answer, createProbe, leaksOf, type Sent, withoutMade } from '../support/access-probe.ts'
import { type Household, type Ids, OTHER_USER } from '../support/household.ts'
import { withSpares } from '../support/spare-ids.ts'
import { changesBetween, type Dump, dumpTables, idsOfTenants, TENANT_TABLES } from '../support/table-dump.ts'
import { missingIds, type Side, seedTwoTenants, type TwoTenants, untilQuiet } from '../support/two-tenants.ts'

let world: TwoTenants
let callers: readonly Caller[]
let probe: ReturnType<typeof createProbe>
beforeAll(async () => {
  world = await seedTwoTenants()
  callers = callersOf(world)
  probe = createProbe(world.platform.url)
})
afterAll(async () => {
  await world.close()
  expect(world.platform.logged).toEqual([])
})

const operationOf: ReadonlyMap<string, Operation> = new Map(
  [...operations, ...gatewayOperations].map((operation) => [
    `${operation.method} ${routePath(operation.path)}`,
    operation,
  ]),
)

/** One answer, and whose things it must not name. */
interface Heard {
  readonly caller: Caller
  readonly sent: Sent
}

const otherSide = ({ side }: Caller): Side => (side === world.alpha ? world.beta : world.alpha)

const expectNoLeak = (heard: readonly Heard[], dump: Dump): void => {
  const idsOf = idsOfTenants(dump)
  for (const { caller, sent } of heard) {
    const { mark, tenantId } = otherSide(caller)
    const leaks = leaksOf(sent, { mark, ids: idsOf.get(tenantId) ?? new Set() })
    expect(leaks, `${caller.name}: ${sent.request}`).toEqual([])
  }
}

const modeOf = (access: Case) => access.mode ?? 'chat'

/** A1. Also for bodies that cannot be read, and for HEAD. @returns what was heard */
const knockWithoutRight = async (route: string, row: Case, access: Access): Promise<Heard[]> => {
  const heard: Heard[] = []
  for (const caller of callers) {
    const status = caller.refused(access)
    if (status === undefined) continue
    const own = caller.home.ids
    const targets = [world.alpha.main.ids, world.beta.main.ids, missingIds(own)]
    const fills = targets.map((ids) => ({ filled: row.shots[0].fill(ids, own) }))
    const seen = new Set<string>()
    let first: Answer | undefined
    for (const shot of [...fills, { filled: fills[0]?.filled ?? {}, broken: true }]) {
      const same = JSON.stringify(shot)
      if (seen.has(same)) continue
      seen.add(same)
      const sent = await probe({ route, secret: caller.secretOf(modeOf(row)), ...shot })
      heard.push({ caller, sent })
      const words = `${caller.name}: ${sent.request} → ${sent.answer.body}`
      expect(sent.answer.status, words).toBe(status)
      if (route.startsWith('GET') && 'broken' in shot) continue
      // What is asked for makes no difference.
      expect(sent.answer, words).toEqual((first ??= sent.answer))
    }
  }
  return heard
}

/** Whose things a caller with the right must not reach by this shot. */
const strangersOf = (caller: Caller, access: Access, shot: Shot): readonly Household[] => {
  const { main, sibling } = caller.side
  const isOfApp = (access.by === 'app-key' && !shot.ofTenant) || shot.nested
  const near = isOfApp ? [main, sibling].filter((household) => household !== caller.home) : []
  return [otherSide(caller).main, ...near]
}

const changes = (shot: Shot, own: Ids, other: Ids): boolean =>
  JSON.stringify(shot.fill(other, own)) !== JSON.stringify(shot.fill(own, own))

/** A3. */
const askForOthers = async (route: string, row: Case, access: Access): Promise<Heard[]> => {
  const heard: Heard[] = []
  for (const caller of callers) {
    if (caller.refused(access) !== undefined) continue
    const own = caller.home.ids
    const secret = caller.secretOf(modeOf(row))
    for (const shot of row.shots) {
      for (const stranger of strangersOf(caller, access, shot)) {
        const missing = missingIds(own)
        if (!changes(shot, own, missing)) continue
        const theirs = await probe({ route, secret, filled: shot.fill(stranger.ids, own) })
        const nothing = await probe({ route, secret, filled: shot.fill(missing, own) })
        heard.push({ caller, sent: theirs }, { caller, sent: nothing })
        const words = `${caller.name}: ${theirs.request}`
        if (shot.takenBackBy) {
          expect(withoutMade(theirs), words).toEqual(withoutMade(nothing))
          for (const sent of [theirs, nothing]) {
            expect(sent.answer.status, words).toBe(201)
            const { answer } = await probe({ secret, ...shot.takenBackBy(JSON.parse(sent.answer.body)) })
            expect(answer.status, words).toBe(204)
          }
          continue
        }
        if (shot.siblingStatus !== undefined && stranger.tenantId === caller.side.tenantId) {
          expect(theirs.answer.status, words).toBe(shot.siblingStatus)
        } else expect(theirs.answer, words).toEqual(nothing.answer)
      }
    }
  }
  return heard
}

/** A2. */
const useOwn = async (route: string, row: Case, access: Access): Promise<Heard[]> => {
  const heard: Heard[] = []
  const successes = Object.keys(operationOf.get(route)?.answers ?? { 200: true }).map(Number)
  for (const caller of callers) {
    if (caller.refused(access) !== undefined) continue
    const { side, home } = caller
    for (const { spares = [], fill, status } of row.shots) {
      const shown = caller.secretOf(modeOf(row))
      const fresh = await withSpares(spares, { world, side, home, secret: shown ?? '' })
      const secret = shown === undefined ? undefined : fresh.secret
      const sent = await probe({ route, secret, filled: fill(fresh.ids, fresh.ids) })
      heard.push({ caller, sent })
      const wanted = status === undefined ? successes : [status]
      expect(wanted, `${caller.name}: ${sent.request} → ${sent.answer.body}`).toContain(sent.answer.status)
    }
  }
  return heard
}

const isLive = (side: Side, taskId: string): boolean => {
  const run = world.platform.platform.runs.find(systemCaller(side.tenantId), taskId)
  return run !== undefined && !run.signal.aborted
}

const standingRuns = (): readonly boolean[] =>
  [world.alpha, world.beta].flatMap((side) =>
    [side.main, side.sibling].flatMap(({ ids }) =>
      [ids.chatLiveTask, ids.workflowLiveTask, ids.completionLiveTask].map((task) => isLive(side, task)),
    ),
  )

describe('access to', () => {
  it.each(Object.entries(ACCESS))('%s', async (route, access) => {
    const row = accessCases[route]
    if (!row) throw new Error(`test/support/access-cases.ts does not say how to call ${route}`)
    await untilQuiet(world.platform)
    const before = await dumpTables(world.platform)
    const asked = world.vendor.requests.length
    const refused = await knockWithoutRight(route, row, access)
    const others = await askForOthers(route, row, access)
    const after = await dumpTables(world.platform)
    expect(changesBetween(before, after)).toEqual([])
    expect(world.vendor.requests).toHaveLength(asked)
    expect(standingRuns()).toEqual(Array(12).fill(true))
    const own = await useOwn(route, row, access)
    await untilQuiet(world.platform)
    expectNoLeak([...refused, ...others, ...own], await dumpTables(world.platform))
  })
})

describe('the cases', () => {
  it('are of routes that there are', () => {
    expect(Object.keys(accessCases).filter((route) => !Object.hasOwn(ACCESS, route))).toEqual([])
  })

  it('are asked about tenants that have something of everything', async () => {
    const dump = await dumpTables(world.platform)
    const missed = [world.alpha, world.beta].flatMap(({ tenantId, mark }) => {
      const filled = new Set(dump.filter(({ tenant }) => tenant === tenantId).map(({ table }) => table))
      return TENANT_TABLES.filter((table) => !EMPTY.has(table) && !filled.has(table)).map((table) => [mark, table])
    })
    expect(missed).toEqual([])
  })

  it('put an id into every place that takes one', () => {
    const own = world.alpha.main.ids
    const missing = missingIds(own)
    const missed = Object.entries(accessCases).flatMap(([route, row]) => {
      const fills = row.shots.map(({ fill }) => [fill(own, own), fill(missing, own)] as const)
      return idPlaces(route)
        .filter((place) => !fills.some(([a, b]) => valueAt(a, place) !== valueAt(b, place)))
        .map((place) => `${route}: ${place}`)
        .filter((place) => !CONFIGURED.has(place))
    })
    expect(missed).toEqual([])
  })
})

/** Nothing over HTTP writes settings; the others are sums and learned numbers of calls that are paid or compared. */
const EMPTY: ReadonlySet<string> = new Set(['settings', 'budget_spend', 'cache_categories'])

/** Names that stand in the configuration, the same for all tenants; names that the call itself gives; places in a list that hold
 *  no id. */
const CONFIGURED: ReadonlySet<string> = new Set([
  'POST /api/gateway/panels/:name/feedback: name',
  'PUT /api/gateway/limits/:name: name',
  'PUT /api/gateway/budgets/:name: name',
  'GET /api/gateway/cache/entries: cursor',
])

/** Names of parameters, of queries and of fields that take ids. */
const idPlaces = (route: string): readonly string[] => {
  const operation = operationOf.get(route)
  const params = [...route.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const fields = [operation?.query, operation?.body].flatMap((schema) =>
    schema && 'shape' in schema ? Object.keys(schema.shape as object) : [],
  )
  const isId = (name: string) => /(?:_id|Id)s?$|^cursor$|^files$/.test(name) && !NO_IDS.has(name)
  return [...params.filter((name) => !NAMES.has(name)), ...fields.filter(isId)]
}

/** What is named here is no tenant's own, or told back with the refusal. */
const NAMES = new Set(['action', 'model'])

/** Callers make these up, or count them. */
const NO_IDS = new Set(['trace_id', 'traceId', 'last_event_id', 'created_by_end_user_session_id'])

const valueAt = ({ params, query, body }: Filled, name: string): string =>
  JSON.stringify({ ...params, ...query, ...body }[name as keyof object])

describe('what a token is made of', () => {
  it('lets it in when nothing is wrong with it', async () => {
    const { answer } = await probe({ route: 'GET /api/auth/me', secret: world.control, filled: {} })
    expect(answer.status).toBe(200)
  })
})

const ofUsers = Object.entries(accessCases).flatMap(([route, row]) =>
  row.shots.filter(({ anyUser }) => !anyUser).map((shot) => ({ route, row, shot })),
)

describe('one end user', () => {
  it('finds nothing of another user of the same app', async () => {
    const home = world.alpha.main
    const own: Ids = { ...home.ids, user: OTHER_USER }
    const before = await dumpTables(world.platform)
    const asked = world.vendor.requests.length
    const compared: string[] = []
    for (const { route, row, shot } of ofUsers) {
      const namesUser = JSON.stringify(shot.fill(home.ids, own)).includes(`"user":"${OTHER_USER}"`)
      if (ACCESS[route]?.by !== 'app-key' || !namesUser || !changes(shot, own, missingIds(own))) continue
      const secret = home.keys[modeOf(row)]
      const theirs = await probe({ route, secret, filled: shot.fill(home.ids, own) })
      const nothing = await probe({ route, secret, filled: shot.fill(missingIds(own), own) })
      expect(theirs.answer, theirs.request).toEqual(nothing.answer)
      compared.push(route)
    }
    expect(new Set(compared)).toEqual(new Set(OF_ONE_USER))
    expect(changesBetween(before, await dumpTables(world.platform))).toEqual([])
    expect(world.vendor.requests).toHaveLength(asked)
    expect(standingRuns()).toEqual(Array(12).fill(true))
  })
})

/** Calls that name what belongs to one user. */
const OF_ONE_USER = [
  'POST /v1/chat-messages',
  'POST /v1/chat-messages/:task_id/stop',
  'GET /v1/chat-messages/:task_id/events',
  'POST /v1/completion-messages',
  'POST /v1/completion-messages/:task_id/stop',
  'GET /v1/completion-messages/:task_id/events',
  'POST /v1/workflows/run',
  'POST /v1/workflows/:workflow_id/run',
  'GET /v1/workflow/:workflow_run_id/events',
  'GET /v1/messages',
  'GET /v1/messages/:message_id/suggested',
  'POST /v1/messages/:message_id/feedbacks',
  'GET /v1/conversations',
  'POST /v1/conversations/:conversation_id/name',
  'PATCH /v1/conversations/:conversation_id',
  'DELETE /v1/conversations/:conversation_id',
  'GET /v1/conversations/:conversation_id/variables',
  'PUT /v1/conversations/:conversation_id/variables/:variable_id',
  'POST /v1/text-to-audio',
]

const PEOPLE = ['inviteMember', 'revokeInvitation', 'setMemberRole', 'removeMember']
const BUILDING = ['createApp', 'importApp', 'updateApp', 'duplicateApp', 'putDraft', 'deleteDraft', 'restoreVersion']
const PUBLISHING = ['publishDraft', 'publishVersion']
const RARE = ['createTenant', 'deleteApp', 'exportAppWithSecrets', 'updateSettings']
const UPLOADING = ['createFile', 'deleteFile']
const KEYS = ['createKey', 'revokeKey']
const GATEWAY = [
  ...['createRouter', 'updateRouter', 'deleteRouter', 'reloadGatewayConfiguration', 'givePanelFeedback'],
  ...['putLimit', 'deleteLimit', 'putBudget', 'deleteBudget', 'invalidateCache'],
]
const OPERATOR_DENIED = [...PEOPLE, ...BUILDING, ...PUBLISHING, ...RARE, ...UPLOADING]
const ABOUT_ONESELF = [
  'acceptInvitation',
  'logout',
  'getMe',
  'updateMe',
  'changePassword',
  'switchTenant',
  'listTenants',
]

/** Written by hand, apart from the table of permissions: a right that is granted by mistake differs from this. */
const DENIED: Readonly<Record<string, readonly string[]>> = {
  'the owner': [],
  'the admin': ['createTenant'],
  'the editor': ['GET /metrics', ...PEOPLE, ...RARE, ...KEYS, ...GATEWAY],
  'the operator': OPERATOR_DENIED,
  'the viewer': [
    ...['GET /metrics', 'startRun', 'stopRun', 'listKeys', 'listConversations', 'listConversationMessages'],
    ...OPERATOR_DENIED,
    ...KEYS,
    ...GATEWAY,
    'answerForm',
  ],
  'the key of the tenant': [
    'createTenant',
    'listMembers',
    'listInvitations',
    ...PEOPLE,
    ...ABOUT_ONESELF,
    'updateSettings',
  ],
}

describe('the rights of', () => {
  it.each(Object.keys(DENIED))('%s', async (name) => {
    const caller = callers.find((one) => one.name === name)
    const missing = missingIds(world.alpha.main.ids)
    const denied: string[] = []
    for (const [route, row] of Object.entries(accessCases)) {
      if (!['member', 'account'].includes(ACCESS[route]?.by ?? '')) continue
      // A body that cannot be read changes nothing, and is looked at after the right.
      const filled = row.shots[0].fill(missing, missing)
      const { answer } = await probe({ route, secret: caller?.secretOf('chat'), filled, broken: true })
      if (answer.status === 403) denied.push(operationOf.get(route)?.id ?? route)
      else expect([200, 400, 404, 415], route).toContain(answer.status)
    }
    expect(denied.sort()).toEqual([...(DENIED[name] ?? [])].sort())
  })
})
