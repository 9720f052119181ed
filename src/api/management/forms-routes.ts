// Forms over the management API.

import type { FastifyInstance } from 'fastify'
import type { ValueObject } from '../../base/value.ts'
import { FormError } from '../../product/forms/errors.ts'
import type { ListedForm } from '../../product/forms/spec.ts'
import { parseId } from '../../product/ids.ts'
import { answerForm, listForms } from '../../wire/management/forms.ts'
import { memberCallerOf } from '../authenticate.ts'
import { readFileInputs } from '../dify/files.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { isoTime, isoTimeOrNull, readCursor, readFilterId, toPageBody } from './lists.ts'

export const formRoutes =
  ({ forms, uploads, admitUrl }: Pick<ServerParts, 'forms' | 'uploads' | 'admitUrl'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listForms, async ({ query, request }) => {
      const after = readCursor('form', query.cursor)
      const appId = readFilterId('appId', 'app', query.appId)
      const runId = readFilterId('runId', 'run', query.runId)
      const page = await forms.list(memberCallerOf(request).caller, {
        limit: query.limit,
        ...(after && { after: { id: after.id, createdAt: after.at } }),
        ...(appId && { appId }),
        ...(runId && { runId }),
        ...(query.status && { status: query.status }),
      })
      return toPageBody(page, toFormBody, ({ createdAt, id }) => ({ at: createdAt, id }))
    })

    addRoute(server, answerForm, async ({ body, params, request }) => {
      const { caller } = memberCallerOf(request)
      const id = parseId('form', params.form_id)
      if (!id) throw new FormError('form/not-found')
      const form = await forms.openForMember(caller, id)
      const inputs = body.inputs as ValueObject // What JSON can say is a value.
      const values = await readFileInputs(inputs, admitUrl, (fileId) => uploads.resolve(caller, 'member', fileId))
      await forms.submit(caller, form, { actionId: body.action, values, by: caller.actor.id })
      return { runId: form.runId }
    })
  }

const toFormBody = (form: ListedForm) => ({
  id: form.id,
  appId: form.appId,
  appName: form.appName,
  runId: form.runId,
  nodeId: form.nodeId,
  nodeTitle: form.nodeTitle,
  status: form.status,
  content: form.answer?.content ?? form.request.content,
  inputs: form.request.inputs.map((input) => ({
    type: input.type,
    name: input.name,
    options: input.type === 'select' ? input.options.value : [],
    ...(input.type === 'file' || input.type === 'file-list'
      ? {
          fileTypes: input.fileTypes,
          fileExtensions: input.fileExtensions,
          uploadMethods: input.uploadMethods,
          limit: input.limit,
        }
      : { fileTypes: [], fileExtensions: [], uploadMethods: [], limit: 0 }),
  })),
  actions: form.request.actions,
  defaults: form.request.defaults,
  action: form.answer?.type === 'submitted' ? form.answer.actionId : null,
  answeredBy: form.answeredBy,
  answeredAt: isoTimeOrNull(form.answeredAt),
  expiresAt: isoTime(form.expiresAt),
  createdAt: isoTime(form.createdAt),
})
