// A model behind HTTP that writes down what is said.

import { ModelError } from '../../errors.ts'
import type { TranscriptionModel } from '../../spec.ts'
import type { Connection } from './connection.ts'
import { Exchange } from './exchange.ts'
import { toModelError } from './failure.ts'
import type { TranscriptionFormat } from './kinds.ts'

export const createHttpTranscription = (
  format: TranscriptionFormat,
  connection: Connection,
  name: string,
): TranscriptionModel => ({
  provider: connection.provider,
  name,
  async transcribe(audio, options, signal) {
    signal?.throwIfAborted()
    const exchange = new Exchange({
      connection,
      model: name,
      limitMs: connection.answerTimeoutMs,
      signal,
      readError: format.readError,
    })
    try {
      const blob = new Blob([audio.bytes as Uint8Array<ArrayBuffer>], { type: audio.mimeType })
      await exchange.send('POST', format.path, format.encode(name, blob, audio.filename, options?.language))
      const body = await exchange.json()
      const text = format.decode(body)
      if (text !== undefined) return { text }
      const vendor = format.readError(body)
      if (vendor) throw toModelError({ status: undefined, vendor, model: name }, connection)
      const details = { provider: connection.provider, message: 'an answer without a text' }
      throw new ModelError('model/bad-response', { details })
    } finally {
      exchange.close()
    }
  },
})
