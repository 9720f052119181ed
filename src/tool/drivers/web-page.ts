// The provider `webscraper`: fetches a page through the guarded client and gives its main text as Markdown.
// Bounds: bytes of the page, elements of the document. Nothing of the page is run, nothing else is loaded.

import { isAbort, messageOf } from '../../base/errors.ts'
import type { Fetch } from '../../base/seams.ts'
import { defineTool } from '../define.ts'
import { ToolError } from '../errors.ts'
import type { Tool } from '../spec.ts'
import { htmlToMarkdown } from './html-to-markdown.ts'
import { decodePage } from './page-charset.ts'

export interface WebPageOptions {
  /** Largest page, decompressed. Bytes; default 4 MiB. */
  readonly maxBytes?: number
}

const NAME = 'webscraper'
const DEFAULT_AGENT = 'Mozilla/5.0 (compatible; heddle)'
const HTML = new Set(['text/html', 'application/xhtml+xml'])
const TEXT = /^text\/|^application\/(?:json|xml|yaml|x-yaml|javascript|ld\+json|x-ndjson|toml)$|\+(?:json|xml|yaml)$/

const failed = (message: string, cause?: unknown): ToolError =>
  new ToolError('tool/failed', { details: { tool: NAME, message }, ...(cause !== undefined && { cause }) })

export const createWebPageTool = ({ maxBytes = 4 * 1024 * 1024 }: WebPageOptions = {}): Tool =>
  defineTool(
    {
      provider: NAME,
      name: NAME,
      description: 'Reads a web page and returns its main text as Markdown.',
      parameters: [
        { name: 'url', type: 'string', required: true, description: 'Address of the page, http or https' },
        { name: 'user_agent', type: 'string', required: false, description: 'User agent to present' },
        {
          name: 'generate_summary',
          type: 'boolean',
          required: false,
          description: 'Accepted for compatibility; the page is always given whole',
        },
      ],
    },
    async function* (parameters, { fetch, signal }) {
      const agent = parameters.user_agent || DEFAULT_AGENT
      const page = await load(String(parameters.url).trim(), String(agent), { fetch, signal, maxBytes })
      signal.throwIfAborted()
      yield { type: 'text', text: await render(page) }
    },
  )

interface Page {
  readonly url: string
  readonly type: string
  readonly text: string
}

interface LoadNeeds {
  readonly fetch: Fetch
  readonly signal: AbortSignal
  readonly maxBytes: number
}

const load = async (url: string, agent: string, { fetch, signal, maxBytes }: LoadNeeds): Promise<Page> => {
  try {
    const response = await fetch(url, {
      headers: { 'user-agent': agent, accept: 'text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.5' },
      maxResponseBytes: maxBytes,
      signal,
    })
    const contentType = response.headers.get('content-type') ?? ''
    const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
    const readable = type === '' || HTML.has(type) || TEXT.test(type)
    if (!response.ok || !readable) {
      await response.body?.cancel()
      throw failed(response.ok ? `pages of the type ${type} cannot be read` : `the server answered ${response.status}`)
    }
    const bytes = new Uint8Array(await response.arrayBuffer())
    const text = await decodePage(bytes, contentType)
    if (type === '' && text.includes('\0')) throw failed('the page is not text')
    return { url: response.url || url, type: type || (/^\s*</.test(text) ? 'text/html' : 'text/plain'), text }
  } catch (error) {
    if (error instanceof ToolError || isAbort(error) || signal.aborted) throw error
    throw failed(messageOf(error), error)
  }
}

const render = async (page: Page): Promise<string> => {
  if (!HTML.has(page.type)) return page.text
  try {
    return await htmlToMarkdown(page.text, page.url)
  } catch (error) {
    throw failed(`the page cannot be read: ${messageOf(error)}`, error)
  }
}
