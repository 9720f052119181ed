// Limits and budgets of the caller's tenant over the management API.

import type { FastifyInstance } from 'fastify'
import { formatUsd } from '../../base/money.ts'
import type { NamedBudget, NamedLimit } from '../../product/limits/limits.ts'
import {
  deleteBudget,
  deleteLimit,
  listBudgets,
  listLimits,
  putBudget,
  putLimit,
} from '../../wire/management/limits.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { isoTime } from './lists.ts'

export const limitRoutes =
  ({ callLimits }: Pick<ServerParts, 'callLimits'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listLimits, async ({ request }) => ({
      items: (await callLimits.listLimits(memberCallerOf(request).caller)).map(toLimitBody),
    }))
    addRoute(server, putLimit, async ({ params, body, request }) =>
      toLimitBody(await callLimits.putLimit(memberCallerOf(request).caller, params.name, body)),
    )
    addRoute(server, deleteLimit, ({ params, request }) =>
      callLimits.removeLimit(memberCallerOf(request).caller, params.name),
    )
    addRoute(server, listBudgets, async ({ request }) => ({
      items: (await callLimits.listBudgets(memberCallerOf(request).caller)).map(toBudgetBody),
    }))
    addRoute(server, putBudget, async ({ params, body, request }) =>
      toBudgetBody(await callLimits.putBudget(memberCallerOf(request).caller, params.name, body)),
    )
    addRoute(server, deleteBudget, ({ params, request }) =>
      callLimits.removeBudget(memberCallerOf(request).caller, params.name),
    )
  }

type Tenants = 'tenant' | 'app' | 'key' | 'user'

const toLimitBody = ({ updatedAt, ...limit }: NamedLimit) => ({
  ...limit,
  subject: limit.subject as Tenants,
  updatedAt: isoTime(updatedAt),
})

const toBudgetBody = ({ updatedAt, spent, ...budget }: NamedBudget) => ({
  ...budget,
  subject: budget.subject as Tenants,
  updatedAt: isoTime(updatedAt),
  spentUsd: spent ? formatUsd(spent.spentNanoUsd) : null,
  resetsAt: spent && Number.isFinite(spent.resetsAt) ? isoTime(spent.resetsAt) : null,
})
