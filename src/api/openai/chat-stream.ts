// A streamed answer as chunks of a chat completion.
//
// W1  The first chunk names the role; one chunk has the finish reason; the usage follows only where it was asked for.
// W2  A call leaves once: in fragments where they came, whole where none came.
// W3  What every chunk begins and ends with is written once an answer: a delta costs one `JSON.stringify` of its text.

import type { ChatStreamPart, ToolCall } from '../../model/spec.ts'
import type { AnswerIdentity, DoorError, JsonObject, StreamWriter } from '../doors/spec.ts'
import { FINISH_REASONS, toChatUsage, toImage, toToolCall } from './chat-answer.ts'
import { toExtraContent, toReasoningDetail } from './vendor-state.ts'

interface OpenCall {
  readonly index: number
  argumentCharacters: number
}

export class ChatStreamWriter implements StreamWriter {
  readonly #head: string
  readonly #middle: string
  readonly #tail: string
  readonly #includeUsage: boolean
  readonly #calls = new Map<number, OpenCall>()
  readonly #byId = new Map<string, OpenCall>()
  #started = false
  #images = 0
  #reasoningBlocks = 0
  #blockText = ''

  constructor({ id, createdAt, model }: AnswerIdentity, includeUsage: boolean) {
    const created = Math.floor(createdAt / 1_000)
    this.#head = `data: {"id":${JSON.stringify(`chatcmpl-${id}`)},"object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)},"system_fingerprint":null,"choices":[`
    this.#middle = `${this.#head}{"index":0,"delta":{`
    // Where usage is asked for, every chunk but the last has none.
    this.#tail = `},"logprobs":null,"finish_reason":null}]${includeUsage ? ',"usage":null' : ''}}\n\n`
    this.#includeUsage = includeUsage
  }

  push(part: ChatStreamPart): string {
    const start = this.#started ? '' : this.#start()
    switch (part.type) {
      case 'text-delta':
        return `${start}${this.#middle}"content":${JSON.stringify(part.text)}${this.#tail}`
      case 'reasoning-delta':
        this.#blockText += part.text
        return `${start}${this.#middle}"reasoning_content":${JSON.stringify(part.text)}${this.#tail}`
      case 'reasoning-end': {
        // Once more with its text: vendors take back what they signed, block by block.
        const block = { text: this.#blockText, vendorState: part.vendorState }
        const detail = toReasoningDetail(block, this.#reasoningBlocks++)
        this.#blockText = ''
        return start + this.#delta({ reasoning_details: [detail] })
      }
      case 'tool-start':
        return start + this.#toolStart(part.index, part.id, part.name)
      case 'tool-delta': {
        const call = this.#calls.get(part.index)
        if (call) call.argumentCharacters += part.argumentsJson.length
        return `${start}${this.#middle}"tool_calls":[{"index":${part.index},"function":{"arguments":${JSON.stringify(part.argumentsJson)}}}]${this.#tail}`
      }
      case 'tool-call':
        return start + this.#toolCall(part.call)
      case 'media':
        return start + this.#delta({ images: [toImage(part, this.#images++)] })
      case 'finish':
        return start + this.#finish(part)
    }
  }

  end(): string {
    return 'data: [DONE]\n\n'
  }

  fail({ body }: DoorError): string {
    return `data: ${JSON.stringify(body)}\n\n`
  }

  #start(): string {
    this.#started = true
    return `${this.#middle}"role":"assistant","content":"","refusal":null${this.#tail}`
  }

  /** @param delta with at least one field */
  #delta(delta: JsonObject): string {
    return this.#middle + JSON.stringify(delta).slice(1, -1) + this.#tail
  }

  #toolStart(index: number, id: string, name: string): string {
    const call = { index, argumentCharacters: 0 }
    this.#calls.set(index, call)
    this.#byId.set(id, call)
    return this.#delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })
  }

  #toolCall(call: ToolCall): string {
    const open = this.#byId.get(call.id)
    if (!open) {
      const index = this.#calls.size
      this.#calls.set(index, { index, argumentCharacters: call.argumentsJson.length })
      return this.#delta({ tool_calls: [{ index, ...toToolCall(call) }] })
    }
    const { index, argumentCharacters } = open
    const extra = toExtraContent(call.vendorState)
    // A call without arguments has no fragments, yet its text is not empty.
    const missing = argumentCharacters === 0 && call.argumentsJson !== ''
    if (!extra && !missing) return ''
    const rest = {
      index,
      ...(missing && { function: { arguments: call.argumentsJson } }),
      ...(extra && { extra_content: extra }),
    }
    return this.#delta({ tool_calls: [rest] })
  }

  #finish({ reason, usage }: Extract<ChatStreamPart, { type: 'finish' }>): string {
    const end = `${this.#middle}},"logprobs":null,"finish_reason":"${FINISH_REASONS[reason]}"}]`
    if (!this.#includeUsage) return `${end}}\n\n`
    return `${end},"usage":null}\n\n${this.#head}],"usage":${JSON.stringify(toChatUsage(usage))}}\n\n`
  }
}
