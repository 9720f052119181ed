// Workbooks (ECMA-376 part 1 §18): one Markdown table per sheet, its first row with text as the header.
// Only cells that are there are kept, so a cell in the last column of the last row costs no more than any other.

import { formatNumber } from '../../base/number.ts'
import { scanXml } from './markup.ts'
import { findPart, readPart, readRelations } from './office-parts.ts'
import { type FormatReader, unreadable } from './reader.ts'
import { TextLines } from './text-lines.ts'
import { columnOf, formatSerialDate, readDateStyles } from './xlsx-cells.ts'
import { openZip, type ZipArchive } from './zip.ts'

const WORKBOOK = 'xl/workbook.xml'
// Cells of one table, empty ones included: a wide header over many rows multiplies.
const MAX_TABLE_CELLS = 20_000_000

interface Book {
  readonly strings: readonly string[]
  readonly dateStyles: ReadonlySet<number>
  readonly date1904: boolean
}
type Row = ReadonlyMap<number, string>

export const readXlsx: FormatReader = (bytes, { limits, checkAbort }) => {
  const archive = openZip(bytes, limits)
  const relations = readRelations(archive, WORKBOOK)
  const sheets: string[] = []
  let date1904 = false
  scanXml(readPart(archive, WORKBOOK), {
    open(name, attribute) {
      if (name === 'workbookPr') date1904 = ['1', 'true'].includes(attribute('date1904') ?? '')
      const sheet = name === 'sheet' ? relations.get(attribute(':id') ?? '') : undefined
      if (sheet !== undefined) sheets.push(sheet)
    },
  })
  const book: Book = {
    strings: readStrings(archive),
    dateStyles: readDateStyles(findPart(archive, 'xl/styles.xml')),
    date1904,
  }
  const lines = new TextLines(limits)
  for (const sheet of sheets) {
    checkAbort()
    const xml = findPart(archive, sheet)
    if (xml !== undefined) renderSheet(readRows(xml, book), lines)
  }
  const text = lines.join()
  return text === '' ? '' : `${text}\n`
}

const readStrings = (archive: ZipArchive): string[] => {
  const strings: string[] = []
  const xml = findPart(archive, 'xl/sharedStrings.xml')
  if (xml === undefined) return strings
  let current = ''
  let inText = false
  let phonetic = 0
  scanXml(xml, {
    open(name) {
      if (name === 'si') current = ''
      else if (name === 'rPh') phonetic++
      else if (name === 't') inText = phonetic === 0
    },
    text(text) {
      if (inText) current += text
    },
    close(name) {
      if (name === 'si') strings.push(oneLine(current))
      else if (name === 'rPh') phonetic--
      else if (name === 't') inText = false
    },
  })
  return strings
}

const readRows = (xml: string, book: Book): Row[] => {
  const rows: Row[] = []
  let row = new Map<number, string>()
  let column = -1
  let type = 'n'
  let style = 0
  let value = ''
  let inValue = false
  scanXml(xml, {
    open(name, attribute) {
      if (name === 'row') {
        row = new Map()
        column = -1
      } else if (name === 'c') {
        column = columnOf(attribute('r')) ?? column + 1
        type = attribute('t') ?? 'n'
        style = Number(attribute('s') ?? -1)
        value = ''
      } else if (name === 'v' || name === 't') inValue = true
    },
    text(text) {
      if (inValue) value += text
    },
    close(name) {
      if (name === 'v' || name === 't') inValue = false
      else if (name === 'c') {
        const text = cellText(value, type, book.dateStyles.has(style), book)
        if (text !== '') row.set(column, text)
      } else if (name === 'row' && row.size > 0) rows.push(row)
    },
  })
  return rows
}

const cellText = (value: string, type: string, isDate: boolean, book: Book): string => {
  if (value === '') return ''
  switch (type) {
    case 's':
      return book.strings[Number(value)] ?? ''
    case 'b':
      return value === '1' ? 'True' : 'False'
    case 'n': {
      const number = Number(value)
      if (!Number.isFinite(number)) return oneLine(value)
      return (isDate ? formatSerialDate(number, book.date1904) : undefined) ?? formatNumber(number)
    }
    case 'd':
      return value.replace('T', ' ').replace(/Z$/, '')
    default:
      return oneLine(value)
  }
}

const oneLine = (text: string): string =>
  text
    .split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
    .join(' ')
    .trimEnd()

/** Adds a table and a blank line. A sheet without text adds nothing. */
const renderSheet = (rows: readonly Row[], lines: TextLines): void => {
  const [header, ...body] = rows
  if (!header) return
  const width = rows.reduce((most, row) => Math.max(most, ...row.keys()), 0) + 1
  if (width * rows.length > MAX_TABLE_CELLS) throw unreadable('a sheet has too many cells')
  const columns = Array.from({ length: width }, (_, i) => i)
  // Columns without a heading get the name that spreadsheets read by pandas have.
  const names = columns.map((column) => header.get(column) ?? `Unnamed: ${column}`)
  lines.expect(names)
  lines.add(`| ${names.join(' | ')} |`)
  lines.add(`| ${names.map((name) => '-'.repeat([...name].length)).join(' | ')} |`)
  for (const row of body) {
    const texts = columns.map((column) => row.get(column) ?? '')
    lines.expect(texts)
    lines.add(`| ${texts.join(' | ')} |`)
  }
  lines.add('')
}
