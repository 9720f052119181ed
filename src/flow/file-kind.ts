// What kind a file is, by its name's extension, else by its type. Source of the lists: the app format.

import type { FileKind } from './file.ts'

const EXTENSIONS: Readonly<Record<Exclude<FileKind, 'custom'>, string>> = {
  image: 'jpg jpeg png webp gif svg',
  video: 'mp4 mov mpeg webm',
  audio: 'mp3 m4a wav amr mpga',
  document:
    'txt markdown md mdx pdf html htm xlsx xls vtt properties doc docx csv eml msg ppt pptx xml epub odt json yaml yml',
}
const KINDS = new Map(
  Object.entries(EXTENSIONS).flatMap(([kind, list]) =>
    list.split(' ').map((name) => [name, kind as FileKind] as const),
  ),
)

/** @param extension in lower case, without its dot */
export const fileKindOf = (mimeType: string, extension: string): FileKind => {
  const known = KINDS.get(extension)
  if (known) return known
  const main = mimeType.split('/')[0]
  return main === 'image' || main === 'video' || main === 'audio' ? main : main === 'text' ? 'document' : 'custom'
}

/** `Report.PDF` → `pdf`; empty when there is none, also for `.profile`. */
export const extensionOf = (filename: string): string => {
  const dot = filename.lastIndexOf('.')
  return dot > 0 ? filename.slice(dot + 1).toLowerCase() : ''
}
