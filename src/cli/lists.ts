// Lists that come in pages, and how they look on a terminal.

import { printJson, printLine } from './output.ts'

export interface ListOptions {
  readonly json?: boolean
  readonly limit: number
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/** The server's limit. */
const PAGE = 100

/** The first `limit` items, read page by page. */
export async function* readList<Item>(
  limit: number,
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, void> {
  let cursor: string | null | undefined
  for (let left = limit; left > 0 && cursor !== null; ) {
    const page = await read({ limit: Math.min(left, PAGE), ...(cursor !== undefined && { cursor }) })
    yield* page.items
    left -= page.items.length
    cursor = page.items.length === 0 ? null : page.nextCursor
  }
}

/** A line an item: the item itself with --json, otherwise its cells in columns. */
export const printList = async <Item>(
  items: AsyncIterable<Item>,
  { json }: Pick<ListOptions, 'json'>,
  cellsOf: (item: Item) => readonly string[],
): Promise<void> => {
  const rows: (readonly string[])[] = []
  for await (const item of items) {
    if (json) printJson(item)
    else rows.push(cellsOf(item))
  }
  printRows(rows)
}

export const printRows = (rows: readonly (readonly string[])[]): void => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows)
    printLine(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** `name  value`, a line each; what is absent is left out. */
export const printFields = (fields: Readonly<Record<string, string | number | null | undefined>>): void =>
  printRows(
    Object.entries(fields).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, oneLine(String(value))]],
    ),
  )

/** Texts of users must not break lines or move the cursor. */
export const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()

export const seconds = (ms: number | null): string =>
  ms === null ? '' : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0)} s`
