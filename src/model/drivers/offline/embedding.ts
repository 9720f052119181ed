// The built-in embedding, which needs no vendor: a text's words and letter groups, hashed into a vector of fixed length.
// It finds texts that share words or spellings; it knows no meaning, so "car" and "automobile" are strangers to it.
// Method: feature hashing with signs (Weinberger et al., ICML 2009) over words, pairs of ideographs and letter trigrams.

import { termsOf } from './terms.ts'

export const OFFLINE_DIMENSIONS = 384

/** What a feature counts. Terms carry what a text is about; the others let misspelled words and bare questions meet. */
const WEIGHTS = { term: 1, word: 0.2, trigram: 0.35 } as const
/** Characters read; what follows in a longer text changes little. */
const MAX_CHARACTERS = 100_000

/** A vector of length 1. The same text, whatever its case, width, punctuation and spaces, always gets the same one. */
export const embedOffline = (text: string): Float32Array => {
  const vector = new Float64Array(OFFLINE_DIMENSIONS)
  for (const [feature, weight] of featuresOf(text.slice(0, MAX_CHARACTERS))) {
    const hash = hashOf(feature)
    const at = hash % OFFLINE_DIMENSIONS
    // A bit that the place does not depend on.
    vector[at] = (vector[at] ?? 0) + (hash & 0x8000_0000 ? weight : -weight)
  }
  const length = Math.hypot(...vector)
  // Texts without a single word are all the same.
  if (length === 0) vector[0] = 1
  return Float32Array.from(vector, (value) => value / (length || 1))
}

const featuresOf = (text: string): ReadonlyMap<string, number> => {
  const plain = text.normalize('NFKC').toLowerCase()
  const counts = new Map<string, number>()
  const count = (kind: keyof typeof WEIGHTS, name: string) => {
    const feature = `${kind} ${name}`
    counts.set(feature, (counts.get(feature) ?? 0) + 1)
  }
  for (const term of termsOf(plain)) count('term', term)
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    count('word', word)
    const points = Array.from(`^${word}$`)
    for (let i = 0; i + 3 <= points.length; i++) count('trigram', points.slice(i, i + 3).join(''))
  }
  for (const [feature, times] of counts) {
    // A word said ten times is not ten times the subject.
    const kind = feature.slice(0, feature.indexOf(' ')) as keyof typeof WEIGHTS
    counts.set(feature, WEIGHTS[kind] * (1 + Math.log(times)))
  }
  return counts
}

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3, which spreads what short texts leave close together. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
