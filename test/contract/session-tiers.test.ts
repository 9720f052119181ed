// What every tier of sessions keeps, and what it forgets; then what Redis does on a bad day.

import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { type LogFields, nextTurn, silentLog } from '../../src/base/seams.ts'
import { createRedisTier } from '../../src/product/sessions/drivers/redis.ts'
import { createMemoryTier } from '../../src/product/sessions/memory-tier.ts'
import type { Session, SessionTier } from '../../src/product/sessions/spec.ts'
import { noteSkippedRedis, redisPrefix, redisUrl } from '../support/redis.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { createManualClock } from '../support/vendors/manual-clock.ts'

const TTL_MS = 60_000
const prefix = redisPrefix()

/** The answer of a tier that may still be connecting. */
const untilReady = async (tier: SessionTier): Promise<SessionTier> => {
  for (;;) {
    const ready = await tier.get('nobody').then(
      () => true,
      () => false,
    )
    if (ready) return tier
    await nextTurn()
  }
}

const tiers: { readonly name: string; open(): Promise<SessionTier> }[] = [
  {
    name: 'memory',
    open: async () =>
      createMemoryTier({ clock: createManualClock(), ttlMs: TTL_MS, maxEntries: 100, maxBytes: 10_000_000 }),
  },
]
if (redisUrl) {
  const url = redisUrl
  tiers.push({
    name: 'redis',
    open: () => untilReady(createRedisTier({ url, prefix, ttlMs: TTL_MS, clock: createManualClock(), log: silentLog })),
  })
}
noteSkippedRedis()

const session = (revision: number, ...texts: readonly string[]): Session => ({
  revision,
  history: texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
})

afterAll(async () => {
  if (!redisUrl) return
  const redis = new Redis(redisUrl)
  const keys = await redis.keys(`${prefix}*`)
  if (keys.length > 0) await redis.del(keys)
  redis.disconnect()
})

describe.each(tiers)('a tier of sessions: $name', ({ open }) => {
  it('gives back exactly what it was given, each key apart', async () => {
    const tier = await open()
    const strange = session(3, 'a\u0000"\n\u2028', '你好 🧪 \ud800', '', '{"r":1}')
    await tier.set('one', strange)
    await tier.set('two', session(1))
    expect(await tier.get('one')).toEqual(strange)
    expect(await tier.get('two')).toEqual(session(1))
    expect(await tier.get('three')).toBeUndefined()
    await tier.close()
  })

  it('keeps the newest revision, whichever comes last', async () => {
    const tier = await open()
    await tier.set('order', session(5, 'q', 'a'))
    await tier.set('order', session(4, 'old', 'old'))
    expect((await tier.get('order'))?.revision).toBe(5)
    await tier.set('order', session(6, 'q', 'a', 'r', 'b'))
    expect((await tier.get('order'))?.revision).toBe(6)
    await tier.close()
  })

  it('lets nobody bring back what was deleted', async () => {
    const tier = await open()
    await tier.set('gone', session(5, 'q', 'a'))
    await tier.delete('gone')
    expect(await tier.get('gone')).toBeUndefined()
    await tier.set('gone', session(6, 'q', 'a'))
    expect(await tier.get('gone')).toBeUndefined()
    await tier.delete('never there')
    await tier.close()
  })
})

