// Every format against its exact text; documents are built in documents.fixture.ts.
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { createDocumentReader } from './document-reader.ts'
import { docx, epub, odt, paragraph, pdf, pdfLine, pptx, utf8, wordTable, xlsx } from './documents.fixture.ts'

const reader = createDocumentReader()
const read = (extension: string, bytes: Uint8Array | string, mimeType?: string) =>
  reader.read({ bytes: typeof bytes === 'string' ? utf8(bytes) : bytes, extension, ...(mimeType && { mimeType }) })

describe('which format', () => {
  test.each([
    ['.txt', undefined, 'text'],
    ['.TXT', undefined, 'text'],
    ['.py', undefined, 'text'],
    ['', 'text/plain; charset=utf-8', 'text'],
    ['', 'text/x-anything', 'text'],
    ['.txt', 'application/pdf', 'text'],
    ['.json', 'text/plain', '"text"'],
  ])('%j with type %j', async (extension, mimeType, expected) => {
    expect(await read(extension, extension === '.json' ? ' "text" ' : 'text', mimeType)).toBe(expected)
  })

  test.each([
    ['.doc', undefined],
    ['.xls', undefined],
    ['.ppt', undefined],
    ['.msg', undefined],
    ['.exe', 'text/plain'],
    ['.', 'text/plain'],
    ['txt', undefined],
    ['', undefined],
    ['', 'image/png'],
    ['', 'application/msword'],
  ])('%j with type %j is not read', async (extension, mimeType) => {
    await expect(read(extension, 'x', mimeType)).rejects.toMatchObject({ code: 'knowledge/unsupported-format' })
  })

  test('the set of extensions', () => {
    for (const extension of ['.md', '.pdf', '.docx', '.xlsx', '.eml'])
      expect(reader.extensions.has(extension)).toBe(true)
    for (const extension of ['.doc', '.xls', '.ppt', '.msg', '']) expect(reader.extensions.has(extension)).toBe(false)
  })
})

describe('text', () => {
  const japanese = 'これは日本語の文章です。文字コードを推測します。'
  const chinese = '这是一个用来测试字符编码检测的中文文本，织布机和综线。'
  const russian = 'Это текст на русском языке, по которому угадывается кодировка.'
  test.each<[string, Uint8Array, string]>([
    ['html keeps its tags', utf8('<p>a &amp; b</p>\r\n'), '<p>a &amp; b</p>\r\n'],
    ['UTF-8 mark', utf8('\ufeffé'), 'é'],
    ['UTF-16 LE', iconv.encode('é織', 'utf-16le', { addBOM: true }), 'é織'],
    ['UTF-16 BE', iconv.encode('é織', 'utf-16be', { addBOM: true }), 'é織'],
    ['UTF-32 LE', iconv.encode('é織', 'utf-32le', { addBOM: true }), 'é織'],
    ['Shift-JIS', iconv.encode(japanese, 'shift_jis'), japanese],
    ['EUC-JP', iconv.encode(japanese, 'euc-jp'), japanese],
    ['GB18030', iconv.encode(chinese, 'gb18030'), chinese],
    [
      'Big5',
      iconv.encode('這是一個用來測試字元編碼偵測的中文文字，織布機和綜線。', 'big5'),
      '這是一個用來測試字元編碼偵測的中文文字，織布機和綜線。',
    ],
    ['Windows-1251', iconv.encode(russian, 'windows-1251'), russian],
    ['KOI8-R', iconv.encode(russian, 'koi8-r'), russian],
    [
      'Latin-1',
      iconv.encode('Der Weber läßt die Kette über die Bäume gleiten.', 'latin1'),
      'Der Weber läßt die Kette über die Bäume gleiten.',
    ],
    ['empty', new Uint8Array(), ''],
  ])('%s', async (_, bytes, expected) => {
    expect(await read('.html', bytes)).toBe(expected)
  })

  test('json is indented by two and loses nothing', async () => {
    expect(await read('.json', '\ufeff{"b":[1,1.0,12345678901234567890,[],{}],"a":"é\\u0041"}')).toBe(
      '{\n  "b": [\n    1,\n    1.0,\n    12345678901234567890,\n    [],\n    {}\n  ],\n  "a": "éA"\n}',
    )
  })

  test('properties', async () => {
    const text = '# comment\n\n a = b = c \nurl: http://x\n! note\nkey\n  spaced key : v\n'
    expect(await read('.properties', text)).toBe('# comment\n\na: b = c\nurl: http://x\n! note\nkey: \nspaced key: v')
  })

  test('yaml is loaded and dumped', async () => {
    const text = `# note\nb: {x: 1.0, "y": "two"}  # here\nlist:\n    - yes\n    - 'no'\n    - ~\n    - 0o14\nempty: []\nnumber: 12345678901234567890\n`
    expect(await read('.yaml', text)).toBe(
      "b:\n  x: 1.0\n  y: two\nlist:\n- true\n- 'no'\n- null\n- 0o14\nempty: []\nnumber: 12345678901234567890\n",
    )
    expect(await read('.yml', 'a: 1\n---\nb: 2\n')).toBe('a: 1\n---\nb: 2\n')
    expect(await read('.yml', 'a: &x [1]\nb: *x\n')).toBe('a: &x\n  - 1\nb: *x\n')
    expect(await read('.yml', 'a: 2024-01-01 10:00:00\nb: !!str 1\n')).toBe("a: 2024-01-01 10:00:00\nb: '1'\n")
    expect(await read('.yml', '')).toBe('')
  })

  test.each([
    ['a,bb,c\n1,2,3\n', '| a | bb | c |\n| - | -- | - |\n| 1 | 2 | 3 |\n'],
    ['名前,x\r\n"a, b","say ""hi"""\r\n', '| 名前 | x |\n| -- | - |\n| a, b | say "hi" |\n'],
    ['a\n"line one\nline\r\ntwo"\n', '| a |\n| - |\n| line one line two |\n'],
    ['a,b\n1\n1,2,3\n', '| a | b |\n| - | - |\n| 1 |\n| 1 | 2 | 3 |\n'],
    ['a,b\n\n1,2', '| a | b |\n| - | - |\n|  |\n| 1 | 2 |\n'],
    ['', ''],
  ])('csv %j', async (text, expected) => {
    expect(await read('.csv', text)).toBe(expected)
  })
})

