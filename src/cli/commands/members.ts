// `heddle members …`: who is in the tenant, and who is invited. A token is shown once, when somebody is invited.

import { dataOf, type Schemas } from '../../wire/client/client.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { oneLine, printRows } from '../lists.ts'
import { EXIT, type ExitCode, note, printJson, printLine } from '../output.ts'
import { withPrefix } from './apps.ts'

export const listMembersCommand = (options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { items: members } = await dataOf(api.GET('/api/members'))
    const { items: invitations } = await dataOf(api.GET('/api/invitations'))
    if (options.json) {
      for (const member of members) printJson({ type: 'member', ...member })
      for (const invitation of invitations) printJson({ type: 'invitation', ...invitation })
    } else {
      printRows([
        ...members.map(({ id, email, role, name }) => [id, oneLine(email), role, oneLine(name)]),
        ...invitations.map(({ id, email, role, expiresAt }) => [
          id,
          oneLine(email),
          role,
          `invited until ${expiresAt.slice(0, 10)}`,
        ]),
      ])
    }
    return EXIT.ok
  })

export interface InviteOptions extends PlaceOptions {
  readonly role: Schemas['Role']
}

export const inviteCommand = (email: string, options: InviteOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { role } = options
    const { invitation, token } = await dataOf(api.POST('/api/members', { body: { email, role } }))
    if (options.json) printJson({ ...invitation, token })
    else {
      printLine(token)
      note(`It is shown this once. ${oneLine(invitation.email)} joins with it: heddle join --token …`)
    }
    return EXIT.ok
  })

export const revokeInvitationCommand = (id: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const invitationId = withPrefix('inv', id)
    const params = { path: { invitation_id: invitationId } }
    await dataOf(api.DELETE('/api/invitations/{invitation_id}', { params }))
    if (options.json) printJson({ id: invitationId, revoked: true })
    else note('The invitation is revoked.')
    return EXIT.ok
  })

export const removeMemberCommand = (id: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const accountId = withPrefix('acct', id)
    await dataOf(api.DELETE('/api/members/{account_id}', { params: { path: { account_id: accountId } } }))
    if (options.json) printJson({ id: accountId, removed: true })
    else note('The account is no member any more.')
    return EXIT.ok
  })
