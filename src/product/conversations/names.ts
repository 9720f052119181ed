// Names of conversations: the one a conversation begins with, and what of a model's answer may be one.

/** Code points. */
const PROVISIONAL_LENGTH = 60
const LONGEST_TITLE = 80
export const LONGEST_NAME = 255

/** The beginning of what the conversation began with. */
export const provisionalName = (query: string): string =>
  [...query.trim().slice(0, 1_000).replace(/\s+/g, ' ')].slice(0, PROVISIONAL_LENGTH).join('') || 'New conversation'

/** The title in a model's answer; undefined when it is something else: an apology, an essay, nothing. */
export const titleIn = (answer: string): string | undefined => {
  const [line = ''] = answer
    .replace(/<think>[\s\S]*?(?:<\/think>|$)/gi, '')
    .trim()
    .split('\n')
  const title = line
    .replace(/^(?:title|titel|titre|título|标题)\s*[:：]\s*/i, '')
    .replace(/^[\s#*_"'`“”‘’„«»「」『』《》]+|[\s*_"'`“”‘’„«»「」『』《》]+$/g, '')
    .replace(/\s+/g, ' ')
  return title === '' || [...title].length > LONGEST_TITLE ? undefined : title
}
