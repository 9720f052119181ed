// Sessions over tiers: asks the nearest first, falls through to the records, and lets the upper tiers know what a lower one knew.
//
// S1  Nothing here throws but the records. A tier's failure is counted and costs a look into the next one.
// S2  Writes to tiers are never waited for by a turn, and only so many are under way; what is not written is a miss later.
// S3  `forget` removes what this process can reach. The memory of other processes and a tier that is away may keep the
//     forgotten session until it expires there; nobody finds it, since its conversation is gone.

import { messageOf } from '../../base/errors.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Log } from '../../base/seams.ts'
import type { ChatMessage } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { Exchange, Session, SessionKey, SessionRecords, Sessions, SessionTier } from './spec.ts'

/** Exchanges a model may be reminded of; windows of nodes are smaller. Source: the app format. */
const REMEMBERED_EXCHANGES = 500
const WRITES_UNDER_WAY = 256

export interface SessionsParts {
  /** Nearest first. */
  readonly tiers: readonly SessionTier[]
  readonly messages: SessionRecords
  readonly log: Log
  readonly metrics: Metrics
}

export const createSessions = ({ tiers, messages, log, metrics }: SessionsParts): Sessions => {
  const lookups = metrics.counter(
    'heddle_session_lookups_total',
    'Sessions of conversations, by the tier that knew it',
    ['tier'],
  )
  const failures = metrics.counter('heddle_session_tier_failures_total', 'Uses of a tier of sessions that failed', [
    'tier',
  ])
  const underWay = new Set<Promise<void>>()

  const failed = (tier: SessionTier, error: unknown): undefined => {
    failures.add({ tier: tier.name })
    // The tier itself says in the log when it is lost and when it is back.
    log.debug('session-tier-failed', { tier: tier.name, reason: messageOf(error) })
    return undefined
  }
  const write = (tier: SessionTier, key: string, session: Session): void => {
    if (underWay.size >= WRITES_UNDER_WAY) return
    const writing = tier
      .set(key, session)
      .catch((error: unknown) => failed(tier, error))
      .then(() => void underWay.delete(writing))
    underWay.add(writing)
  }

  return {
    async recall(caller, about, revision) {
      const key = keyOf(caller, about)
      for (const [i, tier] of tiers.entries()) {
        const found = await tier.get(key).catch((error: unknown) => failed(tier, error))
        if (found?.revision !== revision) continue
        lookups.add({ tier: tier.name })
        for (const nearer of tiers.slice(0, i)) write(nearer, key, found)
        return found.history
      }
      lookups.add({ tier: 'records' })
      const history = toHistory(await messages.exchanges(caller, { ...about, limit: REMEMBERED_EXCHANGES }))
      for (const tier of tiers) write(tier, key, { revision, history })
      return history
    },

    remember(caller, about, { revision, history }) {
      const key = keyOf(caller, about)
      const session = { revision, history: Object.freeze(history.slice(-2 * REMEMBERED_EXCHANGES)) }
      for (const tier of tiers) write(tier, key, session)
    },

    async forget(caller, about) {
      const key = keyOf(caller, about)
      await Promise.all(tiers.map((tier) => tier.delete(key).catch((error: unknown) => failed(tier, error))))
    },

    async close() {
      await Promise.all(underWay)
      await Promise.all(tiers.map((tier) => tier.close().catch((error: unknown) => failed(tier, error))))
    },
  }
}

const keyOf = (caller: Caller, { appId, conversationId }: SessionKey): string =>
  `${caller.tenantId}:${appId}:${conversationId}`

const toHistory = (exchanges: readonly Exchange[]): readonly ChatMessage[] =>
  Object.freeze(
    exchanges.flatMap(({ query, answer }): ChatMessage[] => [
      { role: 'user', content: query },
      { role: 'assistant', content: answer },
    ]),
  )
