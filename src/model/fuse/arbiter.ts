// The model that chooses or writes for a panel: asked like a member, its usage counted beside theirs.

import type { ChatRequest, ChatResult, ChatStreamPart, ModelUsage } from '../spec.ts'
import { MemberCall, type MemberSeams } from './member-call.ts'
import { callerOf } from './member-request.ts'
import type { Panel, PanelMember } from './spec.ts'

export class Arbiter {
  readonly #seams: MemberSeams
  readonly #member: PanelMember
  readonly #caller: string
  readonly #calls: MemberCall[] = []

  constructor(seams: MemberSeams, panel: Panel, target: string) {
    this.#seams = seams
    this.#caller = callerOf(panel)
    const timeoutMs = Math.max(...panel.members.map((member) => member.timeoutMs))
    this.#member = { target, weight: 1, timeoutMs, parameters: {} }
  }

  /** Undefined when it fails or is late. Never throws. */
  whole(request: ChatRequest): Promise<ChatResult | undefined> {
    return this.#call(request).whole()
  }

  /** From the first content on; undefined when none came. Never throws. */
  live(request: ChatRequest): Promise<AsyncIterable<ChatStreamPart> | undefined> {
    return this.#call(request).live()
  }

  usages(): readonly ModelUsage[] {
    return this.#calls.flatMap(({ result }) => result?.usage ?? [])
  }

  #call(request: ChatRequest): MemberCall {
    const call = new MemberCall(this.#seams, this.#member, { ...request, caller: this.#caller })
    this.#calls.push(call)
    return call
  }
}
