// Simple instructions that rules can follow to the letter: say, repeat, change case, count, summarize, list.
// An instruction stands in the user's message, or in the system text with the user's message as its material.

import { cannotTranslate } from './phrases.ts'
import type { OfflinePrompt } from './prompt.ts'
import { bestSentences, centralSentences } from './ranking.ts'
import { splitSentences } from './sentences.ts'
import { isChinese } from './terms.ts'

/** Instructions are short; what is longer is material. UTF-16 units. */
const MAX_INSTRUCTION_LENGTH = 400
const MAX_LISTED = 20

/** The answer to a simple instruction, undefined when the prompt has none. */
export const followInstruction = (prompt: OfflinePrompt): string | undefined => {
  const own = splitInstruction(prompt.user)
  const said = say(own.instruction === '' ? prompt.user : own.whole) ?? echo(prompt.user)
  if (said !== undefined) return said
  const inUser = apply(own.instruction, own.material || prompt.context || '', prompt.user)
  if (inUser !== undefined) return inUser
  const standing = prompt.system.slice(0, MAX_INSTRUCTION_LENGTH)
  return standing === '' ? undefined : (say(standing) ?? apply(standing, prompt.user, prompt.user))
}

/** "Summarize this text: …" is an instruction and its material; a short message is an instruction alone. */
const splitInstruction = (
  text: string,
): { readonly whole: string; readonly instruction: string; readonly material: string } => {
  const whole = text.trim()
  const cut = /[:：]\s|：|:?[^\S\n]{0,20}\n/.exec(whole)
  if (cut && cut.index <= MAX_INSTRUCTION_LENGTH) {
    const material = whole.slice(cut.index + cut[0].length).trim()
    if (material !== '') return { whole, instruction: whole.slice(0, cut.index), material }
  }
  const quoted = /^(.{1,200}?)["“「『](.+)["”」』][^\p{L}\p{N}]*$/su.exec(whole)
  if (quoted) return { whole, instruction: quoted[1] ?? '', material: quoted[2] ?? '' }
  return { whole, instruction: whole.slice(0, MAX_INSTRUCTION_LENGTH), material: '' }
}

