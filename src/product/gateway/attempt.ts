// One attempt at one account of one target: in its own bytes where caller and vendor speak the same protocol and nothing has to
// look inside, through the neutral form otherwise. Resolves at the commit point.

import type { ValueObject } from '../../base/value.ts'
import { ModelError } from '../../model/errors.ts'
import type { NativeClient, NativeExchange } from '../../model/native.ts'
import type { Account, Target } from '../../model/resilience/spec.ts'
import type { ChatRequest, ChatResult, ChatStreamPart } from '../../model/spec.ts'
import { GatewayError } from './errors.ts'
import type { Dropped, GatewayCall } from './spec.ts'

export type Begun =
  | { readonly type: 'native'; readonly exchange: NativeExchange }
  | {
      readonly type: 'parts'
      readonly parts: AsyncIterable<ChatStreamPart>
      readonly dropped: readonly Dropped[]
    }

export interface AttemptOptions {
  readonly native: NativeClient
  readonly call: GatewayCall
  /** Undefined: bytes may pass through; else the request as it stands after stages. */
  readonly request: ChatRequest | undefined
  readonly overrides: ValueObject
}

export const attempt = async (
  { native, call, request, overrides }: AttemptOptions,
  target: Target,
  account: Account,
  signal: AbortSignal,
): Promise<Begun> => {
  if (request === undefined && call.body && call.door !== 'node') {
    const endpoint = account.provider.native?.(call.door, target.model)
    if (endpoint) {
      const ask = call.streaming && endpoint.streamUsage === 'on-request'
      const { text, usageAdded } = call.body(endpoint.model, ask)
      const sent = { body: text, streaming: call.streaming, hideUsage: usageAdded }
      return { type: 'native', exchange: await native.send(endpoint, sent, signal) }
    }
  }
  const dropped = call.verdicts(account.provider.family ?? 'openai-chat')
  if (call.options.strict && dropped.length > 0) throw unsupported(target, dropped)
  const model = account.provider.chat(target.model)
  if (!model) throw new ModelError('model/not-found', { details: { provider: target.provider, model: target.model } })
  const asked = withOverrides(request ?? call.request(), overrides)
  if (!call.streaming) return { type: 'parts', parts: partsOf(await model.generate(asked, signal)), dropped }
  return { type: 'parts', parts: await committed(model.stream(asked, signal)), dropped }
}

export const unsupported = (target: Target, dropped: readonly Dropped[]): GatewayError =>
  new GatewayError('gateway/unsupported-parameter', {
    details: { target: target.id, fields: dropped.map(({ field }) => field).join(', '), dropped },
  })

export const withOverrides = (request: ChatRequest, overrides: ValueObject): ChatRequest =>
  Object.keys(overrides).length === 0 ? request : { ...request, parameters: { ...request.parameters, ...overrides } }

/** Parts held before the first content. */
const MOST_HELD = 64

/** The same parts, once the first of them is content: before it nothing has been said, and another target may answer. */
const committed = async (parts: AsyncIterable<ChatStreamPart>): Promise<AsyncIterable<ChatStreamPart>> => {
  const iterator = parts[Symbol.asyncIterator]()
  const held: ChatStreamPart[] = []
  for (;;) {
    const next = await iterator.next()
    if (next.done) break
    held.push(next.value)
    if (held.length >= MOST_HELD || isContent(next.value)) break
  }
  return { [Symbol.asyncIterator]: () => new Continued(held, iterator) }
}

const isContent = (part: ChatStreamPart): boolean =>
  part.type === 'text-delta' || part.type === 'reasoning-delta' ? part.text !== '' : true

class Continued implements AsyncIterator<ChatStreamPart, undefined> {
  readonly #held: readonly ChatStreamPart[]
  readonly #rest: AsyncIterator<ChatStreamPart>
  #at = 0

  constructor(held: readonly ChatStreamPart[], rest: AsyncIterator<ChatStreamPart>) {
    this.#held = held
    this.#rest = rest
  }

  next(): Promise<IteratorResult<ChatStreamPart, undefined>> {
    const held = this.#held[this.#at++]
    if (held) return Promise.resolve({ done: false, value: held })
    return this.#rest.next()
  }

  async return(): Promise<IteratorResult<ChatStreamPart, undefined>> {
    await this.#rest.return?.()
    return { done: true, value: undefined }
  }
}

/** A whole answer as the parts of its stream. */
export async function* partsOf(result: ChatResult): AsyncGenerator<ChatStreamPart, void> {
  const blocks = result.reasoningBlocks ?? []
  if (blocks.length === 0 && result.reasoning !== '') yield { type: 'reasoning-delta', text: result.reasoning }
  for (const { text, vendorState } of blocks) {
    if (text !== '') yield { type: 'reasoning-delta', text }
    if (vendorState) yield { type: 'reasoning-end', vendorState }
  }
  if (result.text !== '') yield { type: 'text-delta', text: result.text }
  for (const call of result.toolCalls) yield { type: 'tool-call', call }
  for (const { mimeType, base64 } of result.media ?? []) yield { type: 'media', mimeType, base64 }
  yield {
    type: 'finish',
    reason: result.finishReason,
    usage: result.usage,
    ...(result.model !== undefined && { model: result.model }),
    ...(result.stopSequence !== undefined && { stopSequence: result.stopSequence }),
  }
}
