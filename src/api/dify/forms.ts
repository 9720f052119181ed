// The Service API's calls about forms.

import type { FastifyInstance } from 'fastify'
import { getForm, submitForm } from '../../wire/dify/forms.ts'
import { type AppCaller, appCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { requireGraph } from './app-modes.ts'
import { readFileInputs } from './files.ts'
import { formAnswer } from './form-frames.ts'

export const formRoutes =
  ({ apps, forms, uploads, admitUrl }: ServerParts) =>
  async (server: FastifyInstance) => {
    const open = async (app: AppCaller, token: string) => {
      await requireGraph(apps, app)
      return forms.open(app.caller, app.appId, token)
    }

    addRoute(server, getForm, async ({ request, params }) =>
      formAnswer(await open(appCallerOf(request), params.form_token)),
    )

    addRoute(server, submitForm, async ({ request, params, body }) => {
      const app = appCallerOf(request)
      const form = await open(app, params.form_token)
      const uploaded = (fileId: string) => uploads.resolve(app.caller, { appId: app.appId, user: body.user }, fileId)
      const values = await readFileInputs(body.inputs, admitUrl, uploaded)
      await forms.submit(app.caller, form, { actionId: body.action, values, by: body.user })
      return {}
    })
  }
