// Markdown as plain text: what a reader of a text message should see. By rules, no parser: unknown marks stay.

/** Never throws. */
export const markdownToText = (markdown: string): string =>
  markdown
    .replace(/^[ \t]*(```|~~~)[^\n]*\n?/gm, '')
    .replace(/^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$/gm, '$1')
    .replace(/^[ \t]{0,3}(?:>[ \t]?)+/gm, '')
    .replace(/^[ \t]{0,3}(?:[-*_][ \t]*){3,}$/gm, '')
    .replace(/^(?:\|?[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$\n?/gm, '')
    .replace(/^([ \t]*)[*+-][ \t]+/gm, '$1- ')
    .replace(/!\[([^\]]{0,1000})\]\([^)\s]{0,2000}(?:[ \t]+"[^"]{0,1000}")?\)/g, '$1')
    .replace(/\[([^\]]{1,1000})\]\(([^)\s]{1,2000})(?:[ \t]+"[^"]{0,1000}")?\)/g, (_, text: string, url: string) =>
      text === url ? url : `${text} (${url})`,
    )
    .replace(/(\*\*|__)(?=\S)([^\n]{1,2000}?)(?<=\S)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=\S)([^*\n]{1,2000}?)(?<=\S)\*(?![\w*])/g, '$1')
    .replace(/(?<!\w)_(?=\S)([^_\n]{1,2000}?)(?<=\S)_(?!\w)/g, '$1')
    .replace(/~~(?=\S)([^\n]{1,2000}?)(?<=\S)~~/g, '$1')
    .replace(/`([^`\n]{1,2000})`/g, '$1')
    .replace(/\\([\\`*_{}[\]()#+\-.!>~|])/g, '$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
