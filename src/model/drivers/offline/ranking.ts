// Which sentences answer a question, and which stand for a whole text. Pure arithmetic over shared words.

import type { Sentence } from './sentences.ts'
import { termsOf } from './terms.ts'

/** The share of the question's weight that must be found, else nothing was. */
const MIN_COVERAGE = 0.2
/** A second sentence must come this close to the best. */
const NEAR_BEST = 0.6
/** Words of the heading say what a sentence is about, less surely than its own. */
const HEADING_WEIGHT = 0.5
/** How much long sentences are held back: 0 not at all, 1 in full. */
const LENGTH_PENALTY = 0.3

interface Scored {
  readonly index: number
  readonly score: number
}

/** The sentences that answer best, in the order of the text.
 *  Weights are BM25's inverse document frequencies (Robertson and Zaragoza, 2009) with sentences as documents.
 *  @param limit most sentences, > 0   @returns none when the question's words do not occur */
export const bestSentences = (question: string, sentences: readonly Sentence[], limit: number): Sentence[] => {
  const bags = sentences.map((sentence) => new Set(termsOf(sentence.text)))
  const headings = sentences.map((sentence) => new Set(termsOf(sentence.heading)))
  const wanted = [...new Set(termsOf(question))]
  const weights = new Map(wanted.map((term) => [term, weightOf(term, bags, headings)]))
  const total = sum(weights.values())
  if (total === 0) return []
  const averageSize = sum(bags.map((bag) => bag.size)) / Math.max(1, bags.length)
  const scored: Scored[] = bags.map((bag, index) => {
    const found = sum(
      wanted.map((term) => {
        const weight = weights.get(term) ?? 0
        if (bag.has(term)) return weight
        return headings[index]?.has(term) ? weight * HEADING_WEIGHT : 0
      }),
    )
    const length = 1 - LENGTH_PENALTY + (LENGTH_PENALTY * bag.size) / Math.max(1, averageSize)
    return { index, score: found / total >= MIN_COVERAGE ? found / length : 0 }
  })
  const ranked = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || a.index - b.index)
  const best = ranked[0]?.score ?? 0
  return inOrder(ranked.filter(({ score }) => score >= best * NEAR_BEST).slice(0, limit), sentences)
}

/** The sentences that share most words with the rest, in the order of the text; the first counts a little more. */
export const centralSentences = (sentences: readonly Sentence[], limit: number): Sentence[] => {
  const bags = sentences.map((sentence) => new Set(termsOf(sentence.text)))
  const counts = new Map<string, number>()
  for (const bag of bags) for (const term of bag) counts.set(term, (counts.get(term) ?? 0) + 1)
  const scored = bags.map((bag, index) => {
    const shared = sum([...bag].map((term) => (counts.get(term) ?? 0) - 1))
    return { index, score: (shared + (index === 0 ? 1 : 0)) / Math.sqrt(bag.size + 1) }
  })
  const ranked = scored.sort((a, b) => b.score - a.score || a.index - b.index)
  return inOrder(ranked.slice(0, limit), sentences)
}

const weightOf = (
  term: string,
  bags: readonly ReadonlySet<string>[],
  headings: readonly ReadonlySet<string>[],
): number => {
  const holders = bags.filter((bag, index) => bag.has(term) || headings[index]?.has(term)).length
  // The one on top keeps a word worth something where there are only two or three sentences.
  return 1 + Math.log(1 + (bags.length - holders + 0.5) / (holders + 0.5))
}

const inOrder = (chosen: readonly Scored[], sentences: readonly Sentence[]): Sentence[] =>
  [...chosen].sort((a, b) => a.index - b.index).flatMap(({ index }) => sentences[index] ?? [])

const sum = (numbers: Iterable<number>): number => {
  let total = 0
  for (const number of numbers) total += number
  return total
}
