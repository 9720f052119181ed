// The chat doors, each in its own protocol. Bodies and answers are those of the protocols, which their own documents describe.

import { z } from 'zod'
import { defineOperation } from '../operation.ts'
import { plainText } from '../plain-text.ts'

const tag = 'Chat'
const errors = [400, 404, 429, 502, 503, 504] as const

const answerOf = (url: string) => ({
  200: { description: `As ${url} says; with \`stream\` as server-sent events.`, schema: z.looseObject({}) },
})

const bodyOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape, url: string) =>
  z.looseObject(shape).meta({ description: `As ${url} says.` })

const model = plainText().meta({
  description: '`provider/model`, the name of a model, a router, or `app:` and a name.',
})
const stream = z.boolean().optional()
const OPENAI_CHAT = 'platform.openai.com/docs/api-reference/chat/create'
const OPENAI_RESPONSES = 'platform.openai.com/docs/api-reference/responses/create'
const ANTHROPIC = 'docs.anthropic.com/en/api/messages'

export const createChatCompletion = defineOperation({
  method: 'POST',
  path: '/v1/chat/completions',
  id: 'createChatCompletion',
  summary: 'Answers a conversation, in OpenAI’s chat format',
  tag,
  body: bodyOf({ model, messages: z.array(z.looseObject({ role: z.string() })), stream }, OPENAI_CHAT),
  answers: answerOf(OPENAI_CHAT),
  errors,
})

export const createResponse = defineOperation({
  method: 'POST',
  path: '/v1/responses',
  id: 'createResponse',
  summary: 'Answers a conversation, in the format of OpenAI’s responses',
  tag,
  body: bodyOf({ model, input: z.union([z.string(), z.array(z.looseObject({}))]), stream }, OPENAI_RESPONSES),
  answers: answerOf(OPENAI_RESPONSES),
  errors,
})

export const createMessage = defineOperation({
  method: 'POST',
  path: '/v1/messages',
  id: 'createMessage',
  summary: 'Answers a conversation, in Anthropic’s format',
  tag,
  body: bodyOf(
    { model, max_tokens: z.int(), messages: z.array(z.looseObject({ role: z.string() })), stream },
    ANTHROPIC,
  ),
  answers: answerOf(ANTHROPIC),
  errors,
})

export const countMessageTokens = defineOperation({
  method: 'POST',
  path: '/v1/messages/count_tokens',
  id: 'countMessageTokens',
  summary: 'Counts the tokens of a conversation in Anthropic’s format; the header x-heddle-tokens says who counted',
  tag,
  body: bodyOf({ model, messages: z.array(z.looseObject({ role: z.string() })) }, ANTHROPIC),
  answers: { 200: { description: 'The number.', schema: z.object({ input_tokens: z.int() }) } },
  errors: [404, 429],
})
