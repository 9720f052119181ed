// OpenAI's models at Azure: the same formats at other addresses, with the key in a header of its own.
// Wire format: learn.microsoft.com/azure/ai-foundry/openai (v1 API, and the dated API by deployment).

import type { ModelProvider } from '../spec.ts'
import { type HttpProviderOptions, type ModelSeams, openConnection } from './http/connection.ts'
import { createHttpProvider } from './http/provider.ts'
import { createOpenAiEmbedding } from './openai-compatible/media.ts'
import { openAiNatives } from './openai-compatible/native.ts'
import { type Address, createOpenAiWire } from './openai-compatible/wire.ts'
import { createResponsesWire } from './openai-responses/wire.ts'

export interface AzureOptions extends HttpProviderOptions {
  /** Of the resource, e.g. `https://our-name.openai.azure.com`. */
  readonly baseUrl: string
  /** A dated version such as `2024-10-21` speaks to deployments; absent: the v1 API, which has no versions. */
  readonly apiVersion?: string
  readonly api?: 'chat' | 'responses'
}

export const createAzureProvider = (options: AzureOptions, seams: ModelSeams): ModelProvider => {
  const apiKey = options.apiKey?.trim()
  // The address is written with and without these ends in the wild.
  const baseUrl = options.baseUrl
    .trim()
    .replace(/\/+$/, '')
    .replace(/\/openai(?:\/v1)?$/, '')
  const connection = openConnection(
    { ...options, baseUrl },
    { 'content-type': 'application/json', ...(apiKey && { 'api-key': apiKey }) },
    seams,
  )
  const address = addressOf(options.apiVersion)
  const shared = {
    type: 'azure',
    connection,
    options,
    features: ['tools', 'structured-output', 'vision'],
    pingPath:
      options.apiVersion === undefined ? '/openai/v1/models' : `/openai/models?api-version=${options.apiVersion}`,
    native: openAiNatives({ responses: true }, address),
    embedding: createOpenAiEmbedding(address),
  } as const
  return options.api === 'responses'
    ? createHttpProvider({ ...shared, family: 'openai-responses', wire: createResponsesWire(new Set(), address) })
    : createHttpProvider({ ...shared, family: 'openai-chat', wire: createOpenAiWire(new Set(), address) })
}

const addressOf = (apiVersion: string | undefined): Address => {
  if (apiVersion === undefined) return (route) => `/openai/v1${route}`
  const query = `?api-version=${encodeURIComponent(apiVersion)}`
  return (route, model) =>
    // Responses name the deployment in the body, in both forms.
    route === '/responses'
      ? `/openai${route}${query}`
      : `/openai/deployments/${encodeURIComponent(model)}${route}${query}`
}
