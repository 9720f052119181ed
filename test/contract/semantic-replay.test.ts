// Labelled streams through the caches: the bounded mode serves where meanings recur and holds its bound, and abstains where
// similar questions mean something else. The static threshold is printed beside it.

import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../support/chat-caches.ts'
import { describeOutcome, type Outcome, readStream, replayStream } from '../support/semantic-replay.ts'

const print = (name: string, bounded: Outcome, simple: Outcome) =>
  console.info(
    `\n${describeOutcome(`${name}, bounded`, bounded)}\n${describeOutcome(`${name}, static ${SETTINGS.threshold}`, simple)}`,
  )

describe('the bounded mode', () => {
  const languages = ['en', 'zh'] as const

  it.each(languages)('serves a useful share of a recurring stream within its bound: %s', async (language) => {
    const rows = readStream('recurring').filter((row) => row.language === language)
    expect(rows.length).toBeGreaterThanOrEqual(800)
    const bounded = await replayStream(rows, 'bounded')
    print(`recurring ${language}`, bounded, await replayStream(rows, 'simple'))
    expect(bounded.wrong / bounded.hits).toBeLessThanOrEqual(SETTINGS.delta)
    expect(bounded.hits / bounded.asked).toBeGreaterThanOrEqual(0.3)
  })

  it.each(languages)('abstains on a stream of near-duplicates: %s', async (language) => {
    const rows = readStream('sparse').filter((row) => row.language === language)
    expect(rows.length).toBeGreaterThanOrEqual(600)
    const [bounded, simple] = [await replayStream(rows, 'bounded'), await replayStream(rows, 'simple')]
    print(`sparse ${language}`, bounded, simple)
    expect(bounded.hits / bounded.asked).toBeLessThanOrEqual(0.005)
    // What makes the stream a hard one: the static threshold is mostly wrong here.
    expect(simple.wrong / simple.hits).toBeGreaterThan(0.5)
  })

  it('judges both kinds at once without breaking its bound', async () => {
    const [recurring, sparse] = [readStream('recurring'), readStream('sparse')]
    const mixed = recurring.flatMap((row, i) => (i < sparse.length ? [row, sparse[i] as typeof row] : [row]))
    const bounded = await replayStream(mixed, 'bounded')
    print('both', bounded, await replayStream(mixed, 'simple'))
    expect(bounded.wrong).toBeLessThanOrEqual(Math.max(1, bounded.hits * SETTINGS.delta))
  })
})
