// One call of every function of the stores of the removal of conversations and apps; it runs last; with every optional part that
// adds to its statement.

import { PURGED } from '../../../src/product/apps/purge-store.ts'
import type { StoreCalls } from './world.ts'

export const endsCalls: StoreCalls = {
  'conversations.delete': (caller, { stores, app, talk, user }) =>
    stores.conversations.delete(caller, { appId: app.id, id: talk.id, endUserId: user.id }),
  'apps.markDeleted': (caller, { stores, app }) => stores.apps.markDeleted(caller, app.id),
  'purge.deleted': (_caller, { stores }) => stores.purge.deleted(5),
  'purge.tasksUnderWay': (caller, { stores, app }) => stores.purge.tasksUnderWay(caller, app.id, 5),
  'purge.removeRuns': (caller, { stores, app }) => stores.purge.removeRuns(caller, app.id, 5),
  'purge.some': async (caller, { stores, app }) => {
    for (const table of PURGED) await stores.purge.some(caller, app.id, table, 5)
  },
  'purge.filesOfMessages': (caller, { stores, message }) => stores.purge.filesOfMessages(caller, [message.id]),
  'purge.removeRows': async (caller, { stores, app }) => {
    for (const table of PURGED) {
      const ids = await stores.purge.some(caller, app.id, table, 5)
      if (ids.length > 0) await stores.purge.removeRows(caller, table, ids)
    }
  },
  'purge.remove': (caller, { stores, app }) => stores.purge.remove(caller, app.id),
}
