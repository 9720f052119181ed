// What queries are compared with: the questions of an app and their vectors, kept in memory as long as they are the newest.
//
// M1  An index counts only when its revision is that of the app's settings row.
// M2  All indexes together stay below `maxBytes`; the least recently used goes first. One that is larger than that alone is
//     used once and not kept.

import type { Caller } from '../caller.ts'
import type { AnnotationId, AppId } from '../ids.ts'
import type { StoredReplySettings } from './reply-store.ts'
import type { AnnotationStore, MatchRow } from './store.ts'

export interface MatchIndex {
  /** The oldest annotation of this very question; spaces around it do not count. */
  byQuestion(query: string): AnnotationId | undefined
  /** Whether there is anything to compare vectors with. */
  readonly hasVectors: boolean
  /** The annotation of the highest cosine similarity, oldest first among equals. Vectors of another length are passed over. */
  nearest(query: Float32Array): { readonly id: AnnotationId; readonly score: number } | undefined
}

export interface MatchIndexes {
  /** The app's index as of the settings. */
  get(caller: Caller, appId: AppId, settings: StoredReplySettings): Promise<MatchIndex>
}

interface Entry {
  readonly revision: number
  readonly index: Promise<MatchIndex>
  /** 0 until it is read. */
  sizeBytes: number
}

const PAGE = 500

/** @param maxBytes of all vectors and questions kept */
export const createMatchIndexes = (store: Pick<AnnotationStore, 'matchRows'>, maxBytes: number): MatchIndexes => {
  /** Least recently used first. */
  const entries = new Map<string, Entry>()

  const shrink = (): void => {
    let total = 0
    for (const { sizeBytes } of entries.values()) total += sizeBytes
    for (const [key, { sizeBytes }] of entries) {
      if (total <= maxBytes) return
      entries.delete(key)
      total -= sizeBytes
    }
  }

  return {
    async get(caller, appId, settings) {
      const key = `${caller.tenantId}/${appId}`
      const known = entries.get(key)
      entries.delete(key)
      if (known?.revision === settings.revision) {
        entries.set(key, known)
        return known.index
      }
      const reading = readAll(store, caller, appId, modelName(settings))
      const entry: Entry = { revision: settings.revision, index: reading.then(toIndex), sizeBytes: 0 }
      entries.set(key, entry)
      try {
        entry.sizeBytes = sizeOf(await reading)
        shrink()
        return await entry.index
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key)
        throw error
      }
    },
  }
}

/** `provider/model`, as rows name the model of their vector. */
export const modelName = (settings: Pick<StoredReplySettings, 'embeddingProvider' | 'embeddingModel'>): string =>
  `${settings.embeddingProvider}/${settings.embeddingModel}`

const readAll = async (
  store: Pick<AnnotationStore, 'matchRows'>,
  caller: Caller,
  appId: AppId,
  model: string,
): Promise<readonly MatchRow[]> => {
  const rows: MatchRow[] = []
  // An app has a bounded number of annotations, so this ends.
  for (;;) {
    const after = rows.at(-1)
    const page = await store.matchRows(caller, appId, model, { limit: PAGE, ...(after && { after }) })
    rows.push(...page)
    if (page.length < PAGE) return rows
  }
}

const sizeOf = (rows: readonly MatchRow[]): number =>
  rows.reduce((sum, { question, vector }) => sum + 200 + question.length * 2 + (vector?.byteLength ?? 0), 0)

const toIndex = (rows: readonly MatchRow[]): MatchIndex => {
  const questions = new Map<string, AnnotationId>()
  const vectors: { readonly id: AnnotationId; readonly vector: Float32Array }[] = []
  for (const { id, question, vector } of rows) {
    const words = question.trim()
    if (!questions.has(words)) questions.set(words, id)
    const unit = vector && toUnit(vector)
    if (unit) vectors.push({ id, vector: unit })
  }
  return {
    byQuestion: (query) => questions.get(query.trim()),
    hasVectors: vectors.length > 0,
    nearest(query) {
      const unit = toUnit(query)
      let best: { id: AnnotationId; score: number } | undefined
      if (!unit) return undefined
      for (const { id, vector } of vectors) {
        if (vector.length !== unit.length) continue
        const score = product(vector, unit)
        if (best === undefined || score > best.score) best = { id, score }
      }
      // Rounding may pass the ends of the range.
      return best && { id: best.id, score: Math.min(1, Math.max(0, best.score)) }
    },
  }
}

/** Of length 1; undefined for vectors without a direction. */
const toUnit = (vector: Float32Array): Float32Array | undefined => {
  const length = Math.sqrt(product(vector, vector))
  return length > 0 && Number.isFinite(length) ? vector.map((value) => value / length) : undefined
}

const product = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}
