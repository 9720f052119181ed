// A whole answer as a response. Source: platform.openai.com/docs/api-reference/responses/object and openresponses.org, which asks
// for every field, null where there is nothing to say.

import type { ChatResult, FinishReason, ModelUsage, Reasoning, ToolCall, VendorState } from '../../model/spec.ts'
import { sealState } from '../doors/sealed-state.ts'
import type { AnswerIdentity, Json, JsonObject } from '../doors/spec.ts'
import { isJsonList, isJsonObject } from './field-reader.ts'
import { toExtraContent } from './vendor-state.ts'

/** What a response says of the request, and of itself before it has begun. */
export const toResponseHead = (body: JsonObject, { id, createdAt, model }: AnswerIdentity): JsonObject => ({
  id: `resp_${id}`,
  object: 'response',
  created_at: Math.floor(createdAt / 1_000),
  completed_at: null,
  status: 'in_progress',
  background: false,
  error: null,
  incomplete_details: null,
  instructions: body.instructions ?? null,
  max_output_tokens: body.max_output_tokens ?? null,
  max_tool_calls: body.max_tool_calls ?? null,
  model,
  output: [],
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  previous_response_id: body.previous_response_id ?? null,
  prompt_cache_key: body.prompt_cache_key ?? null,
  reasoning: echoReasoning(body.reasoning),
  safety_identifier: body.safety_identifier ?? null,
  service_tier: 'default',
  // Nothing is kept here.
  store: false,
  temperature: body.temperature ?? 1,
  presence_penalty: body.presence_penalty ?? 0,
  frequency_penalty: body.frequency_penalty ?? 0,
  text: echoText(body.text),
  tool_choice: body.tool_choice ?? 'auto',
  tools: isJsonList(body.tools) ? body.tools.map(echoTool) : [],
  top_logprobs: body.top_logprobs ?? 0,
  top_p: body.top_p ?? 1,
  truncation: body.truncation ?? 'disabled',
  usage: null,
  user: body.user ?? null,
  metadata: body.metadata ?? {},
})

const echoReasoning = (given: Json | undefined): JsonObject => ({
  effort: null,
  summary: null,
  ...(isJsonObject(given) && given),
})

const echoText = (given: Json | undefined): JsonObject => ({
  ...(isJsonObject(given) && given),
  format: (isJsonObject(given) ? given.format : undefined) ?? { type: 'text' },
})

const echoTool = (tool: Json): Json =>
  isJsonObject(tool) && tool.type === 'function' ? { description: null, parameters: null, strict: null, ...tool } : tool

export const toResponse = (body: JsonObject, result: ChatResult, answer: AnswerIdentity): JsonObject => ({
  ...toResponseHead(body, answer),
  ...toResponseEnd(result.finishReason, answer),
  output: toItems(result, answer.id),
  usage: toResponseUsage(result.usage),
})

/** Why an answer is not complete. */
const INCOMPLETE: Readonly<Partial<Record<FinishReason, string>>> = {
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
}

export const toResponseEnd = (finish: FinishReason, { createdAt }: AnswerIdentity): JsonObject => {
  const reason = INCOMPLETE[finish]
  if (reason !== undefined) return { status: 'incomplete', incomplete_details: { reason } }
  return { status: 'completed', completed_at: Math.floor(createdAt / 1_000) }
}

const toItems = (result: ChatResult, id: string): readonly JsonObject[] => {
  const { text, reasoning, reasoningBlocks, toolCalls } = result
  // The protocol has no other media.
  const images = (result.media ?? []).filter(({ mimeType }) => mimeType.startsWith('image/'))
  const blocks: readonly Reasoning[] = reasoningBlocks ?? (reasoning === '' ? [] : [{ text: reasoning }])
  const status = result.finishReason === 'length' ? 'incomplete' : 'completed'
  const items: JsonObject[] = []
  const nameOf = (prefix: string): string => `${prefix}_${id}_${items.length}`
  for (const block of blocks) items.push(toReasoningItem(nameOf('rs'), block.text, block.vendorState))
  // An answer without anything is an empty message.
  if (text !== '' || (toolCalls.length === 0 && images.length === 0))
    items.push(toMessageItem(nameOf('msg'), text, status))
  for (const one of images) items.push(toImageItem(nameOf('ig'), one.base64))
  for (const call of toolCalls) items.push(toCallItem(nameOf('fc'), call, 'completed'))
  return items
}

export const toReasoningItem = (id: string, text: string, state: VendorState | undefined): JsonObject => ({
  id,
  type: 'reasoning',
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
  ...(state && { encrypted_content: sealState(state) }),
})

export const toTextPart = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] })

export const toMessageItem = (id: string, text: string | undefined, status: string): JsonObject => ({
  id,
  type: 'message',
  status,
  role: 'assistant',
  content: text === undefined ? [] : [toTextPart(text)],
})

export const toImageItem = (id: string, base64: string): JsonObject => ({
  id,
  type: 'image_generation_call',
  status: 'completed',
  result: base64,
})

export const toCallItem = (id: string, call: ToolCall, status: string): JsonObject => {
  const extra = toExtraContent(call.vendorState)
  return {
    id,
    type: 'function_call',
    status,
    call_id: call.id,
    name: call.name,
    arguments: call.argumentsJson,
    ...(extra && { extra_content: extra }),
  }
}

export const toResponseUsage = (usage: ModelUsage): JsonObject => ({
  input_tokens: usage.promptTokens,
  input_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
  output_tokens: usage.completionTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  total_tokens: usage.totalTokens,
})
