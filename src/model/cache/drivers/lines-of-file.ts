// The lines of a file of answers, read piece by piece.

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** @throws the failure of the file system at the first line */
export async function* linesOfFile(path: string): AsyncGenerator<string, undefined> {
  const input = createReadStream(path, 'utf8')
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } finally {
    input.destroy()
  }
}
