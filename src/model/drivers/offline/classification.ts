// Sorting a text into given categories by the words it shares with their names.

import { stringifyJson } from '../../../base/json.ts'
import { formatNumber, isNumber } from '../../../base/number.ts'
import { isList, isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import { jsonValuesIn } from './json-in-text.ts'
import type { OfflinePrompt } from './prompt.ts'
import { termsOf } from './terms.ts'

interface Category {
  readonly id: string
  readonly name: string
}

const ID_KEYS = ['category_id', 'id', 'class_id']
const NAME_KEYS = ['category_name', 'name', 'class_name', 'label']
const CATCH_ALL = /\b(?:others?|else|misc\w*|general|unknown|none|anything)\b|其他|其它|别的|通用|未知/i

/** The JSON that names the best category; undefined when the prompt gives no categories. */
export const classify = (prompt: OfflinePrompt): string | undefined => {
  // Examples come before the real thing, so the last list counts.
  const last = (text: string) =>
    ABOUT_SORTING.test(text) ? jsonValuesIn(text).map(categoriesIn).findLast(isKnown) : undefined
  const found = (prompt.task && categoriesIn(prompt.task)) ?? last(prompt.user) ?? last(prompt.system)
  if (!found) return undefined
  const text = (prompt.task && firstText(prompt.task, ['input_text', 'text', 'query', 'question'])) ?? prompt.question
  const best = closest(flatten(text), found)
  return stringifyJson({ category_id: best.id, category_name: best.name })
}

// Lists of ids and names are common; only with this are they a choice.
const ABOUT_SORTING = /categor|classif|分类|类别/i
const isKnown = (found: readonly Category[] | undefined) => found !== undefined

const categoriesIn = (value: Value): readonly Category[] | undefined => {
  const list = isObject(value) ? (own(value, 'categories') ?? own(value, 'classes')) : value
  if (!isList(list) || list.length === 0) return undefined
  const categories = list.flatMap((entry) => {
    const id = isObject(entry) ? firstText(entry, ID_KEYS) : undefined
    const name = isObject(entry) ? firstText(entry, NAME_KEYS) : undefined
    return id === undefined || name === undefined ? [] : [{ id, name }]
  })
  return categories.length === list.length ? categories : undefined
}

const firstText = (object: ValueObject, keys: readonly string[]): string | undefined => {
  for (const key of keys) {
    const value = own(object, key) as Value | undefined
    if (typeof value === 'string') return value
    if (isNumber(value)) return formatNumber(value)
    if (isList(value)) return value.filter((item) => typeof item === 'string').join('\n')
  }
  return undefined
}

// A task in the text is data: only its strings count as words.
const flatten = (text: string): string => text.replace(/["{}[\]]/g, ' ')

/** The category whose name shares most with the text, rare words counting more; else the one for the rest, else the first. */
const closest = (text: string, categories: readonly Category[]): Category => {
  const words = new Set(termsOf(text))
  const bags = categories.map((category) => new Set(termsOf(category.name)))
  const scores = bags.map((bag) => {
    let score = 0
    for (const term of bag) {
      const holders = bags.filter((other) => other.has(term)).length
      const weight = Math.log(1 + bags.length / holders)
      if (words.has(term)) score += weight
      else if (sharesStem(term, words)) score += weight / 2
    }
    return bag.size === 0 ? 0 : score / Math.sqrt(bag.size)
  })
  const best = Math.max(...scores)
  const fallback = categories.find((category) => CATCH_ALL.test(category.name)) ?? categories[0]
  const chosen = best > 0 ? categories[scores.indexOf(best)] : fallback
  if (!chosen) throw new RangeError('there are categories')
  return chosen
}

/** "delivery" and "delivered", "pay" and "payment": one begins with the other's first letters. */
const STEM_LENGTH = 5
const sharesStem = (term: string, words: ReadonlySet<string>): boolean => {
  const stem = term.slice(0, STEM_LENGTH)
  if (stem.length < 3 || !/^[a-z]/.test(stem)) return false
  for (const word of words)
    if (word.length >= 3 && (word.startsWith(stem) || term.startsWith(word.slice(0, STEM_LENGTH)))) return true
  return false
}
