// Rows as a Markdown table, in the form that app files expect of CSV documents.

import type { TextLines } from './text-lines.ts'

const oneLine = (cell: string): string => cell.replaceAll('\n', ' ').replaceAll('\r', '')

/** The header row, dashes as long as its texts, then the other rows; cells of several lines become one. */
export const addTable = (rows: readonly (readonly string[])[], lines: TextLines): void => {
  rows.forEach((row, index) => {
    lines.add(`| ${row.map(oneLine).join(' | ')} |`)
    if (index === 0) lines.add(`| ${row.map((cell) => '-'.repeat([...cell].length)).join(' | ')} |`)
  })
}
