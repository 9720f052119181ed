// Mail messages as a tree of parts (RFC 5322, RFC 2045 to 2047). Reads structure and transfer encodings, not charsets.

export interface MailPart {
  /** Lower case, e.g. `text/plain`. */
  readonly type: string
  readonly charset: string | undefined
  readonly isAttachment: boolean
  /** The body, its transfer encoding undone. Empty for multiparts. */
  readonly body: Uint8Array
  readonly parts: readonly MailPart[]
}

const MAX_DEPTH = 20
const MAX_PARTS = 1_000

/** @param raw the message as Latin-1 text, one unit per byte */
export const parseMail = (raw: string): MailPart => {
  const budget = { parts: MAX_PARTS }
  return parsePart(raw, 0, budget)
}

const parsePart = (raw: string, depth: number, budget: { parts: number }): MailPart => {
  const blank = /\r?\n\r?\n|^\r?\n/.exec(raw)
  const head = blank ? raw.slice(0, blank.index) : raw
  const rest = blank ? raw.slice(blank.index + blank[0].length) : ''
  const headers = readHeaders(head)
  const contentType = headers.get('content-type') ?? 'text/plain'
  const type = contentType.split(';')[0]?.trim().toLowerCase() || 'text/plain'
  const boundary = parameterOf(contentType, 'boundary')
  const parts: MailPart[] = []
  if (type.startsWith('multipart/') && boundary !== undefined && depth < MAX_DEPTH) {
    for (const section of splitSections(rest, boundary)) {
      if (budget.parts-- <= 0) break
      parts.push(parsePart(section, depth + 1, budget))
    }
  }
  return {
    type,
    charset: parameterOf(contentType, 'charset'),
    isAttachment: /^\s*attachment/i.test(headers.get('content-disposition') ?? ''),
    body: parts.length > 0 ? new Uint8Array() : decodeBody(rest, headers.get('content-transfer-encoding') ?? ''),
    parts,
  }
}

/** The first of each header, unfolded, by lower-case name. */
const readHeaders = (head: string): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>()
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return headers
}

const parameterOf = (header: string, name: string): string | undefined => {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(header)
  return match?.[1] ?? match?.[2]
}

/** The texts between the lines `--boundary`, up to the line `--boundary--` or the end. */
const splitSections = (body: string, boundary: string): string[] => {
  const sections: string[] = []
  let section: string[] | undefined
  for (const line of body.split('\n')) {
    const bare = line.trimEnd()
    if (bare === `--${boundary}` || bare === `--${boundary}--`) {
      // The line break before a boundary belongs to the boundary.
      if (section) sections.push(section.join('\n').replace(/\r$/, ''))
      section = bare.endsWith('--') && bare.length > boundary.length + 2 ? undefined : []
      if (!section) return sections
    } else section?.push(line)
  }
  if (section) sections.push(section.join('\n'))
  return sections
}

const decodeBody = (body: string, encoding: string): Uint8Array => {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64')
    case 'quoted-printable':
      return Buffer.from(
        body
          .split('\n')
          .map((line) => line.trimEnd())
          .join('\n')
          .replace(/=\n/g, '')
          .replace(/=([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      )
    default:
      return Buffer.from(body, 'latin1')
  }
}
