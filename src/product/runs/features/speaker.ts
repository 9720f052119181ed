// Says pieces of text one after the other, in the background: one call of the vendor at a time.
//
// P1  What waits is bounded on both sides: text beyond the limit ends the speech, sound beyond it makes the vendor wait.
// P2  After `stop`, or a failure, nothing more is said, and no call stays open.

import { messageOf, PlatformError } from '../../../base/errors.ts'
import type { Log } from '../../../base/seams.ts'
import type { SpeechModel } from '../../../model/spec.ts'

/** Characters that wait to be said: about an hour of speech. */
const MAX_WAITING = 50_000
/** Characters of one call, put together from what waits. */
const CALL_CHARACTERS = 1_500
/** Pieces of sound that wait for the reader. */
const MAX_SOUNDS = 16

export interface SpeakerOptions {
  readonly speech: SpeechModel
  /** Empty or absent: the model's own. */
  readonly voice?: string
  readonly log: Log
  /** Called when there may be something new to `take`, or the speaker is done. */
  readonly wake: () => void
}

export class Speaker {
  readonly #options: SpeakerOptions
  readonly #sounds: Uint8Array[] = []
  #texts: string[] = []
  #waiting = 0
  #call: AbortController | undefined
  #working = false
  #stopped = false
  #makeRoom: () => void = () => {}

  constructor(options: SpeakerOptions) {
    this.#options = options
  }

  /** True when nothing is said or waits. */
  get idle(): boolean {
    return !this.#working && this.#sounds.length === 0
  }

  say(text: string): void {
    if (this.#stopped) return
    this.#waiting += text.length
    if (this.#waiting > MAX_WAITING) {
      this.#options.log.warn('speech-ended', { reason: 'the answer is too long to be read aloud' })
      // What waits is still said.
      this.#stopped = true
      return
    }
    this.#texts.push(text)
    if (!this.#working) void this.#work()
  }

  /** The next piece of sound. */
  take(): Uint8Array | undefined {
    const sound = this.#sounds.shift()
    if (sound) this.#makeRoom()
    return sound
  }

  /** Forgets what waits and ends what is being said; more may be said later. */
  hush(): void {
    this.#texts = []
    this.#waiting = 0
    this.#sounds.length = 0
    this.#call?.abort(new DOMException('The speech is no longer needed.', 'AbortError'))
    this.#makeRoom()
  }

  stop(): void {
    this.#stopped = true
    this.hush()
  }

  async #work(): Promise<void> {
    this.#working = true
    try {
      for (let text = this.#next(); text !== undefined; text = this.#next()) await this.#speak(text)
    } catch (error) {
      this.#options.log.warn('speech-failed', {
        code: error instanceof PlatformError ? error.code : undefined,
        reason: messageOf(error),
      })
      this.#stopped = true
      this.#texts = []
    } finally {
      this.#working = false
      this.#options.wake()
    }
  }

  #next(): string | undefined {
    let text = this.#texts.shift()
    if (text === undefined) return undefined
    while (this.#texts[0] !== undefined && text.length + this.#texts[0].length < CALL_CHARACTERS) {
      text += ` ${this.#texts.shift()}`
    }
    this.#waiting = this.#texts.reduce((sum, { length }) => sum + length, 0)
    return text
  }

  async #speak(text: string): Promise<void> {
    const call = new AbortController()
    this.#call = call
    const { speech, voice } = this.#options
    try {
      for await (const sound of speech.speak(text, voice ? { voice } : {}, call.signal)) {
        if (call.signal.aborted) return
        this.#sounds.push(sound)
        this.#options.wake()
        while (this.#sounds.length >= MAX_SOUNDS && !call.signal.aborted) {
          await new Promise<void>((resolve) => {
            this.#makeRoom = resolve
          })
        }
      }
    } catch (error) {
      if (!call.signal.aborted) throw error
    } finally {
      this.#call = undefined
    }
  }
}
