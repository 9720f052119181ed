// One call of every function of the stores of runs, their nodes, pauses and forms; with every optional part that
// adds to its statement.

import { MARK, owner, type StoreCalls } from './world.ts'

export const runsCalls: StoreCalls = {
  'runs.start': (caller, { db, stores, run }) =>
    db.write([stores.runs.start(caller, { ...run, id: 'run_33333333-3333-7333-8333-333333333333' })]),
  'runs.get': (caller, { stores, app, run }) => stores.runs.get(caller, app.id, run.id),
  'runs.list': (caller, { stores, app }) =>
    stores.runs.list(caller, {
      appId: app.id,
      page: 1,
      limit: 5,
      statuses: ['running'],
      createdAfter: 0,
      createdBefore: 9_999,
      endUserExternalId: MARK,
      keyword: MARK,
    }),
  'nodes.save': (caller, { db, stores, node }) =>
    db.write([stores.nodes.save(caller, { ...node, status: 'succeeded' })]),
  'runSearch.list': (caller, { stores, app, run, talk }) =>
    stores.runSearch.list(caller, {
      limit: 5,
      after: { id: run.id, createdAt: run.startedAt + 1 },
      appId: app.id,
      statuses: ['running'],
      sources: ['service-api'],
      user: MARK,
      conversationId: talk.id,
      traceId: 'trace',
      keyword: MARK,
      from: 0,
      to: 9_999,
    }),
  'runSearch.get': (caller, { stores, run }) => stores.runSearch.get(caller, run.id),
  'nodes.list': (caller, { stores, run }) => stores.nodes.list(caller, run.id),
  'nodes.stopWaiting': (caller, { db, stores, run }) => db.write([stores.nodes.stopWaiting(caller, run.id, 9)]),
  'pauses.save': (caller, { db, stores, pause }) => db.write([stores.pauses.save(caller, { ...pause, nextEvent: 9 })]),
  'pauses.get': (caller, { stores, run }) => stores.pauses.get(caller, run.id),
  'pauses.byTask': (caller, { stores }) => stores.pauses.byTask(caller, 'task'),
  'pauses.remove': (caller, { db, stores, run }) => db.write([stores.pauses.remove(caller, run.id)]),
  'forms.add': (caller, { db, ids, stores, form }) =>
    db.write([stores.forms.add(caller, { ...form, id: ids.next('form'), token: null })]),
  'forms.byToken': (caller, { stores, app }) => stores.forms.byToken(caller, app.id, MARK),
  'forms.get': (caller, { stores, form }) => stores.forms.get(caller, form.id),
  'forms.ofRuns': (caller, { stores, run }) => stores.forms.ofRuns(caller, [run.id]),
  'forms.list': (caller, { stores, app, form, run }) =>
    stores.forms.list(caller, {
      limit: 5,
      after: { id: form.id, createdAt: form.createdAt + 1 },
      appId: app.id,
      runId: run.id,
      status: 'open',
    }),
  'forms.due': (_caller, { stores }) => stores.forms.due(5),
  'forms.nextExpiry': (_caller, { stores }) => stores.forms.nextExpiry(),
  'forms.unheard': (_caller, { stores }) => stores.forms.unheard(5),
  'forms.answer': async (caller, { stores, form }) => {
    await stores.forms.answer(caller, form.id, { type: 'timeout', content: MARK }, null)
    await stores.forms.answer(caller, form.id, { type: 'submitted', actionId: 'a', values: {}, content: MARK }, MARK)
  },
  'forms.closeOf': (caller, { db, stores, run }) => db.write([stores.forms.closeOf(caller, run.id)]),
  'pauses.pause': (caller, { db, stores, run }) =>
    db.write([
      stores.pauses.pause(caller, run.id, {
        steps: 1,
        tokens: 2,
        promptTokens: 1,
        completionTokens: 1,
        costNanoUsd: 3,
        exceptions: 0,
        elapsedMs: 2,
      }),
    ]),
  'pauses.claim': (caller, { stores, run }) => stores.pauses.claim(caller, run.id),
  'runs.finish': (caller, { db, stores, run }) =>
    db.write([
      stores.runs.finish(caller, run.id, {
        status: 'succeeded',
        outputs: { text: MARK },
        error: null,
        errorCode: null,
        steps: 1,
        tokens: 2,
        promptTokens: 1,
        completionTokens: 2,
        costNanoUsd: 3,
        exceptions: 0,
        finishedAt: 8,
        elapsedMs: 2,
      }),
    ]),
  'runs.markInterrupted': async (_caller, { db, ids, stores, run }) => {
    const orphan = stores.runs.start(owner, { ...run, id: ids.next('run') })
    const parameters = orphan.parameters.map((value) => (value === db.instance.id ? 'instance_gone' : value))
    await db.write([{ ...orphan, parameters }])
    return stores.runs.markInterrupted()
  },
}
