// Text in segments, the units in which it is compared: a character with the marks that may combine with it. Folded are NFKC,
// lower case, and one form of the Greek sigma. The folded text of segments is that of the whole, wherever pieces of it end.

/** Code units of a segment at most. Source: 30 marks in a row, the Stream-Safe Text Format of UAX #15. */
const MAX_SEGMENT = 32

// What may combine with the character before it, by its decomposition: marks, and the vowels and finals of Hangul and of
// Kirat Rai, which are letters.
const COMBINES = /^[\p{M}\u{1160}-\u{11ff}\u{16d63}-\u{16d6a}]/u

const combines = (point: string): boolean =>
  (point.codePointAt(0) ?? 0) >= 0x300 && COMBINES.test(point.normalize('NFKD'))

/** The text in segments; they join to it. */
export const segmentsOf = (text: string): string[] => {
  const segments: string[] = []
  let current = ''
  for (const point of text) {
    if (current !== '' && (!combines(point) || current.length >= MAX_SEGMENT)) {
      segments.push(current)
      current = ''
    }
    current += point
  }
  if (current !== '') segments.push(current)
  return segments
}

export const foldSegment = (segment: string): string => segment.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ')

export const foldText = (text: string): string => segmentsOf(text).map(foldSegment).join('')
