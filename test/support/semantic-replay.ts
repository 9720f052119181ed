// Replays a labelled stream of questions through the caches and counts what was served, and what of it was wrong.

import { answerOf } from '../../src/model/cache/cacheable.ts'
import type { CacheMode } from '../../src/model/cache/spec.ts'
import { answering, ask, type CacheGiven, collect, createTestCache, offlineEmbedding, say } from './chat-caches.ts'
import { read } from './project-files.ts'

export interface StreamRow {
  readonly language: 'en' | 'zh'
  readonly meaning: string
  readonly text: string
  readonly answer: string
}

export const readStream = (name: 'recurring' | 'sparse'): readonly StreamRow[] =>
  read(`test/data/semantic-cache/${name}.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamRow)

export interface Outcome {
  readonly asked: number
  readonly hits: number
  readonly wrong: number
}

/** Numbers in [0, 1) that are the same in every run. */
const createRandom = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export const replayStream = async (
  rows: readonly StreamRow[],
  semantic: NonNullable<CacheMode['semantic']>,
  given: CacheGiven['settings'] = {},
): Promise<Outcome> => {
  const { cache } = createTestCache({
    embedding: offlineEmbedding(),
    random: { next: createRandom(7) },
    maxEntries: 10_000,
    settings: { auditShare: 0.02, maxVectors: 10_000, ...given },
  })
  let hits = 0
  let wrong = 0
  for (const { text, answer } of rows) {
    const question = ask(text, { mode: { read: true, write: true, semantic } })
    const { status, parts } = await cache.through(question, answering(say(answer)).fresh)
    const got = answerOf(await collect(parts))
    await cache.idle()
    if (status !== 'semantic-hit') continue
    hits++
    if (got !== answer) wrong++
  }
  await cache.close()
  return { asked: rows.length, hits, wrong }
}

export const describeOutcome = (name: string, { asked, hits, wrong }: Outcome): string => {
  const percent = (part: number, of: number) => `${of === 0 ? '0.0' : ((100 * part) / of).toFixed(1)} %`
  return `${name.padEnd(34)} ${percent(hits, asked).padStart(8)} served  ${percent(wrong, hits).padStart(8)} of it wrong`
}
