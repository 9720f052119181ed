// The stage that hides or refuses listed words, in what is asked and in what is answered.
//
// S1  No listed word goes on in a text, however the model's pieces cut it.
// S2  What stands in a word's place never makes a word with what is beside it.

import { z } from 'zod'
import type { ChatRequest } from '../spec.ts'
import { StageError } from './errors.ts'
import { type Masking, MaskingStream, maskJson } from './masking.ts'
import { mapTexts, textOf } from './message-text.ts'
import { foldText, segmentsOf } from './segments.ts'
import type { Stage, StageParts, StageType, StageVerdict } from './spec.ts'
import { createWordFilter } from './word-filter.ts'
import { createWordMatcher, type WordMatcher } from './word-matcher.ts'

/** Words of one stage, and characters of one. */
const MOST_WORDS = 100_000
const LONGEST_WORD = 200
/** Characters of one file. */
const LARGEST_FILE = 4_000_000

export const sensitiveWordsSettings = z.strictObject({
  type: z.literal('sensitive-words'),
  /** In any form: case, width and composition do not matter. */
  words: z.array(z.string().min(1).max(LONGEST_WORD)).max(MOST_WORDS).default([]),
  /** Texts with a word a line; `#` begins a comment. */
  files: z.array(z.string().min(1)).max(20).default([]),
  /** `mask`: a sign for each character · `replace`: a text for each word · `refuse`: the call ends. */
  action: z.enum(['mask', 'replace', 'refuse']).default('mask'),
  /** What `mask` and `replace` write. */
  replacement: z.string().min(1).max(100).default('*'),
  /** What `refuse` says instead of an answer. Absent: the call fails. */
  answer: z.string().min(1).max(10_000).exactOptional(),
  where: z.enum(['input', 'output', 'both']).default('both'),
  /** Words of alphabets must stand alone: `ass` is not in `class`. */
  wholeWords: z.boolean().default(true),
  /** Blanks and marks inside a word do not hide it. */
  skipSeparators: z.boolean().default(false),
})

type Settings = z.output<typeof sensitiveWordsSettings>

export const sensitiveWords: StageType<Settings> = {
  type: 'sensitive-words',
  create(name, settings, parts) {
    const words = [...settings.words, ...settings.files.flatMap((path) => readWords(name, path, parts))]
    const fail = (reason: string): never => {
      throw new StageError('stage/invalid', { details: { stage: name, reason } })
    }
    if (words.length > MOST_WORDS) fail(`it lists more than ${MOST_WORDS} words`)
    const matcher = createWordMatcher(words, settings)
    if (settings.action !== 'refuse' && touches(settings.replacement, words, matcher)) {
      fail('its replacement begins or ends like one of its words')
    }
    const masking: Masking = {
      matcher,
      by: settings.action === 'replace' ? 'word' : 'character',
      sign: settings.replacement,
    }
    return stageOf(name, settings, masking)
  },
}

const stageOf = (name: string, { action, answer, where }: Settings, masking: Masking): Stage => {
  const refuse = (what: 'request' | 'answer') => (): string => {
    if (answer !== undefined) return answer
    throw new StageError('stage/refused', { details: { stage: name, what, reason: 'it has a listed word in it' } })
  }
  return {
    name,
    type: 'sensitive-words',
    ...(where !== 'output' && {
      before(request): StageVerdict {
        if (action !== 'refuse') return { type: 'request', request: maskRequest(masking, request) }
        const isListed = mentions(masking, request)
        return isListed ? { type: 'answer', text: refuse('request')() } : { type: 'request', request }
      },
    }),
    ...(where !== 'input' && {
      after: () => createWordFilter({ masking, refuse: action === 'refuse' ? refuse('answer') : undefined }),
    }),
  }
}

const maskRequest = (masking: Masking, request: ChatRequest): ChatRequest =>
  mapTexts(
    request,
    () => {
      const stream = new MaskingStream(masking)
      return (text, isLast) => stream.push(text) + (isLast ? stream.end() : '')
    },
    (json) => maskJson(masking, json),
  )

const mentions = (masking: Masking, request: ChatRequest): boolean =>
  request.messages.some(
    (message) =>
      masking.matcher.find(textOf(message)) ||
      (message.role === 'assistant' &&
        (message.toolCalls ?? []).some(({ argumentsJson }) => maskJson(masking, argumentsJson) !== argumentsJson)),
  )

/** Whether the replacement could be part of a word where it stands: its first or last character is in one, or it holds one. */
const touches = (replacement: string, words: readonly string[], matcher: WordMatcher): boolean => {
  if (matcher.find(replacement)) return true
  const segments = segmentsOf(foldText(replacement))
  const edges = [segments[0] ?? '', segments.at(-1) ?? '']
  return words.some((word) => {
    const folded = foldText(word)
    return edges.some((edge) => folded.includes(edge))
  })
}

const readWords = (stage: string, path: string, { readFile }: StageParts): readonly string[] => {
  const fail = (reason: string, cause?: unknown): never => {
    throw new StageError('stage/invalid', { details: { stage, reason }, cause })
  }
  const text = tryRead(readFile, path, (cause) => fail(`the list ${path} cannot be read`, cause))
  if (text.length > LARGEST_FILE) fail(`the list ${path} is larger than ${LARGEST_FILE} characters`)
  const words = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const long = words.find((word) => word.length > LONGEST_WORD)
  if (long !== undefined) fail(`a word of the list ${path} is longer than ${LONGEST_WORD} characters`)
  return words
}

const tryRead = (read: (path: string) => string, path: string, fail: (cause: unknown) => never): string => {
  try {
    return read(path)
  } catch (error) {
    return fail(error)
  }
}
