// One call of every function of the stores of answers written by hand; with every optional part that
// adds to its statement.

import { MARK, REPLY, type StoreCalls } from './world.ts'

export const annotationsCalls: StoreCalls = {
  'annotations.create': (caller, { stores, app }) =>
    stores.annotations.create(caller, app.id, { question: 'q', answer: 'a' }, 99),
  'annotations.update': (caller, { stores, app, annotation }) =>
    stores.annotations.update(caller, app.id, annotation.id, { question: `${MARK}?`, answer: MARK }),
  'annotations.list': (caller, { stores, app }) =>
    stores.annotations.list(caller, { appId: app.id, page: 1, limit: 5, keyword: MARK }),
  'annotations.matchRows': (caller, { stores, app, annotation }) =>
    stores.annotations.matchRows(caller, app.id, MARK, {
      after: { ...annotation, vector: null, createdAt: annotation.createdAt - 1 },
      limit: 5,
    }),
  'annotations.pending': (caller, { stores, app }) => stores.annotations.pending(caller, app.id, MARK, 5),
  'annotations.saveVectors': (caller, { stores, app, annotation }) =>
    stores.annotations.saveVectors(caller, app.id, MARK, [
      { id: annotation.id, question: `${MARK}?`, vector: Float32Array.of(1, 2) },
    ]),
  'annotations.hit': (caller, { stores, app, annotation }) => stores.annotations.hit(caller, app.id, annotation.id),
  'annotations.delete': (caller, { stores, app, annotation }) =>
    stores.annotations.delete(caller, app.id, annotation.id),
  'replies.settings': (caller, { stores, app }) => stores.replies.settings(caller, app.id),
  'replies.job': (caller, { stores, app, job }) => stores.replies.job(caller, app.id, job.id),
  'replies.process': (caller, { stores, job }) => stores.replies.process(caller, job.id),
  'replies.complete': (caller, { stores, app, job }) => stores.replies.complete(caller, app.id, job),
  'replies.fail': (caller, { stores, failing }) => stores.replies.fail(caller, failing.id, MARK),
  'replies.enable': (caller, { stores, app }) => stores.replies.enable(caller, app.id, REPLY),
  'replies.disable': (caller, { stores, app }) => stores.replies.disable(caller, app.id),
  'replies.unfinished': (_caller, { stores }) => stores.replies.unfinished(),
}
