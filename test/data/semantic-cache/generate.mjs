// Writes recurring.jsonl and sparse.jsonl from intents.json, always the same: `node test/data/semantic-cache/generate.mjs`.
// README.md says what the streams are and how they are made.

import { readFileSync, writeFileSync } from 'node:fs'

const here = (name) => new URL(name, import.meta.url)
const { recurring, wrappers, sparse } = JSON.parse(readFileSync(here('intents.json'), 'utf8'))

/** mulberry32: numbers in [0, 1) from a seed. */
const createRandom = (seed) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const pick = (random, list) => list[Math.floor(random() * list.length)]

/** Two neighbouring letters of a longer word change places. */
const mistype = (random, text) => {
  const words = [...text.matchAll(/[a-z]{5,}/g)]
  if (words.length === 0) return text
  const word = pick(random, words)
  const at = word.index + 1 + Math.floor(random() * (word[0].length - 3))
  return text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)
}

/** Popular meanings in ever new words: the intent at place n is asked for 1/n as often as the first one. */
const makeRecurring = (language, rows, random) => {
  const intents = recurring[language]
  const weights = intents.map((_, i) => 1 / (i + 1) ** 0.8)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const draw = () => {
    let rest = random() * total
    return intents[weights.findIndex((weight) => (rest -= weight) < 0)] ?? intents[0]
  }
  const { before, after } = wrappers[language]
  const seen = new Set()
  const stream = []
  while (stream.length < rows) {
    const { id, answer, texts } = draw()
    const bare = pick(random, texts)
    const wrapped = pick(random, before) + (random() < 0.5 ? bare : bare.charAt(0).toLowerCase() + bare.slice(1)) + pick(random, after)
    const text = random() < 0.15 ? mistype(random, wrapped) : wrapped
    if (seen.has(text)) continue
    seen.add(text)
    stream.push({ language, meaning: id, text, answer })
  }
  return stream
}

/** Near-duplicates that mean something else: one frame, other words in its gaps. A few meanings come back in other words. */
const makeSparse = (language, rows, random) => {
  const { frames, gaps } = sparse[language]
  const { before, after } = wrappers[language]
  const seen = new Map()
  const stream = []
  while (stream.length < rows) {
    const again = seen.size > 20 && random() < 0.06 ? pick(random, [...seen.values()]) : undefined
    if (again) {
      const text = pick(random, before) + again.text + pick(random, after)
      if (!stream.some((row) => row.text === text)) stream.push({ ...again, text })
      continue
    }
    const frame = Math.floor(random() * frames.length)
    const chosen = []
    const text = frames[frame].replace(/\{(\w+)\}/g, (_, gap) => {
      const word = pick(random, gaps[gap])
      chosen.push(word)
      return word
    })
    const meaning = `${frame}:${chosen.join('|')}`
    if (seen.has(meaning)) continue
    const row = { language, meaning, text, answer: `${language === 'en' ? 'Steps for' : '步骤'}: ${chosen.join(', ')} (${frame})` }
    seen.set(meaning, row)
    stream.push(row)
  }
  return stream
}

/** Both languages as one stream, each in its own order. */
const shuffleTogether = (random, a, b) => {
  const [left, right] = [[...a], [...b]]
  const all = []
  while (left.length + right.length > 0) {
    all.push(random() * (left.length + right.length) < left.length ? left.shift() : right.shift())
  }
  return all
}

const write = (name, stream) => writeFileSync(here(name), `${stream.map((row) => JSON.stringify(row)).join('\n')}\n`)

const random = createRandom(20_260_101)
write('recurring.jsonl', shuffleTogether(random, makeRecurring('en', 1_200, random), makeRecurring('zh', 800, random)))
write('sparse.jsonl', shuffleTogether(random, makeSparse('en', 900, random), makeSparse('zh', 600, random)))
