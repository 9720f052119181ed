// A streamed answer as events of the responses API.
//
// W1  Events are numbered from 0 without gaps. Every item is added, filled and done; its index is its place in the output.
// W2  Thinking and words follow each other: at most one of these items is open. Calls may be open side by side.
// W3  The last event carries the whole response, as `whole` would have written it.
// W4  What every delta of an item begins with is written once: a delta costs one `JSON.stringify` of its text.

import type { ChatStreamPart, ToolCall, VendorState } from '../../model/spec.ts'
import type { AnswerIdentity, DoorError, Json, JsonObject, StreamWriter } from '../doors/spec.ts'
import { isJsonObject } from './field-reader.ts'
import {
  toCallItem,
  toImageItem,
  toMessageItem,
  toReasoningItem,
  toResponseEnd,
  toResponseHead,
  toResponseUsage,
  toTextPart,
} from './responses-answer.ts'

interface OpenItem {
  readonly type: 'reasoning' | 'message' | 'call'
  readonly id: string
  readonly index: number
  /** Everything in front of the text of a delta. */
  readonly deltaHead: string
  text: string
}

interface OpenCall extends OpenItem {
  readonly callId: string
  readonly name: string
}

export class ResponsesStreamWriter implements StreamWriter {
  readonly #answer: AnswerIdentity
  readonly #head: JsonObject
  readonly #output: JsonObject[] = []
  #sequence = 0
  #items = 0
  #started = false
  #open: OpenItem | undefined
  readonly #calls = new Map<number, OpenCall>()

  constructor(body: JsonObject, answer: AnswerIdentity) {
    this.#answer = answer
    this.#head = toResponseHead(body, answer)
  }

  push(part: ChatStreamPart): string {
    const start = this.#started ? '' : this.#start()
    switch (part.type) {
      case 'text-delta':
        return start + this.#text('message', part.text)
      case 'reasoning-delta':
        return start + this.#text('reasoning', part.text)
      case 'reasoning-end':
        return start + this.#reasoningEnd(part.vendorState)
      case 'tool-start':
        return start + this.#callStart(part.index, part.id, part.name)
      case 'tool-delta': {
        const call = this.#calls.get(part.index)
        return call ? start + this.#delta(call, part.argumentsJson) : start
      }
      case 'tool-call':
        return start + this.#call(part.call)
      case 'media':
        return start + this.#image(part)
      case 'finish':
        return start + this.#finish(part)
    }
  }

  end(): string {
    return 'data: [DONE]\n\n'
  }

  fail({ body }: DoorError): string {
    const { error } = body
    const { code = null, message = null } = isJsonObject(error) ? error : {}
    const failed = { status: 'failed', output: this.#finished(), error: { code, message } }
    const start = this.#started ? '' : this.#start()
    return start + this.#event('response.failed', { response: { ...this.#head, ...failed } }) + this.end()
  }

  #start(): string {
    this.#started = true
    return (
      this.#event('response.created', { response: this.#head }) +
      this.#event('response.in_progress', { response: this.#head })
    )
  }

