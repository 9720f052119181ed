// What apps used, over the management API.

import type { FastifyInstance } from 'fastify'
import { formatUsd } from '../../base/money.ts'
import type { UsageFigures } from '../../product/usage/usage.ts'
import { getUsage } from '../../wire/management/usage.ts'
import { memberCallerOf } from '../authenticate.ts'
import { invalidParam } from '../errors.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { isoTime, readFilterId } from './lists.ts'

export const usageRoutes =
  ({ usage }: Pick<ServerParts, 'usage'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, getUsage, async ({ query, request }) => {
      const appId = readFilterId('appId', 'app', query.appId)
      const from = query.from === undefined ? undefined : Date.parse(query.from)
      const to = query.to === undefined ? undefined : Date.parse(query.to)
      if (from !== undefined && to !== undefined && from > to) throw invalidParam('from', 'must not be later than to')
      const summary = await usage.summary(memberCallerOf(request).caller, {
        groupBy: query.groupBy,
        ...(appId && { appId }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      })
      return {
        from: isoTime(summary.from),
        to: isoTime(summary.to),
        total: toFiguresBody(summary.total),
        groups: summary.groups.map((group) => ({ key: group.key, name: group.name, ...toFiguresBody(group) })),
        truncated: summary.truncated,
      }
    })
  }

const toFiguresBody = (figures: UsageFigures) => ({
  runs: figures.runs,
  failedRuns: figures.failedRuns,
  calls: figures.calls,
  promptTokens: figures.promptTokens,
  completionTokens: figures.completionTokens,
  totalTokens: figures.totalTokens,
  cachedTokens: figures.cachedTokens,
  reasoningTokens: figures.reasoningTokens,
  costUsd: figures.costNanoUsd === null ? null : formatUsd(figures.costNanoUsd),
  estimatedCostUsd: formatUsd(figures.estimatedCostNanoUsd),
  unpricedCalls: figures.unpricedCalls,
})