describe('office', () => {
  test('docx: paragraphs and tables in document order', async () => {
    const body = [
      '<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Hel</w:t></w:r><w:r><w:t>lo &amp; &#x7EC7;</w:t><w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t><w:br w:type="page"/></w:r></w:p>',
      '<w:p/>',
      wordTable([
        ['Name', 'Sum'],
        [paragraph('a') + paragraph('b'), '1'],
      ]),
      paragraph('after'),
      '<w:p><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink><w:r><w:drawing><w:p><w:r><w:t>box</w:t></w:r></w:p></w:drawing></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>!</w:t></w:r></w:ins></w:p>',
    ]
    expect(await read('.docx', docx(body.join('')))).toBe(
      'Hello & 织\tx\ny\n\n| Name | Sum |\n| --- | --- |\n| a<br>b | 1 |\n\nafter\nlink!',
    )
  })

  test('docx: merged cells repeat, empty tables vanish, inner tables stay in their cell', async () => {
    const wide = `<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>${paragraph('wide')}`
    const top = `<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>${paragraph('tall')}`
    const below = `<w:tcPr><w:vMerge/></w:tcPr><w:p/>`
    expect(
      await read(
        '.docx',
        docx(
          wordTable([
            [wide, 'c'],
            [top, 'x', 'y'],
            [below, 'z', 'w'],
          ]),
        ),
      ),
    ).toBe('| wide | wide | c |\n| --- | --- | --- |\n| tall | x | y |\n| tall | z | w |\n')
    expect(await read('.docx', docx(`${paragraph('a')}${wordTable([['', ' ']])}${paragraph('b')}`))).toBe('a\nb')
    const inner = wordTable([['i', 'j']])
    expect(await read('.docx', docx(wordTable([[`${paragraph('o')}${inner}`]])))).toBe(
      '| o<br>| i | j |<br>| --- | --- | |\n| --- |\n',
    )
  })

  test('docx with backslashes between its parts', async () => {
    const bytes = Buffer.from(docx(paragraph('evernote')))
    const broken = Buffer.from(bytes.toString('latin1').replaceAll('word/document', 'word\\document'), 'latin1')
    expect(await read('.docx', broken)).toBe('evernote')
  })

  test('pptx: slides in the order of the presentation', async () => {
    const slides = [
      '<a:p><a:r><a:t>first</a:t></a:r></a:p>',
      '<a:p><a:r><a:t>sec</a:t></a:r><a:r><a:t>ond</a:t></a:r></a:p><a:p/><a:p><a:r><a:t> up</a:t></a:r><a:br/><a:r><a:t>down </a:t></a:r></a:p>',
    ]
    expect(await read('.pptx', pptx(slides, [1, 0]))).toBe('second\nup\ndown\nfirst')
  })

  test('xlsx: one table per sheet with text', async () => {
    const bytes = xlsx({
      strings: [
        '<t>Name</t>',
        '<r><t>two</t></r><r><t xml:space="preserve"> parts</t></r><rPh><t>no</t></rPh>',
        '<t>a\nb</t>',
      ],
      styles:
        '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="0.0&quot; days&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="21"/></cellXfs>',
      sheets: {
        One: '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>C</t></is></c></row><row r="2"/><row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3"><v>1.5</v></c><c r="C3"><v>3</v></c></row><row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4" t="b"><v>1</v></c><c r="C4" t="e"><v>#DIV/0!</v></c></row>',
        Empty: '<row r="1"><c r="A1"/></row>',
        Dates:
          '<row><c t="str"><v>d</v></c><c t="str"><v>e</v></c></row><row><c s="1"><v>45292</v></c><c s="2"><v>45292.5</v></c></row><row><c s="3"><v>45292</v></c><c s="4"><v>0.5625</v></c></row><row><c s="1"><v>1</v></c></row>',
      },
    })
    expect(await read('.xlsx', bytes)).toBe(
      '| Name | Unnamed: 1 | C |\n| ---- | ---------- | - |\n| two parts | 1.5 | 3 |\n| a b | True | #DIV/0! |\n\n' +
        '| d | e |\n| - | - |\n| 2024-01-01 00:00:00 | 2024-01-01 12:00:00 |\n| 45292 | 13:30:00 |\n| 1900-01-01 00:00:00 |  |\n\n',
    )
    const mac = xlsx({
      date1904: true,
      styles: '<cellXfs><xf numFmtId="14"/></cellXfs>',
      sheets: { S: '<row><c s="0"><v>43830</v></c></row>' },
    })
    expect(await read('.xlsx', mac)).toBe(`| 2024-01-01 00:00:00 |\n| ${'-'.repeat(19)} |\n\n`)
    expect(await read('.xlsx', xlsx({ sheets: { S: '' } }))).toBe('')
  })

  test('odt', async () => {
    const body =
      '<text:h>Title</text:h><text:tracked-changes><text:p>old</text:p></text:tracked-changes><text:p>a\n   b<text:s text:c="3"/>c<text:tab/>d<text:line-break/>e<office:annotation><text:p>note</text:p></office:annotation></text:p><text:p/><text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>'
    expect(await read('.odt', odt(body))).toBe('Title\na b   c\td\ne\nitem')
  })

  test('epub: chapters in reading order', async () => {
    const page = (body: string) =>
      `<?xml version="1.0"?><!DOCTYPE html><html><head><title>no</title><style>p{}</style></head><body>${body}</body></html>`
    const bytes = epub(
      {
        'chapter two': page('<p>Zwei&nbsp;&eacute;</p>'),
        one: page('<h1>One</h1><p>a <b>b</b><br/>c</p><script>x</script><ul><li>d</li></ul>'),
      },
      ['one', 'chapter two', 'missing'],
    )
    expect(await read('.epub', bytes)).toBe('One\na b\nc\nd\nZwei é')
  })
})

