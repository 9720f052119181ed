// Fusion of ranked lists: weighted Borda counts where all rank the same items, else weighted reciprocal ranks, which lists of
// different length and content do not distort.

import { tryParseJson } from '../../base/json.ts'
import { isList } from '../../base/value.ts'
import { toLabel, withoutFence } from '../label.ts'
import { type Candidate, compare, countOf, type Fused } from './candidate.ts'

type Form = 'json' | 'numbered' | 'bullets' | 'lines'

export interface ReadList {
  readonly form: Form
  /** Best first, each once. */
  readonly items: readonly string[]
}

const NUMBERED = /^\s*\(?\d{1,3}[.)、:：]\s*(.+)$/u
const BULLET = /^\s*[-*•·]\s+(.+)$/u
/** Items of one list. */
const MOST_ITEMS = 500
/** Characters of an item; more is prose. */
const LONGEST_ITEM = 200

/** The list a text is; undefined where it is none. Lines around numbered or bulleted ones are left out. */
export const readList = (text: string): ReadList | undefined => {
  const plain = withoutFence(text)
  const json = plain.startsWith('[') ? tryParseJson(plain) : undefined
  if (isList(json)) {
    return json.every((item) => typeof item === 'string') ? toList('json', json as readonly string[]) : undefined
  }
  const lines = plain.split(/\r?\n/).filter((line) => line.trim() !== '')
  for (const [form, pattern] of [
    ['numbered', NUMBERED],
    ['bullets', BULLET],
  ] as const) {
    const items = lines.flatMap((line) => pattern.exec(line)?.[1]?.trim() ?? [])
    if (items.length >= 2) return toList(form, items)
  }
  return lines.length >= 2 && lines.every((line) => line.length <= LONGEST_ITEM) ? toList('lines', lines) : undefined
}

const toList = (form: Form, items: readonly string[]): ReadList | undefined => {
  const byLabel = new Map<string, string>()
  for (const item of items.slice(0, MOST_ITEMS)) {
    if (item.length > LONGEST_ITEM) return undefined
    const label = toLabel(item)
    if (!byLabel.has(label)) byLabel.set(label, item.trim())
  }
  return byLabel.size < 2 ? undefined : { form, items: [...byLabel.values()] }
}

/** Damping in ranks. Source: Cormack, Clarke and Buettcher, SIGIR 2009. */
const DAMPING = 60

interface Standing {
  readonly label: string
  readonly scores: number[]
  /** As the member that counts most wrote it. */
  written: string
  writer: number
}

export const ranking = (candidates: readonly Candidate[]): Fused | undefined => {
  const lists = candidates.map(({ text }) => readList(text))
  const read = lists.flatMap((list, i) =>
    list ? [{ list, count: countOf(candidates[i] as Candidate, 2), labels: list.items.map(toLabel) }] : [],
  )
  if (read.length === 0) return undefined
  const all = new Set(read.flatMap(({ labels }) => labels))
  const isComplete = read.every(({ labels }) => labels.length === all.size)
  const standings = new Map<string, Standing>()
  for (const { list, count, labels } of read) {
    labels.forEach((label, rank) => {
      const written = list.items[rank] ?? label
      let standing = standings.get(label)
      if (!standing) standings.set(label, (standing = { label, scores: [], written, writer: count }))
      standing.scores.push(count * (isComplete ? all.size - rank : 1 / (DAMPING + rank + 1)))
      const order = compare(count, standing.writer)
      if (order > 0 || (order === 0 && written < standing.written)) Object.assign(standing, { written, writer: count })
    })
  }
  const ordered = [...standings.values()]
    .map((standing) => ({ ...standing, score: sumOf(standing.scores) }))
    .sort((a, b) => compare(b.score, a.score) || (a.label < b.label ? -1 : 1))
  const best = ordered[0]?.label
  return {
    text: writeList(
      commonForm(read.map(({ list }) => list.form)),
      ordered.map(({ written }) => written),
    ),
    agreed: lists.map((list) => list !== undefined && toLabel(list.items[0] ?? '') === best),
  }
}

const sumOf = (scores: number[]): number => scores.sort((a, b) => a - b).reduce((sum, score) => sum + score, 0)

/** All in one form keep it; else numbers say best that this is an order. */
const commonForm = (forms: readonly Form[]): Form => {
  const [first = 'numbered'] = forms
  return forms.every((form) => form === first) ? first : 'numbered'
}

const writeList = (form: Form, items: readonly string[]): string => {
  switch (form) {
    case 'json':
      return JSON.stringify(items)
    case 'numbered':
      return items.map((item, i) => `${i + 1}. ${item}`).join('\n')
    case 'bullets':
      return items.map((item) => `- ${item}`).join('\n')
    case 'lines':
      return items.join('\n')
  }
}
