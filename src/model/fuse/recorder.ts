// Writes down a stream of parts that others read.

import type { ChatResult, ChatStreamPart, ToolCall } from '../spec.ts'

export class Recorder {
  #text = ''
  #reasoning = ''
  readonly #toolCalls: ToolCall[] = []
  readonly #media: { mimeType: string; base64: string }[] = []

  add(part: ChatStreamPart): void {
    if (part.type === 'text-delta') this.#text += part.text
    else if (part.type === 'reasoning-delta') this.#reasoning += part.text
    else if (part.type === 'tool-call') this.#toolCalls.push(part.call)
    else if (part.type === 'media') this.#media.push({ mimeType: part.mimeType, base64: part.base64 })
  }

  result(finish: Extract<ChatStreamPart, { type: 'finish' }>): ChatResult {
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      toolCalls: this.#toolCalls,
      ...(this.#media.length > 0 && { media: this.#media }),
      finishReason: finish.reason,
      usage: finish.usage,
    }
  }
}
