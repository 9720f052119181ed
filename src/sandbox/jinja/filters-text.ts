// Filters that make texts from texts.

import { amountOf, isText, plainText, sizeOf, textOf } from './arguments.ts'
import { capitalize } from './characters.ts'
import { filter, orElse } from './define.ts'
import { Dict } from './dict.ts'
import { argumentError, JinjaError, typeError, undefinedError } from './error.ts'
import { formatPercent } from './format-percent.ts'
import { escapeHtml } from './html.ts'
import { isTrue, requireLength, typeNameOf } from './iterate.ts'
import { pprint } from './pprint.ts'
import { toText } from './represent.ts'
import { codePoints, SPACE_CLASS, sliceText, splitLines, textLength, trim, trimEnd, trimStart } from './text.ts'
import { replaceText } from './text-edit.ts'
import { centerShare } from './text-justify.ts'
import { type Args, type Filter, List, Markup, type PyValue, type Run, Tuple, Undefined } from './values.ts'
import { wordWrap } from './wordwrap.ts'

/** The value as a text, marked if it was. */
const soft = (run: Run, value: PyValue): { text: string; mark: (text: string) => PyValue } => {
  const text = toText(run, value)
  run.scan(text.length, 2)
  return { text, mark: value instanceof Markup ? (result) => new Markup(result) : (result) => result }
}

const transform = (name: string, change: (text: string) => string) =>
  filter(name, '', (run, value) => {
    const { text, mark } = soft(run, value)
    return mark(change(text))
  })

/** `title`: capitals after blanks, hyphens and opening brackets. Differs from the method of that name. */
const WORD_START = new RegExp(`[^-({[<${SPACE_CLASS}]+`, 'gu')
const title = (text: string): string =>
  text.replace(WORD_START, (word) => {
    const [head = ''] = word
    return head.toUpperCase() + word.slice(head.length).toLowerCase()
  })

const center: Parameters<typeof filter>[2] = (run, value, [width]) => {
  const { text, mark } = soft(run, value)
  const wanted = sizeOf(orElse(width, 80))
  const missing = wanted - textLength(text)
  if (missing <= 0) return mark(text)
  run.text(wanted)
  const left = centerShare(missing, wanted)
  return mark(' '.repeat(left) + text + ' '.repeat(missing - left))
}

const trimFilter: Parameters<typeof filter>[2] = (run, value, [chars]) => {
  const { text, mark } = soft(run, value)
  if (chars === undefined || chars === null) return mark(trim(text))
  const set = new Set(codePoints(textOf(chars, 'trim')))
  const isIn = (char: string) => set.has(char)
  return mark(trimEnd(trimStart(text, isIn), isIn))
}

const truncate: Parameters<typeof filter>[2] = (run, value, [length, killWords, end, leeway]) => {
  const most = amountOf(orElse(length, 255))
  const tail = textOf(orElse(end, '...'), 'truncate')
  const grace = leeway === undefined || leeway === null ? 5 : amountOf(leeway)
  if (most < textLength(tail))
    throw new JinjaError('AssertionError', `expected length >= ${textLength(tail)}, got ${most}`)
  if (grace < 0) throw new JinjaError('AssertionError', `expected leeway >= 0, got ${grace}`)
  if (!isText(value)) {
    // Anything with a length passes when short enough; only texts can be cut.
    if (requireLength(run, value) <= most + grace) return value
    if (killWords !== undefined && isTrue(killWords)) throw typeError(`truncate: cannot cut a ${typeNameOf(value)}`)
    throw new JinjaError(
      value instanceof Dict ? 'TypeError' : 'AttributeError',
      `truncate: cannot cut a ${typeNameOf(value)}`,
    )
  }
  const { text, mark } = soft(run, value)
  if (textLength(text) <= most + grace) return mark(text)
  const head = sliceText(text, 0, most - textLength(tail))
  if (killWords !== undefined && isTrue(killWords)) return mark(head + tail)
  const space = head.lastIndexOf(' ')
  return mark((space === -1 ? head : head.slice(0, space)) + tail)
}