describe('pdf', () => {
  test.each([0, 1, 2])('pages are joined without a separator, %i times deflated', async (deflate) => {
    const pages = [pdfLine('Hello heddle'), pdfLine('Second page') + pdfLine('lower line', 100)]
    expect(await read('.pdf', pdf(pages, { deflate }))).toBe('Hello heddleSecond page\nlower line')
  })

  test('CJK text by the map of its font', async () => {
    expect(await read('.pdf', pdf(['BT /F2 12 Tf 20 200 Td <00010002> Tj ET']))).toBe('织布')
  })

  test('a page without text', async () => {
    expect(await read('.pdf', pdf(['']))).toBe('')
  })
})

describe('mail', () => {
  const crlf = (text: string) => text.replaceAll('\n', '\r\n')
  test.each([
    ['plain', 'Subject: Hi\nFrom: a@b.c\n\nDear you,\nhow are you?\n\nBye\n', 'Dear you, how are you?\nBye'],
    [
      'quoted-printable',
      'Content-Type: text/plain;\n charset="iso-8859-1"\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe, a long=\n line\n',
      'Grüße, a long line',
    ],
    [
      'base64',
      `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from('织布\n\n机').toString('base64')}\n`,
      '织布\n机',
    ],
    ['html', 'Content-Type: text/html; charset=utf-8\n\n<html><body><p>a &amp;<br>b</p></body></html>', 'a &\nb'],
    [
      'alternatives and attachments',
      'Content-Type: multipart/mixed; boundary="out er"\n\npreamble\n--out er\nContent-Type: multipart/alternative; boundary=in\n\n--in\nContent-Type: text/plain\n\nplain\n--in\nContent-Type: text/html\n\n<p>html</p>\n--in--\n--out er\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nattached\n--out er\nContent-Type: text/plain\n\nfooter\n--out er--\nepilogue\n',
      'plain\nfooter',
    ],
    [
      'only html among the alternatives',
      'Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/html\n\n<b>bold</b>\n--x--\n',
      'bold',
    ],
    ['unfinished', 'Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello', 'hello'],
    ['no body', 'Subject: x\n', ''],
  ])('%s', async (_, message, expected) => {
    expect(await read('.eml', message)).toBe(expected)
    expect(await read('.eml', crlf(message))).toBe(expected)
  })
})