  #event(type: string, fields: Readonly<Record<string, Json>>): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })}\n\n`
  }

  #text(type: 'message' | 'reasoning', text: string): string {
    const open = this.#open
    if (open?.type === type) return this.#delta(open, text)
    const closed = this.#close()
    return closed + this.#openItem(type) + (this.#open ? this.#delta(this.#open, text) : '')
  }

  #delta(item: OpenItem, text: string): string {
    item.text += text
    return `${item.deltaHead}${JSON.stringify(text)},"sequence_number":${this.#sequence++}}\n\n`
  }

  #newItem<const T extends OpenItem['type']>(type: T, prefix: string, event: string, place: JsonObject) {
    const index = this.#items++
    const id = `${prefix}_${this.#answer.id}_${index}`
    const fields = JSON.stringify({ type: event, item_id: id, output_index: index, ...place })
    return { type, id, index, text: '', deltaHead: `event: ${event}\ndata: ${fields.slice(0, -1)},"delta":` }
  }

  #openItem(type: 'message' | 'reasoning'): string {
    if (type === 'message') {
      const item = this.#newItem(type, 'msg', 'response.output_text.delta', { content_index: 0, logprobs: [] })
      this.#open = item
      return (
        this.#added(item, toMessageItem(item.id, undefined, 'in_progress')) +
        this.#event('response.content_part.added', { ...placeOf(item), content_index: 0, part: toTextPart('') })
      )
    }
    const item = this.#newItem(type, 'rs', 'response.reasoning_summary_text.delta', { summary_index: 0 })
    this.#open = item
    return (
      this.#added(item, toReasoningItem(item.id, '', undefined)) +
      this.#event('response.reasoning_summary_part.added', {
        ...placeOf(item),
        summary_index: 0,
        part: { type: 'summary_text', text: '' },
      })
    )
  }

  #close(state?: VendorState): string {
    const item = this.#open
    this.#open = undefined
    if (!item) return ''
    const { text } = item
    if (item.type === 'message') {
      const place = { ...placeOf(item), content_index: 0 }
      return (
        this.#event('response.output_text.done', { ...place, text, logprobs: [] }) +
        this.#event('response.content_part.done', { ...place, part: toTextPart(text) }) +
        this.#done(item, toMessageItem(item.id, text, 'completed'))
      )
    }
    const place = { ...placeOf(item), summary_index: 0 }
    return (
      this.#event('response.reasoning_summary_text.done', { ...place, text }) +
      this.#event('response.reasoning_summary_part.done', { ...place, part: { type: 'summary_text', text } }) +
      this.#done(item, toReasoningItem(item.id, text, state))
    )
  }

  #reasoningEnd(state: VendorState): string {
    if (this.#open?.type === 'reasoning') return this.#close(state)
    // Thinking that the vendor hides.
    const closed = this.#close()
    const item = this.#newItem('reasoning', 'rs', '', {})
    const body = toReasoningItem(item.id, '', state)
    return closed + this.#added(item, body) + this.#done(item, body)
  }

  #callStart(index: number, callId: string, name: string): string {
    const closed = this.#close()
    const item = this.#newItem('call', 'fc', 'response.function_call_arguments.delta', {})
    const call: OpenCall = { ...item, callId, name }
    this.#calls.set(index, call)
    const body = toCallItem(call.id, { id: callId, name, argumentsJson: '' }, 'in_progress')
    return closed + this.#added(call, body)
  }

  #call(call: ToolCall): string {
    let open = [...this.#calls].find(([, { callId }]) => callId === call.id)
    let written = ''
    if (!open) {
      const index = -1 - this.#items
      written = this.#callStart(index, call.id, call.name)
      const started = this.#calls.get(index)
      if (!started) return written
      open = [index, started]
    }
    const [index, item] = open
    this.#calls.delete(index)
    if (item.text === '' && call.argumentsJson !== '') written += this.#delta(item, call.argumentsJson)
    return (
      written +
      this.#event('response.function_call_arguments.done', {
        ...placeOf(item),
        name: call.name,
        arguments: call.argumentsJson,
      }) +
      this.#done(item, toCallItem(item.id, call, 'completed'))
    )
  }

  #image({ mimeType, base64 }: Extract<ChatStreamPart, { type: 'media' }>): string {
    // The protocol has no other.
    if (!mimeType.startsWith('image/')) return ''
    const closed = this.#close()
    const item = this.#newItem('message', 'ig', '', {})
    const body = toImageItem(item.id, base64)
    return closed + this.#added(item, body) + this.#done(item, body)
  }

  #finish({ reason, usage }: Extract<ChatStreamPart, { type: 'finish' }>): string {
    // An answer without anything is an empty message.
    const closed = (this.#items === 0 ? this.#openItem('message') : '') + this.#close()
    const end = toResponseEnd(reason, this.#answer)
    const response = { ...this.#head, ...end, output: this.#finished(), usage: toResponseUsage(usage) }
    const type = end.status === 'incomplete' ? 'response.incomplete' : 'response.completed'
    return closed + this.#event(type, { response })
  }

  /** Of items that were begun, those that were ended. */
  #finished(): readonly JsonObject[] {
    return this.#output.filter((item) => item !== undefined)
  }

  #added(item: OpenItem, body: JsonObject): string {
    return this.#event('response.output_item.added', { output_index: item.index, item: body })
  }

  #done(item: OpenItem, body: JsonObject): string {
    this.#output[item.index] = body
    return this.#event('response.output_item.done', { output_index: item.index, item: body })
  }
}

const placeOf = ({ id, index }: OpenItem) => ({ item_id: id, output_index: index })
