// What goes out of a panel: a text, or one member's own parts, each with the usage of everybody.

import type { ChatResult, ChatStreamPart, ModelUsage } from '../spec.ts'
import { FuseError } from './errors.ts'
import type { Session } from './session.ts'
import { sumUsage } from './usage-sum.ts'

/** Of members that answered and of the arbiter, so far. */
const usagesOf = ({ calls, arbiter }: Session): readonly ModelUsage[] => [
  ...calls.flatMap(({ result }) => result?.usage ?? []),
  ...(arbiter?.usages() ?? []),
]

export async function* saying(session: Session, text: string): AsyncGenerator<ChatStreamPart, void> {
  if (text !== '') yield { type: 'text-delta', text }
  yield { type: 'finish', reason: 'stop', usage: sumUsage(usagesOf(session)) }
}

/** A whole answer of one member. */
export async function* repeating(session: Session, result: ChatResult): AsyncGenerator<ChatStreamPart, void> {
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
    usage: sumUsage(usagesOf(session)),
    ...(result.model !== undefined && { model: result.model }),
    ...(result.stopSequence !== undefined && { stopSequence: result.stopSequence }),
  }
}

/** Parts that come live from a member or the arbiter, which has noted its own usage by the time its finish passes. */
export async function* passing(
  session: Session,
  parts: AsyncIterable<ChatStreamPart>,
): AsyncGenerator<ChatStreamPart, void> {
  for await (const part of parts) {
    yield part.type === 'finish' ? { ...part, usage: sumUsage(usagesOf(session)) } : part
  }
}

/** The same parts; `leave` is called when they are over, however that comes. */
export const closing = (parts: AsyncIterable<ChatStreamPart>, leave: () => void): AsyncIterable<ChatStreamPart> => ({
  [Symbol.asyncIterator]() {
    const inner = parts[Symbol.asyncIterator]()
    const ended = (next: IteratorResult<ChatStreamPart, unknown>): IteratorResult<ChatStreamPart, undefined> => {
      if (!next.done) return { done: false, value: next.value }
      leave()
      return { done: true, value: undefined }
    }
    return {
      next: () =>
        inner.next().then(ended, (error: unknown) => {
          leave()
          throw error
        }),
      async return() {
        leave()
        await inner.return?.()
        return { done: true, value: undefined }
      },
    }
  },
})

/** Characters of one member's words in the error. */
const MOST_TOLD = 200

export const noQuorum = ({ panel, calls }: Session): FuseError => {
  const members = calls.map(({ report }) => report)
  const said = members
    .map(({ target, status, error, result }) => `${target} ${status}${about(error ?? result?.text)}`)
    .join('; ')
  const answered = members.filter(({ status }) => status === 'answered').length
  // A caller may try again where somebody was only late or failed; what everybody refuses stays refused.
  return new FuseError('fuse/no-quorum', {
    retryable: members.some(({ status }) => status === 'failed' || status === 'timed-out'),
    details: { panel: panel.name, answered, quorum: panel.quorum, said, members },
  })
}

const about = (text: string | undefined): string => (text === undefined ? '' : ` (${text.slice(0, MOST_TOLD)})`)
