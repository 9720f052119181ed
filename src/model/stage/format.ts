// The stage that brings answers into form. It needs the whole text, so nothing of it is said before the model has finished.

import { z } from 'zod'
import { stringifyJson } from '../../base/json.ts'
import { isList, isObject, type Value } from '../../base/value.ts'
import { readJsonAnswer } from '../json-answer.ts'
import { toLabel, withoutFence } from '../label.ts'
import type { ChatStreamPart } from '../spec.ts'
import { StageError } from './errors.ts'
import { markdownToText } from './plain-text.ts'
import type { Stage, StageFilter, StageParts, StageType } from './spec.ts'

export const formatSettings = z.strictObject({
  type: z.literal('format'),
  /** `json`: only the JSON in the answer, mended where needed · `unfenced`: without code fences around it ·
   *  `plain-text`: without Markdown · `label`: exactly one of `labels` */
  to: z.enum(['json', 'unfenced', 'plain-text', 'label']),
  labels: z.array(z.string().min(1).max(200)).max(1_000).default([]),
  /** What an answer that names no label, or several, becomes. Absent: `otherwise` decides. */
  fallbackLabel: z.string().min(1).max(200).exactOptional(),
  /** What becomes of an answer that cannot be brought into form. */
  otherwise: z.enum(['keep', 'refuse']).default('keep'),
})

type Settings = z.output<typeof formatSettings>

export const format: StageType<Settings> = {
  type: 'format',
  create(name, settings, parts): Stage {
    if (settings.to === 'label' && settings.labels.length === 0) {
      throw new StageError('stage/invalid', { details: { stage: name, reason: 'it lists no labels' } })
    }
    const convert = (text: string): string => {
      const converted = CONVERSIONS[settings.to](text, settings, parts)
      if (converted !== undefined) return converted
      if (settings.otherwise === 'keep') return text
      const reason = `it cannot be brought into the form ${settings.to}`
      throw new StageError('stage/refused', { details: { stage: name, what: 'answer', reason } })
    }
    return { name, type: 'format', after: () => createWholeTextFilter(convert) }
  },
}

/** Holds the text until the end. An answer without text, such as a call of a tool, is none of its business. */
const createWholeTextFilter = (convert: (text: string) => string): StageFilter => {
  const pieces: string[] = []
  const behind: ChatStreamPart[] = []
  return {
    push(part) {
      if (part.type === 'text-delta') {
        pieces.push(part.text)
        return []
      }
      if (part.type === 'reasoning-delta' || part.type === 'reasoning-end') return [part]
      if (part.type !== 'finish') {
        behind.push(part)
        return []
      }
      const text = pieces.join('')
      const converted = text.trim() === '' ? text : convert(text)
      return [...(converted === '' ? [] : [{ type: 'text-delta', text: converted } as const]), ...behind, part]
    },
  }
}

/** Undefined: it cannot be done. */
type Convert = (text: string, settings: Settings, parts: StageParts) => string | undefined

const CONVERSIONS: Readonly<Record<Settings['to'], Convert>> = {
  json(text, _, { parseJson }) {
    const value = readJsonAnswer(text) ?? mended(text, parseJson)
    return value === undefined ? undefined : stringifyJson(value)
  },
  unfenced: (text) => withoutFence(text),
  'plain-text': markdownToText,
  label: (text, { labels, fallbackLabel }) => labelIn(text, labels) ?? fallbackLabel,
}

const mended = (text: string, parseJson: (text: string) => Value): Value | undefined => {
  const start = text.search(/[[{]/)
  if (start < 0) return undefined
  try {
    const value = parseJson(withoutFence(text.slice(start)).replace(/\n?```[\s\S]*$/, ''))
    return isObject(value) || isList(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The label that is the answer, else the only one it names. */
const labelIn = (text: string, labels: readonly string[]): string | undefined => {
  const said = toLabel(text)
  const exact = labels.find((label) => toLabel(label) === said)
  if (exact !== undefined) return exact
  const named = labels.filter((label) => names(said, toLabel(label)))
  // One label may stand inside another: "refund" in "no refund".
  const widest = named.filter(
    (label) => !named.some((other) => other !== label && names(toLabel(other), toLabel(label))),
  )
  return widest.length === 1 ? widest[0] : undefined
}

const ALPHABETIC = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}_]/u

/** Whether the text has the label in it as a word of its own. */
const names = (text: string, label: string): boolean => {
  for (let at = text.indexOf(label); at >= 0; at = text.indexOf(label, at + 1)) {
    const before = text.slice(0, at).at(-1) ?? ' '
    const after = text[at + label.length] ?? ' '
    const isInside =
      (ALPHABETIC.test(before) && ALPHABETIC.test(label[0] ?? '')) ||
      (ALPHABETIC.test(after) && ALPHABETIC.test(label.at(-1) ?? ''))
    if (!isInside) return true
  }
  return false
}
