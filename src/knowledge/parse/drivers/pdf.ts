// The text of PDF files by pdf.js, page after page without a separator.
// pdf.js unpacks streams without a bound of its own, so they are measured first.

import { constants, createInflate } from 'node:zlib'
import { type FormatReader, type ReadContext, tooLarge, unreadable } from '../reader.ts'
import { TextLines } from '../text-lines.ts'

export const readPdf: FormatReader = async (bytes, context) => {
  const { limits, checkAbort } = context
  await measureStreams(bytes, context)
  checkAbort()
  const { getDocumentProxy } = await import('unpdf')
  // pdf.js takes the buffer for itself.
  const document = await getDocumentProxy(bytes.slice(), {
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    stopAtErrors: false,
    verbosity: 0,
  })
  try {
    if (document.numPages > limits.maxPages) throw unreadable(`it has more than ${limits.maxPages} pages`)
    const pages = new TextLines(limits)
    for (let number = 1; number <= document.numPages; number++) {
      checkAbort()
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      pages.add(items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join(''))
      page.cleanup()
    }
    return pages.join('')
  } finally {
    await document.destroy()
  }
}

// Streams may be packed twice; more layers serve only to hide a bomb.
const MAX_LAYERS = 3
const MAX_STREAMS = 100_000

/** Unpacks every stream that looks deflated, within the bound on all of them together. */
const measureStreams = async (bytes: Uint8Array, { limits, checkAbort }: ReadContext): Promise<void> => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let left = limits.maxUnpackedBytes
  let streams = 0
  for (let at = file.indexOf('stream'); at !== -1; at = file.indexOf('stream', at + 6)) {
    let start = at + 6
    if (file[start] === 0x0d) start++
    if (file[start] === 0x0a) start++
    let packed: Buffer = file.subarray(start)
    for (let layer = 0; layer < MAX_LAYERS && isDeflated(packed); layer++) {
      if (++streams > MAX_STREAMS) throw unreadable('it has too many streams')
      checkAbort()
      const unpacked = await unpack(packed, left)
      left -= unpacked.sizeBytes
      if (left < 0) throw tooLarge(limits.maxUnpackedBytes, 'unpacked')
      packed = unpacked.nested
    }
  }
}

/** The two bytes of a zlib header (RFC 1950 §2.2). */
const isDeflated = (data: Buffer): boolean =>
  data.length > 2 && ((data[0] ?? 0) & 0x0f) === 8 && data.readUInt16BE(0) % 31 === 0

/** Counts what a stream unfolds to, up to just beyond `most`; keeps it only when it is packed again. */
const unpack = async (
  packed: Buffer,
  most: number,
): Promise<{ readonly sizeBytes: number; readonly nested: Buffer }> => {
  const inflater = createInflate({ finishFlush: constants.Z_SYNC_FLUSH })
  const kept: Buffer[] = []
  let sizeBytes = 0
  inflater.end(packed)
  try {
    for await (const chunk of inflater as AsyncIterable<Buffer>) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > most) break
      if (kept.length > 0 || (sizeBytes === chunk.byteLength && isDeflated(chunk))) kept.push(chunk)
    }
  } catch {
    // No stream after all, or a damaged one: pdf.js reads it as far as it goes, and so far it was counted.
  }
  return { sizeBytes, nested: Buffer.concat(kept) }
}
