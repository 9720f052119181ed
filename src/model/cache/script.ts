// In which script a question is written.

const HAN = /\p{Script=Han}/gu
const LATIN_WORD = /[A-Za-z]+/g

/** `han` where Chinese leads: one ideograph weighs as much as one Latin word. */
export const scriptOf = (text: string): 'han' | 'other' => {
  const han = text.match(HAN)?.length ?? 0
  return han > 0 && han >= (text.match(LATIN_WORD)?.length ?? 0) ? 'han' : 'other'
}
