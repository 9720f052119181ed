// One answer under way: what a vendor's frames add up to, as stream parts.
// T1  Tool calls leave whole, in the order of their first fragment, after the text and before the finish. Callers who ask get
//     the fragments besides, as they come; joined they are the arguments of the whole call.
// T2  `close` makes exactly one finish, with the vendor's usage or an estimate.
// T3  What a vendor signed leaves twice, with its block of thinking and with the turn's first call: callers who keep the calls
//     alone can give it back, too.

import type { Ids } from '../../../base/seams.ts'
import type { ValueObject } from '../../../base/value.ts'
import type { ChatRequest, ChatStreamPart, FinishReason, ModelUsage, Protocol, VendorState } from '../../spec.ts'
import { estimatedUsage, exactTokens } from '../../usage.ts'

export interface ToolFragment {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly arguments?: string | undefined
  readonly vendorState?: VendorState | undefined
}

/** Numbers as a vendor tells them; what it does not tell is undefined. */
export type UsageNumbers = {
  readonly [Key in Exclude<keyof ModelUsage, 'estimated' | 'totalTokens'>]?: number | undefined
}

interface OpenCall {
  readonly index: number
  id: string
  name: string
  readonly fragments: string[]
  vendorState: VendorState | undefined
  started: boolean
}

export class Turn {
  readonly #request: ChatRequest
  readonly #ids: Ids
  readonly #calls = new Map<number | string, OpenCall>()
  #parts: ChatStreamPart[] = []
  #completionTokens = 0
  #usage: UsageNumbers = {}
  #reason: FinishReason | undefined
  #stopSequence: string | undefined
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

  /** A signed block of thinking is over; its text came before. */
  reasoningEnd(vendorState: VendorState): void {
    this.#parts.push({ type: 'reasoning-end', vendorState })
  }

  media(mimeType: string, base64: string): void {
    this.#parts.push({ type: 'media', mimeType, base64 })
  }

  /** Adds to the call at this key; the first fragment opens it. */
  tool(key: number | string, fragment: ToolFragment): void {
    let call = this.#calls.get(key)
    if (!call) {
      const index = this.#calls.size
      call = { index, id: '', name: '', fragments: [], vendorState: undefined, started: false }
      this.#calls.set(key, call)
    }
    // Some servers repeat id and name in every fragment, none sends them in pieces.
    if (fragment.id && !call.started) call.id = fragment.id
    if (fragment.name && !call.started) call.name = fragment.name
    if (fragment.arguments) {
      call.fragments.push(fragment.arguments)
      this.#completionTokens += exactTokens(fragment.arguments)
    }
    if (fragment.vendorState) call.vendorState = mergeStates(call.vendorState, fragment.vendorState)
    if (!this.#request.toolFragments || call.name === '') return
    if (!call.started) this.#start(call)
    else if (fragment.arguments) this.#grow(call, fragment.arguments)
  }

  get toolCount(): number {
    return this.#calls.size
  }

  /** State that belongs to the whole turn travels with its first call. */
  keepWithFirstCall(protocol: Protocol, state: ValueObject): void {
    const [first] = this.#calls.values()
    if (first) first.vendorState = mergeStates(first.vendorState, { [protocol]: state })
  }

  /** Later numbers win: vendors count upwards. */
  usage(numbers: UsageNumbers | undefined): void {
    if (!numbers) return
    const told = Object.entries(numbers).filter(([, value]) => value !== undefined)
    this.#usage = { ...this.#usage, ...Object.fromEntries(told) }
  }

  model(name: string | undefined): void {
    this.#model = name ?? this.#model
  }

  finish(reason: FinishReason, stopSequence?: string): void {
    this.#reason = reason
    this.#stopSequence = stopSequence
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
    for (const call of this.#calls.values()) this.#complete(call)
    const reason = this.#reason ?? 'stop'
    this.#parts.push({
      type: 'finish',
      // Several vendors end a turn of calls with a plain stop.
      reason: this.#calls.size > 0 && reason === 'stop' ? 'tool-calls' : reason,
      usage: toUsage(this.#usage) ?? estimatedUsage(this.#request, Math.ceil(this.#completionTokens)),
      ...(this.#model !== undefined && { model: this.#model }),
      ...(this.#stopSequence !== undefined && { stopSequence: this.#stopSequence }),
    })
    return this.take()
  }

  #complete(call: OpenCall): void {
    const argumentsJson = call.fragments.join('') || '{}'
    this.#completionTokens += exactTokens(call.name)
    if (this.#request.toolFragments) {
      if (!call.started) this.#start(call)
      if (call.fragments.length === 0) this.#grow(call, argumentsJson)
    }
    this.#parts.push({
      type: 'tool-call',
      call: {
        id: this.#idOf(call),
        name: call.name,
        argumentsJson,
        ...(call.vendorState && { vendorState: call.vendorState }),
      },
    })
  }

  #start(call: OpenCall): void {
    call.started = true
    this.#parts.push({ type: 'tool-start', index: call.index, id: this.#idOf(call), name: call.name })
    for (const argumentsJson of call.fragments) this.#grow(call, argumentsJson)
  }

  #grow(call: OpenCall, argumentsJson: string): void {
    this.#parts.push({ type: 'tool-delta', index: call.index, argumentsJson })
  }

  #idOf(call: OpenCall): string {
    if (call.id === '') call.id = this.#ids.next('call')
    return call.id
  }
}

const mergeStates = (before: VendorState | undefined, added: VendorState): VendorState => {
  const merged: Partial<Record<Protocol, ValueObject>> = { ...before }
  for (const [protocol, state] of Object.entries(added)) {
    merged[protocol as Protocol] = { ...merged[protocol as Protocol], ...state }
  }
  return merged
}

const toUsage = (numbers: UsageNumbers): ModelUsage | undefined => {
  const { promptTokens, completionTokens, cachedTokens, cacheWriteTokens, reasoningTokens } = numbers
  if (promptTokens === undefined || completionTokens === undefined) return undefined
  return {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    estimated: false,
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  }
}
