// The key under which an installation seals its secrets: a file of its own beside the data, readable by its owner alone. Whoever
// copies the database without it copies no secrets.

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY_BYTES = 32

/** The key, made at the first call.
 *  @throws Error when the file is there but holds no key */
export const readMasterKey = (folder: string): Uint8Array => {
  const path = join(folder, 'master.key')
  mkdirSync(folder, { recursive: true })
  try {
    // Fails when another process was quicker: then its key is the one.
    writeFileSync(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  if (key.length !== KEY_BYTES) throw new Error(`${path} does not hold a key of ${KEY_BYTES} bytes`)
  return key
}
