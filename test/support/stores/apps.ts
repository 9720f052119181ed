// One call of every function of the stores of apps, versions and keys; with every optional part that
// adds to its statement.

import { hashDocument } from '../../../src/product/apps/app-lock.ts'
import { MARK, type StoreCalls } from './world.ts'

export const appsCalls: StoreCalls = {
  'apps.create': (caller, { stores }) =>
    stores.apps.create(caller, { name: 'other', mode: 'chat' }, { document: 'text' }),
  'apps.get': (caller, { stores, app }) => stores.apps.get(caller, app.id),
  'apps.list': (caller, { stores, app }) =>
    stores.apps.list(caller, { limit: 10, after: { ...app, createdAt: app.createdAt + 1 } }),
  'apps.update': (caller, { stores, app }) =>
    stores.apps.update(caller, app.id, {
      name: `${MARK}!`,
      description: 'd',
      icon: { type: 'emoji', value: 'x', background: '#fff' },
    }),
  'apps.saveDraft': (caller, { stores, app }) =>
    stores.apps.saveDraft(caller, app.id, { document: `${MARK} draft`, baseHash: hashDocument(MARK) }),
  'apps.getDraft': (caller, { stores, app }) => stores.apps.getDraft(caller, app.id),
  'versions.get': (caller, { stores, versionId }) => stores.versions.get(caller, versionId),
  'versions.getPublished': (caller, { stores, app }) => stores.versions.getPublished(caller, app.id),
  'versions.list': (caller, { stores, app }) => stores.versions.list(caller, app.id, { limit: 5, before: 99 }),
  'versions.publishDraft': (caller, { stores, app }) =>
    stores.versions.publishDraft(caller, app.id, { baseHash: hashDocument(`${MARK} draft`) }),
  'versions.publish': (caller, { stores, app, versionId }) => stores.versions.publish(caller, app.id, versionId),
  'keys.create': (caller, { stores, app }) =>
    stores.keys.create(caller, { scope: 'app', appId: app.id, name: '', prefix: '', hash: `hash-${caller.tenantId}` }),
  'keys.list': (caller, { stores, app }) => stores.keys.list(caller, { appId: app.id }),
  'keys.page': (caller, { stores, app, key }) =>
    stores.keys.page(caller, {
      limit: 5,
      appId: app.id,
      scope: 'app',
      after: { id: key.id, createdAt: key.createdAt + 1 },
    }),
  'keys.touch': (caller, { stores, key }) => stores.keys.touch(caller, key.id),
  'keys.findByHash': (_caller, { stores }) => stores.keys.findByHash(MARK),
  'keys.revoke': (caller, { stores, key }) => stores.keys.revoke(caller, key.id),
}
