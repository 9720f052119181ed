// The text of a page: byte order mark, then the header's charset, then the page's own, then UTF-8 if it fits, then a guess.

const BOMS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
// Browsers look no further for a declaration (HTML standard, prescan).
const PRESCAN_BYTES = 1024

export const decodePage = async (bytes: Uint8Array, contentType: string): Promise<string> => {
  const { default: iconv } = await import('iconv-lite')
  const decode = (charset: string) => iconv.decode(bytes, charset)
  const mark = BOMS.find(([, start]) => start.every((byte, i) => bytes[i] === byte))
  if (mark) return decode(mark[0])
  const head = iconv.decode(bytes.subarray(0, PRESCAN_BYTES), 'latin1')
  for (const declared of [charsetIn(contentType), charsetIn(/<meta[^>]+charset[^>]*>/i.exec(head)?.[0])]) {
    if (declared !== undefined && iconv.encodingExists(declared)) return decode(declared)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const { analyse } = await import('chardet')
    const guess = analyse(bytes.subarray(0, 64 * 1024)).find((match) => iconv.encodingExists(match.name))
    return decode(guess?.name ?? 'windows-1252')
  }
}

const charsetIn = (text = ''): string | undefined => /charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(text)?.[1]
