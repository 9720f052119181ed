// Messages of chat completions → the neutral form. Also customs of servers that speak this protocol: `reasoning_content`,
// `cache_control` on parts, and what vendors want back, which our own answers carry (chat-answer.ts).

import type { ValueObject } from '../../base/value.ts'
import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { at, type FieldReader, isJsonList, isJsonObject, quote } from './field-reader.ts'
import { readFile, readImage, readSound, readVideo } from './media.ts'
import { fromExtraContent, readReasoningDetails } from './vendor-state.ts'

export const readChatMessages = (body: JsonObject, reader: FieldReader): readonly ChatMessage[] => {
  const given = reader.objects(body, 'messages')
  if (body.messages === undefined || body.messages === null) reader.problem('messages', 'is required')
  if (given?.length === 0) reader.problem('messages', 'must not be empty')
  const turns = new Turns(reader)
  return (given ?? []).flatMap((message, i) => (message ? (turns.read(message, `messages[${i}]`) ?? []) : []))
}

class Turns {
  readonly #reader: FieldReader
  /** Of the last call in the form that tools had before they had ids. */
  #legacyId = 'call_0'
  #legacyCalls = 0

  constructor(reader: FieldReader) {
    this.#reader = reader
  }

  read(message: JsonObject, path: string): ChatMessage | undefined {
    const reader = this.#reader
    switch (message.role) {
      case 'developer':
      case 'system':
        return { role: 'system', content: readContent(message, path, reader) ?? '' }
      case 'user': {
        const content = readContent(message, path, reader)
        if (message.content === undefined || message.content === null)
          reader.problem(at(path, 'content'), 'is required')
        return { role: 'user', content: content ?? '' }
      }
      case 'assistant':
        return this.#assistant(message, path)
      case 'tool': {
        const toolCallId = reader.requiredText(message, 'tool_call_id', path)
        const name = reader.text(message, 'name', path)
        const content = readContent(message, path, reader) ?? ''
        return { role: 'tool', toolCallId, content, ...(name !== undefined && { name }) }
      }
      case 'function': {
        const name = reader.requiredText(message, 'name', path)
        return { role: 'tool', toolCallId: this.#legacyId, name, content: readContent(message, path, reader) ?? '' }
      }
      default:
        return reader.problem(
          at(path, 'role'),
          message.role === undefined ? 'is required' : `is unknown: ${quote(message.role)}`,
        )
    }
  }

  #assistant(message: JsonObject, path: string): ChatMessage {
    const reader = this.#reader
    const content = readContent(message, path, reader)
    const refusal = reader.text(message, 'refusal', path)
    const toolCalls = [...readToolCalls(message, path, reader), ...this.#legacyCall(message, path)]
    const reasoning = readReasoning(message, path, reader)
    return {
      role: 'assistant',
      content: content ?? refusal ?? '',
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(reasoning.length > 0 && { reasoning }),
    }
  }

  #legacyCall(message: JsonObject, path: string): readonly ToolCall[] {
    const call = this.#reader.object(message, 'function_call', path)
    if (!call) return []
    this.#legacyId = `call_${this.#legacyCalls++}`
    return [{ id: this.#legacyId, ...readFunction(call, at(path, 'function_call'), this.#reader) }]
  }
}

const readFunction = (object: JsonObject, path: string, reader: FieldReader) => ({
  name: reader.requiredText(object, 'name', path),
  argumentsJson: reader.text(object, 'arguments', path) ?? '',
})

const readToolCalls = (message: JsonObject, path: string, reader: FieldReader): readonly ToolCall[] =>
  (reader.objects(message, 'tool_calls', path) ?? []).flatMap((call, i) => {
    if (!call) return []
    const place = `${at(path, 'tool_calls')}[${i}]`
    const id = reader.requiredText(call, 'id', place)
    if (call.type === 'custom') {
      // Calls of tools that take plain text: other vendors know arguments only.
      const custom = reader.object(call, 'custom', place) ?? {}
      const name = reader.requiredText(custom, 'name', at(place, 'custom'))
      return [{ id, name, argumentsJson: JSON.stringify({ input: reader.text(custom, 'input', place) ?? '' }) }]
    }
    const definition = reader.object(call, 'function', place)
    if (!definition) return reader.problem(at(place, 'function'), 'is required') ?? []
    const vendorState = fromExtraContent(call.extra_content)
    return [{ id, ...readFunction(definition, at(place, 'function'), reader), ...(vendorState && { vendorState }) }]
  })

const readReasoning = (message: JsonObject, path: string, reader: FieldReader): readonly Reasoning[] => {
  const details = readReasoningDetails(message.reasoning_details)
  if (details.length > 0) return details
  const text = reader.text(message, 'reasoning_content', path) ?? reader.text(message, 'reasoning', path)
  return text ? [{ text }] : []
}

/** A text stays one; undefined where there is none. */
const readContent = (
  message: JsonObject,
  path: string,
  reader: FieldReader,
): string | readonly MessagePart[] | undefined => {
  const { content } = message
  if (typeof content === 'string' || content === undefined || content === null) return content ?? undefined
  const place = at(path, 'content')
  if (!isJsonList(content)) return reader.problem(place, 'must be a text or a list of parts')
  return content.flatMap((part, i) => {
    const one = `${place}[${i}]`
    return (isJsonObject(part) ? readPart(part, one, reader) : reader.problem(one, 'must be an object')) ?? []
  })
}

const readPart = (part: JsonObject, path: string, reader: FieldReader): MessagePart | undefined => {
  const read = readPartOfType(part, path, reader)
  // Custom of gateways in front of Anthropic: its callers mark in this protocol, too, what is to be cached.
  return read && isJsonObject(part.cache_control)
    ? { ...read, vendorState: { anthropic: { cache_control: part.cache_control as ValueObject } } }
    : read
}

const readPartOfType = (part: JsonObject, path: string, reader: FieldReader): MessagePart | undefined => {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: reader.requiredText(part, 'text', path) }
    case 'refusal':
      return { type: 'text', text: reader.requiredText(part, 'refusal', path) }
    case 'image_url':
    case 'video_url': {
      const object = linkOf(part, part.type, path, reader)
      if (!object) return undefined
      const place = { reader, path: at(at(path, part.type), 'url') }
      const url = reader.requiredText(object, 'url', at(path, part.type))
      if (url === '') return undefined
      return part.type === 'image_url' ? readImage(url, object, place) : readVideo(url, place)
    }
    case 'input_audio': {
      const sound = reader.object(part, 'input_audio', path)
      const place = at(path, 'input_audio')
      return sound ? readSound(sound, { reader, path: place }) : reader.problem(place, 'is required')
    }
    case 'file': {
      const file = reader.object(part, 'file', path)
      const place = at(path, 'file')
      return file ? readFile(file, { reader, path: place }) : reader.problem(place, 'is required')
    }
    default:
      return reader.problem(
        at(path, 'type'),
        part.type === undefined ? 'is required' : `is unknown: ${quote(part.type)}`,
      )
  }
}

/** Some clients give the bare link. */
const linkOf = (part: JsonObject, key: string, path: string, reader: FieldReader): JsonObject | undefined => {
  const given = part[key]
  if (typeof given === 'string') return { url: given }
  return reader.object(part, key, path) ?? reader.problem(at(path, key), 'is required')
}
