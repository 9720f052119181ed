import { describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../base/seams.ts'
import { type AzureOptions, createAzureProvider } from './azure.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }
const RESOURCE = 'https://our.openai.azure.com'

describe('azure', () => {
  it.each<[string, Partial<AzureOptions>, string, string]>([
    ['v1', {}, `${RESOURCE}/openai/v1/chat/completions`, `${RESOURCE}/openai/v1/responses`],
    [
      'written out',
      { baseUrl: `${RESOURCE}/openai/v1/` },
      `${RESOURCE}/openai/v1/chat/completions`,
      `${RESOURCE}/openai/v1/responses`,
    ],
    [
      'by deployment',
      { baseUrl: `${RESOURCE}/openai/`, apiVersion: '2024-10-21' },
      `${RESOURCE}/openai/deployments/our%20gpt%2F4/chat/completions?api-version=2024-10-21`,
      `${RESOURCE}/openai/responses?api-version=2024-10-21`,
    ],
  ])('addresses: %s', (_, options, chat, responses) => {
    const provider = createAzureProvider({ name: 'a', baseUrl: RESOURCE, apiKey: ' k ', ...options }, seams)
    const endpoint = provider.native?.('openai-chat', 'our gpt/4')
    expect(endpoint?.url(true)).toBe(chat)
    expect(endpoint?.headers('{}')).toEqual({ 'api-key': 'k' })
    expect(provider.native?.('openai-responses', 'our gpt/4')?.url(false)).toBe(responses)
  })
})
