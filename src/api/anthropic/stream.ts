// An answer as the Messages API streams it. Wire format: docs.anthropic.com/en/api/messages-streaming.
//
// B1  One block is open at a time; indices count up; every start has its stop.
// B2  A call is streamed while its vendor streams it alone. Fragments of a second call wait until the first one's arguments
//     are whole, and a call of which no fragment came is written at once.

import type { ChatStreamPart, ToolCall } from '../../model/spec.ts'
import type { AnswerIdentity, DoorError, JsonObject, StreamWriter } from '../doors/spec.ts'
import { envelope, inputOf, sealedCalls, toMediaBlock } from './answer.ts'
import { toAnthropicUsage, toStop } from './stop.ts'
import { redactedBlock, signatureOf } from './thinking.ts'

type Finish = Extract<ChatStreamPart, { type: 'finish' }>

interface OpenCall {
  readonly index: number
  readonly id: string
  readonly name: string
  /** Its arguments so far. */
  json: string
}

export class AnthropicWriter implements StreamWriter {
  readonly #answer: AnswerIdentity
  #started = false
  #index = -1
  #open: 'none' | 'text' | 'thinking' | 'tool' = 'none'
  /** Of a delta of the open block, up to its text. */
  #prefix = ''
  #live: OpenCall | undefined
  readonly #queue: OpenCall[] = []
  readonly #done = new Set<string>()
  readonly #calls: ToolCall[] = []

  constructor(answer: AnswerIdentity) {
    this.#answer = answer
  }

  push(part: ChatStreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return this.#delta('text', part.text)
      case 'reasoning-delta':
        return this.#delta('thinking', part.text)
      case 'reasoning-end':
        return this.#endThinking(part.vendorState)
      case 'tool-start':
        this.#queue.push({ index: part.index, id: part.id, name: part.name, json: '' })
        return this.#next()
      case 'tool-delta':
        return this.#fragment(part.index, part.argumentsJson)
      case 'tool-call':
        return this.#whole(part.call)
      case 'media':
        return this.#block(toMediaBlock(part), [])
      case 'finish':
        return this.#finish(part)
    }
  }

  end(): string {
    return frame('message_stop', { type: 'message_stop' })
  }

  fail(error: DoorError): string {
    return frame('error', error.body)
  }

  #begin(): string {
    if (this.#started) return ''
    this.#started = true
    // The vendors say at the end what was used.
    const usage = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 }
    const message = { ...envelope(this.#answer), content: [], stop_reason: null, stop_sequence: null, usage }
    return frame('message_start', { type: 'message_start', message }) + frame('ping', { type: 'ping' })
  }

  #delta(kind: 'text' | 'thinking', text: string): string {
    if (this.#open === kind) return `${this.#prefix}${JSON.stringify(text)}}}\n\n`
    const content_block: JsonObject =
      kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' }
    const start = this.#start(kind, content_block)
    return `${start}${this.#prefix}${JSON.stringify(text)}}}\n\n`
  }

  #start(kind: 'text' | 'thinking' | 'tool', content_block: JsonObject): string {
    const before = this.#begin() + this.#settle() + this.#close()
    this.#open = kind
    this.#index++
    const delta = DELTAS[kind]
    this.#prefix = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#index},"delta":${delta}`
    return before + frame('content_block_start', { type: 'content_block_start', index: this.#index, content_block })
  }

  #close(): string {
    if (this.#open === 'none') return ''
    // Thinking that nobody signed.
    const signature = this.#open === 'thinking' ? this.#signature(signatureOf(undefined)) : ''
    this.#open = 'none'
    return signature + frame('content_block_stop', { type: 'content_block_stop', index: this.#index })
  }

  #signature(signature: string): string {
    const delta = { type: 'signature_delta', signature }
    return frame('content_block_delta', { type: 'content_block_delta', index: this.#index, delta })
  }

  #endThinking(state: Parameters<typeof signatureOf>[0]): string {
    const redacted = redactedBlock(state)
    if (redacted) return this.#block(redacted, [])
    // Signed without a text to be seen: an empty block carries the signature.
    const start =
      this.#open === 'thinking' ? '' : this.#start('thinking', { type: 'thinking', thinking: '', signature: '' })
    const signed = this.#signature(signatureOf(state))
    this.#open = 'none'
    return start + signed + frame('content_block_stop', { type: 'content_block_stop', index: this.#index })
  }

  /** A block in one go. */
  #block(content: JsonObject, deltas: readonly string[]): string {
    const start = this.#start('tool', content)
    return start + deltas.map((json) => `${this.#prefix}${JSON.stringify(json)}}}\n\n`).join('') + this.#close()
  }

  #fragment(index: number, json: string): string {
    if (this.#live?.index === index) return this.#write(this.#live, json)
    const waiting = this.#queue.find((call) => call.index === index)
    if (!waiting) return ''
    waiting.json += json
    return this.#next()
  }

  #write(call: OpenCall, json: string): string {
    call.json += json
    return `${this.#prefix}${JSON.stringify(json)}}}\n\n`
  }

  /** Goes on to the calls that wait, as far as the open one is whole. */
  #next(): string {
    let text = ''
    while (this.#queue.length > 0 && (!this.#live || isWhole(this.#live.json))) {
      text += this.#settle()
      const call = this.#queue.shift() as OpenCall
      text += this.#start('tool', { type: 'tool_use', id: call.id, name: call.name, input: {} })
      this.#live = call
      if (call.json !== '') text += `${this.#prefix}${JSON.stringify(call.json)}}}\n\n`
    }
    return text
  }

  /** Closes the open call. */
  #settle(): string {
    if (!this.#live) return ''
    this.#done.add(this.#live.id)
    this.#live = undefined
    return this.#close()
  }

  #whole(call: ToolCall): string {
    this.#calls.push(call)
    if (this.#done.has(call.id)) return ''
    if (this.#live?.id === call.id) {
      // Drivers write empty arguments as `{}`.
      const rest = this.#live.json === '' ? this.#write(this.#live, JSON.stringify(inputOf(call.argumentsJson))) : ''
      return rest + this.#settle() + this.#next()
    }
    const at = this.#queue.findIndex(({ id }) => id === call.id)
    if (at >= 0) this.#queue.splice(at, 1)
    this.#done.add(call.id)
    const input = JSON.stringify(inputOf(call.argumentsJson))
    return this.#block({ type: 'tool_use', id: call.id, name: call.name, input: {} }, [input])
  }

  #finish(finish: Finish): string {
    const sealed = sealedCalls(this.#calls)
    const blocks = sealed ? this.#block(sealed, []) : this.#begin() + this.#settle() + this.#close()
    const data = { type: 'message_delta', delta: toStop(finish), usage: toAnthropicUsage(finish.usage) }
    return blocks + frame('message_delta', data)
  }
}

const DELTAS = {
  text: '{"type":"text_delta","text":',
  thinking: '{"type":"thinking_delta","thinking":',
  tool: '{"type":"input_json_delta","partial_json":',
} as const

const frame = (event: string, data: JsonObject): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const isWhole = (json: string): boolean => {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}
