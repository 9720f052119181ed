// The drivers that the suites of chat models run for, each with its simulated vendor.

import { createAnthropicProvider } from '../../src/model/drivers/anthropic.ts'
import { createAzureProvider } from '../../src/model/drivers/azure.ts'
import { createBedrockProvider } from '../../src/model/drivers/bedrock.ts'
import { createGeminiProvider } from '../../src/model/drivers/gemini.ts'
import { createOllamaProvider } from '../../src/model/drivers/ollama.ts'
import { createOpenAiCompatibleProvider } from '../../src/model/drivers/openai-compatible.ts'
import { startAnthropic } from '../support/vendors/anthropic.ts'
import { startAzure } from '../support/vendors/azure.ts'
import { startBedrock, TEST_ACCESS_KEY_ID, TEST_REGION } from '../support/vendors/bedrock.ts'
import { startGemini } from '../support/vendors/gemini.ts'
import { startOllama } from '../support/vendors/ollama.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { ExtendedDriver } from './chat-extensions.ts'

const everything = { contentFilter: true, rateLimitInStream: true, callIds: true }
const cached = ['cachedTokens', 'reasoningTokens'] as const

export const chatDrivers: readonly ExtendedDriver[] = [
  {
    name: 'openai-compatible',
    start: startOpenAi,
    create: ({ url, apiKey }, seams) =>
      createOpenAiCompatibleProvider({ name: 'acme', baseUrl: `${url}/v1`, apiKey }, seams),
    speaks: everything,
    family: 'openai-chat',
    natives: { 'openai-chat': { messages: [{ role: 'user', content: 'Hi' }] } },
    details: cached,
  },
  {
    name: 'openai with responses',
    start: startOpenAi,
    create: ({ url, apiKey }, seams) =>
      createOpenAiCompatibleProvider({ name: 'acme', baseUrl: `${url}/v1`, apiKey, api: 'responses' }, seams, 'openai'),
    speaks: everything,
    someBytes: 1_500,
    family: 'openai-responses',
    natives: { 'openai-chat': { messages: [{ role: 'user', content: 'Hi' }] }, 'openai-responses': { input: 'Hi' } },
    details: cached,
    signs: { model: 'gpt-5', sign: 'sealed-1' },
  },
  {
    name: 'azure',
    start: startAzure,
    create: ({ url, apiKey }, seams) =>
      createAzureProvider({ name: 'acme', baseUrl: `${url}/openai/v1/`, apiKey }, seams),
    speaks: everything,
    family: 'openai-chat',
    natives: { 'openai-chat': { messages: [{ role: 'user', content: 'Hi' }] }, 'openai-responses': { input: 'Hi' } },
    details: cached,
  },
  {
    name: 'azure by deployment',
    start: startAzure,
    create: ({ url, apiKey }, seams) =>
      createAzureProvider({ name: 'acme', baseUrl: url, apiKey, apiVersion: '2024-10-21' }, seams),
    speaks: everything,
    family: 'openai-chat',
    natives: { 'openai-chat': { messages: [{ role: 'user', content: 'Hi' }] }, 'openai-responses': { input: 'Hi' } },
    details: cached,
  },
  {
    name: 'anthropic',
    start: startAnthropic,
    create: ({ url, apiKey }, seams) => createAnthropicProvider({ name: 'acme', baseUrl: url, apiKey }, seams),
    speaks: everything,
    family: 'anthropic',
    natives: { anthropic: { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] } },
    details: ['cachedTokens', 'cacheWriteTokens'],
    signs: { model: 'acme-large', sign: 'sig-1' },
  },
  {
    name: 'gemini',
    start: startGemini,
    create: ({ url, apiKey }, seams) => createGeminiProvider({ name: 'acme', baseUrl: `${url}/v1beta`, apiKey }, seams),
    speaks: { contentFilter: true, rateLimitInStream: true, callIds: false },
    family: 'gemini',
    natives: { gemini: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] } },
    details: cached,
  },
  {
    name: 'bedrock',
    start: startBedrock,
    create: ({ url, apiKey }, seams) =>
      createBedrockProvider({ name: 'acme', region: TEST_REGION, baseUrl: url, apiKey }, seams),
    speaks: everything,
    family: 'bedrock',
    natives: {},
    details: ['cachedTokens', 'cacheWriteTokens'],
    signs: { model: 'acme-large', sign: 'sig-1' },
    namesNoModel: true,
  },
  {
    name: 'bedrock, signed',
    start: startBedrock,
    create: ({ url, apiKey }, seams) =>
      createBedrockProvider(
        {
          name: 'acme',
          region: TEST_REGION,
          baseUrl: url,
          accessKeyId: TEST_ACCESS_KEY_ID,
          secretAccessKey: apiKey,
          headers: { 'x-proxy': 'yes' },
        },
        seams,
      ),
    speaks: everything,
    family: 'bedrock',
    natives: {},
    details: ['cachedTokens', 'cacheWriteTokens'],
    signs: { model: 'eu.anthropic.claude-x-v1:0', sign: 'sig-1' },
    namesNoModel: true,
  },
  {
    name: 'ollama',
    start: startOllama,
    create: ({ url, apiKey }, seams) => createOllamaProvider({ name: 'acme', baseUrl: url, apiKey }, seams),
    speaks: { contentFilter: false, rateLimitInStream: false, callIds: false },
    family: 'ollama',
    natives: {},
    details: [],
  },
]
