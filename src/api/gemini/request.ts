// A generateContent body → the neutral form. Wire format: ai.google.dev/api/generate-content.

import type { ValueObject } from '../../base/value.ts'
import type { ChatRequest, ToolDefinition } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { at, FieldReader, isJsonObject, quote } from '../openai/field-reader.ts'
import { withCamelNames } from './names.ts'
import { fromGeminiSchema } from './schema.ts'
import { readSystem, readTurns } from './turns.ts'

/** Their name → ours. */
const NUMBERS = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
  ['maxOutputTokens', 'max_tokens'],
  ['seed', 'seed'],
  ['presencePenalty', 'presence_penalty'],
  ['frequencyPenalty', 'frequency_penalty'],
] as const
const LEVELS = { MINIMAL: 'minimal', LOW: 'low', MEDIUM: 'medium', HIGH: 'high' } as const
const CONFIG_FIELDS = [
  ...NUMBERS.map(([name]) => name),
  ...['stopSequences', 'responseMimeType', 'responseSchema', 'responseJsonSchema', '_responseJsonSchema'],
  ...['candidateCount', 'thinkingConfig'],
]
/** What is read into the neutral form, or is about the call itself. */
const BODY_FIELDS = ['model', 'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig']

/** @throws ApiError `api/invalid-param` */
export const readGeminiRequest = (given: JsonObject): ChatRequest => {
  const reader = new FieldReader()
  const body = withCamelNames(given)
  const config = withCamelNames(reader.object(body, 'generationConfig') ?? {})
  const stop = reader.list(config, 'stopSequences', 'generationConfig')
  if (stop?.some((text) => typeof text !== 'string')) {
    reader.problem('generationConfig.stopSequences', 'must hold texts')
  }
  const messages = [...readSystem(body, reader), ...readTurns(body, reader)]
  const tools = readTools(body, reader)
  const choice = readChoice(body, reader)
  const reasoning = readReasoning(config, reader)
  const state = {
    ...restOf(body, BODY_FIELDS),
    ...(tools.own.length > 0 && { tools: tools.own }),
    ...(choice.state && { toolConfig: choice.state }),
    ...configState(config),
  }
  const request: ChatRequest = {
    messages,
    parameters: readNumbers(config, reader),
    ...(stop && stop.length > 0 && { stop: stop as readonly string[] }),
    ...(tools.functions.length > 0 && { tools: tools.functions }),
    ...(choice.toolChoice && { toolChoice: choice.toolChoice }),
    ...(reasoning && { reasoning }),
    ...readFormat(config),
    ...(Object.keys(state).length > 0 && { vendorState: { gemini: state } }),
  }
  reader.finish()
  return request
}

const readNumbers = (config: JsonObject, reader: FieldReader): ValueObject =>
  Object.fromEntries(
    NUMBERS.flatMap(([theirs, ours]) => {
      const value = reader.number(config, theirs, 'generationConfig')
      return value === undefined ? [] : [[ours, value] as const]
    }),
  )

/** Functions of the caller, and tools of the vendor, which stay as they are. */
const readTools = (body: JsonObject, reader: FieldReader) => {
  const functions: ToolDefinition[] = []
  const own: ValueObject[] = []
  for (const [i, tool] of (reader.objects(body, 'tools') ?? []).entries()) {
    if (!tool) continue
    const { functionDeclarations: _, ...rest } = withCamelNames(tool)
    if (Object.keys(rest).length > 0) own.push(rest as ValueObject)
    const declarations = reader.objects(withCamelNames(tool), 'functionDeclarations', `tools[${i}]`) ?? []
    for (const [j, declaration] of declarations.entries()) {
      if (declaration) functions.push(readFunction(declaration, `tools[${i}].functionDeclarations[${j}]`, reader))
    }
  }
  return { functions, own }
}

const FUNCTION_FIELDS = ['name', 'description', 'parameters', 'parametersJsonSchema']

const readFunction = (given: JsonObject, path: string, reader: FieldReader): ToolDefinition => {
  const declaration = withCamelNames(given)
  const name = reader.requiredText(declaration, 'name', path)
  const description = reader.text(declaration, 'description', path)
  const schema = reader.object(declaration, 'parameters', path)
  const jsonSchema = reader.object(declaration, 'parametersJsonSchema', path)
  const parameters = jsonSchema ?? (schema ? fromGeminiSchema(schema) : { type: 'object', properties: {} })
  const state = restOf(declaration, FUNCTION_FIELDS)
  return {
    name,
    parameters: parameters as ValueObject,
    ...(description !== undefined && { description }),
    ...(state && { vendorState: { gemini: state } }),
  }
}

