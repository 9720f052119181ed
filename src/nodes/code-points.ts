// Texts as the app format counts and sorts them: by code points. JavaScript goes by UTF-16 units, which counts an emoji
// twice and sorts it before some other characters.

/** Whether the text has more code points than the limit. */
export const longerThan = (text: string, limit: number): boolean => {
  if (text.length <= limit) return false
  let pairs = 0
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) pairs++
  return text.length - pairs > limit
}

export const compareCodePoints = (a: string, b: string): number => {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Surrogates, which stand for everything beyond U+FFFF, go after all other units. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
