// Word documents (ECMA-376 part 1 §17): paragraphs as lines, tables as Markdown tables, in document order.
// Text boxes, drawings, deleted text, headers, footers and notes are left out.

import { scanXml } from './markup.ts'
import { readPart } from './office-parts.ts'
import type { FormatReader, ReadLimits } from './reader.ts'
import { TextLines } from './text-lines.ts'
import { openZip } from './zip.ts'

interface Cell {
  readonly paragraphs: string[]
  span: number
  /** Goes on from the cell above. */
  merged: boolean
}
type Table = Cell[][]

// Word itself allows 63 columns.
const MAX_SPAN = 63
const SKIPPED = new Set(['drawing', 'pict', 'object', 'AlternateContent', 'moveFrom', 'del'])
const BREAKS: Readonly<Record<string, string>> = { tab: '\t', cr: '\n', noBreakHyphen: '-' }

export const readDocx: FormatReader = (bytes, { limits }) => {
  const lines = new TextLines(limits)
  const tables: Table[] = []
  let skipped = 0
  let inRun = 0
  let inText = false
  let paragraph = ''
  const cell = () => tables.at(-1)?.at(-1)?.at(-1)

  const endParagraph = () => {
    const holder = cell()
    if (holder) holder.paragraphs.push(paragraph)
    else lines.add(paragraph)
    paragraph = ''
  }
  const endTable = () => {
    const table = tables.pop()
    const holder = cell()
    const text = table && renderTable(table, limits)
    if (text === undefined) return
    if (holder) holder.paragraphs.push(...text.trimEnd().split('\n'))
    else lines.add(text)
  }

  scanXml(readPart(openZip(bytes, limits), 'word/document.xml'), {
    open(name, attribute) {
      if (SKIPPED.has(name)) skipped++
      if (skipped > 0) return
      if (name === 'r') inRun++
      else if (name === 't') inText = true
      else if (name === 'tbl') tables.push([])
      else if (name === 'tr') tables.at(-1)?.push([])
      else if (name === 'tc') tables.at(-1)?.at(-1)?.push({ paragraphs: [], span: 1, merged: false })
      else if (inRun > 0) paragraph += name === 'br' ? lineBreak(attribute('type')) : (BREAKS[name] ?? '')
      else setCell(cell(), name, attribute('val'))
    },
    text(text) {
      if (inText && skipped === 0) paragraph += text
    },
    close(name) {
      if (SKIPPED.has(name)) skipped = Math.max(0, skipped - 1)
      else if (skipped > 0) return
      else if (name === 'r') inRun--
      else if (name === 't') inText = false
      else if (name === 'p') endParagraph()
      else if (name === 'tbl') endTable()
    },
  })
  return lines.join()
}

const lineBreak = (type: string | undefined): string => (type === undefined || type === 'textWrapping' ? '\n' : '')

const setCell = (cell: Cell | undefined, name: string, value: string | undefined): void => {
  if (!cell) return
  if (name === 'gridSpan') cell.span = Math.min(MAX_SPAN, Math.max(1, Number(value) || 1))
  if (name === 'vMerge') cell.merged = value !== 'restart'
}

/** A Markdown table; merged cells repeat. Undefined when nothing is in it. */
const renderTable = (table: Table, limits: ReadLimits): string | undefined => {
  const rows: string[][] = []
  const lines = new TextLines(limits)
  for (const row of table) {
    const texts: string[] = []
    for (const cell of row) {
      const own = cell.paragraphs.join('\n')
      for (let i = 0; i < cell.span; i++) texts.push(cell.merged ? (rows.at(-1)?.[texts.length] ?? own) : own)
    }
    lines.expect(texts)
    rows.push(texts)
    lines.add(`| ${texts.map((text) => text.replaceAll('\n', '<br>')).join(' | ')} |`)
    if (rows.length === 1) lines.add(`| ${texts.map(() => '---').join(' | ')} |`)
  }
  const hasText = rows.some((row) => row.some((text) => text.trim() !== ''))
  return hasText ? `${lines.join()}\n` : undefined
}
