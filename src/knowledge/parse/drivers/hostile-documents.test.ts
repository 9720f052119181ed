// Documents that mean harm or are merely broken: each ends quickly in a typed error.
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { scanHtml, scanXml } from '../markup.ts'
import type { ReadLimits } from '../reader.ts'
import { createDocumentReader } from './document-reader.ts'
import { docx, epub, odt, paragraph, pdf, pdfLine, pptx, utf8, wordTable, xlsx, zip } from './documents.fixture.ts'

const limits: Partial<ReadLimits> = {
  maxUnpackedBytes: 1_000_000,
  maxTextLength: 2_000_000,
  maxEntries: 50,
  maxPages: 3,
}
const reader = createDocumentReader(limits)
const codeOf = (extension: string, bytes: Uint8Array, signal?: AbortSignal) =>
  reader.read({ extension, bytes }, signal).then(
    (text) => `read ${text.length}`,
    (error) => error.code,
  )

const blanks = (count: number) => new Uint8Array(count).fill(32)
const bomb = zip({ 'word/document.xml': blanks(50_000_000) })
const lie = (() => {
  // A directory that claims a small size for a large part.
  const bytes = Buffer.from(bomb)
  bytes.writeUInt32LE(10, bytes.indexOf('PK\x01\x02') + 24)
  return bytes
})()
const doctype = (body: string) => `<?xml version="1.0"?><!DOCTYPE w [${body}]>`
const laughs = doctype(
  `<!ENTITY a "ha">${[...'bcdefghij'].map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}`,
)
const wide = (inner: string): string =>
  `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>${inner}</w:tc></w:tr></w:tbl>`
const good = docx(paragraph('fine'))
const damaged = Buffer.from(zip({ 'word/document.xml': `<w:document>${'<w:p/>'.repeat(500)}</w:document>` }))
damaged[60] = (damaged[60] ?? 0) ^ 0xff

