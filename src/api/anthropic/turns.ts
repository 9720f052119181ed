// Anthropic's messages → neutral messages.
//
// M1  Results of tools become messages of their own, in front of what the user says beside them.
// M2  A neutral turn is thinking, then content, then calls. Where blocks stand in another order (thinking between texts), the
//     turn is cut in two, which the vendor's driver joins again.

import type { ValueObject } from '../../base/value.ts'
import { isObject } from '../../base/value.ts'
import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../model/spec.ts'
import { openSeal } from '../doors/sealed-state.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { at, type FieldReader, isJsonObject, quote } from '../openai/field-reader.ts'
import { blocksOf, opaquePart, readBlock, readContent } from './blocks.ts'
import { fromRedacted, fromSignature } from './thinking.ts'

export const readTurns = (body: JsonObject, reader: FieldReader): readonly ChatMessage[] => {
  const given = reader.objects(body, 'messages')
  if (body.messages === undefined || body.messages === null) reader.problem('messages', 'is required')
  const turns = new Turns(reader)
  return (given ?? []).flatMap((message, i) => (message ? turns.read(message, `messages[${i}]`) : []))
}

class Turns {
  readonly #reader: FieldReader
  /** Names of tools by the ids of their calls: results do not repeat them. */
  readonly #names = new Map<string, string>()

  constructor(reader: FieldReader) {
    this.#reader = reader
  }

  read(message: JsonObject, path: string): readonly ChatMessage[] {
    const reader = this.#reader
    const { role } = message
    if (message.content === undefined || message.content === null) {
      reader.problem(at(path, 'content'), 'is required')
      return []
    }
    if (role === 'assistant') return this.#assistant(message.content, path)
    if (role === 'user') return this.#user(message.content, path)
    if (role === 'system') return [{ role: 'system', content: readContent(message, path, reader) ?? '' }]
    reader.problem(at(path, 'role'), role === undefined ? 'is required' : `is unknown: ${quote(role)}`)
    return []
  }

  #user(content: Json, path: string): readonly ChatMessage[] {
    if (typeof content === 'string') return [{ role: 'user', content }]
    const results: ChatMessage[] = []
    const parts: MessagePart[] = []
    for (const { block, path: place } of blocksOf(content, at(path, 'content'), this.#reader)) {
      if (block.type === 'tool_result') results.push(this.#result(block, place))
      else {
        const part = readBlock(block, place, this.#reader)
        if (part) parts.push(part)
      }
    }
    return parts.length > 0 ? [...results, { role: 'user', content: parts }] : results
  }

  #result(block: JsonObject, path: string): ChatMessage {
    const reader = this.#reader
    const toolCallId = reader.requiredText(block, 'tool_use_id', path)
    const name = this.#names.get(toolCallId)
    const failed = reader.flag(block, 'is_error', path)
    return {
      role: 'tool',
      toolCallId,
      content: withCacheControl(readContent(block, path, reader) ?? '', block.cache_control),
      ...(name !== undefined && { name }),
      ...(failed && { failed }),
    }
  }

  #assistant(content: Json, path: string): readonly ChatMessage[] {
    if (typeof content === 'string') return [{ role: 'assistant', content }]
    const drafts = [new Draft()]
    const states = new Map<string, ValueObject>()
    for (const { block, path: place } of blocksOf(content, at(path, 'content'), this.#reader)) {
      let draft = drafts.at(-1) as Draft
      const isThinking = block.type === 'thinking' || block.type === 'redacted_thinking'
      if (isThinking && readSealedCalls(block, states)) continue
      if (isThinking && draft.parts.length > 0 && draft.calls.length === 0) {
        draft = new Draft()
        drafts.push(draft)
      }
      this.#addTo(draft, block, place)
    }
    return drafts.map((draft) => draft.message(states))
  }

  #addTo(draft: Draft, block: JsonObject, path: string): void {
    const reader = this.#reader
    switch (block.type) {
      case 'thinking': {
        const text = reader.requiredText(block, 'thinking', path)
        draft.reasoning.push(fromSignature(text, reader.text(block, 'signature', path) ?? ''))
        return
      }
      case 'redacted_thinking':
        reader.requiredText(block, 'data', path)
        draft.reasoning.push(fromRedacted(block))
        return
      case 'tool_use': {
        const call = this.#call(block, path)
        this.#names.set(call.id, call.name)
        draft.calls.push(call)
        return
      }
      default: {
        const part = readBlock(block, path, reader)
        if (part) draft.parts.push(part)
      }
    }
  }

  #call(block: JsonObject, path: string): ToolCall {
    const reader = this.#reader
    const id = reader.requiredText(block, 'id', path)
    const name = reader.requiredText(block, 'name', path)
    const { input } = block
    if (input !== undefined && !isJsonObject(input)) reader.problem(at(path, 'input'), 'must be an object')
    return { id, name, argumentsJson: JSON.stringify(input ?? {}) }
  }
}

class Draft {
  readonly reasoning: Reasoning[] = []
  readonly parts: MessagePart[] = []
  readonly calls: ToolCall[] = []

  message(states: ReadonlyMap<string, ValueObject>): ChatMessage {
    const toolCalls = this.calls.map((call) => {
      const vendorState = states.get(call.id)
      return vendorState ? { ...call, vendorState } : call
    })
    return {
      role: 'assistant',
      content: this.parts,
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(this.reasoning.length > 0 && { reasoning: this.reasoning }),
    }
  }
}

/** What other vendors want back with calls, which has no place in `tool_use`: `answer.ts` hides it in a block of its own. */
const readSealedCalls = (block: JsonObject, states: Map<string, ValueObject>): boolean => {
  const sealed = typeof block.data === 'string' ? openSeal(block.data) : undefined
  if (!sealed) return false
  for (const [id, state] of Object.entries(isObject(sealed.calls) ? sealed.calls : {})) {
    if (isObject(state)) states.set(id, state)
  }
  return true
}

/** A mark on the result is one on its end. */
const withCacheControl = (
  content: string | readonly MessagePart[],
  mark: Json | undefined,
): string | readonly MessagePart[] => {
  if (!isJsonObject(mark)) return content
  const parts: readonly MessagePart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  const last = parts.at(-1)
  if (!last) return [opaquePart({ type: 'text', text: '', cache_control: mark })]
  const state = { ...last.vendorState?.anthropic, cache_control: mark as ValueObject }
  return [...parts.slice(0, -1), { ...last, vendorState: { ...last.vendorState, anthropic: state } }]
}
