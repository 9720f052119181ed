// Bytes that must not become more than a limit, whichever way they come.

import { FileError } from './errors.ts'

/** The pieces of the content. @throws FileError `file/too-large` as soon as there are more bytes than `maxBytes` */
export async function* boundedChunks(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let sizeBytes = 0
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) throw new FileError('file/too-large', { details: { limitBytes: maxBytes } })
    yield chunk
  }
}
