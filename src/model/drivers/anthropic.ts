// Anthropic's Messages API. Wire format: docs.anthropic.com/en/api/messages and /messages-streaming.

import type { ModelProvider } from '../spec.ts'
import { anthropicUsageOf, createAnthropicWire, readAnthropicError } from './anthropic/wire.ts'
import { type HttpProviderOptions, type ModelSeams, openConnection } from './http/connection.ts'
import { createHttpProvider } from './http/provider.ts'

export interface AnthropicOptions extends HttpProviderOptions {
  /** `max_tokens` of calls that set none; the API wants a number. Default 4096, which every model takes. */
  readonly defaultMaxTokens?: number
}

const API_VERSION = '2023-06-01'

export const createAnthropicProvider = (options: AnthropicOptions, seams: ModelSeams): ModelProvider => {
  const apiKey = options.apiKey?.trim()
  // The address is written with and without the version in the wild.
  const baseUrl = (options.baseUrl ?? 'https://api.anthropic.com').trim().replace(/\/+$/, '').replace(/\/v1$/, '')
  const connection = openConnection(
    { ...options, baseUrl },
    { 'content-type': 'application/json', 'anthropic-version': API_VERSION, ...(apiKey && { 'x-api-key': apiKey }) },
    seams,
  )
  return createHttpProvider({
    type: 'anthropic',
    family: 'anthropic',
    wire: createAnthropicWire(options.defaultMaxTokens ?? 4096),
    connection,
    options,
    features: ['tools', 'structured-output', 'vision', 'document', 'reasoning'],
    pingPath: '/v1/models?limit=1',
    native: [
      {
        protocol: 'anthropic',
        path: () => '/v1/messages',
        readError: readAnthropicError,
        usageOf: anthropicUsageOf,
        streamUsage: 'always',
      },
    ],
  })
}
