// An answer as streamGenerateContent gives it: chunks in the form of whole answers, as events or as a list of JSON.
//
// S1  Every chunk is a whole JSON object; the last one has the finish reason and the usage.
// S2  Calls are written whole: the protocol knows no fragments.

import type { ChatStreamPart } from '../../model/spec.ts'
import type { AnswerIdentity, DoorError, JsonObject, StreamWriter } from '../doors/spec.ts'
import { finishReason, identityOf, signed, toCallPart, toGeminiUsage } from './answer.ts'

export class GeminiWriter implements StreamWriter {
  readonly contentType: string
  readonly #isList: boolean
  readonly #answer: AnswerIdentity
  /** Of a chunk of text, up to the text; and what comes after it. */
  readonly #head: string
  readonly #tail: string
  #written = false

  constructor(answer: AnswerIdentity, framing: 'sse' | 'list') {
    this.#isList = framing === 'list'
    this.contentType = this.#isList ? 'application/json; charset=UTF-8' : 'text/event-stream'
    this.#answer = answer
    this.#head = '{"candidates":[{"content":{"role":"model","parts":[{"text":'
    const identity = JSON.stringify(identityOf(answer)).slice(1)
    this.#tail = `}]},"index":0}],${identity}`
  }

  push(part: ChatStreamPart): string {
    switch (part.type) {
      case 'text-delta':
        return this.#frame(`${this.#head}${JSON.stringify(part.text)}${this.#tail}`)
      case 'reasoning-delta':
        return this.#frame(`${this.#head}${JSON.stringify(part.text)},"thought":true${this.#tail}`)
      case 'reasoning-end':
        return this.#chunk([{ text: '', thought: true, ...signed(part.vendorState) }])
      case 'tool-call':
        return this.#chunk([toCallPart(part.call)])
      case 'media':
        return this.#chunk([{ inlineData: { mimeType: part.mimeType, data: part.base64 } }])
      case 'tool-start':
      case 'tool-delta':
        return ''
      case 'finish': {
        const rest = { usageMetadata: toGeminiUsage(part.usage) }
        return this.#chunk([], { finishReason: finishReason(part.reason) }, rest)
      }
    }
  }

  end(): string {
    return this.#isList ? `${this.#written ? '' : '['}]` : ''
  }

  fail(error: DoorError): string {
    return this.#frame(JSON.stringify(error.body)) + this.end()
  }

  #chunk(parts: readonly JsonObject[], candidate: JsonObject = {}, rest: JsonObject = {}): string {
    const content = { role: 'model', parts: parts.length > 0 ? parts : [{ text: '' }] }
    const chunk = { candidates: [{ content, ...candidate, index: 0 }], ...rest, ...identityOf(this.#answer) }
    return this.#frame(JSON.stringify(chunk))
  }

  #frame(json: string): string {
    if (!this.#isList) return `data: ${json}\r\n\r\n`
    const before = this.#written ? ',\r\n' : '['
    this.#written = true
    return before + json
  }
}
