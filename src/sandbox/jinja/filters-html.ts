// Filters around HTML, JSON and addresses.

import { amountOf, sizeOf, textOf } from './arguments.ts'
import { filter, orElse } from './define.ts'
import { Dict, DictView } from './dict.ts'
import { JinjaError, typeError, undefinedError, valueError } from './error.ts'
import { escapeHtml, stripTags } from './html.ts'
import { each, isTrue, iteratorOf, toArray, typeNameOf } from './iterate.ts'
import { toJson } from './json.ts'
import { toText } from './represent.ts'
import { SPACE_CLASS, words } from './text.ts'
import { urlize } from './urlize.ts'
import { Bytes, type Filter, Markup, type PyValue, type Run, Undefined } from './values.ts'

const escapeText = (run: Run, text: string): string => {
  run.scan(text.length, 2)
  const result = escapeHtml(text)
  run.bound(result.length)
  return result
}

const escaped = (run: Run, value: PyValue): Markup => {
  if (value instanceof Markup) return value
  const text = toText(run, value)
  return new Markup(escapeText(run, text))
}

/** Percent encoding of UTF-8. `safe` stays as it is, besides letters, digits and `_.-~`. */
const quoteUrl = (run: Run, value: PyValue, safe: string): string => {
  const bytes = value instanceof Bytes ? value.data : encodeText(toText(run, value))
  run.scan(bytes.length, 8)
  let result = ''
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    const plain = byte < 128 && (/[\w.~-]/.test(char) || safe.includes(char))
    result += plain ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  run.bound(result.length)
  return result
}
const encodeText = (text: string): Uint8Array => {
  if (/[\ud800-\udfff]/u.test(text)) throw new JinjaError('UnicodeEncodeError', 'surrogates not allowed')
  return new TextEncoder().encode(text)
}

const urlEncode = (run: Run, value: PyValue): PyValue => {
  const isPlain = typeof value === 'string' || value instanceof Markup || iteratorOf(run, value) === undefined
  if (isPlain) return quoteUrl(run, value, '/')
  const pairs = value instanceof Dict ? new DictView(value, 'items') : value
  const parts: string[] = []
  const quote = (part: PyValue) => quoteUrl(run, part, '').replaceAll('%20', '+')
  for (const pair of each(run, pairs)) {
    const items = toArray(run, pair)
    if (items.length !== 2) throw valueError(`expected pairs, got ${items.length} values`)
    parts.push(`${quote(items[0] as PyValue)}=${quote(items[1] as PyValue)}`)
  }
  run.items(parts.length)
  return parts.join('&')
}

const NOT_IN_NAMES = new RegExp(`[${SPACE_CLASS}/>=]`)

const xmlAttributes = (run: Run, value: PyValue, autospace: PyValue | undefined): PyValue => {
  if (value instanceof Undefined) throw undefinedError(value.reason)
  if (!(value instanceof Dict))
    throw new JinjaError('AttributeError', `'${typeNameOf(value)}' object has no attribute 'items'`)
  const parts: string[] = []
  for (const [key, item] of value.entries()) {
    run.step()
    if (item === null || item instanceof Undefined) continue
    const name = typeof key === 'string' || key instanceof Markup ? toText(run, key) : undefined
    if (name === undefined) throw typeError(`expected string or bytes-like object, got '${typeNameOf(key)}'`)
    if (NOT_IN_NAMES.test(name)) throw valueError(`Invalid character in attribute name: ${name}`)
    parts.push(`${escaped(run, key).text}="${escaped(run, item).text}"`)
  }
  const text = parts.join(' ')
  const spaced = text !== '' && (autospace === undefined || isTrue(autospace)) ? ` ${text}` : text
  return run.autoescape ? new Markup(spaced) : spaced
}

const toJsonFilter = (run: Run, value: PyValue, indent: PyValue | undefined): Markup => {
  let margin: string | undefined
  if (indent !== undefined && indent !== null) {
    if (typeof indent === 'string') margin = indent
    else {
      const size = Math.max(0, sizeOf(indent))
      run.text(size)
      margin = ' '.repeat(size)
    }
  }
  const text = toJson(run, value, margin)
  const unsafe: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' }
  return new Markup(text.replace(/[<>&']/g, (char) => unsafe[char] as string))
}

const urlizeFilter: Parameters<typeof filter>[2] = (run, value, [limit, nofollow, target, rel, extra]) => {
  const text = toText(run, value)
  run.scan(text.length, 8)
  const rels = new Set([...words(rel === undefined || rel === null ? '' : textOf(rel, 'urlize')), 'noopener'])
  if (nofollow !== undefined && isTrue(nofollow)) rels.add('nofollow')
  const schemes =
    extra === undefined || extra === null ? [] : toArray(run, extra).map((scheme) => textOf(scheme, 'urlize'))
  for (const scheme of schemes) {
    if (!/^(?:[\w.+-]{2,}:(?:\/){0,2})$/.test(scheme))
      throw new JinjaError('FilterArgumentError', `${scheme} is not a valid URI scheme prefix.`)
  }
  const result = urlize(value instanceof Markup ? text : escapeHtml(text), {
    limit: limit === undefined || limit === null ? undefined : () => amountOf(limit),
    rel: [...rels].sort().join(' '),
    target: target === undefined || target === null ? undefined : textOf(target, 'urlize'),
    schemes,
  })
  run.text(result.length)
  return run.autoescape ? new Markup(result) : result
}

export const htmlFilters: readonly (readonly [string, Filter])[] = [
  filter('e', '', escaped),
  filter('escape', '', escaped),
  filter('forceescape', '', (run, value) => {
    const text = toText(run, value)
    return new Markup(escapeText(run, text))
  }),
  filter('safe', '', (run, value) => (value instanceof Markup ? value : new Markup(toText(run, value)))),
  filter('striptags', '', (run, value) => {
    const text = toText(run, value)
    run.scan(text.length, 8)
    return stripTags(text)
  }),
  filter('tojson', 'indent=', (run, value, [indent]) => toJsonFilter(run, value, orElse(indent, null))),
  filter('urlencode', '', urlEncode),
  filter('urlize', 'trim_url_limit= nofollow= target= rel= extra_schemes=', urlizeFilter),
  filter('xmlattr', 'autospace=', (run, value, [autospace]) => xmlAttributes(run, value, autospace)),
]
