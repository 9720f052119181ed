// HTML in texts: escaping, references and tags, as markupsafe and Python's html module treat them. All in linear time.

import { htmlEntities } from './html-entities.ts'
import { words } from './text.ts'

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' }

export const escapeHtml = (text: string): string => text.replace(/[&<>'"]/g, (char) => ESCAPES[char] as string)

const ENTITIES = htmlEntities()
/** What the numbers 0x80–0x9f mean in practice: Windows-1252. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

export const unescapeHtml = (text: string): string =>
  text.replace(/&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g, (_whole, reference: string) =>
    reference.startsWith('#') ? numbered(reference) : named(reference),
  )

const numbered = (reference: string): string => {
  const isHex = reference[1] === 'x' || reference[1] === 'X'
  const code = isHex ? Number.parseInt(reference.slice(2), 16) : Number.parseInt(reference.slice(1), 10)
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd'
  if (code === 0x0d) return '\r'
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252[code - 0x80] as string
  const isControl = code < 0x20 && ![9, 10, 12].includes(code)
  const isNonCharacter = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe
  return isControl || code === 0x7f || isNonCharacter ? '' : String.fromCodePoint(code)
}

const named = (reference: string): string => {
  const exact = ENTITIES.get(reference)
  if (exact !== undefined) return exact
  for (let end = reference.length - 1; end > 1; end--) {
    const text = ENTITIES.get(reference.slice(0, end))
    if (text !== undefined) return text + reference.slice(end)
  }
  return `&${reference}`
}

/** Text without comments and tags, blanks collapsed, references resolved. */
export const stripTags = (text: string): string => unescapeHtml(words(withoutTags(withoutComments(text))).join(' '))

const withoutTags = (text: string): string => {
  let result = ''
  let at = 0
  for (;;) {
    const start = text.indexOf('<', at)
    const end = start === -1 ? -1 : text.indexOf('>', start)
    if (end === -1) return result + text.slice(at)
    result += text.slice(at, start)
    at = end + 1
  }
}

/** Removing a comment can bring the halves of another opening together, so the seam is looked at as well. */
const withoutComments = (text: string): string => {
  let head = ''
  let at = 0
  for (;;) {
    const tail = head.slice(-3)
    const seam = (tail + text.slice(at, at + 3)).indexOf('<!--')
    const inHead = seam !== -1 && seam < tail.length
    const start = inHead ? at : text.indexOf('<!--', at)
    if (start === -1) return head + text.slice(at)
    const opening = inHead ? tail.slice(seam) : ''
    const near = (opening + text.slice(start, start + 4)).indexOf('-->')
    const end = inHead && near !== -1 ? at + near - opening.length : text.indexOf('-->', start)
    if (end === -1) return head + text.slice(at)
    head = inHead ? head.slice(0, head.length - opening.length) : head + text.slice(at, start)
    at = end + 3
  }
}
