// Readers of a run: late, returning, slow, and many at once.

import { describe, expect, it } from 'vitest'
import type { RunEvent } from './events.ts'
import { LiveRun, type RunFacts } from './live-run.ts'

const facts: RunFacts = {
  runId: 'run_1',
  taskId: 'task',
  mode: 'workflow',
  source: 'service-api',
  tenantId: 'tenant_1',
  appId: 'app_1',
  versionId: 'ver_1',
  endUserId: 'user_1',
  user: 'ada',
  conversationId: null,
  messageId: null,
  createdAt: 0,
  system: {},
}
const notice = (n: number): RunEvent => ({ type: 'notice', code: 'x', message: String(n) })

const readAll = async (run: LiveRun, from?: number): Promise<string[]> => {
  const seen: string[] = []
  for await (const { sequence, event } of run.read(from)) {
    seen.push(`${sequence}:${event.type === 'notice' ? event.message : event.type}`)
  }
  return seen
}

describe('a live run', () => {
  it('shows every reader the same, whenever it comes', async () => {
    const run = new LiveRun(facts)
    const early = readAll(run)
    run.publish(notice(0))
    const middle = readAll(run)
    run.publish(notice(1))
    run.end()
    const all = ['0:0', '1:1']
    expect(await Promise.all([early, middle, readAll(run)])).toEqual([all, all, all])
  })

  it('lets a reader come back where it was', async () => {
    const run = new LiveRun(facts)
    for (let n = 0; n < 5; n++) run.publish(notice(n))
    run.end()
    expect(await readAll(run, 3)).toEqual(['3:3', '4:4'])
    expect(await readAll(run, 5)).toEqual([])
  })

  it('tells a reader that fell too far behind, and keeps the newest for others', async () => {
    const run = new LiveRun(facts)
    const slow = run.read()
    run.publish(notice(0))
    await slow.next()
    for (let n = 1; n <= 60_000; n++) run.publish(notice(n))
    run.end()
    await expect(slow.next()).rejects.toMatchObject({ code: 'run/reader-too-slow' })
    expect((await readAll(run, 59_999)).join()).toBe('59999:59999,60000:60000')
  })

  it('stops once', () => {
    const run = new LiveRun(facts)
    run.stop('first')
    run.stop('second')
    expect(run.signal.reason).toBe('first')
  })
})
