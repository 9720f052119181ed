// The text of bytes in whatever charset: a byte order mark, else UTF-8 if it fits, else the likeliest guess.

const MARKS: readonly (readonly [charset: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
// Enough to tell a charset by; guessing is slow.
const SAMPLE_BYTES = 64 * 1024

export const decodeText = async (bytes: Uint8Array): Promise<string> => {
  const mark = MARKS.find(([, start]) => start.every((byte, i) => bytes[i] === byte))
  if (!mark) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      // Not UTF-8; the bytes decide below.
    }
  }
  const { default: iconv } = await import('iconv-lite')
  if (mark) return iconv.decode(bytes, mark[0])
  const { analyse } = await import('chardet')
  // Bytes that are valid UTF-8 but for a slip may still be guessed as such; the decoder marks the slip.
  const guess = analyse(bytes.subarray(0, SAMPLE_BYTES)).find((match) => iconv.encodingExists(match.name))
  return iconv.decode(bytes, guess?.name ?? 'windows-1252')
}

/** The text in a charset that a document names itself; falls back to `decodeText` for unknown names. */
export const decodeAs = async (bytes: Uint8Array, charset: string | undefined): Promise<string> => {
  if (charset === undefined) return decodeText(bytes)
  const { default: iconv } = await import('iconv-lite')
  return iconv.encodingExists(charset) ? iconv.decode(bytes, charset) : decodeText(bytes)
}
