// Which format a document has. The extension decides; the MIME type only when there is no extension.

import type { DocumentSource } from './spec.ts'

export type DocumentFormat =
  | 'text'
  | 'json'
  | 'yaml'
  | 'properties'
  | 'csv'
  | 'pdf'
  | 'docx'
  | 'xlsx'
  | 'pptx'
  | 'epub'
  | 'odt'
  | 'eml'

const TEXT_EXTENSIONS = [
  ...['.txt', '.markdown', '.md', '.mdx', '.html', '.htm', '.xml', '.log', '.ini', '.cfg', '.conf', '.toml', '.env'],
  ...['.css', '.scss', '.less', '.sass', '.sql', '.vtt', '.srt', '.rst', '.tex', '.tsv', '.jsonl', '.ndjson', '.svg'],
  ...['.c', '.h', '.cpp', '.hpp', '.cc', '.cxx', '.c++', '.cs', '.py', '.js', '.mjs', '.cjs', '.ts', '.mts', '.jsx'],
  ...['.tsx', '.vue', '.svelte', '.java', '.php', '.rb', '.go', '.rs', '.swift', '.kt', '.kts', '.scala', '.groovy'],
  ...['.gradle', '.dart', '.lua', '.pl', '.pm', '.r', '.jl', '.m', '.mm', '.ex', '.exs', '.erl', '.hs', '.clj', '.fs'],
  ...['.vb', '.sh', '.bash', '.zsh', '.fish', '.bat', '.cmd', '.ps1', '.proto', '.graphql', '.tf', '.dockerfile'],
  ...['.makefile', '.cmake', '.diff', '.patch', '.gitignore', '.editorconfig', '.asm', '.s', '.v', '.sol', '.zig'],
]

const EXTENSIONS: ReadonlyMap<string, DocumentFormat> = new Map<string, DocumentFormat>([
  ...TEXT_EXTENSIONS.map((extension) => [extension, 'text'] as const),
  ['.json', 'json'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.properties', 'properties'],
  ['.csv', 'csv'],
  ['.pdf', 'pdf'],
  ['.docx', 'docx'],
  ['.xlsx', 'xlsx'],
  ['.pptx', 'pptx'],
  ['.epub', 'epub'],
  ['.odt', 'odt'],
  ['.eml', 'eml'],
])

const MIME_TYPES: ReadonlyMap<string, DocumentFormat> = new Map<string, DocumentFormat>([
  ['application/json', 'json'],
  ['application/x-yaml', 'yaml'],
  ['application/yaml', 'yaml'],
  ['text/yaml', 'yaml'],
  ['text/properties', 'properties'],
  ['text/x-java-properties', 'properties'],
  ['text/csv', 'csv'],
  ['application/pdf', 'pdf'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'pptx'],
  ['application/epub+zip', 'epub'],
  ['application/vnd.oasis.opendocument.text', 'odt'],
  ['message/rfc822', 'eml'],
  ['application/xml', 'text'],
  ['application/javascript', 'text'],
  ['application/sql', 'text'],
  ['application/toml', 'text'],
])

export const documentExtensions: ReadonlySet<string> = new Set(EXTENSIONS.keys())

/** The format; undefined when nobody reads it, the binary `.doc`, `.xls`, `.ppt` and `.msg` included. */
export const formatOf = (source: DocumentSource): DocumentFormat | undefined => {
  if (source.extension !== '') return EXTENSIONS.get(source.extension.toLowerCase())
  const type = (source.mimeType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return MIME_TYPES.get(type) ?? (type.startsWith('text/') ? 'text' : undefined)
}
