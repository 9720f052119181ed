// Google's Gemini API. Wire format: ai.google.dev/api/generate-content.

import type { ModelProvider } from '../spec.ts'
import { geminiEmbedding } from './gemini/embedding.ts'
import { geminiWire } from './gemini/wire.ts'
import { type HttpProviderOptions, type ModelSeams, openConnection } from './http/connection.ts'
import { createHttpProvider } from './http/provider.ts'

export const createGeminiProvider = (options: HttpProviderOptions, seams: ModelSeams): ModelProvider => {
  const apiKey = options.apiKey?.trim()
  const connection = openConnection(
    { ...options, baseUrl: options.baseUrl ?? 'https://generativelanguage.googleapis.com/v1beta' },
    // In a header, not in the address: addresses are logged.
    { 'content-type': 'application/json', ...(apiKey && { 'x-goog-api-key': apiKey }) },
    seams,
  )
  return createHttpProvider({
    type: 'gemini',
    wire: geminiWire,
    connection,
    options,
    features: () => ['tools', 'structured-output', 'vision', 'audio', 'video', 'document', 'reasoning'],
    embedding: geminiEmbedding,
  })
}
