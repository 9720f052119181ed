// Every call of the gateway: its document is made from them. Google's address, `/v1beta/models/{model}:generateContent`, is no
// pattern that OpenAPI can write down: names of models contain slashes.

import type { Operation } from '../operation.ts'
import * as audio from './audio.ts'
import { countMessageTokens, createChatCompletion, createMessage, createResponse } from './chat.ts'
import { createEmbedding, createModeration, rerank } from './embeddings.ts'
import { getGatewayModel, listGatewayModels, listModelHealth } from './models.ts'

/** Of the chat doors, which stand in front of the router. */
export const doorOperations: readonly Operation[] = [createChatCompletion, createResponse, createMessage]

/** Of ordinary routes. */
export const gatewayRouteOperations: readonly Operation[] = [
  countMessageTokens,
  createEmbedding,
  createModeration,
  rerank,
  ...Object.values(audio),
  listGatewayModels,
  getGatewayModel,
  listModelHealth,
]

export const gatewayOperations: readonly Operation[] = [...doorOperations, ...gatewayRouteOperations]
