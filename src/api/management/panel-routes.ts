// Panels of the gateway over the management API.

import type { FastifyInstance } from 'fastify'
import type { PanelView } from '../../product/panels/panels.ts'
import { givePanelFeedback, listPanels } from '../../wire/management/panels.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'

export const panelRoutes =
  ({ panels }: Pick<ServerParts, 'panels'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listPanels, async ({ request }) => ({
      items: (await panels.list(memberCallerOf(request).caller)).map(toPanelBody),
      nextCursor: null,
    }))
    addRoute(server, givePanelFeedback, async ({ params, body, request }) => {
      const { correct } = body
      const feedback =
        'callId' in body
          ? ({ type: 'call', callId: body.callId, correct } as const)
          : ({ type: 'member', member: body.member, correct } as const)
      return toPanelBody(await panels.feedback(memberCallerOf(request).caller, params.name, feedback))
    })
  }

const toPanelBody = ({ panel, learns, feedback }: PanelView) => ({
  name: panel.name,
  mode: panel.mode,
  fusion: panel.fusion,
  quorum: panel.quorum,
  parallel: panel.parallel,
  arbiter: panel.arbiter ?? null,
  learns,
  members: panel.members.map(({ target, weight, accuracy, timeoutMs }) => {
    const counted = feedback.find(({ member }) => member === target)
    const { correct = 0, wrong = 0 } = counted ?? {}
    return { target, weight, accuracy: accuracy ?? null, correct, wrong, timeoutMs }
  }),
})
