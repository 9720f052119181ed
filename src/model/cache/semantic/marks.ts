// The signs that vetoes compare: numbers, times, names and code inside a question, in English and Chinese.

export interface Marks {
  readonly numbers: ReadonlySet<string>
  readonly times: ReadonlySet<string>
  readonly negated: boolean
  /** As they are written. */
  readonly code: ReadonlySet<string>
  /** In lower case. */
  readonly names: ReadonlySet<string>
  readonly places: ReadonlySet<string>
  /** All Latin words, in lower case. */
  readonly words: ReadonlySet<string>
  readonly han: boolean
}

const NUMBER_WORDS: Readonly<Record<string, string>> = Object.freeze({
  ...Object.fromEntries(
    'zero two three four five six seven eight nine ten eleven twelve'
      .split(' ')
      .map((word, i) => [word, String(i === 0 ? 0 : i + 1)]),
  ),
  twenty: '20',
  thirty: '30',
  fifty: '50',
  hundred: '100',
  thousand: '1000',
  million: '1000000',
  half: '1/2',
  twice: '2',
  second: '2nd',
  third: '3rd',
})
const DIGITS = /\d+(?:[.,:/-]\d+)*%?/g
const WORDS = /[a-z]+/g
const HAN_DIGITS = '零一二三四五六七八九'
const HAN_NUMBER = /[零一二两三四五六七八九十百千万亿]+/gu
/** Words that have a numeral and count nothing. */
const NO_NUMBER = /一[下样般起些直定点切旦共致]|统一|唯一|万一|十分|千万|百度|三方|第三方|二维码|一个|一种|一次性?/gu

/** One number is one sign, however it is written: `two`, `2` and `二`. */
export const numbersOf = (lower: string): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const [digits] of lower.matchAll(DIGITS)) found.add(digits.replace(/(?<=\d),(?=\d{3}\b)/g, ''))
  for (const [word] of lower.matchAll(WORDS)) {
    const number = Object.hasOwn(NUMBER_WORDS, word) ? NUMBER_WORDS[word] : undefined
    if (number !== undefined) found.add(number)
  }
  for (const [numeral] of lower.replace(NO_NUMBER, ' ').matchAll(HAN_NUMBER)) found.add(hanNumber(numeral))
  return found
}

const UNITS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1_000 }
const GROUPS: Readonly<Record<string, number>> = { 万: 10_000, 亿: 100_000_000 }

const hanNumber = (numeral: string): string => {
  let total = 0
  let group = 0
  let digit = 0
  for (const sign of numeral) {
    const unit = UNITS[sign]
    const large = GROUPS[sign]
    if (unit !== undefined) {
      group += (digit || 1) * unit
      digit = 0
    } else if (large !== undefined) {
      total += (group + digit || 1) * large
      group = 0
      digit = 0
    } else digit = sign === '两' ? 2 : HAN_DIGITS.indexOf(sign)
  }
  return String(total + group + digit)
}

const TIMES =
  /\b(?:january|february|march|april|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|tonight|tomorrow|yesterday|morning|afternoon|evening|night|weekends?|weekdays?|(?:next|last|this|previous|coming) (?:week|month|year|quarter|time)|daily|weekly|monthly|yearly|annual(?:ly)?|quarterly|hourly)\b|[今明昨后前]天|[今明去前后]年|[上下本这][个]?(?:周|星期|月|季度)|(?:周|星期|礼拜)[一二三四五六日天]|早上|上午|中午|下午|晚上|周末|工作日|每[天周月年]|\d+[年月日号点]/gu

export const timesOf = (lower: string): ReadonlySet<string> =>
  new Set([...lower.matchAll(TIMES)].map(([time]) => time.replace(/(?<=[a-z]{3})s$/, '').replace(/个/, '')))

/** Capitals that do not open a sentence, and words of capitals alone. */
export const capitalised = (plain: string): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const match of plain.matchAll(/[A-Za-z][A-Za-z'’-]*/g)) {
    const [word] = match
    if (!/[A-Z]/.test(word) || word === 'I' || word.startsWith("I'") || word.startsWith('I’')) continue
    const before = plain.slice(0, match.index).trimEnd()
    const opens = before === '' || /[.!?。！？:;"“(\n]$/.test(before)
    if (opens && !/[A-Z].*[A-Z]/.test(word)) continue
    names.add(word.toLowerCase().replace(/['’]s$/, ''))
  }
  return names
}

export const latinWords = (lower: string): ReadonlySet<string> =>
  new Set([...lower.matchAll(/[a-z][a-z'’-]*/g)].map(([word]) => word.replace(/['’]s$/, '')))

const CODE =
  /`[^`]+`|https?:\/\/\S+|[\w.+-]+@[\w-]+\.\w+|\b\w+(?:_\w+)+\b|\b[a-z]+(?:[A-Z][a-z0-9]*)+\b|\b\w+(?:\.\w+)+\b|\b\w+\(\)|(?:\/[\w.-]+){2,}|--?[a-z][\w-]+|\bv?\d+(?:\.\d+)+\b|\b[A-Za-z]+\d[\w]*\b|[#@$]\w+|\b[A-Z]{2,}[A-Z0-9]*-\d+\b|[+*/^=<>%&|]{1,3}(?=\s*\w)/gu

/** Identifiers, paths, addresses, versions, options and operators. */
export const codeOf = (plain: string): ReadonlySet<string> =>
  new Set([...plain.matchAll(CODE)].map(([code]) => code.replace(/^`|`$|[.,;!?]+$/g, '')))

export const quotedOf = (plain: string): ReadonlySet<string> =>
  new Set([...plain.matchAll(/[“「『《"]([^”」』》"]{1,100})[”」』》"]/gu)].map(([, text = '']) => text.toLowerCase()))

/** Chinese has no capitals: what is asked about most often stands here, other names end with what they are. */
const PLACES =
  /北京|上海|天津|重庆|广州|深圳|杭州|南京|苏州|成都|武汉|西安|长沙|郑州|青岛|大连|沈阳|厦门|福州|合肥|济南|昆明|贵阳|南昌|太原|兰州|海口|三亚|香港|澳门|台北|台湾|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|陕西|甘肃|青海|宁夏|新疆|西藏|内蒙古|中国|美国|英国|法国|德国|日本|韩国|俄罗斯|印度|加拿大|澳大利亚|新加坡|意大利|西班牙|巴西|欧洲|亚洲|非洲|东京|纽约|伦敦|巴黎|微信|支付宝|淘宝|京东|苹果|华为|小米|安卓|微博|抖音|(?!.?的)\p{Script=Han}{2}(?=[市省]|大学|公司|银行|医院)/gu

export const namesOfPlaces = (plain: string): ReadonlySet<string> =>
  new Set([...plain.matchAll(PLACES)].map(([name]) => name))
