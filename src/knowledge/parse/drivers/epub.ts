// Books (EPUB 3.3): the text elements of the chapters in reading order, one per line.

import { addHtmlLines } from '../html-lines.ts'
import { scanXml } from '../markup.ts'
import { readPart, resolvePart } from '../office-parts.ts'
import { type FormatReader, unreadable } from '../reader.ts'
import { TextLines } from '../text-lines.ts'
import { openZip } from '../zip.ts'
import { decodeText } from './charset.ts'
import { loadEntityDecoder } from './entities.ts'

const CHAPTER = /^(?:application\/xhtml\+xml|text\/html)$/

export const readEpub: FormatReader = async (bytes, { limits, checkAbort }) => {
  const archive = openZip(bytes, limits)
  let book: string | undefined
  scanXml(readPart(archive, 'META-INF/container.xml'), {
    open(name, attribute) {
      if (name === 'rootfile') book ??= attribute('full-path')
    },
  })
  if (book === undefined) throw unreadable('the book names no content')
  const lines = new TextLines(limits)
  const decode = await loadEntityDecoder()
  for (const chapter of readSpine(readPart(archive, book), book)) {
    checkAbort()
    const part = archive.read(chapter)
    if (part) addHtmlLines(await decodeText(part), decode, lines)
  }
  return lines.join()
}

const readSpine = (xml: string, book: string): string[] => {
  const manifest = new Map<string, string>()
  const chapters: string[] = []
  scanXml(xml, {
    open(name, attribute) {
      if (name === 'item' && CHAPTER.test(attribute('media-type') ?? '')) {
        manifest.set(attribute('id') ?? '', resolvePart(book, attribute('href') ?? ''))
      } else if (name === 'itemref') {
        const chapter = manifest.get(attribute('idref') ?? '')
        if (chapter !== undefined) chapters.push(chapter)
      }
    },
  })
  return chapters
}
