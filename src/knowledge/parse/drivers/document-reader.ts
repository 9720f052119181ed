// The reader of all formats. Libraries load when a document first needs them.

import { readDocx } from '../docx.ts'
import { readOdt } from '../odt.ts'
import { renderJson, renderProperties } from '../plain-formats.ts'
import { readPptx } from '../pptx.ts'
import { createReader, type ReadLimits } from '../reader.ts'
import type { DocumentReader } from '../spec.ts'
import { readXlsx } from '../xlsx.ts'
import { decodeText } from './charset.ts'
import { readCsv } from './csv.ts'
import { readEml } from './eml.ts'
import { readEpub } from './epub.ts'
import { readPdf } from './pdf.ts'
import { readYaml } from './yaml.ts'

/** @param limits those to change; see `ReadLimits` for units and defaults */
export const createDocumentReader = (limits: Partial<ReadLimits> = {}): DocumentReader =>
  createReader({
    limits,
    readers: {
      text: decodeText,
      json: async (bytes) => renderJson(await decodeText(bytes)),
      properties: async (bytes) => renderProperties(await decodeText(bytes)),
      yaml: readYaml,
      csv: readCsv,
      pdf: readPdf,
      docx: readDocx,
      xlsx: readXlsx,
      pptx: readPptx,
      epub: readEpub,
      odt: readOdt,
      eml: readEml,
    },
  })
