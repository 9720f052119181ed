// Order of texts by code point. UTF-16 order differs only where a surrogate meets U+E000–U+FFFF.

const rank = (unit: number): number =>
  // Surrogates stand for code points beyond U+FFFF, so they rank last.
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800

export const codePointOrder = (a: string, b: string): number => {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(i)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}
