// Which language a text is in, by its script and, for scripts of several languages, by frequent words and letters of their own.
// A guess for rules, not linguistics: short or mixed texts are `und`.

/** UTF-16 units that are looked at. */
const LOOK = 2_000
/** Frequent words or own letters that a language must show. */
const LEAST_HITS = 2

const SCRIPTS: readonly (readonly [language: string, letters: RegExp])[] = [
  ['kana', /[\p{sc=Hira}\p{sc=Kana}]/gu],
  ['han', /\p{sc=Han}/gu],
  ['ko', /\p{sc=Hangul}/gu],
  ['cyrillic', /\p{sc=Cyrl}/gu],
  ['arabic', /\p{sc=Arab}/gu],
  ['he', /\p{sc=Hebr}/gu],
  ['el', /\p{sc=Grek}/gu],
  ['th', /\p{sc=Thai}/gu],
  ['hi', /\p{sc=Deva}/gu],
  ['latin', /\p{sc=Latn}/gu],
]

/** An ideograph or syllable says about as much as so many letters. */
const WEIGHT: Readonly<Record<string, number>> = { kana: 3, han: 3, ko: 2.5 }

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))
const LATIN: Readonly<Record<string, ReadonlySet<string>>> = {
  en: words(
    'the and is are of to in that it you for with this what how why do does can please i my be was have not on as an at from which would could should write me',
  ),
  de: words(
    'der die das und ist nicht ein eine einen zu mit den dem ich du sie wir es wie was für auf von im bitte sind auch wird kann mir über warum oder schreibe',
  ),
  fr: words(
    'le la les des et est un une pas que qui dans pour sur avec je vous nous il elle ce cette du au comment pourquoi sont plus mon votre être écris',
  ),
  es: words(
    'el la los las y es un una que de en por para con no se lo su como qué cómo por porque está son mi tu más este esta escribe del al puedes',
  ),
  pt: words(
    'o a os as e é um uma que de em para com não se seu sua como por porque está são meu mais este esta do da no na dos das você escreva',
  ),
  it: words(
    'il lo la gli le e è un una che di in per con non si come perché sono mio più questo questa del della nel al puoi scrivi cosa',
  ),
  nl: words(
    'de het een en is niet van dat in op te zijn met voor ik je hij wij hoe wat waarom aan ook kan mijn deze dit naar schrijf',
  ),
}
/** Each counts like a word. */
const OWN_LETTERS: Readonly<Record<string, RegExp>> = {
  de: /[äöüß]/g,
  fr: /[çèêëîïôûœ]/g,
  es: /[ñ¿¡]/g,
  pt: /[ãõ]/g,
}
const OWN_LETTERS_MOST = 3

/** @returns an ISO 639-1 code, or `und` when unknown */
export const detectLanguage = (text: string): string => {
  const looked = text.slice(0, LOOK)
  const counts = new Map(SCRIPTS.map(([name, letters]) => [name, looked.match(letters)?.length ?? 0]))
  const weigh = (name: string) => (counts.get(name) ?? 0) * (WEIGHT[name] ?? 1)
  // Japanese writes both; Chinese has no kana.
  const eastern = weigh('kana') + weigh('han')
  let best = 'latin'
  for (const [name] of SCRIPTS) if (weigh(name) > weigh(best)) best = name
  if (eastern > 0 && eastern >= weigh(best)) {
    return weigh('kana') * 10 >= eastern ? 'ja' : 'zh'
  }
  if (weigh(best) === 0) return 'und'
  switch (best) {
    case 'latin':
      return latinLanguage(looked.toLowerCase())
    case 'cyrillic':
      return /[іїєґ]/i.test(looked) ? 'uk' : 'ru'
    case 'arabic':
      return /[پچژگ]/.test(looked) ? 'fa' : 'ar'
    default:
      return best
  }
}

const latinLanguage = (text: string): string => {
  const found = text.match(/[\p{L}]+/gu) ?? []
  let best = 'und'
  let most = LEAST_HITS - 1
  let second = 0
  for (const [language, frequent] of Object.entries(LATIN)) {
    let hits = Math.min(OWN_LETTERS_MOST, text.match(OWN_LETTERS[language] ?? /(?!)/g)?.length ?? 0)
    for (const one of found) if (frequent.has(one)) hits++
    if (hits > most) {
      second = best === 'und' ? 0 : most
      best = language
      most = hits
    } else if (hits > second) second = hits
  }
  return most > second ? best : 'und'
}
