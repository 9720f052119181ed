// Which files of a form say their MIME type. The form parser does not tell a part without one from `text/plain`, so the raw bytes
// are watched as they pass: headers between a boundary and an empty line, nothing else is kept.

/** Bytes of one part's headers; longer ones are refused by the parser anyway. */
const MAX_HEADER_BYTES = 16 * 1024
const HEADER_END = Buffer.from('\r\n\r\n')

export interface PartTypes {
  push(chunk: Uint8Array): void
  /** Whether the file part says a type. @param index among parts with a file name, from 0. Unknown parts are given the benefit */
  hasType(index: number): boolean
}

/** @param contentType of the request, with its boundary */
export const watchPartTypes = (contentType: string): PartTypes => {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  const marker = Buffer.from(`--${quoted ?? plain ?? ''}`)
  const types: boolean[] = []
  let inHeader = false
  let pending: Buffer = Buffer.alloc(0)

  /** @returns what is left to look at, or undefined when more bytes are needed */
  const step = (): Buffer | undefined => {
    if (!inHeader) {
      const at = pending.indexOf(marker)
      if (at < 0) {
        // A marker may be split between chunks.
        pending = pending.subarray(Math.max(0, pending.length - marker.length + 1))
        return undefined
      }
      inHeader = true
      return pending.subarray(at + marker.length)
    }
    const end = pending.indexOf(HEADER_END)
    if (end < 0 && pending.length <= MAX_HEADER_BYTES) return undefined
    inHeader = false
    const header = pending.subarray(0, Math.max(0, end)).toString('latin1')
    if (/^content-disposition:.*;\s*filename\*?=/im.test(header)) types.push(/^content-type:[ \t]*\S/im.test(header))
    return pending.subarray(end < 0 ? pending.length : end)
  }

  return {
    push(chunk) {
      pending = Buffer.concat([pending, chunk])
      for (let rest = step(); rest !== undefined; rest = step()) pending = rest
    },
    hasType: (index) => types[index] ?? true,
  }
}
