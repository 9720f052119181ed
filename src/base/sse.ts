// Server-sent events from bytes (WHATWG HTML, "Interpreting an event stream"). Differs in one point on purpose:
// a last event without its blank line still counts, since some servers close the connection right after it.

import { createLineDecoder, LineTooLongError, MAX_LINE_LENGTH } from './lines.ts'

export interface ServerSentEvent {
  /** `message` when the server names none. */
  readonly event: string
  /** The data lines joined by newlines. */
  readonly data: string
}

export interface SseDecoder {
  /** The events completed by these bytes.  @throws LineTooLongError */
  push(bytes: Uint8Array): ServerSentEvent[]
  /** The last event when the server did not close it. Call once, after the last bytes. */
  end(): ServerSentEvent[]
}

/** @param maxLength of one line, and of the data of one event, in UTF-16 units; default 16 Mi */
export const createSseDecoder = (maxLength: number = MAX_LINE_LENGTH): SseDecoder => {
  const lines = createLineDecoder(maxLength)
  let event = ''
  let data: string[] = []
  let length = 0

  const dispatch = (events: ServerSentEvent[]): void => {
    if (data.length > 0) events.push({ event: event || 'message', data: data.join('\n') })
    event = ''
    data = []
    length = 0
  }

  const read = (line: string): void => {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') {
      length += value.length
      if (length > maxLength) throw new LineTooLongError(maxLength)
      data.push(value)
    } else if (field === 'event') {
      event = value
    }
  }

  const interpret = (complete: readonly string[]): ServerSentEvent[] => {
    const events: ServerSentEvent[] = []
    for (const line of complete) {
      if (line === '') dispatch(events)
      else read(line)
    }
    return events
  }

  return {
    push: (bytes) => interpret(lines.push(bytes)),
    end() {
      const events = interpret(lines.end())
      dispatch(events)
      return events
    },
  }
}
