// The visible text of HTML, one line per block element.

import { scanHtml } from './markup.ts'
import type { TextLines } from './text-lines.ts'

const HIDDEN = new Set(['script', 'style', 'head', 'template', 'noscript', 'svg', 'title'])
const BLOCKS = new Set([
  ...['address', 'article', 'aside', 'blockquote', 'body', 'br', 'caption', 'dd', 'details', 'div', 'dl', 'dt'],
  ...['figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'html', 'li'],
  ...['main', 'nav', 'ol', 'p', 'pre', 'section', 'summary', 'table', 'tbody', 'tfoot', 'thead', 'tr', 'ul'],
])
const CELLS = new Set(['td', 'th'])

export const addHtmlLines = (html: string, decode: (text: string) => string, lines: TextLines): void => {
  let pieces: string[] = []
  let hidden: string | undefined
  const flush = () => {
    const line = pieces
      .join('')
      .replace(/[\s\u00a0]+/g, ' ')
      .trim()
    pieces = []
    if (line !== '') lines.add(line)
  }
  scanHtml(html, decode, {
    open(name) {
      if (hidden === undefined && HIDDEN.has(name)) hidden = name
      else if (BLOCKS.has(name)) {
        // A head that is never closed ends where the body starts.
        if (hidden === 'head') hidden = undefined
        flush()
      } else if (CELLS.has(name)) pieces.push(' ')
    },
    text(text) {
      if (hidden === undefined) pieces.push(text)
    },
    close(name) {
      if (name === hidden) hidden = undefined
      else if (BLOCKS.has(name)) flush()
    },
  })
  flush()
}
