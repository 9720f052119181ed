// What the gateway did last, and how its targets are, over the management API.

import type { FastifyInstance } from 'fastify'
import { formatUsd } from '../../base/money.ts'
import type { TargetHealth } from '../../model/resilience/spec.ts'
import type { CallRecord } from '../../product/gateway/spec.ts'
import { getGatewayHealth, listGatewayCalls } from '../../wire/management/gateway-calls.ts'
import { memberCallerOf } from '../authenticate.ts'
import { addRoute } from '../route.ts'
import type { ServerParts } from '../spec.ts'
import { isoTime } from './lists.ts'

export const gatewayCallRoutes =
  ({ gateway, gatewayRecords, warming }: Pick<ServerParts, 'gateway' | 'gatewayRecords' | 'warming'>) =>
  async (server: FastifyInstance) => {
    addRoute(server, listGatewayCalls, ({ query, request }) => ({
      data: gatewayRecords.latest(memberCallerOf(request).caller, query.limit).map(toCallBody),
    }))
    addRoute(server, getGatewayHealth, async ({ request }) => {
      const { caller } = memberCallerOf(request)
      const health = await gateway.health({ caller, keyId: null, appId: null, user: null })
      const warmUp = warming().map(({ target, status, elapsedMs, error }) => ({
        target,
        status,
        elapsedMs: elapsedMs === undefined ? null : round(elapsedMs),
        error: error ?? null,
      }))
      return { data: health.map(toHealthBody), warmUp }
    })
  }

const toCallBody = (record: CallRecord) => ({
  id: record.id,
  door: record.door,
  model: record.model,
  target: record.target,
  router: record.router,
  rule: record.rule,
  reasons: [...record.reasons],
  keyId: record.by.keyId,
  appId: record.by.appId,
  user: record.by.user,
  cache: record.cache,
  attempts: record.attempts.map(({ target, account, elapsedMs, errorClass, error }) => ({
    target,
    account,
    elapsedMs: round(elapsedMs),
    errorClass: errorClass ?? null,
    error: error ?? null,
  })),
  status: record.status,
  errorCode: record.errorCode,
  promptTokens: record.usage?.promptTokens ?? null,
  completionTokens: record.usage?.completionTokens ?? null,
  estimated: record.usage?.estimated ?? false,
  costUsd: record.costNanoUsd === undefined ? null : formatUsd(record.costNanoUsd),
  startedAt: isoTime(record.startedAt),
  elapsedMs: round(record.elapsedMs),
  firstTokenMs: record.firstTokenMs === null ? null : round(record.firstTokenMs),
})

const toHealthBody = (health: TargetHealth) => ({
  target: health.target,
  state: health.state,
  opensInMs: health.opensInMs,
  pending: health.pending,
  calls: health.calls,
  failures: health.failures,
  firstTokenMs: health.firstTokenMs === undefined ? null : round(health.firstTokenMs),
  tokenMs: health.tokenMs === undefined ? null : round(health.tokenMs),
  lastError: health.lastError ?? null,
  lastAnswerAt: health.lastAnswerAt === undefined ? null : isoTime(health.lastAnswerAt),
  accounts: health.accounts.map(({ id, usable, reason }) => ({ id, usable, reason: reason ?? null })),
})

/** Thousandths tell nobody more. */
const round = (ms: number): number => Math.round(ms * 1_000) / 1_000
