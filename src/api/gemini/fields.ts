// The fields of a generateContent body that a vendor of another protocol may not have, with their places: what `verdicts` asks
// about. Named in camel case, as the documentation does.

import type { Json, JsonObject } from '../doors/spec.ts'
import { isJsonList, isJsonObject } from '../openai/field-reader.ts'
import { withCamelNames } from './names.ts'
import { kindOf } from './parts.ts'
import { isEnum } from './request.ts'

type Field = readonly [path: string, value: Json]

/** Every vendor has these, or they are looked into below. */
const BODY_FIELDS = new Set(['model', 'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig'])

export function* fieldsOf(given: JsonObject): Generator<Field> {
  const body = withCamelNames(given)
  for (const [name, value] of Object.entries(body)) if (value !== null && !BODY_FIELDS.has(name)) yield [name, value]
  if (isJsonObject(body.generationConfig)) yield* configFields(withCamelNames(body.generationConfig))
  if (isJsonObject(body.toolConfig)) yield* choiceFields(withCamelNames(body.toolConfig))
  yield* toolFields(body.tools)
  if (isJsonObject(body.systemInstruction)) yield* partFields(body.systemInstruction, 'systemInstruction')
  if (!isJsonList(body.contents)) return
  for (const [i, content] of body.contents.entries()) {
    if (isJsonObject(content)) yield* partFields(content, `contents[${i}]`)
  }
}

function* configFields(config: JsonObject): Generator<Field> {
  for (const [name, value] of Object.entries(config)) {
    const path = `generationConfig.${name}`
    if (value === null || isDefault(name, value)) continue
    if (name === 'thinkingConfig' && isJsonObject(value)) {
      for (const [key, one] of Object.entries(withCamelNames(value))) if (one !== null) yield [`${path}.${key}`, one]
    } else if (name === 'responseJsonSchema' || name === '_responseJsonSchema') {
      yield ['generationConfig.responseSchema', value]
    } else if (name === 'responseMimeType' && isEnum(config)) yield [`${path}: text/x.enum`, value]
    else yield [path, value]
  }
}

/** What changes nothing. */
const isDefault = (name: string, value: Json): boolean => {
  if (name === 'candidateCount') return value === 1
  if (name === 'responseMimeType') return value === 'text/plain'
  return name === 'responseModalities' && isJsonList(value) && value.join() === 'TEXT'
}

function* choiceFields(config: JsonObject): Generator<Field> {
  const { functionCallingConfig, ...rest } = config
  for (const [name, value] of Object.entries(rest)) if (value !== null) yield [`toolConfig.${name}`, value]
  if (!isJsonObject(functionCallingConfig)) return
  const path = 'toolConfig.functionCallingConfig'
  const calling = withCamelNames(functionCallingConfig)
  if (calling.mode !== undefined && calling.mode !== 'AUTO') yield [path, functionCallingConfig]
  const names = calling.allowedFunctionNames
  if (isJsonList(names) && names.length > (calling.mode === 'ANY' ? 1 : 0))
    yield [`${path}.allowedFunctionNames`, names]
  if (calling.mode === 'VALIDATED') yield [`${path}.mode`, 'VALIDATED']
}

const FUNCTION_FIELDS = new Set(['name', 'description', 'parameters', 'parametersJsonSchema'])

function* toolFields(tools: Json | undefined): Generator<Field> {
  if (!isJsonList(tools)) return
  for (const [i, given] of tools.entries()) {
    if (!isJsonObject(given)) continue
    for (const [name, value] of Object.entries(withCamelNames(given))) {
      if (name !== 'functionDeclarations') yield [`tools[${i}].${name}`, value]
      else if (isJsonList(value)) yield* functionFields(value, `tools[${i}].${name}`)
    }
  }
}

function* functionFields(functions: readonly Json[], path: string): Generator<Field> {
  for (const [i, given] of functions.entries()) {
    if (!isJsonObject(given)) continue
    for (const [name, value] of Object.entries(withCamelNames(given))) {
      if (value !== null && !FUNCTION_FIELDS.has(name)) yield [`${path}[${i}].${name}`, value]
    }
  }
}

function* partFields(content: JsonObject, path: string): Generator<Field> {
  if (!isJsonList(content.parts)) return
  for (const [i, given] of content.parts.entries()) {
    if (!isJsonObject(given)) continue
    const part = withCamelNames(given)
    const kind = kindOf(part)
    const place = `${path}.parts[${i}]`
    if (kind === 'opaque') yield [place, given]
    else {
      const known = kind === 'thought' ? ['text', 'thought'] : [kind, 'thought']
      for (const [name, value] of Object.entries(part)) {
        if (value !== null && !known.includes(name)) yield [`${place}.${name}`, value]
      }
    }
  }
}
