// Scans XML and HTML in one pass into open, text and close events. Builds no tree, so depth costs nothing.
//
// K1  XML with a document type is refused: no entity of the document's own is ever expanded, nothing external is read.
// K2  Time is linear in the text, whatever is left open in it.
// K3  Names are given without namespace prefix, in lower case for HTML.

import { unreadable } from './reader.ts'

export interface MarkupEvents {
  /** `attribute` reads one attribute by its local name; `:name` only one that has a prefix. */
  open?(name: string, attribute: (name: string) => string | undefined): void
  text?(text: string): void
  /** Also called for `<name/>` in XML. */
  close?(name: string): void
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** @throws KnowledgeError `knowledge/unreadable` */
export const scanXml = (xml: string, events: MarkupEvents): void => {
  scan(xml, {
    decode: decodeXml,
    doctype: () => {
      throw unreadable('it declares a document type')
    },
    unclosed: () => {
      throw unreadable('its XML is cut off')
    },
    tag: (body) => {
      if (body.startsWith('/')) {
        events.close?.(localName(body.slice(1).trim()))
        return undefined
      }
      const empty = body.endsWith('/')
      const name = localName(/^[^\s/]*/.exec(body)?.[0] ?? '')
      events.open?.(name, attributesOf(body, decodeXml))
      if (empty) events.close?.(name)
      return undefined
    },
    text: (text) => events.text?.(text),
  })
}

const RAW = new Set(['script', 'style', 'textarea', 'title'])

/** @param decode the text with its entities resolved */
export const scanHtml = (html: string, decode: (text: string) => string, events: MarkupEvents): void => {
  scan(html, {
    decode,
    doctype: () => {},
    unclosed: () => {},
    tag: (body) => {
      const name = /^\/?([a-zA-Z][^\s/>]*)/.exec(body)?.[1]?.toLowerCase()
      if (name === undefined) return undefined
      if (body.startsWith('/')) events.close?.(name)
      else events.open?.(name, attributesOf(body, decode))
      return RAW.has(name) && !body.startsWith('/') ? name : undefined
    },
    text: (text) => events.text?.(text),
  })
}

interface Dialect {
  readonly decode: (text: string) => string
  readonly doctype: () => void
  readonly unclosed: () => void
  /** May name an element whose content is text up to its end tag. */
  readonly tag: (body: string) => string | undefined
  readonly text: (text: string) => void
}

const scan = (source: string, dialect: Dialect): void => {
  let at = 0
  while (at < source.length) {
    const open = source.indexOf('<', at)
    const text = source.slice(at, open === -1 ? source.length : open)
    if (text !== '') dialect.text(dialect.decode(text))
    if (open === -1) return
    const special = SPECIAL.find(([start]) => source.startsWith(start, open))
    if (special) {
      const [start, stop] = special
      const end = source.indexOf(stop, open + start.length)
      if (end === -1) return dialect.unclosed()
      if (start === '<![CDATA[') dialect.text(source.slice(open + start.length, end))
      if (start === '<!') dialect.doctype()
      at = end + stop.length
      continue
    }
    // In running text a lone `<` is a character.
    if (!/[\w/:]/.test(source[open + 1] ?? '')) {
      dialect.text('<')
      at = open + 1
      continue
    }
    const end = tagEnd(source, open + 1)
    if (end === -1) return dialect.unclosed()
    const raw = dialect.tag(source.slice(open + 1, end))
    at = end + 1
    if (raw !== undefined) {
      const stop = rawEnd(source, at, raw)
      if (stop > at) dialect.text(source.slice(at, stop))
      at = stop
    }
  }
}

// The order matters: `<!` alone would swallow the two before it.
const SPECIAL: readonly (readonly [start: string, stop: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<!', '>'],
  ['<?', '?>'],
]

/** The `>` that ends a tag; those inside quotes do not. */
const tagEnd = (source: string, from: number): number => {
  for (let at = from; at < source.length; at++) {
    const char = source[at]
    if (char === '>') return at
    if (char === '"' || char === "'") {
      const closing = source.indexOf(char, at + 1)
      // A quote that never closes is a slip, not the start of an endless value.
      if (closing === -1) return source.indexOf('>', at)
      at = closing
    }
  }
  return -1
}

const rawEnd = (source: string, from: number, name: string): number => {
  const pattern = new RegExp(`</${name}(?=[\\s/>])`, 'gi')
  pattern.lastIndex = from
  return pattern.exec(source)?.index ?? source.length
}

const SPACE = /[\s/]*/y
const NAME = /[^\s"'=/]+|./sy
const VALUE = /\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']*))/y

/** A lookup of attributes that reads the tag once, when first asked. `:name` asks for any prefix, but for one. */
const attributesOf = (body: string, decode: (text: string) => string): ((wanted: string) => string | undefined) => {
  let read: Map<string, string> | undefined
  return (wanted) => {
    read ??= readAttributes(body)
    const value = read.get(wanted)
    return value === undefined ? undefined : decode(value)
  }
}

/** The first value by local name, and by `:` and local name for those with a prefix. */
const readAttributes = (body: string): Map<string, string> => {
  const attributes = new Map<string, string>()
  const take = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(body)
  }
  let at = body.search(/\s|$/)
  for (;;) {
    at += take(SPACE, at)?.[0].length ?? 0
    const found = take(NAME, at)
    if (!found) return attributes
    at += found[0].length
    const value = take(VALUE, at)
    if (!value) continue
    at += value[0].length
    const name = localName(found[0])
    const text = value[1] ?? value[2] ?? value[3] ?? ''
    if (!attributes.has(name)) attributes.set(name, text)
    if (name !== found[0] && !attributes.has(`:${name}`)) attributes.set(`:${name}`, text)
  }
}

const XML_ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const decodeXml = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name: string) => {
        if (name !== undefined) return Object.hasOwn(XML_ENTITIES, name) ? (XML_ENTITIES[name] ?? whole) : whole
        const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16)
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole
      })
    : text
