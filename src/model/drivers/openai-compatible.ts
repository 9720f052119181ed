// Chat completions, responses, embeddings, ranking, moderation and audio, in the formats of OpenAI and of most servers for open
// models. Wire format: platform.openai.com/docs/api-reference; `reasoning_content` as DeepSeek and vLLM send it.

import type { ModelProvider } from '../spec.ts'
import { type HttpProviderOptions, type ModelSeams, openConnection } from './http/connection.ts'
import { createHttpProvider } from './http/provider.ts'
import {
  createOpenAiEmbedding,
  openAiModeration,
  openAiSpeech,
  openAiTranscription,
} from './openai-compatible/media.ts'
import { openAiNatives } from './openai-compatible/native.ts'
import { createCohereEmbedding, openRerank } from './openai-compatible/ranking.ts'
import { createOpenAiWire } from './openai-compatible/wire.ts'
import { createResponsesWire } from './openai-responses/wire.ts'

export interface OpenAiCompatibleOptions extends HttpProviderOptions {
  /** Parameters this server knows beyond OpenAI's own, e.g. `top_k`, `enable_thinking`. Passed on as they are. */
  readonly extraParameters?: readonly string[]
  /** Which of OpenAI's two APIs answers chats. Default `chat`, which every server has. */
  readonly api?: 'chat' | 'responses'
  /** Whose form of embeddings the server has. Default `openai`. */
  readonly embeddings?: 'openai' | 'cohere'
}

/** @param type `openai` is OpenAI itself, whose Responses API callers may speak too; others are servers that have it by `api` */
export const createOpenAiCompatibleProvider = (
  options: OpenAiCompatibleOptions,
  seams: ModelSeams,
  type: 'openai' | 'openai-compatible' = 'openai-compatible',
): ModelProvider => {
  const apiKey = options.apiKey?.trim()
  const connection = openConnection(
    { ...options, baseUrl: options.baseUrl ?? 'https://api.openai.com/v1' },
    { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    seams,
  )
  const shared = {
    type,
    connection,
    options,
    features: ['tools', 'structured-output', 'vision'],
    pingPath: '/models',
    native: openAiNatives({ responses: type === 'openai' || options.api === 'responses' }),
    embedding: options.embeddings === 'cohere' ? createCohereEmbedding(() => '/embed', true) : createOpenAiEmbedding(),
    transcription: openAiTranscription,
    speech: openAiSpeech,
    rerank: openRerank,
    moderation: openAiModeration,
  } as const
  const extra = new Set(options.extraParameters)
  return options.api === 'responses'
    ? createHttpProvider({ ...shared, family: 'openai-responses', wire: createResponsesWire(extra) })
    : createHttpProvider({ ...shared, family: 'openai-chat', wire: createOpenAiWire(extra) })
}
