// Stages made from settings as the configuration writes them, and answers sent through them.

import type { ChatMessage, ChatRequest, ChatStreamPart } from '../../src/model/spec.ts'
import { formatSettings } from '../../src/model/stage/format.ts'
import { preprocessSettings } from '../../src/model/stage/preprocess.ts'
import { sensitiveWordsSettings } from '../../src/model/stage/sensitive-words.ts'
import type { Stage } from '../../src/model/stage/spec.ts'
import { createStages } from '../../src/model/stage/stages.ts'
import { parseLenientJson } from '../../src/nodes/drivers/json-repair.ts'

const SCHEMAS = { 'sensitive-words': sensitiveWordsSettings, preprocess: preprocessSettings, format: formatSettings }

export const stageOf = (
  settings: { readonly type: keyof typeof SCHEMAS; readonly [key: string]: unknown },
  files: Readonly<Record<string, string>> = {},
): Stage => {
  const readFile = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw new Error('no such file')
    return text
  }
  const parsed = SCHEMAS[settings.type].parse(settings)
  const stage = createStages({ test: parsed }, { parseJson: parseLenientJson, readFile }).get('test')
  if (!stage) throw new Error('no stage')
  return stage
}

const context = { scope: 'tenant', metadata: { city: 'Bern' }, signal: new AbortController().signal }
const usage = { promptTokens: 1, completionTokens: 1, totalTokens: 2, estimated: false }
export const finish: ChatStreamPart = { type: 'finish', reason: 'stop', usage }

export const requestOf = (...messages: readonly (string | ChatMessage)[]): ChatRequest => ({
  messages: messages.map((message) => (typeof message === 'string' ? { role: 'user', content: message } : message)),
})

export const asked = (stage: Stage, request: ChatRequest) => stage.before?.(request, context)

export const partsOf = async (stage: Stage, parts: readonly ChatStreamPart[]): Promise<readonly ChatStreamPart[]> => {
  const filter = stage.after?.(requestOf('x'), context)
  if (!filter) throw new Error('the stage does not look at answers')
  const through: ChatStreamPart[] = []
  for (const part of parts) through.push(...(await filter.push(part)))
  return through
}

/** What comes of an answer in these pieces. */
export const answered = async (stage: Stage, ...pieces: readonly string[]): Promise<string> => {
  const parts = await partsOf(stage, [...pieces.map((text) => ({ type: 'text-delta', text }) as const), finish])
  return textOf(parts)
}

export const textOf = (parts: readonly ChatStreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')
