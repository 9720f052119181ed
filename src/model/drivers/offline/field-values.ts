// Values that a text holds for a field, by the field's name and description: "order_id" finds "order id: 4711".
// Only what stands in the text is returned; inventing is not this file's part.

import { termsOf, wordsOfName } from './terms.ts'

export interface Field {
  readonly name: string
  readonly description: string
  readonly format: string
}

/** Texts beyond this are cut for the search. UTF-16 units. */
const MAX_TEXT_LENGTH = 20_000
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/
const URL_LIKE = /https?:\/\/[^\s<>"'，。）)]+/
const PHONE = /\+?\d[\d\s()-]{6,17}\d/
const DATE = /\b(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?/
const DATES = new RegExp(DATE, 'g')
const MONTHS = 'january|february|march|april|may|june|july|august|september|october|november|december'
const DAY_WORD = new RegExp(
  `\\b(?:(?:${MONTHS})\\s+\\d{1,2}(?:st|nd|rd|th)?(?:,?\\s+\\d{4})?|\\d{1,2}(?:st|nd|rd|th)?\\s+(?:${MONTHS})(?:\\s+\\d{4})?|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|tonight|yesterday)\\b|(?:今|明|后|昨)天|(?:周|星期)[一二三四五六日天]|\\d{1,2}月\\d{1,2}[日号]`,
  'i',
)
const TIME = /\b\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]m)?\b|\b\d{1,2}\s*[ap]m\b|\d{1,2}\s*点(?:半|\d{1,2}分)?/i
const CAPITALS = "\\p{Lu}[\\p{L}'’-]*(?:\\s+(?:de|van|von|of|der|la)?\\s?\\p{Lu}[\\p{L}'’-]*){0,3}"
const NAME_SAID = new RegExp(
  `\\b(?:my name is|i am|i'm|this is|call me|name's|named|signed|regards,?)\\s+(${CAPITALS})|(?:我叫|我是|名字(?:是|叫)|姓名(?:是|为)?)\\s*([\\p{Script=Han}·]{2,4})`,
  'iu',
)
const PLACE_SAID = new RegExp(`\\b(?:in|to|from|at|for|near|of)\\s+(?:the\\s+)?(${CAPITALS})`, 'u')
const PLACE_SAID_CHINESE =
  /(?:在|去|到|从|查询|查一下)?([\p{Script=Han}]{2,4}?)(?:市|省)?(?:今天|明天|现在)?的?(?:天气|气温|温度)/u
const NUMBER = /(?<![\w.])[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w])|(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\d])/g
const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]
const CHINESE_NUMBERS = '零一二三四五六七八九十'

const looksLike = (field: Field, pattern: RegExp): boolean =>
  pattern.test(wordsOfName(field.name).join(' ')) || pattern.test(field.name)

/** The text for a field, undefined when there is none to be found. */
export const findText = (field: Field, whole: string): string | undefined => {
  const text = whole.slice(0, MAX_TEXT_LENGTH)
  const has = (pattern: RegExp) => looksLike(field, pattern)
  if (field.format === 'email' || has(/e-?mail|邮箱|邮件/i)) return EMAIL.exec(text)?.[0] ?? labelled(field, text)
  if (field.format === 'uri' || has(/\b(?:url|link|website|uri)\b|链接|网址/i))
    return URL_LIKE.exec(text)?.[0]?.replace(/[.,;:!?]+$/, '')
  if (has(/phone|mobile|telephone|电话|手机/i)) return PHONE.exec(text)?.[0] ?? labelled(field, text)
  const said = labelled(field, text)
  if (said !== undefined) return said
  if (
    field.format === 'date' ||
    field.format === 'date-time' ||
    has(/\b(?:date|day|when|deadline|birthday)\b|日期|时间/i)
  )
    return findDate(text)
  if (field.format === 'time' || has(/\btime\b/i)) return TIME.exec(text)?.[0]
  if (has(/\b(?:city|town|place|location|destination|country|origin|address|region)\b|城市|地点|地址|目的地/i)) {
    return PLACE_SAID.exec(text)?.[1] ?? PLACE_SAID_CHINESE.exec(text)?.[1]
  }
  if (has(/\b(?:name|person|customer|user|author|who)\b|姓名|名字/i)) {
    const match = NAME_SAID.exec(text)
    return match?.[1] ?? match?.[2]
  }
  if (
    has(
      /^(?:q|query|question|text|input|message|content|keywords?|topic|search(?: query| term)?|prompt|expression|sentence|request|summary|title|subject|reason|description|answer)$|问题|内容|查询|关键词/i,
    )
  ) {
    return text.trim() === '' ? undefined : text.trim()
  }
  return undefined
}

const findDate = (text: string): string | undefined => {
  const match = DATE.exec(text)
  if (!match) return DAY_WORD.exec(text)?.[0]
  const [, year, month = '', day = ''] = match
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

const quoteRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Where a value may begin after the field's name: "city: Oslo", "the order id is 4711", "订单号：A1". */
const labelEnds = (field: Field, text: string): number[] =>
  labelsOf(field).flatMap((label) => {
    const edge = /^\w/.test(label) ? '\\b' : ''
    const match = new RegExp(`${edge}${label}["']?(?:\\s+(?:is|are|was|=)\\s*|\\s*(?:[:：=＝#]|为|是)\\s*)`, 'iu').exec(
      text,
    )
    return match ? [match.index + match[0].length] : []
  })

const labelled = (field: Field, text: string): string | undefined => {
  for (const end of labelEnds(field, text)) {
    const line = /^["'“「]?([^\n,;，。；"”」]{1,200})/u.exec(text.slice(end, end + 220))?.[1]
    const value = line?.replace(/(?:[.!?](?:\s.*)?|\s+(?:and|but)\s.*)$/u, '').trim()
    if (value) return value
  }
  return undefined
}

