// The methods of `str`, and of `Markup`, which are the same but stay marked and escape what they take in.

import { indexOf, isText, plainText, sizeOf, textOf } from './arguments.ts'
import * as characters from './characters.ts'
import { capitalize, caseFold, swapCase, titleText } from './characters.ts'
import { typeError } from './error.ts'
import { formatBraces, formatMap } from './format-braces.ts'
import { escapeHtml, stripTags, unescapeHtml } from './html.ts'
import { each, toArray, typeNameOf } from './iterate.ts'
import { freeMethod, type Method, type MethodTable, method } from './method.ts'
import { findLastText, findText, occurrences } from './search.ts'
import { codePoints, splitLines, textLength, trimEnd, trimStart } from './text.ts'
import type { TextBody } from './text-body.ts'
import { joinTexts, replaceText } from './text-edit.ts'
import { affix, find, index, windowOf } from './text-find.ts'
import { centerShare, expandTabs, justify, zeroFill } from './text-justify.ts'
import { list, partition, split, splitRight } from './text-split.ts'
import { encode, makeTranslation, translate } from './text-translate.ts'
import { List, Markup, type PyValue, Tuple } from './values.ts'

const text = (name: string, parameters: string, body: TextBody) => method<string>(name, parameters, body)

const strip =
  (start: boolean, end: boolean): TextBody =>
  (run, self, [chars]) => {
    run.spend(self.length / 256)
    if (chars === undefined || chars === null) {
      const head = start ? trimStart(self) : self
      return end ? trimEnd(head) : head
    }
    const set = new Set(codePoints(textOf(chars, 'strip')))
    if (set.size <= 4 && ![...set].some((char) => char.length > 1)) {
      const isIn = (char: string) => set.has(char)
      const head = start ? trimStart(self, isIn) : self
      return end ? trimEnd(head, isIn) : head
    }
    run.items(self.length)
    const points = codePoints(self)
    let from = 0
    let to = points.length
    while (start && from < to && set.has(points[from] as string)) from++
    while (end && to > from && set.has(points[to - 1] as string)) to--
    return points.slice(from, to).join('')
  }

const whole =
  (transform: (text: string) => string, weight = 1): TextBody =>
  (run, self) => {
    run.scan(self.length, weight)
    const result = transform(self)
    run.bound(result.length)
    return result
  }

const every =
  (holds: (char: string) => boolean): TextBody =>
  (run, self) => {
    run.scan(self.length, 4)
    return self !== '' && codePoints(self).every(holds)
  }

const asks =
  (holds: (text: string) => boolean): TextBody =>
  (run, self) => {
    run.scan(self.length, 4)
    return holds(self)
  }

/** Methods whose result is a text, or holds texts that stay marked on `Markup`. */
const MARKED = [
  text('capitalize', '/', whole(capitalize)),
  text('casefold', '/', whole(caseFold)),
  text('center', 'width fillchar= /', justify(centerShare)),
  text('expandtabs', 'tabsize=', expandTabs),
  text(
    'ljust',
    'width fillchar= /',
    justify(() => 0),
  ),
  text(
    'lower',
    '/',
    whole((self) => self.toLowerCase()),
  ),
  text('lstrip', 'chars= /', strip(true, false)),
  text('partition', 'sep /', partition(findText, false)),
  text('removeprefix', 'prefix /', (_run, self, [part]) => {
    const prefix = textOf(part ?? null, 'removeprefix')
    return self.startsWith(prefix) ? self.slice(prefix.length) : self
  }),
  text('removesuffix', 'suffix /', (_run, self, [part]) => {
    const suffix = textOf(part ?? null, 'removesuffix')
    return suffix !== '' && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self
  }),
  text(
    'rjust',
    'width fillchar= /',
    justify((missing) => missing),
  ),
  text('rpartition', 'sep /', partition(findLastText, true)),
  text('rsplit', 'sep= maxsplit=', splitRight),
  text('rstrip', 'chars= /', strip(false, true)),
  text('split', 'sep= maxsplit=', split),
  text('splitlines', 'keepends=', (run, self, [keep]) => {
    run.text(self.length)
    return list(run, splitLines(self, keep !== undefined && indexOf(keep) !== 0))
  }),
  text('strip', 'chars= /', strip(true, true)),
  text('swapcase', '/', whole(swapCase, 8)),
  text('title', '/', whole(titleText, 8)),
  text('translate', 'table /', translate),
  text(
    'upper',
    '/',
    whole((self) => self.toUpperCase()),
  ),
  text('zfill', 'width /', zeroFill),
] as const

