// Mail messages: the text of the body, one line per paragraph. Headers and attachments are left out.
// Of alternatives the plain text is read, and HTML when there is none.

import { addHtmlLines } from '../html-lines.ts'
import { type MailPart, parseMail } from '../mime.ts'
import type { FormatReader } from '../reader.ts'
import { TextLines } from '../text-lines.ts'
import { decodeAs } from './charset.ts'
import { loadEntityDecoder } from './entities.ts'

export const readEml: FormatReader = async (bytes, { limits, checkAbort }) => {
  const mail = parseMail(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'))
  const lines = new TextLines(limits)
  for (const part of bodyParts(mail)) {
    checkAbort()
    const text = await decodeAs(part.body, part.charset)
    if (part.type === 'text/html') addHtmlLines(text, await loadEntityDecoder(), lines)
    else addParagraphs(text, lines)
  }
  return lines.join()
}

const bodyParts = (part: MailPart): readonly MailPart[] => {
  if (part.isAttachment) return []
  if (part.type === 'multipart/alternative') {
    const choices = part.parts.map(bodyParts).filter((choice) => choice.length > 0)
    const plain = choices.find((choice) => choice.every(({ type }) => type === 'text/plain'))
    return plain ?? choices.at(-1) ?? []
  }
  if (part.parts.length > 0) return part.parts.flatMap(bodyParts)
  return part.type === 'text/plain' || part.type === 'text/html' ? [part] : []
}

// Mail wraps its lines; a blank line ends a paragraph.
const addParagraphs = (text: string, lines: TextLines): void => {
  for (const paragraph of text.split(/\n[ \t\r]*\n/)) {
    const line = paragraph
      .split('\n')
      .map((piece) => piece.trim())
      .filter((piece) => piece !== '')
      .join(' ')
    if (line !== '') lines.add(line)
  }
}
