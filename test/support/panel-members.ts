// Members of a panel with fixed answers, on a clock that a test moves.

import { silentLog } from '../../src/base/seams.ts'
import { createAskPanel } from '../../src/model/fuse/panel.ts'
import type { Ask, Panel, PanelAnswer, PanelMember } from '../../src/model/fuse/spec.ts'
import type { ChatRequest, ChatStreamPart, ToolCall } from '../../src/model/spec.ts'
import { compileSchema } from '../../src/nodes/drivers/json-schema.ts'
import { createManualClock, type ManualClock } from './vendors/manual-clock.ts'

export interface ScriptedMember {
  /** In pieces, as the stream brings them; or made from the request. */
  readonly says?: readonly string[] | ((request: ChatRequest) => string)
  /** Before the first piece. Milliseconds. */
  readonly afterMs?: number
  /** Between pieces. Milliseconds. */
  readonly pieceMs?: number
  readonly thinks?: string
  readonly calls?: readonly ToolCall[]
  readonly fails?: Error
  /** Never reacts, not even to being aborted. */
  readonly isDeaf?: boolean
}

export interface PanelRig {
  readonly clock: ManualClock
  /** In order of asking. */
  readonly asked: { readonly target: string; readonly request: ChatRequest; readonly signal: AbortSignal }[]
  /** Most members under way at once. */
  readonly most: () => number
  ask(panel: Panel, request?: Partial<ChatRequest>, signal?: AbortSignal): Promise<PanelAnswer>
}

export const USAGE = { promptTokens: 10, completionTokens: 2, totalTokens: 12, estimated: false } as const

export const createPanelRig = (script: Readonly<Record<string, ScriptedMember>>): PanelRig => {
  const clock = createManualClock()
  const asked: { target: string; request: ChatRequest; signal: AbortSignal }[] = []
  let pending = 0
  let most = 0
  const ask: Ask = (target, request, signal) => {
    asked.push({ target, request, signal })
    most = Math.max(most, ++pending)
    const member = script[target.split('#')[0] ?? ''] ?? { fails: new Error('no such model') }
    return counted(speak(member, request, clock, signal), () => pending--)
  }
  const askPanel = createAskPanel({ clock, random: { next: () => 0.5 }, log: silentLog, compileSchema })
  const whole = (request: Partial<ChatRequest>): ChatRequest => ({
    messages: [{ role: 'user', content: 'Well?' }],
    ...request,
  })
  return {
    clock,
    asked,
    most: () => most,
    ask: (panel, request = {}, signal = new AbortController().signal) => askPanel(panel, whole(request), ask, signal),
  }
}

async function* counted(parts: AsyncIterable<ChatStreamPart>, over: () => void): AsyncGenerator<ChatStreamPart, void> {
  try {
    yield* parts
  } finally {
    over()
  }
}

async function* speak(
  member: ScriptedMember,
  request: ChatRequest,
  clock: ManualClock,
  signal: AbortSignal,
): AsyncGenerator<ChatStreamPart, void> {
  if (member.isDeaf) await new Promise(() => {})
  if (member.thinks) yield { type: 'reasoning-delta', text: member.thinks }
  if (member.afterMs) await clock.sleep(member.afterMs, signal)
  if (member.fails) throw member.fails
  const { says = [] } = member
  for (const text of typeof says === 'function' ? [says(request)] : says) {
    yield { type: 'text-delta', text }
    if (member.pieceMs) await clock.sleep(member.pieceMs, signal)
    signal.throwIfAborted()
  }
  for (const call of member.calls ?? []) yield { type: 'tool-call', call }
  yield { type: 'finish', reason: member.calls ? 'tool-calls' : 'stop', usage: USAGE }
}

export const memberOf = (target: string, changes: Partial<PanelMember> = {}): PanelMember => ({
  target,
  weight: 1,
  timeoutMs: 1_000,
  parameters: {},
  ...changes,
})

export const panelOf = (members: readonly (string | PanelMember)[], changes: Partial<Panel> = {}): Panel => ({
  name: 'test',
  mode: 'all',
  members: members.map((member) => (typeof member === 'string' ? memberOf(member) : member)),
  quorum: 1,
  fusion: 'auto',
  parallel: 10,
  ...changes,
})

/** Text, and the last part. */
export const readPanel = async (answer: PanelAnswer) => {
  let text = ''
  const parts: ChatStreamPart[] = []
  for await (const part of answer.parts) {
    parts.push(part)
    if (part.type === 'text-delta') text += part.text
  }
  const last = parts.at(-1)
  return { text, parts, usage: last?.type === 'finish' ? last.usage : undefined, members: answer.members() }
}
