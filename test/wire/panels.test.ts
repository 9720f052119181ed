// Panels over the management API: what feedback teaches, for whom, and what is refused.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLog, systemClock } from '../../src/base/seams.ts'
import type { MemberReport } from '../../src/model/fuse/spec.ts'
import { systemCaller } from '../../src/product/caller.ts'
import { createPanels, type Panels } from '../../src/product/panels/panels.ts'
import { createPanelStore } from '../../src/product/panels/store.ts'
import { startPlatform, type TestPlatform } from '../support/platform.ts'

const member = (target: string, weight = 1) => ({ target, weight, timeoutMs: 1_000, parameters: {} })
const jury = {
  mode: 'all',
  fusion: 'vote',
  quorum: 1,
  parallel: 2,
  members: [member('p/a', 3), member('p/b'), member('p/c')],
  learn: true,
  tenantWeights: {},
} as const
const caller = systemCaller()
const report = (target: string, agreed: boolean): MemberReport => ({
  target,
  status: 'answered',
  weight: 1,
  elapsedMs: 1,
  agreed,
})

let platform: TestPlatform
let panels: Panels
beforeAll(async () => {
  platform = await startPlatform({})
  const store = createPanelStore({ db: platform.database, clock: systemClock })
  const definitions = { jury, fixed: { ...jury, learn: false, tenantWeights: { [caller.tenantId]: { 'p/b': 9 } } } }
  panels = createPanels({ definitions, store, clock: systemClock, log: silentLog })
})
afterAll(() => platform?.close())

const accuraciesOf = (name = 'jury') => panels.find(caller, name)?.members.map(({ accuracy }) => accuracy)

it('counts by weight until there is feedback', async () => {
  await panels.list(caller)
  expect(accuraciesOf()).toEqual([undefined, undefined, undefined])
  expect(panels.find(caller, 'fixed')?.members.map(({ weight }) => weight)).toEqual([3, 9, 1])
  expect(panels.find(caller, 'other')).toBeUndefined()
})

it('learns from members and from calls, once a call', async () => {
  for (let i = 0; i < 6; i++) await panels.feedback(caller, 'jury', { type: 'member', member: 'p/c', correct: true })
  const [a = 0, b = 0, c = 0] = (accuraciesOf() ?? []) as number[]
  expect(a).toBeGreaterThan(b)
  expect(c).toBeGreaterThan(b)
  const members = [report('p/a', true), report('p/b', true), report('p/c', false)]
  panels.noteCall(caller, { id: 'right', panel: 'jury', members })
  panels.noteCall(caller, { id: 'wrong', panel: 'jury', members })
  const counts = async (callId: string, correct: boolean) =>
    (await panels.feedback(caller, 'jury', { type: 'call', callId, correct })).feedback.map((one) => [
      one.member,
      one.correct,
      one.wrong,
    ])
  expect(await counts('right', true)).toEqual([
    ['p/a', 1, 0],
    ['p/b', 1, 0],
    ['p/c', 6, 1],
  ])
  // What those who disagreed with a wrong answer said may have been wrong too.
  expect(await counts('wrong', false)).toEqual([
    ['p/a', 1, 1],
    ['p/b', 1, 1],
    ['p/c', 6, 1],
  ])
  await expect(counts('right', true)).rejects.toMatchObject({ code: 'panel/unknown-call' })
})

it('learns nothing for a panel that does not, nor for another tenant', async () => {
  await panels.feedback(caller, 'fixed', { type: 'member', member: 'p/a', correct: false })
  expect(accuraciesOf('fixed')).toEqual([undefined, undefined, undefined])
  const stranger = systemCaller('tenant_22222222-2222-7222-8222-222222222222')
  const [view] = await panels.list(stranger)
  expect(view?.feedback.map(({ correct, wrong }) => correct + wrong)).toEqual([0, 0, 0])
  panels.noteCall(caller, { id: 'ours', panel: 'jury', members: [report('p/a', true)] })
  const theirs = panels.feedback(stranger, 'jury', { type: 'call', callId: 'ours', correct: true })
  await expect(theirs).rejects.toMatchObject({ code: 'panel/unknown-call' })
})

it('refuses feedback to nobody', async () => {
  const give = (name: string, target: string) =>
    panels.feedback(caller, name, { type: 'member', member: target, correct: true })
  await expect(give('none', 'p/a')).rejects.toMatchObject({ code: 'panel/not-found' })
  await expect(give('jury', 'p/z')).rejects.toMatchObject({ code: 'panel/unknown-member' })
})
