// Names of conversations: the one a conversation begins with, and what of a model's answer may be one.

/** Code points. */
const PROVISIONAL_LENGTH = 60
const LONGEST_TITLE = 80
export const LONGEST_NAME = 255

/** The beginning of what the conversation began with. */
export const provisionalName = (query: string): string => {
  // A cut may leave half of a character.
  const text = query
    .trim()
    .slice(0, 1_000)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()
  return [...text.replace(/\s+/g, ' ')].slice(0, PROVISIONAL_LENGTH).join('') || 'New conversation'
}

/** The title in a model's answer; undefined when it is something else: an apology, an essay, nothing. */
export const titleIn = (answer: string): string | undefined => {
  const [line = ''] = answer
    .replace(/<think>[\s\S]*?(?:<\/think>|$)/gi, '')
    .trim()
    .split('\n')
  const title = undecorated(undecorated(line).replace(/^(?:title|titel|titre|título|标题)[*_]*\s*[:：]/i, '')).replace(
    /\s+/g,
    ' ',
  )
  return title === '' || [...title].length > LONGEST_TITLE ? undefined : title
}

/** Without the marks that models put around titles. */
const undecorated = (text: string): string =>
  text.replace(/^[\s#*_"'`“”‘’„«»「」『』《》]+|[\s*_"'`“”‘’„«»「」『』《》]+$/g, '')
