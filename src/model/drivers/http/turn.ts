// One answer under way: what a vendor's frames add up to, as stream parts.
// T1  Tool calls leave whole, in the order of their first fragment, after the text and before the finish.
// T2  `close` makes exactly one finish, with the vendor's usage or an estimate.

import type { Ids } from '../../../base/seams.ts'
import type { ValueObject } from '../../../base/value.ts'
import type { ChatRequest, ChatStreamPart, FinishReason, ModelUsage } from '../../spec.ts'
import { estimatedUsage, exactTokens } from '../../usage.ts'

export interface ToolFragment {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly arguments?: string | undefined
  readonly vendorState?: ValueObject | undefined
}

interface OpenCall {
  id: string
  name: string
  readonly fragments: string[]
  vendorState: ValueObject | undefined
}

export class Turn {
  readonly #request: ChatRequest
  readonly #ids: Ids
  readonly #calls = new Map<number | string, OpenCall>()
  #parts: ChatStreamPart[] = []
  #completionTokens = 0
  #usage: ModelUsage | undefined
  #reason: FinishReason | undefined
  #model: string | undefined

  constructor(request: ChatRequest, ids: Ids) {
    this.#request = request
    this.#ids = ids
  }

  text(text: string | undefined): void {
    if (!text) return
    this.#completionTokens += exactTokens(text)
    this.#parts.push({ type: 'text-delta', text })
  }

  reasoning(text: string | undefined): void {
    if (!text) return
    this.#completionTokens += exactTokens(text)
    this.#parts.push({ type: 'reasoning-delta', text })
  }

  media(mimeType: string, base64: string): void {
    this.#parts.push({ type: 'media', mimeType, base64 })
  }

  /** Adds to the call at this key; the first fragment opens it. */
  tool(key: number | string, fragment: ToolFragment): void {
    let call = this.#calls.get(key)
    if (!call) {
      call = { id: '', name: '', fragments: [], vendorState: undefined }
      this.#calls.set(key, call)
    }
    // Some servers repeat id and name in every fragment, none sends them in pieces.
    if (fragment.id) call.id = fragment.id
    if (fragment.name) call.name = fragment.name
    if (fragment.arguments) call.fragments.push(fragment.arguments)
    if (fragment.vendorState) call.vendorState = { ...call.vendorState, ...fragment.vendorState }
  }

  get toolCount(): number {
    return this.#calls.size
  }

  /** State that belongs to the whole turn travels with its first call. */
  keepWithFirstCall(vendorState: ValueObject): void {
    const [first] = this.#calls.values()
    if (first) first.vendorState = { ...first.vendorState, ...vendorState }
  }

  /** Later numbers win: vendors count upwards. */
  usage(promptTokens: number | undefined, completionTokens: number | undefined): void {
    const prompt = promptTokens ?? this.#usage?.promptTokens
    const completion = completionTokens ?? this.#usage?.completionTokens
    if (prompt === undefined || completion === undefined) return
    this.#usage = {
      promptTokens: prompt,
      completionTokens: completion,
      totalTokens: prompt + completion,
      estimated: false,
    }
  }

  model(name: string | undefined): void {
    this.#model = name ?? this.#model
  }

  finish(reason: FinishReason): void {
    this.#reason = reason
  }

  get finished(): boolean {
    return this.#reason !== undefined
  }

  /** The parts since the last call. */
  take(): readonly ChatStreamPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  /** What is left, and the finish. */
  close(): readonly ChatStreamPart[] {
    for (const call of this.#calls.values()) {
      const argumentsJson = call.fragments.join('') || '{}'
      this.#completionTokens += exactTokens(call.name) + exactTokens(argumentsJson)
      this.#parts.push({
        type: 'tool-call',
        call: {
          id: call.id || this.#ids.next('call'),
          name: call.name,
          argumentsJson,
          ...(call.vendorState && { vendorState: call.vendorState }),
        },
      })
    }
    const reason = this.#reason ?? 'stop'
    this.#parts.push({
      type: 'finish',
      // Several vendors end a turn of calls with a plain stop.
      reason: this.#calls.size > 0 && reason === 'stop' ? 'tool-calls' : reason,
      usage: this.#usage ?? estimatedUsage(this.#request, Math.ceil(this.#completionTokens)),
      ...(this.#model !== undefined && { model: this.#model }),
    })
    return this.take()
  }
}
