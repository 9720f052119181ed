// A text as sentences, each knowing the heading it stands under.

export interface Sentence {
  readonly text: string
  /** The heading above, empty without one. It helps to find the sentence and is not quoted. */
  readonly heading: string
  readonly isListItem: boolean
}

/** Longer contexts are read up to here; the offline model is no search engine. UTF-16 units. */
const MAX_TEXT_LENGTH = 400_000
const HEADING = /^(?:#{1,6}\s+(.*)|([^.!?。！？]{1,80})[:：])$/
const LIST_MARK = /^\s*(?:[-*•·]|\d{1,3}[.)、])\s+/

export const splitSentences = (text: string): Sentence[] => {
  const sentences: Sentence[] = []
  let heading = ''
  for (const line of text.slice(0, MAX_TEXT_LENGTH).split(/\r\n?|\n/)) {
    const trimmed = line.trim()
    if (trimmed === '' || /^[-=_*#`>|\s]+$/.test(trimmed)) continue
    const title = HEADING.exec(trimmed)
    if (title) {
      heading = title[1] ?? title[2] ?? ''
      continue
    }
    const isListItem = LIST_MARK.test(line)
    for (const sentence of splitLine(trimmed.replace(LIST_MARK, ''))) {
      sentences.push({ text: sentence, heading, isListItem })
    }
  }
  return sentences
}

// Intl.Segmenter would know more, but takes seconds for a long line.
const END = /(?:[.!?…]+["'”’)\]]*(?=\s|$)|[。！？；]+["'”’』」）]*)\s*/g
const ABBREVIATION = /(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|e\.g|i\.e|[A-Z])\.\s*$/

const splitLine = (line: string): string[] => {
  const sentences: string[] = []
  let start = 0
  const close = (end: number) => {
    const text = line.slice(start, end).trim()
    if (text !== '') sentences.push(text)
    start = end
  }
  for (const match of line.matchAll(END)) {
    const end = match.index + match[0].length
    const continues = /^\p{Ll}/u.test(line.slice(end, end + 2)) && /^[.…]/.test(match[0])
    if (!continues && !ABBREVIATION.test(line.slice(Math.max(start, end - 12), end))) close(end)
  }
  close(line.length)
  return sentences
}
