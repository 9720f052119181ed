// Bytes to lines, whatever the cuts between chunks: inside a character, between CR and LF, without a last newline.
// A line ends with LF, CR or CRLF. One pending line is held at most, and its length is bounded.

/** UTF-16 units. Long enough for an inlined picture, short enough to survive a server that never ends a line. */
export const MAX_LINE_LENGTH = 16 * 1024 * 1024

export class LineTooLongError extends Error {
  constructor(limit: number) {
    super(`a line is longer than ${limit} characters`)
    this.name = 'LineTooLongError'
  }
}

export interface LineDecoder {
  /** The lines completed by these bytes, without their ends.  @throws LineTooLongError */
  push(bytes: Uint8Array): string[]
  /** The last line when it had no end. Call once, after the last bytes. */
  end(): string[]
}

/** @param maxLength of one line in UTF-16 units, default 16 Mi. Invalid UTF-8 becomes U+FFFD; a leading BOM is dropped. */
export const createLineDecoder = (maxLength: number = MAX_LINE_LENGTH): LineDecoder => {
  const decoder = new TextDecoder()
  const lineEnd = /\r\n?|\n/g
  let pending = ''
  let afterCr = false

  const hold = (text: string): string => {
    if (pending.length + text.length > maxLength) throw new LineTooLongError(maxLength)
    return pending + text
  }

  const split = (text: string): string[] => {
    const lines: string[] = []
    if (text === '') return lines
    // A CR at the end of the last chunk ended its line already; its LF may come with this one.
    let start = afterCr && text[0] === '\n' ? 1 : 0
    afterCr = text.endsWith('\r')
    lineEnd.lastIndex = start
    for (let match = lineEnd.exec(text); match; match = lineEnd.exec(text)) {
      lines.push(hold(text.slice(start, match.index)))
      pending = ''
      start = lineEnd.lastIndex
    }
    pending = hold(text.slice(start))
    return lines
  }

  return {
    push: (bytes) => split(decoder.decode(bytes, { stream: true })),
    end() {
      const lines = split(decoder.decode())
      if (pending !== '') lines.push(pending)
      pending = ''
      return lines
    },
  }
}