const POLITE = '(?:please |kindly |now |always |only |just |simply |you must |you should )*'
const OPEN = '["“”\'‘’`«「『]'
const SAY_QUOTED = new RegExp(
  `^[^\\p{L}\\p{N}]*${POLITE}(?:say|reply|respond|answer|output|return|print|write)(?: (?:back|with|only|just|exactly|simply|the|single|one|word|words|text|phrase|sentence|string|following|literally|this))*\\s*:?\\s*${OPEN}(.+?)["”'’\`»」』](?=[^\\p{L}\\p{N}]|$)`,
  'isu',
)
const SAY_WITH = new RegExp(
  `^[^\\p{L}\\p{N}]*${POLITE}(?:reply|respond|answer) (?:back )?(?:only |just |exactly )?with (?:(?:only|just|exactly|the (?:single )?(?:word|text|phrase|sentence))[\\s:]+)*\\s*(?!(?:a|an|the|one|your|json|valid|yes or no|only)\\b)(\\S.{0,120}?)(?: only| and nothing else| and nothing more)?[.!]?\\s*(?:$|\\n)`,
  'iu',
)
const SAY_PLAIN = new RegExp(
  `^[^\\p{L}\\p{N}]*${POLITE}say (?:exactly |only |just |the word |the words )*:?\\s*(?!(?:something|anything|it|that|what|why|how|if|whether|more)\\b)(\\S.{0,120}?)(?: only| and nothing else)?[.!?]?\\s*$`,
  'iu',
)
const SAY_CHINESE =
  /^(?:请)?(?:你)?(?:只|仅|直接)?(?:需要?)?(?:回复|回答|输出|说|返回)(?:这句话|下面的话)?\s*[:：]?\s*[“"「『'](.+?)[”"」』']/s
const SAY_CHINESE_BARE =
  /^(?:请)?(?:你)?(?:只|仅|直接)(?:需要?)?(?:回复|回答|输出|说)\s*[:：]?\s*(\S.{0,60}?)(?:即可|就行|就好)?[。！!]?\s*$/

const say = (text: string): string | undefined => {
  const start = text.slice(0, MAX_INSTRUCTION_LENGTH)
  for (const pattern of [SAY_QUOTED, SAY_CHINESE, SAY_WITH, SAY_PLAIN, SAY_CHINESE_BARE]) {
    const found = pattern.exec(start)?.[1]?.trim()
    if (found) return found
  }
  return undefined
}

const ECHO =
  /^[^\p{L}\p{N}]*(?:please )?(?:echo|repeat)(?: (?:after me|this|back|exactly|the following(?: text)?))*\s*[:：]?\s+(\S[\s\S]*)$/iu
const ECHO_CHINESE = /^(?:请)?(?:复述|重复|照抄)(?:以下内容|下面的话|一遍)?\s*[:：]?\s*(\S[\s\S]*)$/

const echo = (text: string): string | undefined => (ECHO.exec(text) ?? ECHO_CHINESE.exec(text))?.[1]

interface Rule {
  readonly pattern: RegExp
  readonly needsMaterial: boolean
  answer(match: RegExpExecArray, material: string, asked: string): string | undefined
}

const RULES: readonly Rule[] = [
  {
    pattern:
      /^[^\p{L}\p{N}]*(?:please |can you |could you |you )*(?:translate|are a[n]? [\w\s-]{0,40}translator)\b|^(?:请)?(?:帮我)?(?:把|将)?.{0,20}(?:翻译|译成|译为)/iu,
    needsMaterial: false,
    answer: (_, __, asked) => cannotTranslate(asked),
  },
  {
    pattern: /\b(upper|lower)[\s-]?case\b|\b(capital) letters\b|(大写|小写)/i,
    needsMaterial: true,
    answer: ([whole], material) => (/lower|小写/i.test(whole) ? material.toLowerCase() : material.toUpperCase()),
  },
  {
    pattern:
      /\b(?:how many|count(?: the)?(?: number of)?(?: all)?|number of) (words|characters|letters|sentences|lines)\b|(字数|多少个?字|几个字)/i,
    needsMaterial: true,
    answer: ([, unit], material) => String(countOf(unit?.toLowerCase() ?? 'characters', material)),
  },
  {
    pattern: /\brepeat (?:back )?(?:what|the user|every)|\becho\b/i,
    needsMaterial: true,
    answer: (_, material) => material,
  },
  {
    pattern: /\b(?:summari[sz]e|summary|tl;?dr|sum up|key points|main points)\b|总结|摘要|概括|概述|归纳/i,
    needsMaterial: true,
    answer: (match, material) => summarize(match.input, material),
  },
  {
    pattern: /^[^\p{L}\p{N}]*(?:please )?(?:list|enumerate)\b|^(?:请)?(?:列出|列举)/iu,
    needsMaterial: true,
    answer: (match, material) => list(match.input, material),
  },
]

const apply = (instruction: string, material: string, asked: string): string | undefined => {
  for (const rule of RULES) {
    const match = rule.pattern.exec(instruction)
    if (!match || (rule.needsMaterial && material.trim() === '')) continue
    const answer = rule.answer(match, material, asked)
    if (answer !== undefined) return answer
  }
  return undefined
}

// Ideographs count one by one.
const WORD = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}])+(?:['’-](?:(?!\p{Script=Han})[\p{L}\p{N}])+)*/gu

const countOf = (unit: string, text: string): number => {
  switch (unit) {
    case 'words':
      return text.match(WORD)?.length ?? 0
    case 'letters':
      return text.match(/\p{L}/gu)?.length ?? 0
    case 'sentences':
      return splitSentences(text).length
    case 'lines':
      return text.trim().split(/\r\n?|\n/).length
    default:
      return Array.from(text.trim()).length
  }
}

const NUMBER_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const CHINESE_NUMBERS = '零一二三四五六七八九十'

const summarize = (instruction: string, material: string): string => {
  const match =
    /\b(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:short\s+)?(?:sentences?|points?|bullets?|lines?)|([一二三四五六七八九十]|\d{1,2})\s*(?:句|点|条)/i.exec(
      instruction,
    )
  const word = (match?.[1] ?? match?.[2] ?? '').toLowerCase()
  const wanted = Math.max(
    Number(word) || 0,
    NUMBER_WORDS.indexOf(word),
    word === '' ? 0 : CHINESE_NUMBERS.indexOf(word),
  )
  const sentences = splitSentences(material)
  const chosen = centralSentences(sentences, wanted > 0 ? wanted : Math.min(3, Math.ceil(sentences.length / 3)))
  const asBullets = /\b(?:points?|bullets?)\b|要点|条/i.test(instruction)
  const texts = chosen.map((sentence) => sentence.text)
  return asBullets ? texts.map((text) => `- ${text}`).join('\n') : texts.join(isChinese(material) ? '' : ' ')
}

// Items of lists come first: what somebody wrote as a list is what "list the …" asks for.
const list = (instruction: string, material: string): string | undefined => {
  const sentences = splitSentences(material)
  const items = sentences.filter((sentence) => sentence.isListItem)
  const matching = bestSentences(
    instruction.replace(/^[^\p{L}\p{N}]*\w+/u, ''),
    items.length > 0 ? items : sentences,
    MAX_LISTED,
  )
  const chosen = items.length > 0 && matching.length < 2 ? items.slice(0, MAX_LISTED) : matching
  return chosen.length === 0 ? undefined : chosen.map((sentence) => `- ${sentence.text}`).join('\n')
}
