// One text that comes in events, shown as far as it holds no keyword. Each piece stays with the event that brought it.

import type { WordStream } from '../../../model/stage/word-matcher.ts'
import type { ExecutionEvent } from '../events.ts'

export type TextEvent = Extract<ExecutionEvent, { type: 'text-delta' | 'reasoning-delta' }>

export class TextLane {
  readonly #stream: WordStream
  /** Events whose text is not shown completely, oldest first. */
  #waiting: TextEvent[] = []
  /** Code units of the first one that are. */
  #taken = 0

  constructor(stream: WordStream) {
    this.#stream = stream
  }

  /** The events to show now; undefined at a hit. */
  push(event: TextEvent): readonly TextEvent[] | undefined {
    if (event.text === '' && !event.final) return []
    const released = this.#stream.push(event.text)
    if (this.#stream.hasFound) return undefined
    this.#waiting.push(event)
    return this.#take(released.map(({ text }) => text))
  }

  /** The rest; undefined at a hit. Another text may follow. */
  end(): readonly TextEvent[] | undefined {
    const released = this.#stream.end()
    return this.#stream.hasFound ? undefined : this.#take(released.map(({ text }) => text))
  }

  /** The released segments as events. A segment goes whole with the event in which it begins; what says no more goes with
   *  the text before it. */
  #take(segments: readonly string[]): TextEvent[] {
    const shown: TextEvent[] = []
    let text = ''
    for (const segment of segments) {
      this.#passEmpty(shown)
      text += segment
      for (let left = segment.length; left > 0; ) {
        const first = this.#waiting[0] as TextEvent
        const taken = Math.min(left, first.text.length - this.#taken)
        left -= taken
        this.#taken += taken
        if (this.#taken < first.text.length) continue
        if (text !== '' || first.final) shown.push({ ...first, text })
        text = ''
        this.#waiting.shift()
        this.#taken = 0
      }
    }
    const [first] = this.#waiting
    if (first && text !== '') shown.push({ ...first, text, final: false })
    this.#passEmpty(shown)
    return shown
  }

  #passEmpty(shown: TextEvent[]): void {
    while (this.#waiting[0]?.text === '') shown.push(this.#waiting.shift() as TextEvent)
  }
}
