// How well documents answer a question, by the words they share: BM25 over the documents at hand. It knows no meaning.
// Method: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, with the idf of Lucene, which is never negative.

import { nextTurn } from '../../../base/seams.ts'
import { termsOf } from './terms.ts'

/** How soon repeats of a word stop counting, and how much length counts against a document. */
const K1 = 1.2
const B = 0.75
/** Characters read of a document; what follows in a longer one changes little. */
const MAX_CHARACTERS = 100_000
/** Documents read before other work of the process goes first. */
const TURN_DOCUMENTS = 20

/** One score a document, in [0, 1): 0 where no word is shared. Equal inputs give equal scores. */
export const scoreOffline = async (
  query: string,
  documents: readonly string[],
  signal?: AbortSignal,
): Promise<readonly number[]> => {
  const wanted = [...new Set(termsOf(query.normalize('NFKC')))]
  const counts: ReadonlyMap<string, number>[] = []
  const lengths: number[] = []
  for (const [i, text] of documents.entries()) {
    if (i % TURN_DOCUMENTS === 0) await nextTurn()
    signal?.throwIfAborted()
    const terms = termsOf(text.slice(0, MAX_CHARACTERS).normalize('NFKC'))
    counts.push(countOf(terms, new Set(wanted)))
    lengths.push(terms.length)
  }
  const mean = lengths.reduce((sum, length) => sum + length, 0) / documents.length || 1
  const weights = wanted.map((term) => {
    const holding = counts.filter((count) => count.has(term)).length
    return Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5))
  })
  return counts.map((count, i) => {
    const room = K1 * (1 - B + (B * (lengths[i] ?? 0)) / mean)
    const score = wanted.reduce((sum, term, at) => {
      const times = count.get(term) ?? 0
      return sum + ((weights[at] ?? 0) * times * (K1 + 1)) / (times + room)
    }, 0)
    return score / (score + 1)
  })
}

const countOf = (terms: readonly string[], wanted: ReadonlySet<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const term of terms) if (wanted.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}
