// The reply of a basic app's model while it streams. Thinking in `<think>` tags is part of the text, as Dify's basic modes
// have it; thinking the vendor sends apart stays apart.

import type { Ids } from '../../../base/seams.ts'
import type { Usage } from '../../../flow/events.ts'
import type { FileValue } from '../../../flow/file.ts'
import type { ChatRequest, ChatStreamPart } from '../../../model/spec.ts'
import { estimatedUsage, estimateTokens } from '../../../model/usage.ts'
import type { FileAccess } from '../../../nodes/spec.ts'
import type { ExecutionEvent } from '../events.ts'

/** Names the reply in events, as the answer node does in graphs. */
const RESPONSE_ID = 'answer'

export class Reply {
  readonly #files: FileAccess
  readonly #ids: Ids
  readonly #media: FileValue[] = []
  #text = ''
  #thinking = ''
  /** What was asked; undefined before. */
  #request: ChatRequest | undefined
  #usage: Usage | undefined

  constructor(parts: { readonly files: FileAccess; readonly ids: Ids }) {
    this.#files = parts.files
    this.#ids = parts.ids
  }

  get text(): string {
    return this.#text
  }

  /** Files the model made. */
  get media(): readonly FileValue[] {
    return this.#media
  }

  /** As the vendor counted; an estimate when the reply broke off; nothing while the model has said nothing. */
  get usage(): Usage {
    if (this.#usage) return this.#usage
    const said = this.#thinking + this.#text
    if (!this.#request || said === '') return { promptTokens: 0, completionTokens: 0, totalTokens: 0 }
    const { promptTokens, completionTokens, totalTokens } = estimatedUsage(this.#request, estimateTokens(said))
    return { promptTokens, completionTokens, totalTokens }
  }

  async *read(request: ChatRequest, parts: AsyncIterable<ChatStreamPart>): AsyncGenerator<ExecutionEvent, void> {
    this.#request = request
    let thinking = false
    for await (const part of parts) {
      if (thinking && part.type !== 'reasoning-delta') {
        thinking = false
        yield reasoning('', true)
      }
      switch (part.type) {
        case 'text-delta':
          if (part.text !== '') yield this.#say(part.text)
          break
        case 'reasoning-delta':
          if (part.text === '') break
          thinking = true
          this.#thinking += part.text
          yield reasoning(part.text, false)
          break
        case 'media':
          yield this.#say(await this.#keep(part.base64, part.mimeType))
          break
        case 'finish': {
          const { promptTokens, completionTokens, totalTokens, cost } = part.usage
          this.#usage = { promptTokens, completionTokens, totalTokens, ...(cost && { cost }) }
          break
        }
        case 'tool-call':
          // None were offered.
          break
      }
    }
  }

  #say(text: string): ExecutionEvent {
    this.#text += text
    return { type: 'text-delta', text, selector: [], responseId: RESPONSE_ID, final: false, frame: {} }
  }

  /** Stores what the model made. @returns the mark that shows it in the text */
  async #keep(base64: string, mimeType: string): Promise<string> {
    const extension = /^[^/]*\/([a-z0-9]+)/i.exec(mimeType)?.[1] ?? 'bin'
    const filename = `${this.#ids.next('media')}.${extension}`
    const file = await this.#files.store(Buffer.from(base64, 'base64'), { filename, mimeType })
    this.#media.push(file)
    return `![](${file.fields.url ?? ''})`
  }
}

const reasoning = (text: string, final: boolean): ExecutionEvent => ({
  type: 'reasoning-delta',
  nodeId: RESPONSE_ID,
  text,
  final,
  frame: {},
})
