// Tables of Markdown pages as rows.

/** Rows of every table whose first column has this name, cells by the name of their column. Code in a cell may hold `\|`. */
export const rowsOf = (page: string, firstColumn: string): Readonly<Record<string, string>>[] => {
  const rows: Record<string, string>[] = []
  let columns: readonly string[] | undefined
  for (const line of page.split('\n')) {
    if (!line.startsWith('|')) columns = undefined
    else if (columns === undefined) columns = cellsOf(line)
    else if (!/^\|[\s:|-]+$/.test(line) && columns[0] === firstColumn) {
      const cells = cellsOf(line)
      rows.push(Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? ''])))
    }
  }
  return rows
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
