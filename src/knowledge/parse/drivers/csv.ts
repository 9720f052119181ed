// CSV as a Markdown table. Separators other than the comma are not guessed: the form is that of `.csv` in app files.

import type { FormatReader } from '../reader.ts'
import { addTable } from '../table.ts'
import { TextLines } from '../text-lines.ts'
import { decodeText } from './charset.ts'

// A quote that is never closed would swallow the rest of the file into one cell.
const MAX_RECORD_LENGTH = 1_000_000

export const readCsv: FormatReader = async (bytes, { limits }) => {
  const { parse } = await import('csv-parse/sync')
  const rows: string[][] = parse(await decodeText(bytes), {
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_LENGTH,
  })
  if (rows.length === 0) return ''
  const lines = new TextLines(limits)
  addTable(rows, lines)
  return `${lines.join()}\n`
}
