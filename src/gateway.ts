// The gateway, put together: providers as targets, with everything that stands between a caller and a model.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Metrics } from './base/metrics.ts'
import type { Seams } from './base/seams.ts'
import type { Config } from './config.ts'
import { type WarmUpStatus, type WarmUpTarget, warmUp } from './model/batch/warm-up.ts'
import { createNativeClient } from './model/drivers/native/client.ts'
import { createAskPanel } from './model/fuse/panel.ts'
import type { DatedPriceBook } from './model/limit/prices.ts'
import { createResilience } from './model/resilience/resilience.ts'
import type { Account } from './model/resilience/spec.ts'
import { createFacts } from './model/route/facts.ts'
import type { ModelKind } from './model/spec.ts'
import { createStages } from './model/stage/stages.ts'
import { parseLenientJson } from './nodes/drivers/json-repair.ts'
import { compileSchema } from './nodes/drivers/json-schema.ts'
import { costAt, withMemberCosts } from './product/gateway/answer-cost.ts'
import { createGateway, type GatewayParts } from './product/gateway/gateway.ts'
import { createCallRecords } from './product/gateway/records.ts'
import type { CallRecord, Gateway } from './product/gateway/spec.ts'
import { createTargets, type Targets } from './product/gateway/targets.ts'

export interface GatewaySurroundings
  extends Pick<
    GatewayParts,
    'routers' | 'limiter' | 'cache' | 'cacheMode' | 'cacheScope' | 'panels' | 'appModel' | 'appNames'
  > {
  readonly accounts: readonly Account[]
  readonly prices: Parameters<typeof createTargets>[0]['prices'] & Pick<DatedPriceBook, 'partsOf'>
  readonly qualityOf: Parameters<typeof createTargets>[0]['qualityOf']
  readonly metrics: Metrics
  /** Writes a finished call into the usage of its tenant. */
  readonly count: (record: CallRecord) => void
}

export interface GatewayHouse {
  readonly gateway: Gateway
  readonly targets: Targets
  readonly records: ReturnType<typeof createCallRecords>
  /** How far the models are that are warmed at the start. */
  readonly warming: () => readonly WarmUpStatus[]
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
    askPanel: withMemberCosts(createAskPanel({ clock, random, log, compileSchema }), (target, usage) =>
      costAt(given.prices, { target, usage, at: clock.now() }),
    ),
    stages: createStages(config.gateway.stages, { parseJson: parseLenientJson, readFile: readWords }),
    nextId: () => ids.next('call'),
    defaultOf: (kind) => defaultOf(config, kind),
  })
  const warming = warmUp(
    config.gateway.warmUp.flatMap((id) => toWarm(targets, id)),
    { clock, log, timeoutMs: WARM_UP_MS },
  )
  return {
    gateway,
    targets,
    records,
    warming: () => warming.status(),
    async close() {
      leaving.abort()
      warming.close()
      cancelBeat()
      resilience.close()
      await native.close()
    },
  }
}

/** For each model at the start. Local ones are read from disk. Milliseconds. */
const WARM_UP_MS = 300_000

/** Models that run near by are loaded by their first token; others only want a connection. */
const toWarm = (targets: Targets, id: string): readonly WarmUpTarget[] => {
  const target = targets.find(id)
  const provider = target?.accounts[0]?.provider
  if (!target || !provider) return []
  const warm = async (signal: AbortSignal): Promise<void> => {
    if (!NEAR_BY.has(provider.type)) return provider.ping?.(signal)
    const request = { messages: [{ role: 'user' as const, content: 'Hi' }], parameters: { max_tokens: 1 } }
    await provider.chat(target.model)?.generate(request, signal)
  }
  return [{ target: id, warm }]
}
const NEAR_BY: ReadonlySet<string> = new Set(['ollama', 'local'])

/** Lists of words beside the configuration. */
const readWords = (path: string): string => readFileSync(resolve(path), 'utf8')

const defaultOf = ({ models }: Config, kind: ModelKind): string | undefined => {
  const chosen = kind === 'chat' ? models.default : models[kind]
  return chosen && `${chosen.provider}/${chosen.name}`
}