const indent: Parameters<typeof filter>[2] = (run, value, [width, first, blank]) => {
  const by = orElse(width, 4)
  const margin = isText(by) ? plainText(by) : ' '.repeat(boundedWidth(run, by))
  if (value instanceof Undefined) throw undefinedError(value.reason)
  if (value instanceof List) throw new JinjaError('AttributeError', "'list' object has no attribute 'splitlines'")
  const text = textOf(value, 'indent')
  const lines = splitLines(`${text}\n`)
  run.items(lines.length)
  run.text(text.length + lines.length * margin.length)
  const [head = '', ...rest] = lines
  const everyLine = blank !== undefined && isTrue(blank)
  const body = [head, ...rest.map((line) => (line !== '' || everyLine ? margin + line : line))].join('\n')
  const result = first !== undefined && isTrue(first) ? margin + body : body
  return value instanceof Markup ? new Markup(result) : result
}
const boundedWidth = (run: Run, width: PyValue): number => {
  const size = Math.max(0, amountOf(width))
  run.text(size)
  return size
}

const replace: Parameters<typeof filter>[2] = (run, value, [old, fresh, count]) => {
  const most = count === undefined || count === null ? -1 : sizeOf(count)
  const [from, to] = [orElse(old, ''), orElse(fresh, '')]
  if (!run.autoescape) return replaceText(run, toText(run, value), toText(run, from), toText(run, to), most)
  const escapes = value instanceof Markup || from instanceof Markup || to instanceof Markup
  const whole = escapes && !(value instanceof Markup) ? escapeHtml(toText(run, value)) : toText(run, value)
  const marked = escapes || value instanceof Markup
  const inserted = marked && !(to instanceof Markup) ? escapeHtml(toText(run, to)) : toText(run, to)
  const result = replaceText(run, whole, toText(run, from), inserted, most)
  return marked ? new Markup(result) : result
}

const WORD = /[\p{L}\p{N}_]+/gu
const countWords = (text: string): number => {
  let count = 0
  for (const _ of text.matchAll(WORD)) count++
  return count
}

/** `format`: the `%` operator with arguments. */
const format = (run: Run, value: PyValue, { positional, keywords }: Args): PyValue => {
  const named = keywords !== undefined && keywords.size > 0
  if (named && positional.length > 0)
    throw argumentError("can't handle positional and keyword arguments at the same time")
  const values = new Dict()
  for (const [key, item] of keywords ?? []) values.set(key, item)
  const { text, mark } = soft(run, value)
  return mark(
    formatPercent(run, text, named ? values : new Tuple(positional), value instanceof Markup ? escapeHtml : undefined),
  )
}

const wrappable = (value: PyValue): string => {
  if (isText(value)) return plainText(value)
  if (value instanceof Undefined) throw undefinedError(value.reason)
  throw new JinjaError('AttributeError', `'${typeNameOf(value)}' object has no attribute 'splitlines'`)
}

export const textFilters: readonly (readonly [string, Filter])[] = [
  transform('capitalize', capitalize),
  filter('center', 'width=', center),
  ['format', format],
  filter('indent', 'width= first= blank=', indent),
  transform('lower', (text) => text.toLowerCase()),
  filter('pprint', '', (run, value) => pprint(run, value)),
  filter('replace', 'old new count=', replace),
  filter('string', '', (run, value) => (value instanceof Markup ? value : toText(run, value))),
  transform('title', title),
  filter('trim', 'chars=', trimFilter),
  filter('truncate', 'length= killwords= end= leeway=', truncate),
  transform('upper', (text) => text.toUpperCase()),
  filter('wordcount', '', (run, value) => countWords(soft(run, value).text)),
  filter(
    'wordwrap',
    'width= break_long_words= wrapstring= break_on_hyphens=',
    (run, value, [width, long, wrap, hyphens]) =>
      wordWrap(run, wrappable(value), {
        width: amountOf(orElse(width, 79)),
        breakLongWords: long === undefined || isTrue(long),
        separator: wrap === undefined || wrap === null ? '\n' : textOf(wrap, 'wordwrap'),
        breakOnHyphens: hyphens === undefined || isTrue(hyphens),
      }),
  ),
]
