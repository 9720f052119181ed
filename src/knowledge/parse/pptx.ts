// Presentations (ECMA-376 part 1 §19): the paragraphs of every slide in order, one per line. Notes are left out.

import { scanXml } from './markup.ts'
import { readPart, readRelations } from './office-parts.ts'
import type { FormatReader } from './reader.ts'
import { TextLines } from './text-lines.ts'
import { openZip } from './zip.ts'

const PRESENTATION = 'ppt/presentation.xml'

export const readPptx: FormatReader = (bytes, { limits, checkAbort }) => {
  const archive = openZip(bytes, limits)
  const relations = readRelations(archive, PRESENTATION)
  const slides: string[] = []
  scanXml(readPart(archive, PRESENTATION), {
    open(name, attribute) {
      // The slide's own `id` is a number; the relation's has a prefix.
      const slide = name === 'sldId' ? relations.get(attribute(':id') ?? '') : undefined
      if (slide !== undefined) slides.push(slide)
    },
  })
  const lines = new TextLines(limits)
  for (const slide of slides) {
    checkAbort()
    readSlide(readPart(archive, slide), lines)
  }
  return lines.join()
}

const readSlide = (xml: string, lines: TextLines): void => {
  let paragraph = ''
  let inText = false
  scanXml(xml, {
    open(name) {
      if (name === 't') inText = true
      else if (name === 'p') paragraph = ''
      else if (name === 'br') paragraph += '\n'
      else if (name === 'tab') paragraph += '\t'
    },
    text(text) {
      if (inText) paragraph += text
    },
    close(name) {
      if (name === 't') inText = false
      else if (name === 'p' && paragraph.trim() !== '') lines.add(paragraph.trim())
    },
  })
}
