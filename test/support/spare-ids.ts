// Things of a tenant made anew, for calls that use them up.

import { createIds, systemClock } from '../../src/base/seams.ts'
import { systemCaller } from '../../src/product/caller.ts'
import { addMember } from './accounts.ts'
import {
  documentForm,
  type Household,
  type Ids,
  localFile,
  prefixed,
  request,
  startAsking,
  startLive,
  talkInConsole,
} from './household.ts'
import { markedChat } from './tenant-apps.ts'
import { PASSWORD, type Side, type TwoTenants } from './two-tenants.ts'

export interface SpareRequest {
  readonly world: TwoTenants
  readonly side: Side
  readonly home: Household
  /** Of who is about to call. */
  readonly secret: string
}

/** Ids that stand in for the standing ones, or another secret to call with. */
type Spare = Partial<Ids> & { readonly secret?: string }

const unique = createIds(systemClock)
const fresh = (mark: string): string => `${unique.next('n')}.${mark}`

const serviceCall = ({ world, home }: SpareRequest) => ({ url: world.platform.url, key: home.keys.chat })

const live = async (
  { world, side, home }: SpareRequest,
  mode: 'chat' | 'workflow' | 'completion',
  path: string,
): Promise<{ readonly task: string; readonly run: string }> => {
  const { platform, vendor } = world
  const place = { platform, vendor, tenantId: side.tenantId, mark: side.mark }
  const { task_id, workflow_run_id } = await startLive(place, home.keys[mode], path)
  return { task: task_id as string, run: workflow_run_id as string }
}

