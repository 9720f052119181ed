// Words as the offline model compares them: lower case, light English stems, pairs of ideographs.

const DENSE = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}'
const RUN = new RegExp(`[${DENSE}]+|[^\\P{L}${DENSE}]+|\\p{N}+`, 'gu')
const IS_DENSE = new RegExp(`^[${DENSE}]`, 'u')

// Words that any question has, and that no answer is found by.
const STOP_WORDS = new Set(
  `a about an and any are as at be been but by can could did do does for from give had has have he her here him his how i
  if in into is it its just like many may me more most much my no not of on one only or our out please she should so some
  tell than that the their them then there these they this those to up us was we were what when where which who whom
  whose why will with would you your s t don ll re ve m d`.split(/\s+/),
)
const STOP_PAIRS = new Set([
  '什么',
  '怎么',
  '如何',
  '请问',
  '多少',
  '哪些',
  '哪个',
  '是什',
  '么是',
  '一下',
  '我们',
  '你们',
  '他们',
  '可以',
  '一个',
  '这个',
  '那个',
  '有没',
  '没有',
  '为什',
  '告诉',
  '诉我',
  '需要',
  '多久',
])

/** Content words of a text, in order, repeats kept. */
export const termsOf = (text: string): string[] => {
  const terms: string[] = []
  for (const [run] of text.toLowerCase().matchAll(RUN)) {
    if (IS_DENSE.test(run)) addPairs(run, terms)
    else if (!STOP_WORDS.has(run)) terms.push(stem(run))
  }
  return terms
}

// Particles and pronouns between words; pairs across them are no words.
const PARTICLES = /[的了是在有和与吗呢吧就都也很着我你他她它这那请谁]+/u

const addPairs = (run: string, terms: string[]): void => {
  for (const part of run.split(PARTICLES)) addPairsOf(part, terms)
}

const addPairsOf = (part: string, terms: string[]): void => {
  const points = Array.from(part)
  if (points.length === 1) terms.push(part)
  for (let i = 0; i + 1 < points.length; i++) {
    const pair = `${points[i]}${points[i + 1]}`
    if (!STOP_PAIRS.has(pair)) terms.push(pair)
  }
}

// Enough to let "refunds", "refunded" and "refunding" meet; a real stemmer would gain little on short texts.
const stem = (word: string): string => {
  if (word.length <= 3) return word
  const base = word
    .replace(/(?:ies|ied)$/, 'y')
    .replace(/(?<=[a-z]{3})(?:ing|ed)$/, '')
    .replace(/(?<=ss|sh|ch|x|z)es$/, '')
    .replace(/(?<=[a-z]{2}[^su])s$/, '')
  // "shipping" has doubled what "ship" has not, "stored" and "store" part in an e.
  return base.replace(/([bdgmnprt])\1$/, '$1').replace(/(?<=[a-z]{3})e$/, '')
}

/** The words of a name such as `customerName` or `order_id`. */
export const wordsOfName = (name: string): string[] =>
  name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())

const HAN = /\p{Script=Han}/gu
/** True when a text is mostly Chinese, so that the answer may be, too. */
export const isChinese = (text: string): boolean => {
  const han = text.match(HAN)?.length ?? 0
  return han > 0 && han >= (text.match(/[A-Za-z]+/g)?.length ?? 0)
}
