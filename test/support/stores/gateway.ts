// One call of every function of the stores of what the gateway keeps: routers, limits, panels, usage; with every optional part that
// adds to its statement.

import { MARK, SPENT, type StoreCalls } from './world.ts'

export const gatewayCalls: StoreCalls = {
  'routers.create': (caller, { ids, stores }) =>
    stores.routers.create(caller, { name: ids.next('router'), definition: {} }, 1_000),
  'routers.find': (caller, { stores, router }) => stores.routers.find(caller, router.name),
  'routers.get': (caller, { stores, router }) => stores.routers.get(caller, router.id),
  'routers.update': (caller, { stores, router }) =>
    stores.routers.update(caller, router.name, { definition: MARK, baseVersion: 1 }),
  'routers.revisions': (_caller, { stores }) => stores.routers.revisions(),
  'routers.delete': (caller, { stores, router }) => stores.routers.delete(caller, router.name),
  'panels.add': (caller, { stores }) => stores.panels.add(caller, [{ panel: 'n', member: 'n', correct: 0, wrong: 1 }]),
  'panels.list': (caller, { stores }) => stores.panels.list(caller),
  'limits.put': (caller, { stores }) =>
    stores.limits.put(caller, 'limits', { name: 'n', setting: { subject: 'key' }, most: 5 }),
  'limits.list': (caller, { stores }) => stores.limits.list(caller, 'limits'),
  'limits.remove': (caller, { stores }) => stores.limits.remove(caller, 'limits', MARK),
  'limits.everything': (_, { stores }) => stores.limits.everything('limits'),
  'limits.marker': (_, { stores }) => stores.limits.marker('budgets'),
  'limits.addSpend': (caller, { db, stores }) =>
    db.write([stores.limits.addSpend(caller, { ...SPENT, tenantId: caller.tenantId })]),
  'limits.spends': (_, { stores }) => stores.limits.spends(),
  'limits.forgetSpends': (_, { stores }) => stores.limits.forgetSpends(),
  'usage.add': (caller, { db, ids, stores, used }) =>
    db.write([stores.usage.add(caller, { ...used, id: ids.next('usage'), provider: 'p', model: 'm' })]),
  'usage.total': (caller, { stores, app }) => stores.usage.total(caller, { from: 0, to: 9_999, appId: app.id }),
  'usage.sums': (caller, { stores, app }) => {
    const range = { from: 0, to: 9_999, appId: app.id }
    const groups = ['app', 'user', 'key', 'router', 'day'] as const
    return Promise.all(groups.map((groupBy) => stores.usage.sums(caller, range, { groupBy, limit: 5 })))
  },
  'usage.sumsOfModels': (caller, { stores, app }) =>
    stores.usage.sumsOfModels(caller, { from: 0, to: 9_999, appId: app.id }, 5),
}
