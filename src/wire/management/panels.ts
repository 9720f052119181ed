// Panels of the gateway over the management API: what their members count, and feedback about them.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'
import { pathIds } from './shapes.ts'

const tag = 'Panels'

const member = z
  .object({
    target: z.string(),
    weight: z.number().meta({ description: 'As configured, for this tenant. Only ratios mean something.' }),
    accuracy: z
      .number()
      .nullable()
      .meta({ description: 'How often it is right, by feedback and weight, 0 to 1. Null while there is no feedback.' }),
    correct: z.int().meta({ description: 'Feedback that it was right.' }),
    wrong: z.int(),
    timeoutMs: z.int(),
  })
  .meta({ id: 'PanelMember' })

export const panel = z
  .object({
    name: z.string(),
    mode: z.enum(['all', 'race', 'cascade']),
    fusion: z.enum(['vote', 'field-vote', 'mean', 'best-of', 'synthesis', 'ranking', 'auto']),
    quorum: z.int(),
    parallel: z.int(),
    arbiter: z.string().nullable(),
    learns: z.boolean(),
    members: z.array(member),
  })
  .meta({ id: 'Panel' })

export const listPanels = defineOperation({
  method: 'GET',
  path: '/api/gateway/panels',
  id: 'listPanels',
  summary: 'Lists the panels of the configuration with what their members count for the tenant, all on one page.',
  tag,
  answers: {
    200: { description: 'All panels.', schema: z.object({ items: z.array(panel), nextCursor: z.null() }) },
  },
  errors: [403],
})

export const givePanelFeedback = defineOperation({
  method: 'POST',
  path: '/api/gateway/panels/{name}/feedback',
  id: 'givePanelFeedback',
  summary: 'Tells a panel whether an answer was right, of a call or of one member.',
  tag,
  params: pathIds('name'),
  body: z.union([
    z.strictObject({
      callId: plainText().min(1).max(200).meta({ description: 'Of a call that this panel answered; judged once.' }),
      correct: z.boolean(),
    }),
    z.strictObject({ member: plainText().min(1).max(300).meta({ description: 'A target.' }), correct: z.boolean() }),
  ]),
  answers: { 200: { description: 'The panel as it counts now.', schema: panel } },
  errors: [400, 403, 404],
})

export const panelOperations = [listPanels, givePanelFeedback]
