// The main part of an HTML page as Markdown: Readability finds it, Turndown writes it.
//
// M1  The document is measured before anything recurses over it: a page of 100 kB can be nested deeply enough to keep
//     Readability busy for minutes.
// M2  Links are made absolute first; nothing later knows the page's address.

import type { CheerioAPI } from 'cheerio'

const MAX_ELEMENTS = 20_000
const MAX_DEPTH = 200
// Sum over all elements of their depth, which is what Readability's time follows: some two seconds at most.
const MAX_TOTAL_DEPTH = 400_000
const LINKS: readonly (readonly [selector: string, attribute: string])[] = [
  ['a[href], area[href]', 'href'],
  ['img[src], video[src], audio[src], source[src], iframe[src]', 'src'],
]
const INVISIBLE = 'script, style, noscript, template'
const SURROUNDINGS = 'nav, header, footer, aside, form, svg, iframe'

/** @param url address of the page, for its relative links
 *  @throws Error when the page has too many elements or nests them too deeply */
export const htmlToMarkdown = async (html: string, url: string): Promise<string> => {
  const [{ load }, { parseHTML }, { Readability }, { default: Turndown }] = await Promise.all([
    import('cheerio'),
    import('linkedom'),
    import('@mozilla/readability'),
    import('turndown'),
  ])
  // Cheerio parses as browsers do; linkedom, which Readability needs for its DOM, only when the page is well formed.
  const $ = load(html)
  measure($)
  absolutise($, url)
  const pageTitle = $('title').first().text()
  $(INVISIBLE).remove()
  const article = new Readability(parseHTML($.html()).document as never, { charThreshold: 200 }).parse()
  const main = article?.content || plainBody($)
  const turndown = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' })
  const heading = (article?.title || pageTitle).trim().replace(/\s+/g, ' ')
  return [heading === '' ? '' : `# ${heading}`, turndown.turndown(main).trim()]
    .filter((part) => part !== '')
    .join('\n\n')
}

interface Branch {
  readonly children: readonly object[]
}

const measure = ($: CheerioAPI): void => {
  let elements = 0
  let totalDepth = 0
  let level: readonly Branch[] = $.root().toArray()
  for (let depth = 0; level.length > 0; depth++) {
    totalDepth += level.length * depth
    if (depth > MAX_DEPTH || totalDepth > MAX_TOTAL_DEPTH) throw new Error('it is nested too deeply')
    elements += level.length
    if (elements > MAX_ELEMENTS) throw new Error('it has too many elements')
    level = level.flatMap((node) => node.children.filter((child): child is Branch => 'children' in child))
  }
}

const plainBody = ($: CheerioAPI): string => {
  $(SURROUNDINGS).remove()
  return $('body').html() ?? ''
}

const absolutise = ($: CheerioAPI, url: string): void => {
  const declared = $('base[href]').first().attr('href')
  const base = declared !== undefined && URL.canParse(declared, url) ? new URL(declared, url).href : url
  for (const [selector, attribute] of LINKS) {
    $(selector).each((_, element) => {
      const link = $(element).attr(attribute) ?? ''
      if (!link.startsWith('#') && URL.canParse(link, base)) $(element).attr(attribute, new URL(link, base).href)
    })
  }
}
