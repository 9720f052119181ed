// The Converse API: requests out, events and answers in.
// Wire format: docs.aws.amazon.com/bedrock/latest/APIReference (Converse, ConverseStream).

import { isObject, own, type ValueObject } from '../../../base/value.ts'
import type { ModelError } from '../../errors.ts'
import type { FinishReason } from '../../spec.ts'
import { listAt, numberAt, objectAt, textAt, toArgumentsJson } from '../http/reading.ts'
import type { Turn, UsageNumbers } from '../http/turn.ts'
import type { FrameReader, Wire } from '../http/wire.ts'
import { readBedrockError } from './errors.ts'
import { createEventStreamDecoder } from './event-stream.ts'
import { answerToolName, type BedrockDialect, toBedrockBody } from './request.ts'

export const bedrockWire: Wire<BedrockDialect> = {
  framing: createEventStreamDecoder,
  initialDialect: () => ({ json: 'tool' }),
  encode: (call) => ({
    path: `/model/${encodeURIComponent(call.model)}/${call.streaming ? 'converse-stream' : 'converse'}`,
    body: toBedrockBody(call),
  }),
  openReader: (turn, call) => openReader(turn, answerToolName(call.request, call.dialect)),
  readWhole(body, turn, call) {
    const answer = answerToolName(call.request, call.dialect)
    const reader = new Blocks(turn, answer)
    const content = listAt(objectAt(objectAt(body, 'output'), 'message'), 'content')
    for (const [index, block] of content.entries()) reader.whole(index, block as ValueObject)
    turn.usage(usageOf(objectAt(body, 'usage')))
    const reason = textAt(body, 'stopReason')
    if (reason === undefined) throw new SyntaxError('a message without a stop reason')
    reader.finish(reason)
  },
  readError: readBedrockError,
  relax: (error, { dialect, request }) =>
    request.responseSchema && dialect.json === 'tool' && isAboutTools(error) ? { json: 'prompt' } : undefined,
}

const isAboutTools = (error: ModelError): boolean =>
  error.code === 'model/bad-request' && /tool.?(?:choice|config|use)|\btools?\b/i.test(String(error.details.message))

const openReader = (turn: Turn, answer: string | undefined): FrameReader => {
  const blocks = new Blocks(turn, answer)
  return {
    push(frame) {
      const [[type, value] = []] = isObject(frame) ? Object.entries(frame) : []
      const index = numberAt(value, 'contentBlockIndex') ?? 0
      switch (type) {
        case 'contentBlockStart':
          blocks.start(index, objectAt(value, 'start') ?? {})
          return 'more'
        case 'contentBlockDelta':
          blocks.grow(index, objectAt(value, 'delta') ?? {})
          return 'more'
        case 'contentBlockStop':
          blocks.stop(index)
          return 'more'
        case 'messageStop':
          blocks.finish(textAt(value, 'stopReason') ?? '')
          return 'more'
        case 'metadata':
          turn.usage(usageOf(objectAt(value, 'usage')))
          return 'done'
        default:
          return 'more'
      }
    },
  }
}

interface OpenThinking {
  text: string
  signature: string
  hidden: string
}

/** The blocks of one message, whole or in deltas. */
class Blocks {
  readonly #turn: Turn
  readonly #answer: string | undefined
  readonly #answers = new Set<number>()
  readonly #open = new Map<number, OpenThinking>()
  readonly #thinking: ValueObject[] = []

  constructor(turn: Turn, answer: string | undefined) {
    this.#turn = turn
    this.#answer = answer
  }

  start(index: number, block: ValueObject): void {
    const use = objectAt(block, 'toolUse')
    if (!use) return
    const name = textAt(use, 'name')
    if (name === this.#answer) this.#answers.add(index)
    else this.#turn.tool(index, { id: textAt(use, 'toolUseId'), name })
  }

  grow(index: number, delta: ValueObject): void {
    this.#turn.text(textAt(delta, 'text'))
    const input = textAt(objectAt(delta, 'toolUse'), 'input')
    if (this.#answers.has(index)) this.#turn.text(input)
    else if (input !== undefined) this.#turn.tool(index, { arguments: input })
    const thought = objectAt(delta, 'reasoningContent')
    if (thought) this.#think(index, thought)
  }

  whole(index: number, block: ValueObject): void {
    const use = objectAt(block, 'toolUse')
    this.start(index, block)
    if (use) {
      const input = toArgumentsJson(own(use, 'input'))
      this.grow(index, { toolUse: { input } })
      return
    }
    const thought = objectAt(block, 'reasoningContent')
    if (thought) this.#think(index, { ...objectAt(thought, 'reasoningText'), ...thought })
    else this.grow(index, block)
    this.stop(index)
  }

  stop(index: number): void {
    const block = this.#open.get(index)
    this.#open.delete(index)
    if (!block) return
    if (block.hidden !== '') this.#keep({ type: 'redacted_thinking', data: block.hidden }, { data: block.hidden })
    else if (block.signature !== '') {
      const { signature } = block
      this.#keep({ type: 'thinking', thinking: block.text, signature }, { signature })
    }
  }

  finish(reason: string): void {
    for (const index of [...this.#open.keys()]) this.stop(index)
    if (this.#thinking.length > 0) this.#turn.keepWithFirstCall('anthropic', { thinking: this.#thinking })
    this.#turn.finish(toFinishReason(reason, this.#turn))
  }

  #keep(block: ValueObject, state: ValueObject): void {
    this.#thinking.push(block)
    this.#turn.reasoningEnd({ anthropic: state })
  }

  #think(index: number, thought: ValueObject): void {
    const block = this.#open.get(index) ?? { text: '', signature: '', hidden: '' }
    this.#open.set(index, block)
    const text = textAt(thought, 'text') ?? ''
    this.#turn.reasoning(text)
    block.text += text
    block.signature += textAt(thought, 'signature') ?? ''
    block.hidden += textAt(thought, 'redactedContent') ?? ''
  }
}

const usageOf = (usage: ValueObject | undefined): UsageNumbers | undefined => {
  if (!usage) return undefined
  const input = numberAt(usage, 'inputTokens')
  const cachedTokens = numberAt(usage, 'cacheReadInputTokens')
  const cacheWriteTokens = numberAt(usage, 'cacheWriteInputTokens')
  return {
    promptTokens: input === undefined ? undefined : input + (cachedTokens ?? 0) + (cacheWriteTokens ?? 0),
    completionTokens: numberAt(usage, 'outputTokens'),
    cachedTokens,
    cacheWriteTokens,
  }
}

const toFinishReason = (reason: string, turn: Turn): FinishReason => {
  switch (reason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop'
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      return turn.toolCount > 0 ? 'tool-calls' : 'stop'
    case 'guardrail_intervened':
    case 'content_filtered':
      return 'content-filter'
    default:
      return 'other'
  }
}
