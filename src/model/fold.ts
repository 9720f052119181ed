// A stream's parts as one result.

import { ModelError } from './errors.ts'
import type { ChatResult, ChatStreamPart, Reasoning, ToolCall } from './spec.ts'

/** @throws ModelError `model/bad-response` when the parts have no finish; whatever the stream throws */
export const collectResult = async (
  parts: AsyncIterable<ChatStreamPart> | Iterable<ChatStreamPart>,
  provider: string,
): Promise<ChatResult> => {
  const text: string[] = []
  const reasoning: string[] = []
  const toolCalls: ToolCall[] = []
  const media: { mimeType: string; base64: string }[] = []
  const blocks: Reasoning[] = []
  /** Where the block of thinking that is going on began. */
  let blockStart = 0
  for await (const part of parts) {
    switch (part.type) {
      case 'text-delta':
        text.push(part.text)
        break
      case 'reasoning-delta':
        reasoning.push(part.text)
        break
      case 'reasoning-end':
        blocks.push({ text: reasoning.slice(blockStart).join(''), vendorState: part.vendorState })
        blockStart = reasoning.length
        break
      case 'tool-call':
        toolCalls.push(part.call)
        break
      // The whole call comes too.
      case 'tool-start':
      case 'tool-delta':
        break
      case 'media':
        media.push({ mimeType: part.mimeType, base64: part.base64 })
        break
      case 'finish':
        return {
          text: text.join(''),
          reasoning: reasoning.join(''),
          toolCalls,
          ...(media.length > 0 && { media }),
          ...(blocks.length > 0 && { reasoningBlocks: blocks }),
          finishReason: part.reason,
          usage: part.usage,
          ...(part.model !== undefined && { model: part.model }),
          ...(part.stopSequence !== undefined && { stopSequence: part.stopSequence }),
        }
    }
  }
  throw new ModelError('model/bad-response', { details: { provider, message: 'it ended without a finish' } })
}
