// Replies in a fixed structure: asking for it in the way the model understands, and checking what comes back.
//
// Prompted form, for models that declare nothing: the first system message is followed by an instruction whose last
// part is the schema, on a line of its own as one-line JSON after `JSON Schema:`. The reply must be one JSON object.

import { messageOf } from '../../base/errors.ts'
import { JsonSyntaxError, stringifyJson } from '../../base/json.ts'
import { isObject, own, type Value, type ValueObject } from '../../base/value.ts'
import type { ChatMessage, ChatModel, ChatRequest } from '../../model/spec.ts'
import { parseLenientJson } from '../drivers/json-repair.ts'
import { compileSchema, type SchemaCheck } from '../drivers/json-schema.ts'
import { NodeError } from '../errors.ts'
import { withoutThinking } from './think-tags.ts'

export interface StructuredOutput {
  /** The request, asking for the structure. @throws NodeError `node/model-feature` */
  ask(request: ChatRequest, model: ChatModel): ChatRequest
  /** The object in the reply. @throws NodeError `node/reply-shape` */
  read(text: string): ValueObject
}

/** @throws NodeError `node/schema-invalid` */
export const createStructuredOutput = (raw: unknown): StructuredOutput => {
  const schema = objectSchema(raw)
  const check = compile(schema)
  return {
    ask(request, model) {
      if (model.features.has('structured-output')) {
        return { ...request, responseSchema: { name: 'structured_output', schema } }
      }
      if (model.features.size > 0) {
        throw new NodeError('node/model-feature', { details: { model: `${model.provider}/${model.name}` } })
      }
      return { ...request, messages: instruct(request.messages, schema) }
    },
    read(text) {
      const value = parseReply(text)
      const problems = check(value)
      if (problems.length > 0) throw new NodeError('node/reply-shape', { details: { reason: problems.join('; ') } })
      return value
    },
  }
}

const objectSchema = (raw: unknown): ValueObject => {
  if (isObject(raw) && own(raw, 'type') === 'object') return raw
  throw new NodeError('node/schema-invalid', { details: { reason: 'it must describe an object' } })
}

const compile = (schema: ValueObject): SchemaCheck => {
  try {
    return compileSchema(schema)
  } catch (error) {
    throw new NodeError('node/schema-invalid', { details: { reason: messageOf(error) }, cause: error })
  }
}

const instruct = (messages: readonly ChatMessage[], schema: ValueObject): readonly ChatMessage[] => {
  const instruction = [
    'Answer with one JSON object that fits the schema below, and with nothing else: no explanation, no code fence.',
    `JSON Schema: ${stringifyJson(schema)}`,
  ].join('\n')
  const [first, ...rest] = messages
  if (first?.role === 'system' && typeof first.content === 'string') {
    return [{ role: 'system', content: `${first.content}\n\n${instruction}` }, ...rest]
  }
  return [{ role: 'system', content: instruction }, ...messages]
}

const FENCE = /```(?:json)?\s*([\s\S]*?)```/i

const parseReply = (reply: string): ValueObject => {
  const text = withoutThinking(reply)
  const fenced = FENCE.exec(text)?.[1] ?? text
  const start = fenced.indexOf('{')
  if (start === -1) throw new NodeError('node/reply-shape', { details: { reason: 'it holds no object' } })
  const end = fenced.lastIndexOf('}')
  const value = parse(end > start ? fenced.slice(start, end + 1) : fenced.slice(start))
  if (!isObject(value)) throw new NodeError('node/reply-shape', { details: { reason: 'it is no object' } })
  return value
}

const parse = (text: string): Value => {
  try {
    return parseLenientJson(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new NodeError('node/reply-shape', { details: { reason: error.message }, cause: error })
  }
}
