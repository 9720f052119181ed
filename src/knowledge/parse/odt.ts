// OpenDocument texts (OASIS ODF 1.3 part 3): headings and paragraphs, one per line. Comments and tracked changes are left out.

import { scanXml } from './markup.ts'
import { readPart } from './office-parts.ts'
import type { FormatReader } from './reader.ts'
import { TextLines } from './text-lines.ts'
import { openZip } from './zip.ts'

const SKIPPED = new Set(['annotation', 'tracked-changes', 'note', 'scripts', 'font-face-decls', 'automatic-styles'])
const PARAGRAPHS = new Set(['p', 'h'])
// A run of blanks longer than this is no writing.
const MAX_BLANKS = 1_000

export const readOdt: FormatReader = (bytes, { limits }) => {
  const lines = new TextLines(limits)
  // Frames nest paragraphs in paragraphs.
  const paragraphs: string[] = []
  let skipped = 0
  const append = (text: string) => {
    if (paragraphs.length > 0 && skipped === 0) paragraphs[paragraphs.length - 1] += text
  }
  scanXml(readPart(openZip(bytes, limits), 'content.xml'), {
    open(name, attribute) {
      if (SKIPPED.has(name)) skipped++
      else if (PARAGRAPHS.has(name) && skipped === 0) paragraphs.push('')
      else if (name === 'tab') append('\t')
      else if (name === 'line-break') append('\n')
      else if (name === 's') append(' '.repeat(Math.min(MAX_BLANKS, Math.max(1, Number(attribute('c')) || 1))))
    },
    // White space in the file is layout; wanted blanks are elements.
    text: (text) => append(text.replace(/[ \t\r\n]+/g, ' ')),
    close(name) {
      if (SKIPPED.has(name)) skipped = Math.max(0, skipped - 1)
      else if (PARAGRAPHS.has(name) && skipped === 0) {
        const text = (paragraphs.pop() ?? '').trim()
        if (text !== '') lines.add(text)
      }
    },
  })
  return lines.join()
}