// The name as words, then its last word alone: "customer city" is often just "city" in the text.
const labelsOf = (field: Field): string[] => {
  const words = wordsOfName(field.name)
  const whole = words.map(quoteRegExp).join('[\\s_-]*')
  const description = field.description.length <= 30 ? quoteRegExp(field.description.trim()) : ''
  const last = words.length > 1 ? quoteRegExp(words.at(-1) ?? '') : ''
  return [whole, description, last].filter((label) => label !== '' && label !== 'id' && label !== 'name')
}

interface PlacedNumber {
  readonly value: number
  readonly start: number
  readonly end: number
}

const numbersIn = (given: string): PlacedNumber[] => {
  // The parts of a date are no numbers of their own.
  const text = given.replace(DATES, (date) => ' '.repeat(date.length))
  const digits = [...text.matchAll(NUMBER)].map((match) => ({
    value: Number(match[0].replaceAll(',', '')),
    start: match.index,
    end: match.index + match[0].length,
  }))
  if (digits.length > 0) return digits
  const words = [...text.matchAll(new RegExp(`\\b(?:${NUMBER_WORDS.join('|')})\\b`, 'gi'))].map((match) => ({
    value: NUMBER_WORDS.indexOf(match[0].toLowerCase()),
    start: match.index,
    end: match.index + match[0].length,
  }))
  if (words.length > 0) return words
  return [...text.matchAll(/[一二三四五六七八九十](?=[个人张份天位次名件只条])/g)].map((match) => ({
    value: CHINESE_NUMBERS.indexOf(match[0]),
    start: match.index,
    end: match.index + 1,
  }))
}

/** Words this near to a number say what it counts. UTF-16 units. */
const NEAR = 24

/** The number for a field: the one beside the field's words, else the only one there is. */
export const findNumber = (field: Field, whole: string): number | undefined => {
  const text = whole.slice(0, MAX_TEXT_LENGTH)
  const numbers = numbersIn(text)
  const said = labelEnds(field, text).flatMap((end) =>
    numbers.filter(({ start }) => start >= end && start - end <= 4),
  )[0]
  if (said) return said.value
  const words = new Set([...termsOf(wordsOfName(field.name).join(' ')), ...termsOf(field.description)])
  let best: { readonly value: number; readonly distance: number } | undefined
  for (const { value, start, end } of numbers) {
    const before = text.slice(Math.max(0, start - NEAR), start)
    const after = text.slice(end, end + NEAR)
    for (const [side, isAfter] of [
      [before, false],
      [after, true],
    ] as const) {
      const terms = termsOf(side)
      const at = terms.findIndex((term) => words.has(term))
      if (at < 0) continue
      const distance = isAfter ? at : terms.length - 1 - terms.findLastIndex((term) => words.has(term)) + 0.5
      if (!best || distance < best.distance) best = { value, distance }
    }
  }
  return best?.value ?? (numbers.length === 1 ? numbers[0]?.value : undefined)
}

export const findNumbers = (whole: string): number[] =>
  numbersIn(whole.slice(0, MAX_TEXT_LENGTH)).map(({ value }) => value)

const NEGATION =
  /\b(?:no|not|never|without|don't|doesn't|isn't|won't|none)\b[^.!?,]{0,20}$|(?:不|没有?|无|别)[^。，]{0,4}$/i

/** Whether the text says yes to a field; undefined when it does not speak of it. */
export const findBoolean = (field: Field, whole: string): boolean | undefined => {
  const text = whole.slice(0, MAX_TEXT_LENGTH)
  const said = labelled(field, text)?.toLowerCase()
  if (said !== undefined && /^(?:true|yes|是|1|on)\b/.test(said)) return true
  if (said !== undefined && /^(?:false|no|否|0|off)\b/.test(said)) return false
  const words = wordsOfName(field.name).filter((word) => !/^(?:is|has|with|wants?|needs?|should|include)$/.test(word))
  for (const word of words) {
    const at = text.toLowerCase().indexOf(word)
    if (at >= 0) return !NEGATION.test(text.slice(0, at))
  }
  return undefined
}

/** The items named for a list of texts: after its label, else the names in the text. */
export const findTexts = (field: Field, whole: string): string[] => {
  const text = whole.slice(0, MAX_TEXT_LENGTH)
  for (const label of labelsOf(field)) {
    const edge = /^\w/.test(label) ? '\\b' : ''
    const after = new RegExp(`${edge}${label}\\s*(?:[:：=]|\\bare\\b|为|是|有)\\s*([^\\n.。;；]{1,500})`, 'iu').exec(
      text,
    )?.[1]
    if (after) return splitItems(after)
  }
  if (looksLike(field, /cit(?:y|ies)|places?|names?|people|countr(?:y|ies)|persons?|locations?/i)) {
    return [...text.matchAll(new RegExp(`(?<![.!?]\\s|^)${CAPITALS}`, 'gu'))]
      .map(([name]) => name)
      .filter((name) => name.length > 1)
  }
  if (looksLike(field, /e-?mails?/i)) return [...text.matchAll(new RegExp(EMAIL, 'g'))].map(([email]) => email)
  return []
}

const splitItems = (text: string): string[] =>
  text
    .split(/\s*(?:,|，|、|;|\band\b|\bor\b|和|与)\s*/i)
    .map((item) => item.trim())
    .filter((item) => item !== '')
