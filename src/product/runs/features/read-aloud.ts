// Reads an answer aloud while it is still being written.
//
// R1  What is not speech passes unchanged, in its order, and waits for no sound.
// R2  Sound comes after the first text; what is left when the run ends or pauses comes after that; `speech-end` is last.
// R3  A vendor that fails ends the speech, never the run. A run that fails, or is stopped, is not read on.

import type { Log } from '../../../base/seams.ts'
import type { SpeechModel } from '../../../model/spec.ts'
import type { ExecutionEvent } from '../events.ts'
import { Speaker } from './speaker.ts'
import { SpokenText } from './spoken-text.ts'

export interface ReadAloudOptions {
  readonly speech: SpeechModel
  /** Empty or absent: the model's own. */
  readonly voice?: string
  readonly log: Log
}

/** The events, with `speech-delta` among and after them and `speech-end` last. Leaving the loop ends events and speech.
 *  `Other` events, whose types are none of ours, pass like all the rest. */
export async function* readAloud<Other extends { readonly type: string } = never>(
  events: AsyncIterable<ExecutionEvent | Other>,
  options: ReadAloudOptions,
): AsyncGenerator<ExecutionEvent | Other, void> {
  const bell = new Bell()
  const speaker = new Speaker({ ...options, wake: () => bell.ring() })
  const source = new Source(events, bell)
  const text = new SpokenText()
  try {
    while (!source.done || !speaker.idle) {
      const heard = bell.wait()
      const event = source.take()
      if (event) {
        yield event
        hear(event as ExecutionEvent, text, speaker) // Others have none of the types that are heard.
      }
      // Only what is there already: text never waits for sound.
      const sound = speaker.take()
      if (sound) yield { type: 'speech-delta', base64: Buffer.from(sound).toString('base64') }
      if (!event && !sound && !(source.done && speaker.idle)) await heard
    }
    yield { type: 'speech-end' }
  } finally {
    speaker.stop()
    await source.close()
  }
}

const hear = (event: ExecutionEvent, text: SpokenText, speaker: Speaker): void => {
  const say = (pieces: readonly string[]) => {
    for (const piece of pieces) speaker.say(piece)
  }
  switch (event.type) {
    case 'text-delta':
      return say(text.push(event.text))
    case 'answer-replace':
      text.end()
      speaker.hush()
      return say(text.push(event.text))
    case 'run-pause':
      return say(text.end())
    case 'run-end':
      if (event.status === 'failed' || event.status === 'stopped') return speaker.stop()
      return say(text.end())
    default:
  }
}

/** Wakes whoever waits since the last ring. */
class Bell {
  #ring: () => void = () => {}
  #rung = new Promise<void>((resolve) => {
    this.#ring = resolve
  })

  ring(): void {
    this.#ring()
    this.#rung = new Promise<void>((resolve) => {
      this.#ring = resolve
    })
  }

  /** To be called before one looks for what the ring would tell. */
  wait(): Promise<void> {
    return this.#rung
  }
}

/** Events as they come, one asked for at a time and only when the last was taken. */
class Source<Event> {
  readonly #iterator: AsyncIterator<Event>
  readonly #bell: Bell
  #next: { readonly event: Event } | { readonly error: unknown } | undefined
  #asked = false
  #ended = false

  constructor(events: AsyncIterable<Event>, bell: Bell) {
    this.#iterator = events[Symbol.asyncIterator]()
    this.#bell = bell
  }

  /** True when everything that came was taken, and nothing more comes. */
  get done(): boolean {
    return this.#ended && !this.#next
  }

  /** The event that has come, if any; else asks for one. @throws what the events throw */
  take(): Event | undefined {
    const next = this.#next
    this.#next = undefined
    if (next && 'error' in next) throw next.error
    if (!next && !this.#asked && !this.#ended) void this.#ask()
    return next?.event
  }

  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    const closed = this.#iterator.return?.()
    // A generator closes after the event it was asked for: that may take long, and nobody waits for it.
    if (this.#asked) closed?.catch(() => {})
    else await closed
  }

  async #ask(): Promise<void> {
    this.#asked = true
    try {
      const result = await this.#iterator.next()
      if (result.done) this.#ended = true
      else this.#next = { event: result.value }
    } catch (error) {
      this.#next = { error }
      this.#ended = true
    } finally {
      this.#asked = false
      this.#bell.ring()
    }
  }
}
