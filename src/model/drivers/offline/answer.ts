// What the offline model answers: one decision, from the most certain reading of a request to the least.

import { parseJson, stringifyJson } from '../../../base/json.ts'
import { isObject, own, type Value, type ValueObject } from '../../../base/value.ts'
import type { ChatRequest } from '../../spec.ts'
import { classify } from './classification.ts'
import { followInstruction } from './instructions.ts'
import { jsonValuesIn } from './json-in-text.ts'
import { greeting, introduction, nothingToWorkWith, notInContext } from './phrases.ts'
import { type OfflinePrompt, readPrompt } from './prompt.ts'
import { quoteFrom, quoteFromPrompt, quoteResults } from './quotes.ts'
import { fillSchema } from './schema-filling.ts'
import { type ChosenCall, chooseCall, taskText } from './tool-choice.ts'

export type OfflineAnswer =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly call: ChosenCall }

export const answerOffline = (request: ChatRequest): OfflineAnswer => {
  const prompt = readPrompt(request)
  const call = chooseCall(request, prompt)
  if (call) return { type: 'call', call }
  return { type: 'text', text: answerText(request, prompt) }
}

const answerText = (request: ChatRequest, prompt: OfflinePrompt): string => {
  const source = [taskText(prompt), prompt.context ?? '', ...prompt.results].join('\n').trim()
  if (request.responseSchema) return stringifyJson(fillSchema(request.responseSchema.schema, source))
  const category = classify(prompt)
  if (category !== undefined) return category
  const schema = prompt.task && own(prompt.task, 'schema')
  if (isObject(schema)) return stringifyJson(fillSchema(schema, source))
  if (prompt.results.length > 0) return quoteResults(prompt.results.map(parsed), prompt.question)
  const wanted = jsonShape(request, prompt)
  return wanted === undefined
    ? plainAnswer(prompt)
    : stringifyJson(fillShape(wanted, shapeSource(source, prompt), plainAnswer(prompt)))
}

const GREETING =
  /^[^\p{L}\p{N}]*(?:hi|hello|hey|hallo|bonjour|hola|good (?:morning|day|evening)|你好|您好|嗨|早上好|晚上好)(?:[\s,!.。！，~]+(?:there|all|everyone|heddle))?[^\p{L}\p{N}]*$/iu
const WHO_ARE_YOU =
  /\b(?:who|what) are you\b|\bwhat (?:model|llm|ai) (?:is this|are you)|\bare you (?:a|an) (?:language model|llm|ai|bot|human)|\bwhat can you do\b|你是谁|你是什么|你能做什么|你会什么/i

const plainAnswer = (prompt: OfflinePrompt): string => {
  const { question, user } = prompt
  if (GREETING.test(question)) return greeting(question)
  if (WHO_ARE_YOU.test(question)) return introduction(question)
  const followed = followInstruction(prompt)
  if (followed !== undefined) return followed
  if (prompt.context !== undefined) return quoteFrom(prompt.context, question) ?? notInContext(question)
  return quoteFromPrompt(prompt.system, user) ?? nothingToWorkWith(user === '' ? prompt.system : user)
}

/** The JSON a prompt without a schema asks for: an example object in it, or the fields it names. */
const jsonShape = (request: ChatRequest, prompt: OfflinePrompt): ValueObject | undefined => {
  const parameter = own(request.parameters ?? {}, 'response_format')
  const asked =
    (typeof parameter === 'string' && /json/i.test(parameter)) || ASKS_FOR_JSON.test(`${prompt.system}\n${prompt.user}`)
  if (!asked) return undefined
  const example = [...jsonValuesIn(prompt.user), ...jsonValuesIn(prompt.system)].find(isObject)
  if (example) return example
  const fields = FIELDS.exec(`${prompt.user}\n${prompt.system}`)?.[1] ?? ''
  const names = fields.split(/\s*(?:,|，|、|\band\b|和)\s*/).map((name) => name.replace(/["'`.\s]/g, ''))
  return Object.fromEntries(names.filter((name) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)).map((name) => [name, '']))
}

const ASKS_FOR_JSON =
  /\b(?:in|as|with|return|output|produce|give|reply|respond|answer|generate|valid|only)\b[^.\n]{0,40}\bjson\b|\bjson (?:object|format|only)\b|(?:输出|返回|使用|以)[^。\n]{0,10}json|json\s*格式/i
const FIELDS = /(?:\b(?:keys?|fields?|properties)|字段|键)\s*(?:are|is|named|called)?\s*[:：]?\s*([^\n.;。；]{1,200})/i

const fillShape = (shape: ValueObject, source: string, answer: string): Value =>
  Object.keys(shape).length === 0 ? { answer } : fillSchema(schemaOf(shape), source)

/** When the user is the one who asks for JSON, its values may stand in the system text. */
const shapeSource = (source: string, prompt: OfflinePrompt): string =>
  prompt.context === undefined && ASKS_FOR_JSON.test(prompt.user) ? `${source}\n${prompt.system}` : source

/** The schema that an example stands for. */
const schemaOf = (example: Value): ValueObject => {
  if (Array.isArray(example)) return { type: 'array', items: example.length > 0 ? schemaOf(example[0] as Value) : {} }
  if (isObject(example)) {
    const names = Object.keys(example)
    const properties = Object.fromEntries(names.map((name) => [name, schemaOf(own(example, name) as Value)]))
    return { type: 'object', properties, required: names }
  }
  if (typeof example === 'string') return { type: 'string' }
  if (typeof example === 'boolean') return { type: 'boolean' }
  return { type: example === null ? 'null' : 'number' }
}

const parsed = (content: string): Value => {
  try {
    return parseJson(content)
  } catch {
    // Results are text as often as JSON.
    return content
  }
}
