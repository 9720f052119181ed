// Everything that a platform keeps, as one hash a table and one for its folder of files: to see that nothing changed.

import { createHash } from 'node:crypto'
import type { TestPlatform } from './platform.ts'
import { dumpTables } from './table-dump.ts'

export const keptState = async (
  platform: Pick<TestPlatform, 'database' | 'folder'>,
): Promise<Readonly<Record<string, string>>> => {
  const texts = new Map<string, string[]>()
  for (const { table, text } of await dumpTables(platform)) {
    const list = texts.get(table)
    if (list) list.push(text)
    else texts.set(table, [text])
  }
  const hashOf = (list: readonly string[]) => createHash('sha256').update(list.join('\n')).digest('hex')
  return Object.fromEntries([...texts].map(([table, list]) => [table, hashOf(list.sort())]))
}
