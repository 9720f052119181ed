// Google's Gemini API. Wire format: ai.google.dev/api/generate-content.

import type { ModelProvider } from '../spec.ts'
import { geminiEmbedding } from './gemini/embedding.ts'
import { geminiPath, geminiUsageOf, geminiWire, readGeminiError } from './gemini/wire.ts'
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
    family: 'gemini',
    wire: geminiWire,
    connection,
    options,
    features: ['tools', 'structured-output', 'vision', 'audio', 'video', 'document', 'reasoning'],
    pingPath: '/models?pageSize=1',
    native: [
      {
        protocol: 'gemini',
        path: geminiPath,
        modelName: (name) => name.replace(/^models\//, ''),
        readError: readGeminiError,
        usageOf: geminiUsageOf,
        streamUsage: 'always',
      },
    ],
    embedding: geminiEmbedding,
  })
}
