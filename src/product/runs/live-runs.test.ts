// How long ended runs can still be read, and how many.

import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { systemCaller } from '../caller.ts'
import { LiveRun, type RunFacts } from './live-run.ts'
import { LiveRuns } from './live-runs.ts'

const caller = systemCaller('tenant_11111111-1111-7111-8111-111111111111')
const stranger = systemCaller('tenant_22222222-2222-7222-8222-222222222222')

const newRun = (n: number): LiveRun =>
  new LiveRun({ runId: `run_${n}`, taskId: `task-${n}`, tenantId: caller.tenantId } as RunFacts)

const setUp = () => {
  const clock = createManualClock()
  const runs = new LiveRuns({ clock, keepMs: 1_000 })
  const start = (n: number, events = 0) => {
    const run = newRun(n)
    runs.add(run)
    for (let i = 0; i < events; i++) run.publish({ type: 'notice', code: 'x', message: '' })
    return run
  }
  const end = (run: LiveRun) => {
    run.end()
    runs.release(run)
  }
  return { clock, runs, start, end }
}

describe('the runs of a process', () => {
  it('are found by task and by id, by their own tenant', () => {
    const { runs, start } = setUp()
    const run = start(1)
    expect([runs.find(caller, 'task-1'), runs.findRun(caller, 'run_1')]).toEqual([run, run])
    expect([runs.find(stranger, 'task-1'), runs.findRun(stranger, 'run_1')]).toEqual([undefined, undefined])
  })

  it('stay for their time after they ended, and count no more', () => {
    const { clock, runs, start, end } = setUp()
    const [first, second, going] = [start(1), start(2), start(3)] as const
    end(first)
    clock.advance(600)
    end(second)
    expect(runs.goingOn).toBe(1)
    clock.advance(399)
    expect(runs.find(caller, 'task-1')).toBe(first)
    clock.advance(1)
    expect([runs.find(caller, 'task-1'), runs.find(caller, 'task-2')]).toEqual([undefined, second])
    clock.advance(600)
    expect([runs.find(caller, 'task-2'), runs.find(caller, 'task-3')]).toEqual([undefined, going])
  })

  it('are kept within bounds, the newest longest', () => {
    const { runs, start, end } = setUp()
    for (let n = 0; n < 1_001; n++) end(start(n))
    expect([runs.find(caller, 'task-0'), runs.find(caller, 'task-1')?.ended]).toEqual([undefined, true])
    for (let n = 2_000; n < 2_005; n++) end(start(n, 49_000))
    expect([runs.find(caller, 'task-2000'), runs.find(caller, 'task-1000')]).toEqual([undefined, undefined])
    expect(runs.find(caller, 'task-2004')?.kept).toBe(49_000)
  })
})
