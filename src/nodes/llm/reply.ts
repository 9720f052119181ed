// The reply of a model while it streams: text goes to the reader piece by piece, thinking apart or inside tags.
//
// R1  `tagged`: the text is what the model sent, thinking included in `<think>` tags.
// R2  `separated`: readers see no thinking; it is joined in `reasoning`, block by block.

import type { FileValue } from '../../flow/file.ts'
import type { NodeContext } from '../../flow/spec.ts'
import type { ChatStreamPart, FinishReason, ModelUsage } from '../../model/spec.ts'
import { NO_USAGE } from '../model/usage.ts'
import type { NodeServices } from '../spec.ts'
import { ThinkFilter, type ThinkPiece } from './think-tags.ts'

export interface Reply {
  readonly text: string
  readonly reasoning: string
  readonly files: readonly FileValue[]
  readonly finishReason: string | null
  readonly usage: ModelUsage
}

/** Source of the names: `finish_reason` in Dify app outputs and OpenAI's API. */
const FINISH: Readonly<Record<FinishReason, string | null>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: null,
}

/** Reads the stream to its end and writes the `text` of this node. Does not close it. */
export const readReply = async (
  parts: AsyncIterable<ChatStreamPart>,
  format: 'tagged' | 'separated',
  node: NodeContext<NodeServices>,
): Promise<Reply> => {
  const writer = format === 'separated' ? new SeparatedWriter(node) : new TaggedWriter(node)
  const files: FileValue[] = []
  let finishReason: string | null = null
  let usage = NO_USAGE
  for await (const part of parts) {
    switch (part.type) {
      case 'text-delta': {
        const held = writer.text(part.text)
        if (held !== undefined) await held
        break
      }
      case 'reasoning-delta': {
        const held = writer.think(part.text)
        if (held !== undefined) await held
        break
      }
      case 'media': {
        const file = await storeMedia(part.base64, part.mimeType, node)
        files.push(file)
        await writer.text(`![](${file.fields.url ?? ''})`)
        break
      }
      case 'finish':
        finishReason = FINISH[part.reason]
        usage = part.usage
        break
      case 'tool-call':
        break
    }
  }
  await writer.end()
  return { ...writer.result(), files, finishReason, usage }
}

const storeMedia = (base64: string, mimeType: string, node: NodeContext<NodeServices>): Promise<FileValue> => {
  const extension = (mimeType.split('/')[1] ?? 'bin').replace(/[^a-z0-9].*$/i, '') || 'bin'
  const filename = `${node.ids.next('media')}.${extension}`
  return node.services.files.store(Buffer.from(base64, 'base64'), { filename, mimeType })
}

type Held = void | Promise<void>

class TaggedWriter {
  readonly #node: NodeContext<NodeServices>
  #text = ''
  #thinking = false
  constructor(node: NodeContext<NodeServices>) {
    this.#node = node
  }

  text(text: string): Held {
    const whole = this.#thinking && text !== '' ? `\n</think>${text}` : text
    if (text !== '') this.#thinking = false
    return this.#write(whole)
  }

  think(text: string): Held {
    const whole = this.#thinking ? text : `<think>\n${text}`
    this.#thinking = true
    return this.#write(whole)
  }

  async end(): Promise<void> {
    if (this.#thinking) await this.#write('\n</think>')
  }

  result(): { readonly text: string; readonly reasoning: string } {
    return { text: this.#text, reasoning: '' }
  }

  #write(text: string): Held {
    if (text === '') return
    this.#text += text
    return this.#node.write('text', text)
  }
}

class SeparatedWriter {
  readonly #node: NodeContext<NodeServices>
  readonly #filter = new ThinkFilter()
  #apart = ''
  #thought = false
  constructor(node: NodeContext<NodeServices>) {
    this.#node = node
  }

  text(text: string): Held {
    return this.#pass(this.#filter.push(text))
  }

  think(text: string): Held {
    this.#apart += text
    return this.#reason(text)
  }

  async end(): Promise<void> {
    await this.#pass(this.#filter.end())
    if (this.#thought) await this.#node.reason('', true)
  }

  result(): { readonly text: string; readonly reasoning: string } {
    const reasoning = [this.#apart.trim(), this.#filter.reasoning].filter((block) => block !== '').join('\n')
    return { text: this.#filter.text, reasoning }
  }

  #pass({ visible, thought }: ThinkPiece): Held {
    const reasoned = thought === '' ? undefined : this.#reason(thought)
    const written = visible === '' ? undefined : this.#node.write('text', visible)
    return reasoned !== undefined && written !== undefined
      ? Promise.all([reasoned, written]).then(() => {})
      : (reasoned ?? written)
  }

  #reason(text: string): Held {
    if (text === '') return
    this.#thought = true
    return this.#node.reason(text)
  }
}
