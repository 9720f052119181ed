// Broken app files all the way: each is refused with its places, or runs to an end. Nothing throws, nothing hangs.

import { afterAll, expect, it } from 'vitest'
import { systemSeams } from '../../src/base/seams.ts'
import { parseConfig } from '../../src/config.ts'
import { createEngine } from '../../src/engine.ts'
import { mutatedApps } from '../support/mutated-apps.ts'

const VARIANTS = 400

const config = parseConfig({ file: { outbound: { allowPublic: false } }, environment: {} })
if (!config.ok) throw new Error('the defaults are no configuration')
const engine = createEngine(config.value, systemSeams())
afterAll(() => engine.close())

it(`${VARIANTS} broken files`, { timeout: 300_000 }, async () => {
  const ends = { refused: 0, 'wrong inputs': 0, 'no graph': 0, ran: 0 }
  for (const { name, text } of mutatedApps(VARIANTS)) {
    const checked = engine.check(text)
    if (!checked.ok) {
      ends.refused++
      const places = checked.issues.map((issue) => issue.path !== '' || /line \d+, column \d+|node/.test(issue.message))
      expect(places, name).not.toContain(false)
      continue
    }
    const { file, plan } = checked.value
    if (!plan) {
      ends['no graph']++
      continue
    }
    const inputs = engine.checkInputs(file, { query: 'hello', text: 'hello', input: 'hello' })
    if (!inputs.ok) {
      ends['wrong inputs']++
      expect(
        inputs.issues.every((issue) => issue.path !== ''),
        name,
      ).toBe(true)
      continue
    }
    const events = engine.execute({
      file,
      plan,
      inputs: inputs.value,
      system: { query: 'hello', user_id: 'u', files: [], conversation_id: 'c', dialogue_count: 1 },
      history: [],
      user: 'u',
      tenantId: 'tenant_00000000-0000-7000-8000-000000000000',
      signal: new AbortController().signal,
    })
    let last = ''
    for await (const event of events) last = event.type
    expect(last, name).toBe('run-end')
    ends.ran++
  }
  // All of it happens, or the variants are too mild or too wild to mean anything.
  expect(ends.refused).toBeGreaterThan(VARIANTS / 10)
  expect(ends.ran).toBeGreaterThan(VARIANTS / 20)
})
