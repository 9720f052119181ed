// The gateway, put together: providers as targets, with everything that stands between a caller and a model.

import type { Metrics } from './base/metrics.ts'
import type { Seams } from './base/seams.ts'
import type { Config } from './config.ts'
import { createNativeClient } from './model/drivers/native/client.ts'
import { createResilience } from './model/resilience/resilience.ts'
import type { Account } from './model/resilience/spec.ts'
import { createFacts } from './model/route/facts.ts'
import type { ModelKind } from './model/spec.ts'
import { createGateway, type GatewayParts } from './product/gateway/gateway.ts'
import { createCallRecords } from './product/gateway/records.ts'
import type { CallRecord, Gateway } from './product/gateway/spec.ts'
import { createTargets, type Targets } from './product/gateway/targets.ts'

export interface GatewaySurroundings
  extends Pick<
    GatewayParts,
    | 'routers'
    | 'limiter'
    | 'cache'
    | 'cacheMode'
    | 'cacheScope'
    | 'panels'
    | 'askPanel'
    | 'stages'
    | 'appModel'
    | 'appNames'
  > {
  readonly accounts: readonly Account[]
  readonly prices: Parameters<typeof createTargets>[0]['prices']
  readonly qualityOf: Parameters<typeof createTargets>[0]['qualityOf']
  readonly metrics: Metrics
  /** Writes a finished call into the usage of its tenant. */
  readonly count: (record: CallRecord) => void
}

export interface GatewayHouse {
  readonly gateway: Gateway
  readonly targets: Targets
  readonly records: ReturnType<typeof createCallRecords>
  close(): Promise<void>
}

export const openGateway = (config: Config, seams: Seams, given: GatewaySurroundings): GatewayHouse => {
  const { clock, random, log, ids } = seams
  const { retries, retryMs, firstTokenMs } = config.gateway.resilience
  const breakers = given.metrics.gauge('heddle_gateway_breaker_open', 'Targets whose breaker is open: 1.', ['target'])
  const resilience = createResilience({
    clock,
    random,
    log,
    settings: { retries, retryMs, ...(firstTokenMs !== undefined && { firstTokenMs }) },
    onState: (target, state) => breakers.set(state === 'open' ? 1 : 0, { target }),
  })
  const targets = createTargets({
    accounts: given.accounts,
    resilience,
    prices: given.prices,
    qualityOf: given.qualityOf,
    now: () => clock.now(),
    random: () => random.next(),
  })
  const leaving = new AbortController()
  let cancelBeat = () => {}
  const beat = (everyMs: number): void => {
    cancelBeat = clock.after(
      everyMs,
      () => void resilience.heartbeat(everyMs, leaving.signal).then(() => beat(everyMs)),
    )
  }
  if (config.gateway.resilience.heartbeatMs > 0) beat(config.gateway.resilience.heartbeatMs)
  const native = createNativeClient({ clock })
  const records = createCallRecords({ metrics: given.metrics, log, count: given.count })
  const gateway = createGateway({
    ...given,
    clock,
    random,
    log,
    targets,
    factsOf: createFacts,
    resilience,
    native,
    records,
    nextId: () => ids.next('call'),
    defaultOf: (kind) => defaultOf(config, kind),
  })
  return {
    gateway,
    targets,
    records,
    async close() {
      leaving.abort()
      cancelBeat()
      resilience.close()
      await native.close()
    },
  }
}

const defaultOf = ({ models }: Config, kind: ModelKind): string | undefined => {
  const chosen = kind === 'chat' ? models.default : models[kind]
  return chosen && `${chosen.provider}/${chosen.name}`
}