const MAKERS = {
  /** With a published version and a draft. */
  async app({ world, side, home }) {
    const { apps, drafts } = world.platform.platform
    const caller = systemCaller(side.tenantId)
    const imported = await apps.import(caller, JSON.stringify(markedChat(side.mark, home.ids.variable)))
    if (!imported.ok) throw new Error(JSON.stringify(imported.issues))
    const { id, publishedVersionId } = imported.app
    await drafts.save(caller, id, JSON.stringify(markedChat(fresh(side.mark), home.ids.variable)))
    return { chatApp: id, chatVersion: publishedVersionId ?? '' }
  },
  async conversation(about) {
    const { user, mark, upload } = about.home.ids
    const files = [localFile(upload.replace('file_', ''))]
    const body = { inputs: {}, query: mark, user, files, response_mode: 'blocking' }
    const said = await request(serviceCall(about), 'POST', '/v1/chat-messages', body)
    return { conversation: prefixed('conv', said.conversation_id), message: prefixed('msg', said.message_id) }
  },
  async annotation(about) {
    const body = { question: fresh(about.side.mark), answer: about.side.mark }
    const { id } = await request(serviceCall(about), 'POST', '/v1/apps/annotations', body)
    return { annotation: prefixed('ann', id) }
  },
  async memberFile({ world, side }) {
    const call = { url: world.platform.url, key: side.tokens.owner }
    const { id } = await request(call, 'POST', '/api/files', documentForm(side.mark))
    return { memberFile: id }
  },
  async account({ world, side }) {
    const person = { email: `${fresh(side.mark)}@example.org`, name: side.mark, password: PASSWORD }
    const { accounts } = world.platform.platform
    const added = await addMember(accounts, systemCaller(side.tenantId), { ...person, role: 'viewer' })
    return { account: added.id }
  },
  /** Open, with the token that accepts it. */
  async invitation({ world, side }) {
    const invited = { email: `${fresh(side.mark)}@example.org`, role: 'viewer' } as const
    const { accounts } = world.platform.platform
    const { invitation, token } = await accounts.invite(systemCaller(side.tenantId), 'owner', invited)
    return { invitation: invitation.id, invitationToken: token }
  },
  /** Of who is about to call, to a new tenant of a colleague's. */
  async invitationToMe({ world, side, secret }) {
    const { accounts } = world.platform.platform
    const [me, owner, admin] = await Promise.all([secret, side.tokens.owner, side.tokens.admin].map(accounts.verify))
    const founder = me?.role === 'owner' ? admin : owner
    if (!me || !founder) throw new Error('the token is not valid')
    const { tenantId } = await accounts.createTenant(founder, `Tenant ${fresh(side.mark)}`)
    const invited = { email: me.account.email, role: 'viewer' } as const
    const { token } = await accounts.invite(systemCaller(tenantId), 'owner', invited)
    return { invitationToken: token }
  },
  async email({ side }) {
    return { email: `${fresh(side.mark)}@example.org` }
  },
  async key({ world, side }) {
    const { keys } = world.platform.platform
    const { key } = await keys.create(systemCaller(side.tenantId), { scope: 'gateway', name: side.mark })
    return { key: key.id }
  },
  async router({ world, side }) {
    const call = { url: world.platform.url, key: side.tokens.owner }
    const name = unique.next('router')
    const definition = { default: { targets: 'acme/acme-large' }, description: side.mark }
    await request(call, 'POST', '/api/gateway/routers', { name, definition })
    return { router: name }
  },
  async limit({ world, side }) {
    const call = { url: world.platform.url, key: side.tokens.owner }
    const name = unique.next('limit')
    await request(call, 'PUT', `/api/gateway/limits/${name}`, { subject: 'user', requests: 1_000_000 })
    return { limit: name }
  },
  async budget({ world, side }) {
    const call = { url: world.platform.url, key: side.tokens.owner }
    const name = unique.next('budget')
    const body = { subject: 'user', window: 'month', limitUsd: '1000000' }
    await request(call, 'PUT', `/api/gateway/budgets/${name}`, body)
    return { budget: name }
  },
  /** Of none yet. */
  async routerName() {
    return { router: unique.next('router') }
  },
  async refreshToken({ world, side }) {
    const { refreshToken } = await openSession(world, side, side.tokens.viewer)
    return { refreshToken }
  },
  async session({ world, side, secret }) {
    const { accessToken } = await openSession(world, side, secret)
    return { secret: accessToken }
  },
  async consoleConversation({ world, home, secret }) {
    const call = { url: world.platform.url, key: secret }
    return { consoleConversation: await talkInConsole(call, home.ids.chatApp, home.ids.mark) }
  },
  async chatLive(about) {
    const { task, run } = await live(about, 'chat', '/v1/chat-messages')
    return { chatLiveTask: task, chatLiveRun: prefixed('run', run) }
  },
  async form(about) {
    const { world, home, side } = about
    return startAsking({ url: world.platform.url, key: home.keys.workflow }, side.mark)
  },
  async workflowLive(about) {
    return { workflowLiveTask: (await live(about, 'workflow', '/v1/workflows/run')).task }
  },
  async completionLive(about) {
    return { completionLiveTask: (await live(about, 'completion', '/v1/completion-messages')).task }
  },
} satisfies Record<string, (about: SpareRequest) => Promise<Spare>>

export type SpareName = keyof typeof MAKERS

/** A further sign-in of whoever has the token. */
const openSession = async ({ platform }: TwoTenants, { tenantId }: Side, token: string) => {
  const { accounts } = platform.platform
  const session = await accounts.verify(token)
  if (!session) throw new Error('the token is not valid')
  return accounts.switchTenant(session, tenantId, 'test')
}

/** The standing ids with those made anew in their place, and the secret to call with. */
export const withSpares = async (
  names: readonly SpareName[],
  about: SpareRequest,
): Promise<{ readonly ids: Ids; readonly secret: string }> => {
  let { ids } = about.home
  let { secret } = about
  for (const name of names) {
    const made: Spare = await MAKERS[name](about)
    const { secret: other = secret, ...others } = made
    // Absent ones stay as they are: makers leave out what they do not make.
    ids = { ...ids, ...others } as Ids
    secret = other
  }
  return { ids, secret }
}
