// A model behind HTTP that reads aloud. Long texts are spoken in several calls, one after the other, as one stream.

import { ModelError } from '../../errors.ts'
import type { SpeechModel } from '../../spec.ts'
import type { Connection } from './connection.ts'
import { Exchange } from './exchange.ts'
import type { SpeechFormat } from './kinds.ts'

export const createHttpSpeech = (
  format: SpeechFormat,
  connection: Connection,
  { name, voice = format.defaultVoice }: { readonly name: string; readonly voice?: string | undefined },
): SpeechModel => {
  async function* speakPiece(text: string, chosen: string, signal: AbortSignal | undefined) {
    const exchange = new Exchange({
      connection,
      model: name,
      limitMs: connection.idleTimeoutMs,
      signal,
      readError: format.readError,
    })
    try {
      const { path, body } = format.encode(name, text, chosen)
      const response = await exchange.send('POST', path, body)
      const type = response.headers.get('content-type') ?? ''
      let heard = false
      if (!/^(?:application\/json|text\/)/i.test(type)) {
        for await (const chunk of exchange.chunks()) {
          heard ||= chunk.byteLength > 0
          if (chunk.byteLength > 0) yield chunk
        }
      }
      if (heard) return
      const message = type.startsWith('audio/') ? 'a speech without a sound' : `${type || 'nothing'} is no audio`
      throw new ModelError('model/bad-response', { details: { provider: connection.provider, message } })
    } finally {
      exchange.close()
    }
  }

  return {
    provider: connection.provider,
    name,
    defaultVoice: voice,
    mimeType: format.mimeType,
    async *speak(text, options, signal) {
      signal?.throwIfAborted()
      for (const piece of cutForSpeech(text, format.callCharacters)) {
        yield* speakPiece(piece, options?.voice ?? voice, signal)
      }
    },
  }
}

/** Pieces of at most `limit` characters, cut after a sentence, else between words, else anywhere but inside a character. */
export const cutForSpeech = (text: string, limit: number): readonly string[] => {
  const pieces: string[] = []
  let rest = text.trim()
  while (rest.length > limit) {
    const head = rest.slice(0, limit)
    const end = lastEnd(head, /[.!?](?=\s)|[。！？；\n]/gu) ?? lastEnd(head, /\s/gu) ?? wholeCharacters(head)
    pieces.push(rest.slice(0, end).trim())
    rest = rest.slice(end).trim()
  }
  return [...pieces, rest].filter((piece) => piece !== '')
}

/** Where the last match ends; undefined when it is in the first half, which would make many small pieces. */
const lastEnd = (head: string, pattern: RegExp): number | undefined => {
  const last = [...head.matchAll(pattern)].at(-1)
  const end = last && last.index + last[0].length
  return end !== undefined && end > head.length / 2 ? end : undefined
}

const wholeCharacters = (head: string): number => {
  const last = head.charCodeAt(head.length - 1)
  return last >= 0xd800 && last < 0xdc00 && head.length > 1 ? head.length - 1 : head.length
}
