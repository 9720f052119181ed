// Answers from a file: what is taken, and what is refused by its line.

import { expect, it } from 'vitest'
import {
  answering,
  ask,
  collect,
  createTestCache,
  FINISH,
  say,
  TARGET,
  TENANT,
} from '../../../test/support/chat-caches.ts'
import { readWarmUp, type WarmUpProblem } from './warm-up.ts'

const line = (given: object) =>
  JSON.stringify({ scope: TENANT, target: TARGET, request: ask('Hours?').request, answer: '9 to 5', ...given })

it('keeps what is complete, and names the lines that are not', async () => {
  const problems: WarmUpProblem[] = []
  const { cache } = createTestCache()
  const lines = [
    line({}),
    '',
    line({ request: ask('Pieces?').request, answer: say('a', 'b') }),
    '{',
    line({ scope: '' }),
    line({ answer: [{ ...FINISH, reason: 'length' }] }),
    line({ request: { ...ask('x').request, tools: [{ name: 't', parameters: {} }] } }),
    line({ extra: 1 }),
  ]
  await cache.warmUp(readWarmUp(lines, { semantic: 'off', report: (problem) => void problems.push(problem) }))
  expect(problems.map((problem) => problem.line)).toEqual([4, 5, 6, 7, 8])
  const source = answering(say('fresh'))
  const hours = await cache.through(ask('Hours?'), source.fresh)
  expect([hours.status, (await collect(hours.parts))[0]]).toEqual(['hit', { type: 'text-delta', text: '9 to 5' }])
  expect(await collect((await cache.through(ask('Pieces?'), source.fresh)).parts)).toEqual(say('a', 'b'))
  expect((await cache.through(ask('x'), source.fresh)).status).toBe('miss')
  await cache.close()
})
