// Answers on their way to the caller: bytes of a vendor as they are, or parts in the grammar of the door.
//
// W1  A slow caller holds the vendor back; nothing is collected for him.
// W2  Headers leave with the first bytes, so that what fails before them is a plain failure with its status.
// W3  Pieces that come in one turn of the loop leave in one write.

import type { ServerResponse } from 'node:http'
import type { ChatStreamPart } from '../../model/spec.ts'
import type { CallNotes, Dropped, NativeAnswer } from '../../product/gateway/spec.ts'
import { collectResult } from '../../product/gateway/whole.ts'
import { headerText } from './header-text.ts'
import type { AnswerIdentity, Door, DoorCall } from './spec.ts'

const EVENT_STREAM = 'text/event-stream; charset=utf-8'

export const writeNative = async (
  response: ServerResponse,
  answer: NativeAnswer,
  headers: Readonly<Record<string, string>>,
  streaming: boolean,
): Promise<void> => {
  if (!streaming) return writeWholeNative(response, answer, headers)
  let begun = false
  await answer.pipe((chunk) => {
    if (!begun) {
      begun = true
      response.writeHead(answer.status, {
        'content-type': answer.contentType,
        'cache-control': 'no-cache',
        ...headers,
      })
    }
    return response.write(chunk) ? undefined : drained(response)
  })
  if (!begun) response.writeHead(answer.status, { 'content-type': answer.contentType, ...headers })
  response.end()
}

/** It is whole at the vendor's side before it begins here: one write, with its length. */
const writeWholeNative = async (
  response: ServerResponse,
  answer: NativeAnswer,
  headers: Readonly<Record<string, string>>,
): Promise<void> => {
  const chunks: Uint8Array[] = []
  await answer.pipe((chunk) => void chunks.push(chunk))
  const [first] = chunks
  const body = chunks.length === 1 && first ? first : Buffer.concat(chunks)
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': body.byteLength,
    ...headers,
  })
  response.end(body)
}

export const writeWhole = async (
  response: ServerResponse,
  call: DoorCall,
  parts: AsyncIterable<ChatStreamPart>,
  identity: AnswerIdentity,
  headers: () => Readonly<Record<string, string>>,
): Promise<void> => {
  const result = await collectResult(parts, 'gateway')
  const body = JSON.stringify(call.whole(result, identity))
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers(),
  })
  response.end(body)
}

export const writeStream = async (
  response: ServerResponse,
  { door, call, requestId }: { readonly door: Door; readonly call: DoorCall; readonly requestId: string },
  parts: AsyncIterable<ChatStreamPart>,
  identity: AnswerIdentity,
  headers: () => Readonly<Record<string, string>>,
): Promise<void> => {
  const writer = call.openWriter(identity)
  let waiting = ''
  let scheduled = false
  const flush = (): boolean => {
    if (!response.headersSent) {
      const contentType = writer.contentType ?? EVENT_STREAM
      response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache', ...headers() })
    }
    const text = waiting
    waiting = ''
    return text === '' || response.write(text)
  }
  const later = (): void => {
    scheduled = false
    if (!response.writableEnded && waiting !== '') flush()
  }
  try {
    for await (const part of parts) {
      waiting += writer.push(part)
      if (response.writableNeedDrain) await drained(response)
      if (waiting !== '' && !scheduled) {
        scheduled = true
        setImmediate(later)
      }
    }
    waiting += writer.end()
    flush()
    response.end()
  } catch (error) {
    if (!response.headersSent || response.destroyed) throw error
    waiting += writer.fail(door.toError(error, requestId))
    flush()
    response.end()
  }
}

/** Resolves when the caller has taken what was written, or has gone. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })

/** Names of what `notesHeaders` may tell. */
export const NOTE_HEADERS = [
  'x-heddle-call',
  'x-heddle-target',
  'x-heddle-router',
  'x-heddle-rule',
  'x-heddle-cache',
  'x-heddle-attempts',
  'x-heddle-dropped',
] as const

/** What became of the call, for people who look at headers. All are listed in docs/gateway.md. */
export const notesHeaders = (notes: CallNotes): Record<string, string> => {
  const { decision, cache, dropped, attempts } = notes
  const headers: Record<string, string> = {
    'x-heddle-call': notes.id,
    'x-heddle-target': headerText(notes.target),
  }
  if (decision.router !== null) {
    headers['x-heddle-router'] = headerText(decision.router)
    if (decision.rule !== null) headers['x-heddle-rule'] = headerText(decision.rule)
  }
  if (cache.status !== 'off') {
    headers['x-heddle-cache'] = headerText(cache.explanation || cache.status)
  }
  if (attempts.length > 1) headers['x-heddle-attempts'] = String(attempts.length)
  if (dropped.length > 0) {
    headers['x-heddle-dropped'] = droppedHeader(dropped)
  }
  return headers
}

export const droppedHeader = (dropped: readonly Dropped[]): string =>
  headerText(dropped.map(({ field, verdict }) => `${field};${verdict}`).join(', '))
