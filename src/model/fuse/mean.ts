// Means of numbers, scores and probabilities. Texts around the numbers are never mixed: they have no mean.

import { withoutFence } from '../label.ts'
import { type Candidate, countOf, type Fused } from './candidate.ts'
import { weightedMedian } from './median.ts'

export interface ReadNumber {
  readonly value: number
  readonly decimals: number
  /** As in "85 %": the value is 85. */
  readonly percent: boolean
}

const NUMBER =
  /^(?:[\p{L} ]{0,40}[:：=] ?)?([+-]?\d{1,15}(?:\.\d{1,12})?)(?: ?([%％])| ?\/ ?\d{1,4}| ?\p{L}{1,8})?[.。]?$/u

/** The number that a text is, perhaps behind a name and before a unit: `0.8`, `85 %`, `Score: 7/10`. */
export const readNumber = (text: string): ReadNumber | undefined => {
  const found = NUMBER.exec(
    withoutFence(text)
      .replace(/^\*+|\*+$/g, '')
      .replace(/(?<=\d),(?=\d{3}\b)/g, ''),
  )
  const digits = found?.[1]
  if (digits === undefined) return undefined
  const decimals = digits.split('.')[1]?.length ?? 0
  return { value: Number(digits), decimals, percent: found?.[2] !== undefined }
}

/** Median absolute deviations beyond which a number is an outlier. Source: Iglewicz and Hoaglin, 1993. */
const OUTLIER = 3.5
/** Makes the deviation comparable to that of a normal distribution. */
const NORMAL = 1.4826
/** Where more than half say the very same, others may still be this far off, as a part of it. */
const SLACK = 0.01

/** Each member has one voice here: weights say who is more exact, and a great weight must not make one's slip the measure. */
const keptOf = (values: readonly number[]): readonly boolean[] => {
  if (values.length < 3) return values.map(() => true)
  const equal = values.map(() => 1)
  const middle = weightedMedian(values, equal)
  const deviations = values.map((value) => Math.abs(value - middle))
  const spread = Math.max(weightedMedian(deviations, equal) * NORMAL, Math.abs(middle) * SLACK)
  return deviations.map((deviation) => deviation <= OUTLIER * spread)
}

/** Certainty has no log-odds. */
const SUREST = 1e-3

/** Weighted mean without outliers; of probabilities (all in 0 to 1, not all whole) the pooled log-odds. Two decimals more than
 *  the members gave, at most six. */
export const mean = (candidates: readonly Candidate[]): Fused | undefined => {
  const numbers = candidates.map(({ text }) => readNumber(text))
  const read = numbers.filter((number) => number !== undefined)
  if (read.length === 0) return undefined
  const percent = read.filter((number) => number.percent).length * 2 > read.length
  const scaled = numbers.map((number) => number && toScale(number, percent))
  const present = scaled.flatMap((value, i) => (value === undefined ? [] : [{ value, i }]))
  const values = present.map(({ value }) => value)
  const counts = present.map(({ i }) => countOf(candidates[i] as Candidate, 2))
  const kept = keptOf(values)
  const isProbability =
    !percent && values.every((value) => value >= 0 && value <= 1) && values.some((value) => value % 1 !== 0)
  const to = isProbability ? logOdds : same
  const from = isProbability ? probability : same
  let sum = 0
  let total = 0
  values.forEach((value, k) => {
    if (!kept[k]) return
    sum += to(value) * (counts[k] ?? 0)
    total += counts[k] ?? 0
  })
  const decimals = Math.min(6, Math.max(...read.map((number) => number.decimals)) + 2)
  // Sums of the same numbers in another order differ in the last digits; rounding must not make them matter.
  const exact = Number(from(sum / total).toPrecision(12))
  const result = String(Number(exact.toFixed(decimals)))
  const isKept = new Set(present.flatMap(({ i }, k) => (kept[k] ? [i] : [])))
  return { text: percent ? `${result}%` : result, agreed: candidates.map((_, i) => isKept.has(i)) }
}

const toScale = ({ value, percent }: ReadNumber, toPercent: boolean): number =>
  percent === toPercent ? value : percent ? value / 100 : value * 100

const same = (value: number): number => value
const logOdds = (value: number): number => {
  const bounded = Math.min(1 - SUREST, Math.max(SUREST, value))
  return Math.log(bounded / (1 - bounded))
}
const probability = (odds: number): number => 1 / (1 + Math.exp(-odds))
