// The scripted model of the flow cases (test/data/README.md §2.2): replies fixed per node id, else an echo.

import { ModelError } from '../../src/model/errors.ts'
import { collectResult } from '../../src/model/fold.ts'
import type {
  ChatMessage,
  ChatModel,
  ChatRequest,
  ChatStreamPart,
  ModelDirectory,
  ModelUsage,
} from '../../src/model/spec.ts'

const PIECE_LENGTH = 3
const NO_USAGE: ModelUsage = { promptTokens: 0, completionTokens: 0, totalTokens: 0, estimated: false }

export const scriptedModels = (script: { readonly llm?: Readonly<Record<string, string>> } = {}): ModelDirectory => {
  const llm = script.llm ?? {}
  return {
    resolve: (reference) => ({ type: 'exact', model: scriptedModel(reference.provider, reference.name, llm) }),
    defaultModel: scriptedModel('scripted', 'scripted', llm),
    embedding: () => undefined,
    transcription: () => undefined,
    speech: () => undefined,
    rerank: () => undefined,
    moderation: () => undefined,
    list: () => [],
  }
}

const scriptedModel = (provider: string, name: string, llm: Readonly<Record<string, string>>): ChatModel => {
  const replyTo = (request: ChatRequest): string => {
    const { messages, caller } = request
    const asked = lastUserText(messages)
    const fixed = caller !== undefined && Object.hasOwn(llm, caller) ? llm[caller] : undefined
    const dump = () => messages.map((message) => `${message.role}: ${textOf(message)}`).join('\n')
    const reply = fixed ?? (name === 'dump' ? dump() : `echo:${asked}`)
    return asked.includes('[[think]]') ? `<think>plan ${messages.length}</think>\n\n${reply}` : reply
  }

  const checkFailure = (asked: string): void => {
    if (asked.includes('[[fail]]')) throw unavailable(provider)
  }

  async function* stream(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<ChatStreamPart, void> {
    signal?.throwIfAborted()
    const asked = lastUserText(request.messages)
    checkFailure(asked)
    const points = Array.from(replyTo(request))
    const pieces: string[] = []
    for (let i = 0; i < points.length; i += PIECE_LENGTH) pieces.push(points.slice(i, i + PIECE_LENGTH).join(''))
    const fails = asked.includes('[[midfail]]') && pieces.length >= 3
    for (const [index, text] of pieces.entries()) {
      if (fails && index === 2) throw unavailable(provider)
      signal?.throwIfAborted()
      yield { type: 'text-delta', text }
    }
    yield { type: 'finish', reason: 'stop', usage: NO_USAGE }
  }

  return {
    provider,
    name,
    features: new Set(),
    stream,
    async generate(request, signal) {
      signal?.throwIfAborted()
      checkFailure(lastUserText(request.messages))
      const parts: ChatStreamPart[] = [
        { type: 'text-delta', text: replyTo(request) },
        { type: 'finish', reason: 'stop', usage: NO_USAGE },
      ]
      return collectResult(parts, provider)
    },
  }
}

const unavailable = (provider: string): ModelError =>
  new ModelError('model/unavailable', {
    details: { provider, message: 'the script says so', errorType: 'InvokeServerUnavailableError' },
  })

const lastUserText = (messages: readonly ChatMessage[]): string => {
  const last = messages.findLast((message) => message.role === 'user')
  return last ? textOf(last) : ''
}

const textOf = (message: ChatMessage): string =>
  typeof message.content === 'string'
    ? message.content
    : message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
