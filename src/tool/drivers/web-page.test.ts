// The page reader against a real server, through the real guarded client.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../base/seams.ts'
import type { Value } from '../../base/value.ts'
import { createGuardedFetch } from '../../outbound/drivers/undici.ts'
import { createWebPageTool } from './web-page.ts'

interface Answer {
  readonly type?: string
  readonly body: string | Uint8Array
  readonly status?: number
  readonly location?: string
}
const pages: Record<string, Answer> = {}
let server: Server
let at = ''
let agents: (string | undefined)[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    agents.push(request.headers['user-agent'])
    const page = pages[request.url ?? '']
    if (page?.type) response.setHeader('content-type', page.type)
    if (page?.location) response.setHeader('location', page.location)
    response.writeHead(page ? (page.status ?? 200) : 404).end(page?.body ?? 'none')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const fetch = createGuardedFetch({ allowPrivate: ['127.0.0.1'] })
const read = async (
  page: Answer | string,
  parameters: Record<string, Value> = {},
  signal = new AbortController().signal,
) => {
  if (typeof page !== 'string') pages['/docs/page.html'] = page
  const url = typeof page === 'string' ? page : `${at}/docs/page.html`
  let text = ''
  for await (const message of createWebPageTool({ maxBytes: 100_000 }).run(
    { url, ...parameters },
    { clock: systemClock, signal, fetch },
  )) {
    if (message.type === 'text') text += message.text
  }
  return text
}
const html = 'text/html; charset=utf-8'
const sentence = 'A long enough sentence about weaving, looms and heddles, so that it counts as text of an article. '

test('an article becomes Markdown with absolute links, without what surrounds it', async () => {
  const body = `<!doctype html><html><head><title>The Loom</title><script>alert(1)</script></head><body>
    <nav><a href="/home">Home</a></nav>
    <article><h1>The Loom</h1><p>${sentence.repeat(3)}</p><h2>Parts</h2>
    <ul><li>the <b>heddle</b></li><li>the <a href="../reed?x=1#y">reed</a></li></ul>
    <p>${sentence}<img src="loom.png" alt="A loom"> <a href="#top">top</a> <a href="javascript:alert(1)">bad</a></p>
    <pre><code>warp()</code></pre></article><footer>imprint</footer></body></html>`
  const text = await read({ type: html, body })
  expect(text.startsWith('# The Loom\n\n')).toBe(true)
  expect(text).toContain('## Parts')
  expect(text).toMatch(/-\s+the \*\*heddle\*\*/)
  expect(text).toContain(`[reed](${at}/reed?x=1#y)`)
  expect(text).toContain(`![A loom](${at}/docs/loom.png)`)
  expect(text).toContain('warp()')
  for (const gone of ['alert', 'imprint', 'Home', 'javascript:']) expect(text).not.toContain(gone)
})

test('links follow <base> and the place a redirect led to', async () => {
  const links = `<p>${sentence.repeat(4)}<a href="x">x</a></p>`
  expect(await read({ type: html, body: `<base href="https://cdn.example/a/">${links}` })).toContain(
    '(https://cdn.example/a/x)',
  )
  pages['/from'] = { status: 302, location: '/deep/er/', body: '' }
  pages['/deep/er/'] = { type: html, body: links }
  expect(await read(`${at}/from`)).toContain(`(${at}/deep/er/x)`)
})

test.each<[string, Answer, string]>([
  ['plain text', { type: 'text/plain', body: 'a <b> c' }, 'a <b> c'],
  ['json', { type: 'application/json', body: '{"a": 1}' }, '{"a": 1}'],
  ['feeds', { type: 'application/rss+xml', body: '<rss/>' }, '<rss/>'],
  ['no type, text', { body: 'just text' }, 'just text'],
  ['no type, html', { body: '<p>hi</p>' }, 'hi'],
  [
    'short pages',
    { type: html, body: '<html><title>T</title><body><script>menu</script><p>hi <em>you</em></p></body></html>' },
    '# T\n\nhi _you_',
  ],
  ['fragments', { type: html, body: 'hello' }, 'hello'],
  ['empty pages', { type: html, body: '' }, ''],
  ['header charset', { type: 'text/plain; charset=gb18030', body: iconv.encode('织布机', 'gb18030') }, '织布机'],
  [
    'meta charset',
    { type: 'text/html', body: iconv.encode('<meta charset="shift_jis"><p>機織り</p>', 'shift_jis') },
    '機織り',
  ],
  [
    'byte order mark',
    { type: 'text/plain; charset=latin1', body: iconv.encode('é', 'utf-16le', { addBOM: true }) },
    'é',
  ],
  ['unknown charset', { type: 'text/plain; charset=klingon', body: 'é' }, 'é'],
  [
    'guessed charset',
    { type: 'text/plain', body: iconv.encode('これは日本語の文章です。文字コードを推測します。', 'shift_jis') },
    'これは日本語の文章です。文字コードを推測します。',
  ],
])('%s', async (_, page, expected) => {
  expect(await read(page)).toBe(expected)
})

test.each<[string, Answer | string, RegExp]>([
  ['PDF', { type: 'application/pdf', body: '%PDF' }, /failed: pages of the type application\/pdf cannot be read/],
  ['images', { type: 'image/png', body: 'x' }, /image\/png/],
  ['bytes without a type', { body: new Uint8Array([1, 0, 2]) }, /not text/],
  ['errors of the server', { status: 503, body: '' }, /answered 503/],
  ['large pages', { type: html, body: 'x'.repeat(100_001) }, /larger than 100000 bytes/],
  ['huge documents', { type: html, body: '<br>'.repeat(24_900) }, /too many elements/],
  ['deep documents', { type: html, body: '<div>'.repeat(15_000) }, /nested too deeply/],
  ['closed addresses', 'http://10.0.0.1/', /not allowed/],
  ['other schemes', 'file:///etc/passwd', /http and https/],
  ['no address', 'weaving', /cannot be read/],
])('%s are refused', async (_, page, message) => {
  await expect(read(page)).rejects.toMatchObject({ code: 'tool/failed', message: expect.stringMatching(message) })
})

test('the user agent is presented; an abort is no failure of the tool', async () => {
  agents = []
  await read({ body: 'x' }, { user_agent: 'loom/1', generate_summary: 'true' })
  await read({ body: 'x' }, { user_agent: '' })
  expect(agents).toEqual(['loom/1', 'Mozilla/5.0 (compatible; heddle)'])
  await expect(read({ body: 'x' }, {}, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  await expect(read({ body: 'x' }, { url: null })).rejects.toMatchObject({ code: 'tool/bad-parameter' })
})
