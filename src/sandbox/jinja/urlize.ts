// Links in plain text, as the urlize filter finds them: web addresses with a scheme, `www.` or a well-known top-level
// domain, and mail addresses. The text is escaped and cut at white space; each word is judged by itself in linear time.

import { escapeHtml } from './html.ts'
import { SPACE_CLASS, sliceText, textLength } from './text.ts'

export interface UrlizeStyle {
  /** Characters of an address that are shown; asked for only where there is one. */
  readonly limit: (() => number) | undefined
  readonly rel: string
  readonly target: string | undefined
  readonly schemes: readonly string[]
}

const TAIL = '(?::\\d{1,5})?(?:[/?#][\\s\\S]*)?$'
const LABEL = '[\\p{L}\\p{N}_%-]'
const WITH_SCHEME = new RegExp(
  `^(?:https?://|www\\.)(?:(?:${LABEL}+\\.)+)?(?:[a-z]{2,63}|xn--[\\p{L}\\p{N}_%]{2,59})${TAIL}`,
  'iu',
)
const KNOWN_DOMAIN = new RegExp(`^(?:${LABEL}{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)${TAIL}`, 'iu')
const ADDRESS = new RegExp(
  `^https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\])${TAIL}`,
  'iu',
)

const isWeb = (word: string): boolean => WITH_SCHEME.test(word) || KNOWN_DOMAIN.test(word) || ADDRESS.test(word)

/** `name@domain.tld`; only the last `@` can be the one. */
const isMail = (word: string): boolean => {
  const at = word.lastIndexOf('@')
  if (at < 1) return false
  const domain = word.slice(at + 1)
  const dot = domain.lastIndexOf('.')
  return (
    dot > 0 &&
    /^[\p{L}\p{N}_]+$/u.test(domain.slice(dot + 1)) &&
    /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(domain.slice(0, dot))
  )
}

/** @param text already escaped */
export const urlize = (text: string, style: UrlizeStyle): string => {
  const parts = text.split(new RegExp(`([${SPACE_CLASS}]+)`))
  return parts.map((part, i) => (i % 2 === 1 || part === '' ? part : linked(part, style))).join('')
}

const linked = (word: string, style: UrlizeStyle): string => {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? ''
  let middle = word.slice(head.length)
  let tail = ''
  if (/[)>.,\n]$|&gt;$/.test(middle)) {
    const start = tailStart(middle)
    tail = middle.slice(start)
    middle = middle.slice(0, start)
  }
  // A bracket that opens within the address takes one from the tail to close it.
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    let missing = middle.split(open).length - middle.split(close).length
    while (missing-- > 0) {
      const at = tail.indexOf(close)
      if (at === -1) break
      middle += tail.slice(0, at + close.length)
      tail = tail.slice(at + close.length)
    }
  }
  return head + link(middle, style) + tail
}

const tailStart = (word: string): number => {
  let start = word.length
  for (;;) {
    if (start > 0 && ')>.,\n'.includes(word[start - 1] as string)) start--
    else if (word.endsWith('&gt;', start)) start -= 4
    else return start
  }
}

const link = (word: string, { limit, rel, target, schemes }: UrlizeStyle): string => {
  const attributes = `${rel === '' ? '' : ` rel="${escapeHtml(rel)}"`}${target === undefined ? '' : ` target="${escapeHtml(target)}"`}`
  const short = (address: string) => {
    const most = limit?.()
    return most !== undefined && textLength(address) > most ? `${sliceText(address, 0, most)}...` : address
  }
  if (isWeb(word)) {
    const address = word.startsWith('https://') || word.startsWith('http://') ? word : `https://${word}`
    return `<a href="${address}"${attributes}>${short(word)}</a>`
  }
  if (word.startsWith('mailto:') && isMail(word.slice(7))) return `<a href="${word}">${word.slice(7)}</a>`
  if (word.includes('@') && !word.startsWith('www.') && !word.startsWith('@') && !word.includes(':') && isMail(word)) {
    return `<a href="mailto:${word}">${word}</a>`
  }
  for (const scheme of schemes) {
    if (word.startsWith(scheme) && word !== scheme) return `<a href="${word}"${attributes}>${word}</a>`
  }
  return word
}
