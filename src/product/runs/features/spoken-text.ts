// An answer that is still being written → pieces worth saying in one breath: whole sentences, as early as there are any.

/** Code units. Shorter sentences wait for the next: a call for "1." is wasted. */
const SHORTEST = 16
/** Code units. Text without any end is cut, so that speech does not wait for the whole answer. */
const LONGEST = 600

// After a full stop of an alphabet comes a space: "3.5" and "heddle.yaml" are no ends.
const END = /(?:[.!?…][)"'”’\]]*(?=\s)|[。！？；][”’」』）]*|\n)/gu

export class SpokenText {
  #text = ''

  /** The sentences that are complete now. */
  push(text: string): readonly string[] {
    this.#text += text
    const pieces: string[] = []
    for (let end = this.#end(); end !== undefined; end = this.#end()) {
      pieces.push(this.#text.slice(0, end))
      this.#text = this.#text.slice(end)
    }
    return pieces.flatMap(toSpeech)
  }

  /** What is left, finished or not. */
  end(): readonly string[] {
    const rest = this.#text
    this.#text = ''
    return toSpeech(rest)
  }

  #end(): number | undefined {
    for (const match of this.#text.matchAll(END)) {
      const end = match.index + match[0].length
      if (end > LONGEST) break
      if (weightOf(this.#text.slice(0, end)) >= SHORTEST) return end
    }
    if (this.#text.length <= LONGEST) return undefined
    const space = this.#text.lastIndexOf(' ', LONGEST)
    if (space > LONGEST / 2) return space
    // Not inside a character.
    return isHighSurrogate(this.#text.charCodeAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST
  }
}

/** An ideograph says as much as a few letters. */
const weightOf = (text: string): number => text.length + 2 * (text.match(/[\u2e80-\uffdc]/g)?.length ?? 0)

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00

/** Rules and bullets alone are not said. */
const toSpeech = (piece: string): readonly string[] => (/[\p{L}\p{N}]/u.test(piece) ? [piece.trim()] : [])
