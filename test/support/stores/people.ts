// One call of every function of the stores of tenants, people and their sign-ins; with every optional part that
// adds to its statement.

import type { Caller } from '../../../src/product/caller.ts'
import { ANY, MARK, newInvitation, newPerson, newSignIn, owner, type StoreCalls } from './world.ts'

export const peopleCalls: StoreCalls = {
  'tenants.ensure': (caller, { stores }) => stores.tenants.ensure(caller, 'again'),
  'tenants.get': (caller, { stores }) => stores.tenants.get(caller),
  'accounts.hasAny': (_caller, { stores }) => stores.accounts.hasAny(),
  'accounts.findByAddress': (_caller, { stores, person }) => stores.accounts.findByAddress(person.email),
  'accounts.get': (_caller, { stores, person }) => stores.accounts.get(person.id),
  'accounts.rename': (_caller, { stores, person }) => stores.accounts.rename(person.id, 'Renamed'),
  'accounts.setPassword': (_caller, { stores, person }) => stores.accounts.setPassword(person.id, 'changed'),
  'accounts.memberships': (_caller, { stores, person }) => stores.accounts.memberships(person.id, 10),
  'accounts.saveSetupToken': (caller, { stores }) => stores.accounts.saveSetupToken(caller, 'again'),
  'accounts.setupTokenHash': (caller, { stores }) => stores.accounts.setupTokenHash(caller),
  'members.list': (caller, { stores }) => stores.members.list(caller, 10),
  'members.found': (caller, { ids, stores, person }) =>
    stores.members.found({ ...caller, tenantId: ids.next('tenant') }, 'founded', person.id),
  'invitations.create': (caller, { ids, stores, invitation: { email, ...former } }) => {
    const { id } = newInvitation(ids, '')
    return stores.invitations.create(caller, { ...former, id, email: `again.${email}` }, ANY)
  },
  'invitations.list': (caller, { stores }) => stores.invitations.list(caller, 5),
  'invitations.find': (caller, { stores, invitation }) => stores.invitations.find(caller, invitation),
  'invitations.accept': (caller, { ids, stores, invitation }) =>
    stores.invitations.accept(caller, invitation, { joining: newPerson(ids, 'new'), most: 1_000 }),
  'invitations.revoke': (caller, { stores, revocable }) => stores.invitations.revoke(caller, revocable.id, () => {}),
  'members.setRole': ({ tenantId }, { stores, person }) => {
    const caller: Caller = { tenantId, actor: { type: 'account', id: person.id } }
    return stores.members.setRole(caller, person.id, { role: 'owner', voided: ['owner'], judge: () => {} })
  },
  'signIns.create': (caller, { ids, stores, person }) =>
    stores.signIns.create(caller, { ...newSignIn(ids), accountId: person.id, refreshHash: 'hash' }),
  'signIns.find': ({ tenantId }, { stores, person, signIn }) =>
    stores.signIns.find({ tenantId, signInId: signIn.id, accountId: person.id }),
  'signIns.rotate': (caller, { stores, signIn }) =>
    stores.signIns.rotate(caller, signIn.id, { from: MARK, to: 'next', expiresAt: 5_000 }),
  'signIns.revoke': (caller, { stores, signIn }) => stores.signIns.revoke(caller, signIn.id),
  'signIns.revokeOthers': ({ tenantId }, { stores, person, signIn }) =>
    stores.signIns.revokeOthers(person.id, { tenantId, id: signIn.id }),
  'members.remove': (caller, { stores, person }) => stores.members.remove(caller, person.id, () => {}),
  'accounts.createFirst': async (_caller, { db, forget, ids, stores }) => {
    await db.kysely.deleteFrom('accounts').execute()
    forget()
    return stores.accounts.createFirst(owner, newPerson(ids, 'first'))
  },
  'tenants.rename': (caller, { stores }) =>
    stores.tenants.rename(caller, caller.tenantId === owner.tenantId ? MARK : 'stranger'),
}
