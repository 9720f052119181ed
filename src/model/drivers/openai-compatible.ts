// Chat completions, embeddings and audio, in the formats of OpenAI and of most servers for open models.
// Wire format: platform.openai.com/docs/api-reference/chat; `reasoning_content` as DeepSeek and vLLM send it.

import type { ModelProvider } from '../spec.ts'
import { type HttpProviderOptions, type ModelSeams, openConnection } from './http/connection.ts'
import { createHttpProvider } from './http/provider.ts'
import { openAiEmbedding, openAiSpeech, openAiTranscription } from './openai-compatible/media.ts'
import { createOpenAiWire } from './openai-compatible/wire.ts'

export interface OpenAiCompatibleOptions extends HttpProviderOptions {
  /** Parameters this server knows beyond OpenAI's own, e.g. `top_k`, `enable_thinking`. Passed on as they are. */
  readonly extraParameters?: readonly string[]
}

export const createOpenAiCompatibleProvider = (options: OpenAiCompatibleOptions, seams: ModelSeams): ModelProvider => {
  const apiKey = options.apiKey?.trim()
  const connection = openConnection(
    { ...options, baseUrl: options.baseUrl ?? 'https://api.openai.com/v1' },
    { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    seams,
  )
  return createHttpProvider({
    type: 'openai-compatible',
    wire: createOpenAiWire(new Set(options.extraParameters)),
    connection,
    options,
    features: () => ['tools', 'structured-output', 'vision'],
    embedding: openAiEmbedding,
    transcription: openAiTranscription,
    speech: openAiSpeech,
  })
}
