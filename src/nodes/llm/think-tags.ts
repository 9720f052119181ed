// Takes `<think>…</think>` blocks out of a stream of text.
//
// T1  Only characters that may still begin a tag are held back, so a reader sees text as soon as it is certain.
// T2  However the text is cut into pieces, the parts add up to the same result.
// A block that never closes is thinking to its end. Tags are read in any case; the opening one may carry attributes.

/** Characters of attributes an opening tag may have. */
const MAX_ATTRIBUTES = 512
const OPEN = '<think'
const CLOSE = '</think>'

export interface ThinkPiece {
  /** Text for the reader. */
  readonly visible: string
  /** Thinking that became certain with this piece. */
  readonly thought: string
}

export class ThinkFilter {
  #inside = false
  #held = ''
  #begun = false
  #visible = ''
  readonly #blocks: string[] = []

  push(text: string): ThinkPiece {
    if (!this.#inside && this.#held === '' && !text.includes('<')) {
      return { visible: this.#show(text), thought: '' }
    }
    return this.#read(this.#held + text, false)
  }

  /** Gives out what was held back. */
  end(): ThinkPiece {
    return this.#read(this.#held, true)
  }

  /** All visible text so far: blank lines in a row count as one, no space around. */
  get text(): string {
    return this.#visible.replace(/\n\s*\n/g, '\n\n').trim()
  }

  /** All thinking so far, one block per line or more. */
  get reasoning(): string {
    return this.#blocks.map((block) => block.trim()).join('\n')
  }

  #read(buffer: string, final: boolean): ThinkPiece {
    let visible = ''
    let thought = ''
    let at = 0
    this.#held = ''
    while (at < buffer.length) {
      const next = buffer.indexOf('<', at)
      const plain = next === -1 ? buffer.slice(at) : buffer.slice(at, next)
      if (this.#inside) thought += this.#think(plain)
      else visible += plain
      if (next === -1) break
      const length = this.#inside ? matchClose(buffer, next) : matchOpen(buffer, next)
      if (length === UNDECIDED && !final) {
        this.#held = buffer.slice(next)
        break
      }
      if (length > 0) {
        if (!this.#inside) this.#blocks.push('')
        this.#inside = !this.#inside
        at = next + length
      } else {
        if (this.#inside) thought += this.#think('<')
        else visible += '<'
        at = next + 1
      }
    }
    return { visible: this.#show(visible), thought }
  }

  #think(text: string): string {
    const last = this.#blocks.length - 1
    this.#blocks[last] = `${this.#blocks[last] ?? ''}${text}`
    return text
  }

  // Space before the first visible text is left over from the thinking above it.
  #show(text: string): string {
    const shown = this.#begun ? text : text.trimStart()
    if (shown !== '') this.#begun = true
    this.#visible += shown
    return shown
  }
}

const UNDECIDED = -1

/** Length of the tag at this place, 0 when it is none, UNDECIDED when more text is needed. */
const matchClose = (text: string, at: number): number => {
  const start = text.slice(at, at + CLOSE.length).toLowerCase()
  if (start === CLOSE) return CLOSE.length
  return CLOSE.startsWith(start) ? UNDECIDED : 0
}

const matchOpen = (text: string, at: number): number => {
  const start = text.slice(at, at + OPEN.length).toLowerCase()
  if (start !== OPEN) return OPEN.startsWith(start) ? UNDECIDED : 0
  const next = text[at + OPEN.length]
  if (next === undefined) return UNDECIDED
  if (next === '>') return OPEN.length + 1
  if (!/\s/.test(next)) return 0
  const window = text.slice(at + OPEN.length, at + OPEN.length + MAX_ATTRIBUTES + 1)
  const close = window.indexOf('>')
  if (close !== -1) return OPEN.length + close + 1
  return window.length > MAX_ATTRIBUTES ? 0 : UNDECIDED
}

/** A whole text without its thinking. */
export const withoutThinking = (text: string): string => {
  if (!text.includes('<')) return text.trim()
  const filter = new ThinkFilter()
  filter.push(text)
  filter.end()
  return filter.text
}