const PLAIN = [
  text('count', 'sub start= end= /', (run, self, [part, start, end]) => {
    const sought = textOf(part ?? null, 'count')
    const window = windowOf(self, start, end)
    if (!window) return 0
    return sought === '' ? textLength(window.part) + 1 : occurrences(run, window.part, sought).length
  }),
  text('encode', 'encoding= errors=', encode),
  text(
    'endswith',
    'suffix start= end= /',
    affix('endswith', (self, part) => self.endsWith(part)),
  ),
  text('find', 'sub start= end= /', find('find', findText)),
  text('index', 'sub start= end= /', index('index', findText)),
  text('isalnum', '/', every(characters.isAlnum)),
  text('isalpha', '/', every(characters.isAlpha)),
  text(
    'isascii',
    '/',
    asks((self) => /^[\x00-\x7f]*$/.test(self)),
  ),
  text('isdecimal', '/', every(characters.isDecimal)),
  text('isdigit', '/', every(characters.isDigit)),
  text('isidentifier', '/', asks(characters.isIdentifier)),
  text('islower', '/', asks(characters.isLowerText)),
  text('isnumeric', '/', every(characters.isNumeric)),
  text('isprintable', '/', asks(characters.isPrintable)),
  text(
    'isspace',
    '/',
    asks((self) => self !== '' && trimStart(self) === ''),
  ),
  text('istitle', '/', asks(characters.isTitleText)),
  text('isupper', '/', asks(characters.isUpperText)),
  text('maketrans', 'x y= z= /', makeTranslation),
  text('rfind', 'sub start= end= /', find('rfind', findLastText)),
  text('rindex', 'sub start= end= /', index('rindex', findLastText)),
  text(
    'startswith',
    'prefix start= end= /',
    affix('startswith', (self, part) => self.startsWith(part)),
  ),
] as const

export const textMethods: MethodTable = new Map<string, Method>([
  ...MARKED,
  ...PLAIN,
  text('replace', 'old new count= /', (run, self, [old, fresh, count]) =>
    replaceText(
      run,
      self,
      textOf(old ?? null, 'replace'),
      textOf(fresh ?? null, 'replace'),
      count === undefined ? -1 : sizeOf(count),
    ),
  ),
  text('join', 'iterable /', (run, self, [items]) =>
    joinTexts(
      run,
      self,
      toArray(run, items ?? null).map((item, i) => {
        if (!isText(item)) throw typeError(`sequence item ${i}: expected str instance, ${typeNameOf(item)} found`)
        return plainText(item)
      }),
    ),
  ),
  freeMethod<string>('format', (run, self, args) => formatBraces(run, self, args)),
  text('format_map', 'mapping /', (run, self, [mapping]) => formatMap(run, self, mapping ?? null)),
])

/** Marks the texts in a result: the text itself, or the items of a list or tuple. */
const mark = (value: PyValue): PyValue => {
  if (typeof value === 'string') return new Markup(value)
  if (value instanceof List) return new List(value.items.map(mark))
  return value instanceof Tuple ? new Tuple(value.items.map(mark)) : value
}

/** What a marked text takes in is escaped unless marked itself. */
const safe = (value: PyValue): string => (value instanceof Markup ? value.text : escapeHtml(textOf(value, 'Markup')))

export const markupMethods: MethodTable = new Map<string, Method>([
  ...PLAIN.map(
    ([name, body]) =>
      [name, (run, self, args) => body(run, (self as Markup).text, args)] as const satisfies readonly [string, Method],
  ),
  ...MARKED.map(
    ([name, body]) =>
      [name, (run, self, args) => mark(body(run, (self as Markup).text, args))] as const satisfies readonly [
        string,
        Method,
      ],
  ),
  method<Markup>('replace', 'old new count= /', (run, self, [old, fresh, count]) =>
    mark(
      replaceText(
        run,
        self.text,
        textOf(old ?? null, 'replace'),
        safe(fresh ?? null),
        count === undefined ? -1 : sizeOf(count),
      ),
    ),
  ),
  method<Markup>('join', 'iterable /', (run, self, [items]) => {
    const parts = Array.from(each(run, items ?? null), safe)
    return new Markup(joinTexts(run, self.text, parts))
  }),
  freeMethod<Markup>('format', (run, self, args) => new Markup(formatBraces(run, self.text, args, escapeHtml))),
  method<Markup>(
    'format_map',
    'mapping /',
    (run, self, [mapping]) => new Markup(formatMap(run, self.text, mapping ?? null, escapeHtml)),
  ),
  method<Markup>('striptags', '/', (run, self) => {
    run.scan(self.text.length, 4)
    return stripTags(self.text)
  }),
  method<Markup>('unescape', '/', (run, self) => {
    run.scan(self.text.length, 4)
    return unescapeHtml(self.text)
  }),
])
