// Claim: a kept answer comes back in at most 0.5 ms (median), with 1,000 and with 100,000 entries in memory. Beside it: a similar one,
// where as many questions are compared: the search alone, one that ends with an answer, and one that a veto sends to the model.
// Everything but the search alone is measured through the same call that the gateway makes, parts read to their end.

import { silentMetrics } from '../dist/base/metrics.js'
import { createIds, silentLog, systemClock } from '../dist/base/seams.js'
import { createChatCache } from '../dist/model/cache/chat-cache.js'
import { createMemoryTier } from '../dist/model/cache/drivers/memory.js'
import { VectorBlocks } from '../dist/model/cache/semantic/vectors.js'
import { createOfflineProvider } from '../dist/model/drivers/offline.js'
import { machine, quantile, table } from './support/measure.mjs'

const SIZES = [1_000, 100_000]
const ROUNDS = 2_000
const SEARCHES = 400
/** As many as a vendor's embedding has. */
const DENSE_DIMENSIONS = 1_536
const MiB = 2 ** 20
const ids = createIds(systemClock)
const embedding = createOfflineProvider({ ids }).embedding('heddle-embed')

/** A prompt of about 2,000 characters and an answer of 100 pieces, as chats have them. */
const system = 'You are the support of a shop. Answer briefly and kindly, name the page where more is written. '.repeat(
  20,
)
const PARTS = [
  ...Array.from({ length: 100 }, (_, i) => ({ type: 'text-delta', text: `piece ${i} ` })),
  {
    type: 'finish',
    reason: 'stop',
    usage: { promptTokens: 500, completionTokens: 200, totalTokens: 700, estimated: false },
  },
]
const WORDS =
  'invoice refund parcel voucher account password printer contract address warranty colour size delivery'.split(' ')
const textOf = (i) =>
  `How do I change the ${WORDS[i % 13]} of the ${WORDS[(i * 7 + 3) % 13]} with the name item${i.toString(36)}x?`
const ask = (text, semantic) => ({
  scope: 'tenant_bench/app',
  target: 'openai/gpt',
  variant: '',
  mode: { read: true, write: true, semantic },
  request: {
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: text },
    ],
    parameters: { temperature: 0 },
  },
})
const fresh = async () => ({
  target: 'openai/gpt',
  parts: (async function* () {
    yield* PARTS
  })(),
})

const read = async (answer) => {
  for await (const _ of answer.parts);
  return answer.status
}

const open = (entries) =>
  createChatCache({
    settings: {
      ttlMs: 86_400_000,
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 0,
      auditShare: 0,
      maxAnswerBytes: 4 * MiB,
      threshold: 0.6,
      epsilon: 0.05,
      delta: 0.02,
      maxVectors: 100_000,
      embedMs: 2_000,
    },
    memory: createMemoryTier({ clock: systemClock, maxEntries: entries, maxBytes: 8_192 * MiB, minHitsPerHour: 0 }),
    between: [],
    store: undefined,
    embedding,
    clock: systemClock,
    random: { next: Math.random },
    log: silentLog,
    metrics: silentMetrics,
  })

const heap = () => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Sorted milliseconds of calls that must end with this status. */
const time = async (cache, questions, status) => {
  const times = []
  let others = 0
  for (const question of questions) {
    const start = performance.now()
    const got = await read(await cache.through(question, fresh))
    times.push(performance.now() - start)
    if (got !== status) others++
  }
  return { times: times.sort((a, b) => a - b), others }
}

console.log(`${machine()}\nA question of 2 kB, an answer of 100 pieces. Milliseconds.\n`)
const rows = [['', 'p50', 'p99', 'other than expected', 'bytes an entry']]
const add = (name, { times, others }, bytes) =>
  rows.push([name, quantile(times, 0.5).toFixed(3), quantile(times, 0.99).toFixed(3), others, bytes ?? ''])

for (const entries of SIZES) {
  const before = heap()
  const cache = open(entries)
  await cache.warmUp(
    (function* () {
      for (let i = 0; i < entries; i++)
        yield { question: ask(textOf(i), 'simple'), parts: PARTS.map((part) => ({ ...part })) }
    })(),
  )
  const bytes = Math.round((heap() - before) / entries)
  const pick = () => Math.floor(Math.random() * entries)
  const exact = Array.from({ length: ROUNDS }, () => ask(textOf(pick()), 'off'))
  await time(cache, exact.slice(0, 200), 'hit')
  add(`exact hit, ${entries} entries`, await time(cache, exact, 'hit'), bytes)
  // Read only: what is measured must not grow.
  const reading = (text) => {
    const question = ask(text, 'simple')
    return { ...question, mode: { ...question.mode, write: false } }
  }
  const similar = Array.from({ length: SEARCHES }, () => reading(`Please tell me: ${textOf(pick())}`))
  await time(cache, similar.slice(0, 40), 'semantic-hit')
  add(`similar question served, ${entries} compared`, await time(cache, similar, 'semantic-hit'))
  const vetoed = Array.from({ length: SEARCHES }, () => reading(textOf(pick()).replace('do I', 'do I not')))
  add(`similar question vetoed, ${entries} compared`, await time(cache, vetoed, 'miss'))
  await cache.close()
}
const none = open(10)
const misses = Array.from({ length: ROUNDS }, (_, i) => ({
  ...ask(textOf(i), 'off'),
  mode: { read: true, write: false },
}))
add('miss, nothing kept (the answer itself takes no time)', await time(none, misses, 'miss'))
await none.close()

const unit = (values) => {
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}
const dense = () => unit(Float32Array.from({ length: DENSE_DIMENSIONS }, () => Math.random() - 0.5))
const textVector = async (i) => (await embedding.embed([textOf(i)])).vectors[0]
const searches = [
  ['built-in vectors', textVector],
  [`random vectors of ${DENSE_DIMENSIONS}`, dense],
]
for (const entries of SIZES) {
  for (const [name, make] of searches) {
    const blocks = new VectorBlocks(entries)
    const wanted = await Promise.all(Array.from({ length: SEARCHES }, (_, i) => make(i * 7)))
    blocks.make('all', wanted[0].length)
    for (let i = 0; i < entries; i++) blocks.add('all', { key: `${i}`, question: '', values: await make(i) })
    const times = []
    for (const values of wanted) {
      const start = performance.now()
      await blocks.find('all').nearest(values, 5)
      times.push(performance.now() - start)
    }
    const bytes = Math.round(blocks.bytes / entries)
    add(`the nearest five alone, ${entries} ${name}`, { times: times.sort((a, b) => a - b), others: 0 }, bytes)
  }
}
table(rows)
