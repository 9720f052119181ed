import { expect, test } from 'vitest'
import { createManualClock } from '../../../../test/support/vendors/manual-clock.ts'
import { presetAnswer } from './preset-answer.ts'

test('the text and the end', async () => {
  const said = []
  for await (const event of presetAnswer('Not that.', { clock: createManualClock() })) said.push(event)
  expect(said).toMatchObject([
    { type: 'text-delta', text: 'Not that.', final: true },
    { type: 'run-end', status: 'succeeded', outputs: { answer: 'Not that.' }, usage: { totalTokens: 0 }, steps: 0 },
  ])
  const silent = []
  for await (const event of presetAnswer('', { clock: createManualClock() })) silent.push(event.type)
  expect(silent).toEqual(['run-end'])
})
