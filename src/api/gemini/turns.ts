// Gemini's contents → neutral messages.
//
// M1  Results of functions become messages of their own, in front of what the user says beside them. A result without an id
//     answers the oldest unanswered call of its function.
// M2  A neutral turn is thinking, then content, then calls. Where thoughts stand between texts, the turn is cut in two, which the
//     vendor's driver joins again.

import type { ChatMessage, MessagePart, Reasoning, ToolCall } from '../../model/spec.ts'
import type { Json, JsonObject } from '../doors/spec.ts'
import { at, type FieldReader, isJsonObject, quote } from '../openai/field-reader.ts'
import { withCamelNames } from './names.ts'
import { kindOf, readPart, readThought, stateOf } from './parts.ts'

interface Placed {
  readonly part: JsonObject
  readonly path: string
}

export const readTurns = (body: JsonObject, reader: FieldReader): readonly ChatMessage[] => {
  const turns = new Turns(reader)
  const contents = reader.objects(body, 'contents')
  if (contents === undefined && body.contents == null) reader.problem('contents', 'is required')
  return (contents ?? []).flatMap((content, i) => (content ? turns.read(content, `contents[${i}]`) : []))
}

/** The parts that are objects, with their places. */
export const partsOf = (content: JsonObject, path: string, reader: FieldReader): readonly Placed[] => {
  const parts = reader.objects(content, 'parts', path) ?? []
  return parts.flatMap((part, i) => (part ? [{ part: withCamelNames(part), path: `${at(path, 'parts')}[${i}]` }] : []))
}

class Turns {
  readonly #reader: FieldReader
  /** Unanswered calls in their order. */
  readonly #open: ToolCall[] = []
  #calls = 0

  constructor(reader: FieldReader) {
    this.#reader = reader
  }

  read(content: JsonObject, path: string): readonly ChatMessage[] {
    const { role } = content
    const parts = partsOf(content, path, this.#reader)
    if (role === 'model') return this.#model(parts)
    if (role === undefined || role === null || role === 'user' || role === 'function') return this.#user(parts)
    if (role === 'system') return [{ role: 'system', content: this.#contentOf(parts) }]
    this.#reader.problem(at(path, 'role'), `is unknown: ${quote(role)}`)
    return []
  }

  #contentOf(parts: readonly Placed[]): readonly MessagePart[] {
    return parts.flatMap(({ part, path }) => readPart(part, path, this.#reader) ?? [])
  }

  #user(parts: readonly Placed[]): readonly ChatMessage[] {
    const results = parts.filter(({ part }) => kindOf(part) === 'functionResponse')
    const rest = this.#contentOf(parts.filter(({ part }) => kindOf(part) !== 'functionResponse'))
    const messages = results.flatMap(({ part, path }) => this.#result(part, path) ?? [])
    return rest.length > 0 ? [...messages, { role: 'user', content: rest }] : messages
  }

  #result(part: JsonObject, path: string): ChatMessage | undefined {
    const reader = this.#reader
    const place = at(path, 'functionResponse')
    const given = reader.object(part, 'functionResponse', path)
    if (!given) return undefined
    const result = withCamelNames(given)
    const name = reader.requiredText(result, 'name', place)
    const id = reader.text(result, 'id', place) || undefined
    const response = reader.object(result, 'response', place) ?? {}
    const found = this.#open.findIndex((call) => (id === undefined ? call.name === name : call.id === id))
    const [call] = found < 0 ? [] : this.#open.splice(found, 1)
    const media = partsOf(result, place, reader).flatMap((one) => readPart(one.part, one.path, reader) ?? [])
    const text = textOfResponse(response)
    return {
      role: 'tool',
      toolCallId: call?.id ?? id ?? name,
      name,
      content: media.length > 0 ? [{ type: 'text', text }, ...media] : text,
      ...(isFailure(response) && { failed: true }),
    }
  }

  #model(parts: readonly Placed[]): readonly ChatMessage[] {
    const drafts: Draft[] = [{ reasoning: [], parts: [], calls: [] }]
    for (const { part, path } of parts) {
      let draft = drafts.at(-1) as Draft
      const kind = kindOf(part)
      if (kind === 'thought') {
        if (draft.parts.length > 0 && draft.calls.length === 0) {
          draft = { reasoning: [], parts: [], calls: [] }
          drafts.push(draft)
        }
        draft.reasoning.push(readThought(part, path, this.#reader))
      } else if (kind === 'functionCall') {
        const call = this.#call(part, path)
        if (call) draft.calls.push(call)
      } else draft.parts.push(...this.#contentOf([{ part, path }]))
    }
    return drafts.map(({ reasoning, parts: content, calls }) => ({
      role: 'assistant',
      content,
      ...(calls.length > 0 && { toolCalls: calls }),
      ...(reasoning.length > 0 && { reasoning }),
    }))
  }

  #call(part: JsonObject, path: string): ToolCall | undefined {
    const reader = this.#reader
    const place = at(path, 'functionCall')
    const given = reader.object(part, 'functionCall', path)
    if (!given) return undefined
    const name = reader.requiredText(given, 'name', place)
    const args = reader.object(given, 'args', place) ?? {}
    const vendorState = stateOf(part, ['functionCall'])
    const call = {
      // The same conversation always gets the same ids.
      id: reader.text(given, 'id', place) || `call_${this.#calls}`,
      name,
      argumentsJson: JSON.stringify(args),
      ...(vendorState && { vendorState }),
    } as ToolCall
    this.#calls++
    this.#open.push(call)
    return call
  }
}

interface Draft {
  readonly reasoning: Reasoning[]
  readonly parts: MessagePart[]
  readonly calls: ToolCall[]
}

/** A text alone goes on as a text; the vendor's driver wraps it again. */
const textOfResponse = (response: JsonObject): string => {
  const [name, ...others] = Object.keys(response)
  const value: Json | undefined =
    name === 'result' || name === 'output' || name === 'error' ? response[name] : undefined
  return others.length === 0 && typeof value === 'string' ? value : JSON.stringify(response)
}

const isFailure = (response: JsonObject): boolean => {
  const names = Object.keys(response)
  return names.length === 1 && names[0] === 'error'
}

/** `{ parts }`, or a text as some clients write it. */
export const readSystem = (body: JsonObject, reader: FieldReader): readonly ChatMessage[] => {
  const given = body.systemInstruction
  if (given === undefined || given === null) return []
  if (typeof given === 'string') return [{ role: 'system', content: given }]
  if (!isJsonObject(given)) return reader.problem('systemInstruction', 'must be an object') ?? []
  const parts = partsOf(given, 'systemInstruction', reader)
  const content = parts.flatMap(({ part, path }) => readPart(part, path, reader) ?? [])
  return content.length > 0 ? [{ role: 'system', content }] : []
}
