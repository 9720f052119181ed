// Items of a responses call → messages. Items of one turn of the model (its thinking, its words, its calls) become one message.

import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../model/spec.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { at, type FieldReader, isJsonList, isJsonObject, quote } from './field-reader.ts'
import { readFile, readImage, readSound } from './media.ts'
import { fromEncryptedContent, fromExtraContent } from './vendor-state.ts'

/** Of items that have no place in messages; responses-fields.ts names them. */
export const ITEM_TYPES: ReadonlySet<string> = new Set([
  ...['message', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output'],
  ...['reasoning', 'item_reference'],
])

export const readInput = (body: JsonObject, reader: FieldReader): readonly ChatMessage[] => {
  const turns = new Turns(reader)
  const instructions = reader.text(body, 'instructions')
  if (instructions) turns.say({ role: 'system', content: instructions })
  const { input } = body
  if (typeof input === 'string') turns.say({ role: 'user', content: input })
  else if (input === undefined || input === null) reader.problem('input', 'is required')
  else if (!isJsonList(input)) reader.problem('input', 'must be a text or a list of items')
  else {
    for (const [i, item] of input.entries()) {
      if (isJsonObject(item)) turns.read(item, `input[${i}]`)
      else reader.problem(`input[${i}]`, 'must be an object')
    }
  }
  const messages = turns.end()
  if (messages.length === 0) reader.problem('input', 'must not be empty')
  return messages
}

interface OpenTurn {
  readonly reasoning: Reasoning[]
  readonly content: MessagePart[]
  readonly toolCalls: ToolCall[]
}

class Turns {
  readonly #reader: FieldReader
  readonly #messages: ChatMessage[] = []
  #turn: OpenTurn | undefined

  constructor(reader: FieldReader) {
    this.#reader = reader
  }

  say(message: ChatMessage): void {
    this.#close()
    this.#messages.push(message)
  }

  end(): readonly ChatMessage[] {
    this.#close()
    return this.#messages
  }

  read(item: JsonObject, path: string): void {
    const reader = this.#reader
    switch (item.type) {
      case undefined:
      case 'message':
        return this.#message(item, path)
      case 'function_call':
        return this.#call(item, path, reader.text(item, 'arguments', path) ?? '')
      case 'custom_tool_call':
        // Other vendors know arguments only.
        return this.#call(item, path, JSON.stringify({ input: reader.text(item, 'input', path) ?? '' }))
      case 'function_call_output':
      case 'custom_tool_call_output': {
        const toolCallId = reader.requiredText(item, 'call_id', path)
        return this.say({ role: 'tool', toolCallId, content: readContent(item, 'output', path, reader) ?? '' })
      }
      case 'reasoning':
        return this.#reasoning(item, path)
      case 'item_reference':
        return reader.problem(path, 'names an item kept at a vendor; send the item itself')
      default:
        // Of tools that the vendor calls itself.
        if (typeof item.type !== 'string') reader.problem(at(path, 'type'), 'must be a text')
    }
  }

  #message(item: JsonObject, path: string): void {
    const reader = this.#reader
    const content = readContent(item, 'content', path, reader)
    if (item.content === undefined || item.content === null) reader.problem(at(path, 'content'), 'is required')
    switch (item.role) {
      case 'user':
        return this.say({ role: 'user', content: content ?? '' })
      case 'system':
      case 'developer':
        return this.say({ role: 'system', content: content ?? '' })
      case 'assistant':
        this.#open().content.push(...(typeof content === 'string' ? [textPart(content)] : (content ?? [])))
        return
      default:
        reader.problem(at(path, 'role'), item.role === undefined ? 'is required' : `is unknown: ${quote(item.role)}`)
    }
  }

  #call(item: JsonObject, path: string, argumentsJson: string): void {
    const reader = this.#reader
    const vendorState = fromExtraContent(item.extra_content)
    this.#open().toolCalls.push({
      id: reader.requiredText(item, 'call_id', path),
      name: reader.requiredText(item, 'name', path),
      argumentsJson,
      ...(vendorState && { vendorState }),
    })
  }

  #reasoning(item: JsonObject, path: string): void {
    const reader = this.#reader
    const texts = [...(reader.objects(item, 'content', path) ?? []), ...(reader.objects(item, 'summary', path) ?? [])]
    const text = texts.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('\n\n')
    const encrypted = reader.text(item, 'encrypted_content', path)
    const vendorState = encrypted ? fromEncryptedContent(encrypted, reader.text(item, 'id', path)) : undefined
    if (text === '' && !vendorState) return
    this.#open().reasoning.push({ text, ...(vendorState && { vendorState }) })
  }

  #open(): OpenTurn {
    return (this.#turn ??= { reasoning: [], content: [], toolCalls: [] })
  }

  #close(): void {
    if (!this.#turn) return
    const { reasoning, content, toolCalls } = this.#turn
    this.#turn = undefined
    this.#messages.push({
      role: 'assistant',
      content: plainText(content) ?? content,
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(reasoning.length > 0 && { reasoning }),
    })
  }
}

/** Undefined where there is more than text. */
const plainText = (content: readonly MessagePart[]): string | undefined => {
  let text = ''
  for (const part of content) {
    if (part.type !== 'text') return undefined
    text += part.text
  }
  return text
}

const textPart = (text: string): MessagePart => ({ type: 'text', text })

const readContent = (
  item: JsonObject,
  key: string,
  path: string,
  reader: FieldReader,
): string | readonly MessagePart[] | undefined => {
  const content = item[key]
  if (typeof content === 'string' || content === undefined || content === null) return content ?? undefined
  const place = at(path, key)
  if (!isJsonList(content)) return reader.problem(place, 'must be a text or a list of parts')
  return content.flatMap((part, i) => readPart(part, `${place}[${i}]`, reader) ?? [])
}

const readPart = (part: Json, path: string, reader: FieldReader): MessagePart | undefined => {
  if (!isJsonObject(part)) return reader.problem(path, 'must be an object')
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return textPart(reader.requiredText(part, 'text', path))
    case 'refusal':
      return textPart(reader.requiredText(part, 'refusal', path))
    case 'input_image': {
      if (typeof part.file_id === 'string') {
        return reader.problem(at(path, 'file_id'), 'names a file at a vendor; other models cannot read it')
      }
      const url = reader.requiredText(part, 'image_url', path)
      return url === '' ? undefined : readImage(url, part, { reader, path: at(path, 'image_url') })
    }
    case 'input_file':
      return readFile(part, { reader, path })
    case 'input_audio': {
      const place = at(path, 'input_audio')
      const sound = reader.object(part, 'input_audio', path)
      return sound ? readSound(sound, { reader, path: place }) : reader.problem(place, 'is required')
    }
    default:
      return reader.problem(
        at(path, 'type'),
        part.type === undefined ? 'is required' : `is unknown: ${quote(part.type)}`,
      )
  }
}
