// Documents made by hand for tests: the smallest packages that real programs also open.

import { deflateSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'

export const utf8 = (text: string): Uint8Array => strToU8(text)

export const zip = (parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, typeof part === 'string' ? strToU8(part) : part]),
    ),
  )

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

export const relations = (targets: Readonly<Record<string, string>>): string =>
  `${HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${Object.entries(targets)
    .map(([id, target]) => `<Relationship Id="${id}" Type="x" Target="${target}"/>`)
    .join('')}</Relationships>`

export const docx = (body: string, head = HEAD): Uint8Array =>
  zip({
    '[Content_Types].xml': '<Types/>',
    'word/document.xml': `${head}<w:document xmlns:w="${WORD}"><w:body>${body}<w:sectPr/></w:body></w:document>`,
  })

export const paragraph = (text: string): string => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
export const wordTable = (rows: readonly (readonly string[])[]): string =>
  `<w:tbl>${rows.map((row) => `<w:tr>${row.map((cell) => `<w:tc>${cell.startsWith('<') ? cell : paragraph(cell)}</w:tc>`).join('')}</w:tr>`).join('')}</w:tbl>`

export const pptx = (slides: readonly string[], order: readonly number[] = slides.map((_, i) => i)): Uint8Array =>
  zip({
    'ppt/presentation.xml': `${HEAD}<p:presentation xmlns:r="${RELATIONS}"><p:sldIdLst>${order.map((n) => `<p:sldId id="${256 + n}" r:id="rId${n}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(
      Object.fromEntries(slides.map((_, i) => [`rId${i}`, `slides/slide${i}.xml`])),
    ),
    ...Object.fromEntries(
      slides.map((slide, i) => [`ppt/slides/slide${i}.xml`, `${HEAD}<p:sld><p:txBody>${slide}</p:txBody></p:sld>`]),
    ),
  })

export interface WorkbookParts {
  readonly sheets: Readonly<Record<string, string>>
  readonly strings?: readonly string[]
  readonly styles?: string
  readonly date1904?: boolean
}

export const xlsx = ({ sheets, strings = [], styles = '', date1904 = false }: WorkbookParts): Uint8Array => {
  const names = Object.keys(sheets)
  return zip({
    'xl/workbook.xml': `${HEAD}<workbook xmlns:r="${RELATIONS}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(
      Object.fromEntries(names.map((_, i) => [`rId${i}`, `/xl/worksheets/sheet${i}.xml`])),
    ),
    'xl/sharedStrings.xml': `${HEAD}<sst>${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    'xl/styles.xml': `${HEAD}<styleSheet>${styles}</styleSheet>`,
    ...Object.fromEntries(
      names.map((name, i) => [
        `xl/worksheets/sheet${i}.xml`,
        `${HEAD}<worksheet><sheetData>${sheets[name]}</sheetData></worksheet>`,
      ]),
    ),
  })
}

export const odt = (body: string): Uint8Array =>
  zip({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml': `${HEAD}<office:document-content><office:automatic-styles><style:p>no</style:p></office:automatic-styles><office:body><office:text>${body}</office:text></office:body></office:document-content>`,
  })

export const epub = (
  chapters: Readonly<Record<string, string>>,
  spine: readonly string[] = Object.keys(chapters),
): Uint8Array =>
  zip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': `${HEAD}<container><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
    'OEBPS/book.opf': `${HEAD}<package><manifest>${Object.keys(chapters)
      .map(
        (name) =>
          `<item id="${name}" href="text/${encodeURIComponent(name)}.xhtml" media-type="application/xhtml+xml"/>`,
      )
      .join(
        '',
      )}<item id="css" href="a.css" media-type="text/css"/></manifest><spine>${spine.map((name) => `<itemref idref="${name}"/>`).join('')}<itemref idref="css"/></spine></package>`,
    ...Object.fromEntries(Object.entries(chapters).map(([name, html]) => [`OEBPS/text/${name}.xhtml`, html])),
  })

export interface PdfOptions {
  /** Deflates the content this many times. Default 0. */
  readonly deflate?: number
}

/** One page per content stream; font F1 is Helvetica, F2 a CJK font whose codes 1 and 2 mean 织 and 布. */
export const pdf = (contents: readonly string[], { deflate = 0 }: PdfOptions = {}): Uint8Array => {
  const first = 9
  const map =
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0001> <7EC7> <0002> <5E03> endbfchar endcmap end end'
  const stream = (data: Buffer, extra = '') =>
    Buffer.concat([Buffer.from(`<< /Length ${data.length}${extra} >>\nstream\n`), data, Buffer.from('\nendstream')])
  const packed = (text: string) => {
    let data: Buffer = Buffer.from(text, 'latin1')
    for (let i = 0; i < deflate; i++) data = deflateSync(data)
    return stream(data, deflate === 0 ? '' : ` /Filter [${'/FlateDecode '.repeat(deflate)}]`)
  }
  const objects: (string | Buffer)[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${contents.length} /Kids [${contents.map((_, i) => `${first + 2 * i} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /Loom /Encoding /Identity-H /DescendantFonts [5 0 R] /ToUnicode 6 0 R >>',
    '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Loom /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R /DW 1000 >>',
    stream(Buffer.from(map)),
    '<< /Type /FontDescriptor /FontName /Loom /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
    '<< /Font << /F1 3 0 R /F2 4 0 R >> >>',
    ...contents.flatMap((content, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources 8 0 R /Contents ${first + 2 * i + 1} 0 R >>`,
      packed(content),
    ]),
  ]
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')]
  const offsets: number[] = []
  let at = parts[0]?.length ?? 0
  objects.forEach((object, i) => {
    const part = Buffer.concat([
      Buffer.from(`${i + 1} 0 obj\n`),
      Buffer.from(object as string),
      Buffer.from('\nendobj\n'),
    ])
    offsets.push(at)
    at += part.length
    parts.push(part)
  })
  const table = offsets.map((offset) => `${offset.toString().padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  )
  return new Uint8Array(Buffer.concat(parts))
}

export const pdfLine = (text: string, y = 200): string => `BT /F1 12 Tf 20 ${y} Td (${text}) Tj ET\n`