test.each<[string, string, Uint8Array, string]>([
  ['zip bomb', '.docx', bomb, 'knowledge/too-large'],
  ['zip bomb with false sizes', '.docx', lie, 'knowledge/too-large'],
  [
    'many parts',
    '.docx',
    zip(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}`, '']))),
    'knowledge/unreadable',
  ],
  ['billion laughs', '.docx', docx(paragraph('&j;'), laughs), 'knowledge/unreadable'],
  [
    'external entity',
    '.docx',
    docx(paragraph('&x;'), doctype('<!ENTITY x SYSTEM "file:///etc/passwd">')),
    'knowledge/unreadable',
  ],
  [
    'external entity',
    '.odt',
    zip({ 'content.xml': `${doctype('<!ENTITY x SYSTEM "file:///etc/passwd">')}<text:p>&x;</text:p>` }),
    'knowledge/unreadable',
  ],
  [
    'external entity',
    '.xlsx',
    zip({ 'xl/workbook.xml': doctype('<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;') }),
    'knowledge/unreadable',
  ],
  ['undefined entity stays', '.docx', docx(paragraph('&nope;')), 'read 6'],
  ['cut-off zip', '.docx', good.subarray(0, good.length - 30), 'knowledge/unreadable'],
  ['cut-off part', '.docx', good.subarray(200), 'knowledge/unreadable'],
  ['damaged part', '.docx', damaged, 'knowledge/unreadable'],
  ['another zip', '.docx', zip({ 'a.txt': 'x' }), 'knowledge/unreadable'],
  ['no zip', '.docx', utf8('hello'), 'knowledge/unreadable'],
  ['nothing', '.docx', new Uint8Array(), 'knowledge/unreadable'],
  ['nothing', '.pdf', new Uint8Array(), 'knowledge/unreadable'],
  ['nothing', '.xlsx', new Uint8Array(), 'knowledge/unreadable'],
  ['open XML', '.docx', zip({ 'word/document.xml': '<w:document><w:p' }), 'knowledge/unreadable'],
  ['spans within spans', '.docx', docx(wide(wide(wide(wide(paragraph('x'.repeat(100))))))), 'knowledge/too-large'],
  [
    'tall merges',
    '.docx',
    docx(
      wordTable([
        [paragraph('x'.repeat(100_000))],
        ...Array.from({ length: 100 }, () => ['<w:tcPr><w:vMerge/></w:tcPr>']),
      ]),
    ),
    'knowledge/too-large',
  ],
  ['endless blanks', '.odt', odt(`<text:p>a<text:s text:c="999999999"/>b</text:p>`), 'read 1002'],
  ['a far cell', '.xlsx', xlsx({ sheets: { S: '<row><c r="XFD1048576"><v>1</v></c></row>' } }), 'read 534815'],
  ['a column beyond the last', '.xlsx', xlsx({ sheets: { S: '<row><c r="ZZZ1"><v>1</v></c></row>' } }), 'read 13'],
  [
    'a wide table',
    '.xlsx',
    xlsx({ sheets: { S: `<row><c r="XFD1"><v>1</v></c></row>${'<row><c><v>1</v></c></row>'.repeat(5000)}` } }),
    'knowledge/unreadable',
  ],
  [
    'a repeated string',
    '.xlsx',
    xlsx({
      strings: [`<t>${'x'.repeat(10_000)}</t>`],
      sheets: { S: `<row>${'<c t="s"><v>0</v></c>'.repeat(1000)}</row>` },
    }),
    'knowledge/too-large',
  ],
  [
    'strings that are not there',
    '.xlsx',
    xlsx({ sheets: { S: '<row><c t="s"><v>9</v></c><c t="s"><v>-1</v></c><c t="s"><v>x</v></c></row>' } }),
    'read 0',
  ],
  [
    'a part outside',
    '.pptx',
    zip({
      'ppt/presentation.xml': '<p:sldId id="1" r:id="a"/>',
      'ppt/_rels/presentation.xml.rels': '<Relationship Id="a" Target="../../../../etc/passwd"/>',
    }),
    'knowledge/unreadable',
  ],
  ['slides without end', '.pptx', pptx(['<a:p>'.repeat(1000)]), 'read 0'],
  ['a book without content', '.epub', zip({ 'META-INF/container.xml': '<container/>' }), 'knowledge/unreadable'],
  ['deep chapters', '.epub', epub({ a: '<div>'.repeat(100_000) }), 'read 0'],
  ['no PDF', '.pdf', utf8('%PDF-1.7\nhello'), 'knowledge/unreadable'],
  ['too many pages', '.pdf', pdf(['', '', '', '']), 'knowledge/unreadable'],
  ['PDF bomb', '.pdf', pdf([pdfLine('x') + ' '.repeat(5_000_000)], { deflate: 1 }), 'knowledge/too-large'],
  ['PDF bomb in two layers', '.pdf', pdf([' '.repeat(50_000_000)], { deflate: 2 }), 'knowledge/too-large'],
  [
    'damaged PDF bomb',
    '.pdf',
    Buffer.concat([Buffer.from('%PDF-1.7 stream\n'), deflateSync(blanks(5_000_000)).subarray(0, 4000)]),
    'knowledge/too-large',
  ],
  ['one endless CSV cell', '.csv', utf8(`a,b\n"${'x'.repeat(1_500_000)}`), 'knowledge/unreadable'],
  ['one endless CSV line', '.csv', utf8('x,'.repeat(1_000_000)), 'knowledge/too-large'],
  ['broken JSON', '.json', utf8('{"a":'), 'knowledge/unreadable'],
  ['deep JSON', '.json', utf8('['.repeat(100_000)), 'knowledge/unreadable'],
  ['broken YAML', '.yaml', utf8('a: [1'), 'knowledge/unreadable'],
  [
    'YAML alias bomb',
    '.yaml',
    utf8(
      `a: &a [1]\n${[...'bcdefghij'].map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}\n`,
    ),
    'read 633',
  ],
  ['large YAML', '.yaml', utf8('- x\n'.repeat(300_000)), 'knowledge/too-large'],
  ['deep YAML', '.yaml', utf8('['.repeat(50_000)), 'knowledge/unreadable'],
  [
    'nested mail',
    '.eml',
    utf8(
      `Content-Type: multipart/mixed; boundary=x\n\n${'--x\nContent-Type: multipart/mixed; boundary=x\n\n'.repeat(5000)}`,
    ),
    'read 0',
  ],
  [
    'blanks at the end of a mail line',
    '.eml',
    utf8(`content-transfer-encoding: quoted-printable\n\nx${' \t'.repeat(400_000)}x`),
    'read 800002',
  ],
  ['too large a file', '.txt', new Uint8Array(16 * 1024 * 1024), 'knowledge/too-large'],
])('%s (%s)', async (_, extension, bytes, expected) => {
  expect(await codeOf(extension, bytes)).toBe(expected)
})

test('an abort keeps its own reason', async () => {
  const reason = new Error('enough')
  await expect(reader.read({ extension: '.txt', bytes: utf8('x') }, AbortSignal.abort(reason))).rejects.toBe(reason)
  const abort = new AbortController()
  const reading = reader.read({ extension: '.pdf', bytes: pdf(['', '']) }, abort.signal)
  abort.abort(reason)
  await expect(reading).rejects.toBe(reason)
})

// Half a megabyte each: a scan that is not linear does not come back within the time of a test.
const SIZE = 500_000
const hostile = [
  '<',
  '<a ',
  '<!--',
  '<a "',
  "<a '",
  '<a "" ',
  '<a b=',
  '<![CDATA[',
  '<?',
  '</',
  '<script>',
  '<a b="c',
  '&',
  '&#',
  '<a><',
  '"',
  '<a =',
  '<a\t',
]
test.each(hostile)('scanning %j over and over is linear', (piece) => {
  const text = piece.repeat(SIZE / piece.length)
  let events = 0
  const count = {
    open: (_: string, attribute: (name: string) => string | undefined) => {
      attribute('zz')
      events++
    },
    text: () => void events++,
    close: () => void events++,
  }
  scanHtml(text, (part) => part, count)
  scanHtml(`<x ${text}>`, (part) => part, count)
  try {
    scanXml(`<x ${text}/>`, count)
  } catch (error) {
    expect(error).toMatchObject({ code: 'knowledge/unreadable' })
  }
  expect(events).toBeGreaterThan(0)
})