const readChoice = (
  body: JsonObject,
  reader: FieldReader,
): { readonly toolChoice?: ChatRequest['toolChoice']; readonly state?: ValueObject } => {
  const config = withCamelNames(reader.object(body, 'toolConfig') ?? {})
  const rest = restOf(config, ['functionCallingConfig'])
  const place = 'toolConfig.functionCallingConfig'
  const calling = withCamelNames(reader.object(config, 'functionCallingConfig', 'toolConfig') ?? {})
  const names = reader.list(calling, 'allowedFunctionNames', place) ?? []
  const [name] = names
  const mode = typeof calling.mode === 'string' ? calling.mode.toUpperCase() : 'AUTO'
  const isOne = mode === 'ANY' && names.length === 1 && typeof name === 'string'
  // Several names, or checked calls: only the vendor has these.
  const special = names.length > (isOne ? 1 : 0) || mode === 'VALIDATED'
  const state = { ...rest, ...(special && { functionCallingConfig: calling as ValueObject }) }
  const toolChoice = isOne ? { name } : choiceOf(mode, at(place, 'mode'), reader)
  return {
    ...(calling.mode !== undefined && toolChoice !== undefined && { toolChoice }),
    ...(Object.keys(state).length > 0 && { state }),
  }
}

const choiceOf = (mode: string, path: string, reader: FieldReader): ChatRequest['toolChoice'] => {
  switch (mode) {
    case 'AUTO':
    case 'VALIDATED':
    case 'MODE_UNSPECIFIED':
      return 'auto'
    case 'ANY':
      return 'required'
    case 'NONE':
      return 'none'
    default:
      return reader.problem(path, `is unknown: ${quote(mode)}`)
  }
}

const readReasoning = (config: JsonObject, reader: FieldReader): ChatRequest['reasoning'] => {
  const thinking = withCamelNames(reader.object(config, 'thinkingConfig', 'generationConfig') ?? {})
  const budget = reader.number(thinking, 'thinkingBudget', 'generationConfig.thinkingConfig', { integer: true })
  const level = typeof thinking.thinkingLevel === 'string' ? thinking.thinkingLevel.toUpperCase() : ''
  if (Object.hasOwn(LEVELS, level)) return { effort: LEVELS[level as keyof typeof LEVELS] }
  if (budget === 0) return { effort: 'none' }
  // −1 leaves it to the model.
  return budget !== undefined && budget > 0 ? { budgetTokens: budget } : undefined
}

export const schemaOf = (config: JsonObject): JsonObject | undefined => {
  const json = config.responseJsonSchema ?? config._responseJsonSchema
  if (isJsonObject(json)) return json
  return isJsonObject(config.responseSchema) ? fromGeminiSchema(config.responseSchema) : undefined
}

const readFormat = (config: JsonObject): Pick<ChatRequest, 'json' | 'responseSchema'> => {
  const schema = schemaOf(config)
  if (isEnum(config)) return {}
  if (schema) return { responseSchema: { name: 'answer', schema: schema as ValueObject } }
  return config.responseMimeType === 'application/json' ? { json: true } : {}
}

/** One word of a list as plain text, which only the vendor has. */
export const isEnum = (config: JsonObject): boolean => config.responseMimeType === 'text/x.enum'

const configState = (config: JsonObject): { readonly generationConfig?: ValueObject } => {
  const { responseMimeType, responseSchema } = config
  const thinking = isJsonObject(config.thinkingConfig) ? withCamelNames(config.thinkingConfig) : undefined
  const state = {
    ...restOf(config, CONFIG_FIELDS),
    // As a whole: how the vendor itself thinks is not derived from what other vendors are told.
    ...(thinking && { thinkingConfig: thinking }),
    ...(isEnum(config) && { responseMimeType, responseSchema: responseSchema ?? {} }),
  } as ValueObject
  return Object.keys(state).length > 0 ? { generationConfig: state } : {}
}

/** What is left of an object without these fields and without nulls; undefined when nothing is. */
const restOf = (object: JsonObject, names: readonly string[]): ValueObject | undefined => {
  const entries = Object.entries(object).filter(([name, value]) => value !== null && !names.includes(name))
  return entries.length > 0 ? (Object.fromEntries(entries) as ValueObject) : undefined
}
