// Whose words an address is answered in.

import { expect, it } from 'vitest'
import { surfaceOf } from './surfaces.ts'

it.each([
  ['POST', '/v1/chat/completions', 'openai'],
  ['POST', '//v1/chat//completions/', 'openai'],
  ['GET', '/v1/chat/completions', 'openai'],
  ['POST', '/v1/chat-messages', 'service'],
  ['POST', '/v1/responses', 'openai'],
  ['POST', '/v1/embeddings?x=1', 'openai'],
  ['POST', '/v1/audio/speech', 'openai'],
  ['POST', '/v1/audio-to-text', 'service'],
  ['GET', '/v1/models', 'openai'],
  ['GET', '/v1/models/acme/large', 'openai'],
  ['GET', '/v1/gateway/openapi.json', 'openai'],
  ['POST', '/v1/messages', 'anthropic'],
  ['POST', '/v1/messages/?beta=true', 'anthropic'],
  ['POST', '/v1/messages/count_tokens', 'anthropic'],
  ['POST', '/v1/messages/x/feedbacks', 'service'],
  ['GET', '/v1/messages', 'service'],
  ['POST', '/v1beta/models/m:generateContent', 'gemini'],
  ['GET', '/api/apps', 'management'],
  ['GET', '/apis', 'service'],
  ['GET', '/', 'service'],
])('%s %s → %s', (method, url, surface) => {
  expect(surfaceOf(method, url)).toBe(surface)
})