describe.runIf(redisUrl)('Redis', () => {
  const url = redisUrl ?? ''
  const keys = (): Redis => new Redis(url)

  it('forgets by itself, and holds nothing that was deleted', async () => {
    const tier = await untilReady(
      createRedisTier({ url, prefix, ttlMs: TTL_MS, clock: createManualClock(), log: silentLog }),
    )
    const redis = keys()
    await tier.set('life', session(1, 'secret question', 'secret answer'))
    const left = await redis.pttl(`${prefix}life`)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(TTL_MS)
    await tier.delete('life')
    expect(JSON.stringify(await redis.hgetall(`${prefix}life`))).not.toContain('secret')
    expect(await redis.pttl(`${prefix}life`)).toBeGreaterThan(0)
    redis.disconnect()
    await tier.close()
  })

  it.each<[string, Record<string, string>]>([
    ['no number', { r: 'x', h: '[]' }],
    ['no JSON', { r: '1', h: '[' }],
    ['no texts', { r: '1', h: '[1,2]' }],
    ['half an exchange', { r: '1', h: '["q"]' }],
    ['no history', { r: '1' }],
  ])('ignores what others wrote: %s', async (name, fields) => {
    const tier = await untilReady(
      createRedisTier({ url, prefix, ttlMs: TTL_MS, clock: createManualClock(), log: silentLog }),
    )
    const redis = keys()
    await redis.hset(`${prefix}${name}`, fields)
    expect(await tier.get(name)).toBeUndefined()
    redis.disconnect()
    await tier.close()
  })

  const behindProxy = async () => {
    const { hostname, port } = new URL(url)
    const proxy = await startTcpProxy({ host: hostname, port: Number(port || 6379) })
    const clock = createManualClock()
    const logged: { event: string; fields: LogFields | undefined }[] = []
    const note = (event: string, fields?: LogFields) => void logged.push({ event, fields })
    const log = { ...silentLog, warn: note, info: note }
    const proxied = new URL(url)
    proxied.host = `127.0.0.1:${proxy.port}`
    const tier = createRedisTier({ url: proxied.href, prefix, ttlMs: TTL_MS, clock, log, limitMs: 50 })
    await untilReady(tier)
    return { proxy, clock, tier, events: () => logged.map(({ event }) => event) }
  }

  it('that falls silent is waited for no longer than the limit, then left alone until it is back', async () => {
    const { proxy, clock, tier, events } = await behindProxy()
    await tier.set('silent', session(1, 'q', 'a'))
    proxy.hold()
    const asked = tier.get('silent').then(
      () => 'answered',
      (error: Error) => error.message,
    )
    clock.advance(50)
    expect(await asked).toBe('Redis did not answer within 50 ms')
    // Nobody waits for it any more: these fail without the clock being moved.
    await expect(tier.get('silent')).rejects.toThrow('Redis is away')
    await expect(tier.set('silent', session(2, 'q', 'a'))).rejects.toThrow('Redis is away')
    expect(events()).toEqual(['session-store-lost'])
    proxy.release()
    await untilReady(tier)
    expect(events()).toEqual(['session-store-lost', 'session-store-back'])
    expect(await tier.get('silent')).toEqual(session(1, 'q', 'a'))
    await tier.close()
    await proxy.close()
  })

  it('that is cut off is found again by itself, and the log hears of each outage once', async () => {
    const { proxy, tier, events } = await behindProxy()
    for (const outage of [1, 2]) {
      await tier.set('cut', session(outage, 'q', 'a'))
      await proxy.cut()
      for (let i = 0; i < 50; i++) {
        await expect(tier.get('cut')).rejects.toThrow()
        await nextTurn()
      }
      expect(events()).toHaveLength(2 * outage - 1)
      await proxy.restore()
      await untilReady(tier)
      expect(events()).toHaveLength(2 * outage)
      expect((await tier.get('cut'))?.revision).toBe(outage)
    }
    await tier.close()
    await proxy.close()
  })

  it('that is not there costs nothing but a word in the log', async () => {
    const logged: string[] = []
    const log = { ...silentLog, warn: (event: string) => void logged.push(event) }
    const { port, close } = await startTcpProxy({ host: '127.0.0.1', port: 1 })
    await close()
    const clock = createManualClock()
    const tier = createRedisTier({ url: `redis://127.0.0.1:${port}`, prefix, ttlMs: TTL_MS, clock, log })
    while (logged.length === 0) {
      await expect(tier.get('x')).rejects.toThrow('Redis is away')
      await nextTurn()
    }
    await tier.close()
    expect(logged).toEqual(['session-store-lost'])
  })
})
