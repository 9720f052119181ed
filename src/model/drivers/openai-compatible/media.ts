// Embeddings, moderation, transcriptions and speech as OpenAI and its imitators speak them.
// Wire format: platform.openai.com/docs/api-reference/embeddings, /moderations and /audio.

import { isNumber, toNumber } from '../../../base/number.ts'
import { isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { EmbeddingFormat, ModerationFormat, SpeechFormat, TranscriptionFormat } from '../http/kinds.ts'
import { listAt, numberAt, objectAt, textAt } from '../http/reading.ts'
import { readOpenAiError } from './errors.ts'
import { type Address, plainAddress } from './wire.ts'

export const createOpenAiEmbedding = (address: Address = plainAddress): EmbeddingFormat => ({
  batchTexts: 2_048,
  // The vendor takes 300,000 a call; an estimate may be off by some.
  batchTokens: 200_000,
  encode: (model, texts, compact) => ({
    path: address('/embeddings', model),
    body: { model, input: [...texts], encoding_format: compact ? 'base64' : 'float' },
  }),
  decode(body) {
    const data = listAt(body, 'data')
    if (data.length === 0) throw new SyntaxError('an answer without embeddings')
    const vectors: unknown[] = []
    // Servers need not keep the order; the index says which text a vector belongs to.
    for (const [i, item] of data.entries()) {
      const at = numberAt(item, 'index') ?? i
      if (!(at >= 0 && at < data.length) || at in vectors) throw new SyntaxError('embeddings out of order')
      vectors[at] = own(item as ValueObject, 'embedding')
    }
    return { vectors, promptTokens: numberAt(objectAt(body, 'usage'), 'prompt_tokens') }
  },
  readError: readOpenAiError,
})

export const openAiModeration: ModerationFormat = {
  encode: (model, texts) => ({ path: '/moderations', body: { model, input: [...texts] } }),
  decode: (body) =>
    listAt(body, 'results').map((verdict) => ({
      flagged: isObject(verdict) && own(verdict, 'flagged') === true,
      categories: entriesOf(objectAt(verdict, 'categories'), (value) => value === true),
      scores: entriesOf(objectAt(verdict, 'category_scores'), (value) => (isNumber(value) ? toNumber(value) : 0)),
    })),
  readError: readOpenAiError,
}

const entriesOf = <Item>(
  object: ValueObject | undefined,
  read: (value: Value) => Item,
): Readonly<Record<string, Item>> =>
  Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [name, read(value)]))

export const openAiTranscription: TranscriptionFormat = {
  path: '/audio/transcriptions',
  encode(model, audio, filename, language) {
    const form = new FormData()
    form.set('file', audio, filename)
    form.set('model', model)
    form.set('response_format', 'json')
    if (language !== undefined) form.set('language', language)
    return form
  },
  decode: (body) => textAt(body, 'text'),
  readError: readOpenAiError,
}

export const openAiSpeech: SpeechFormat = {
  mimeType: 'audio/mpeg',
  defaultVoice: 'alloy',
  callCharacters: 4_096,
  encode: (model, text, voice) => ({
    path: '/audio/speech',
    body: { model, input: text, voice, response_format: 'mp3' },
  }),
  readError: readOpenAiError,
}
