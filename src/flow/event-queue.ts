// The events of a run on their way to its one reader: a queue with a bound that producers respect.

interface QueueOwner {
  /** The reader has taken something, or waits for something. */
  onDemand(): void
  /** The reader left before the end. */
  onLeave(): void
}

export class EventQueue<Event> implements AsyncIterableIterator<Event> {
  readonly #limit: number
  readonly #owner: QueueOwner
  #events: Event[] = []
  #head = 0
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #reader: { resolve(result: IteratorResult<Event>): void; reject(error: unknown): void } | undefined
  #writers: (() => void)[] = []

  constructor(limit: number, owner: QueueOwner) {
    this.#limit = limit
    this.#owner = owner
  }

  get full(): boolean {
    return this.#events.length - this.#head >= this.#limit
  }

  push(event: Event): void {
    if (this.#ended) return
    const reader = this.#reader
    if (reader) {
      this.#reader = undefined
      reader.resolve({ value: event, done: false })
    } else {
      this.#events.push(event)
    }
  }

  /** No event follows. With an error, the reader gets it after the events before it. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#ended) return
    this.#ended = true
    this.#failure = failure
    this.#releaseWriters()
    const reader = this.#reader
    this.#reader = undefined
    if (reader) this.#finish(reader)
  }

  /** Resolves when the queue has room again; undefined when it has. */
  room(): Promise<void> | undefined {
    if (!this.full || this.#ended) return undefined
    return new Promise((resolve) => this.#writers.push(resolve))
  }

  next(): Promise<IteratorResult<Event>> {
    if (this.#head === this.#events.length && !this.#ended) this.#owner.onDemand()
    if (this.#head < this.#events.length) {
      const value = this.#events[this.#head] as Event
      this.#events[this.#head++] = undefined as Event
      if (this.#head === this.#events.length) {
        this.#events = []
        this.#head = 0
      }
      if (this.#writers.length > 0 && this.#events.length - this.#head < this.#limit / 2) {
        this.#releaseWriters()
        this.#owner.onDemand()
      }
      return Promise.resolve({ value, done: false })
    }
    return new Promise((resolve, reject) => {
      if (this.#ended) this.#finish({ resolve, reject })
      else this.#reader = { resolve, reject }
    })
  }

  return(): Promise<IteratorResult<Event>> {
    if (!this.#ended) {
      this.#owner.onLeave()
      this.#events = []
      this.#head = 0
      this.end()
    }
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #finish(reader: { resolve(result: IteratorResult<Event>): void; reject(error: unknown): void }): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure) reader.reject(failure.error)
    else reader.resolve({ value: undefined, done: true })
  }

  #releaseWriters(): void {
    const writers = this.#writers
    this.#writers = []
    for (const resume of writers) resume()
  }
}
