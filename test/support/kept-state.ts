// Everything that a platform keeps, as one hash a table and one for its folder of files: to see that nothing changed.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestPlatform } from './platform.ts'

const hashOf = (value: string | Uint8Array): string => createHash('sha256').update(value).digest('hex')

/** Noted when a key or a token is used. */
const OF_USE = { last_used_at: 0 }

export const keptState = async ({ database, folder }: TestPlatform): Promise<Readonly<Record<string, string>>> => {
  const state: Record<string, string> = {}
  for (const { name } of await database.kysely.introspection.getTables()) {
    // The database names its tables as texts; which one makes no difference here.
    const rows = await database.kysely
      .selectFrom(name as 'tenants')
      .selectAll()
      .execute()
    const texts = rows.map((row) => JSON.stringify({ ...row, ...OF_USE }))
    state[name] = hashOf(texts.sort().join('\n'))
  }
  const files = readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  state['the folder of files'] = hashOf(files.map((file) => `${file} ${hashOf(readFileSync(file))}`).join('\n'))
  return state
}
