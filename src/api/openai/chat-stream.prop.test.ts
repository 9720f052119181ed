// What the door writes, the driver of the same protocol reads back: no part is lost, doubled or moved, wherever the bytes are cut.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSseDecoder } from '../../base/sse.ts'
import { Turn } from '../../model/drivers/http/turn.ts'
import { createOpenAiWire } from '../../model/drivers/openai-compatible/wire.ts'
import { collectResult } from '../../model/fold.ts'
import type { ChatRequest, ChatResult, ChatStreamPart, FinishReason, ModelUsage } from '../../model/spec.ts'
import { openAiChatDoor } from './chat-door.ts'

const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'x' }], toolFragments: true }
const wire = createOpenAiWire(new Set())

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const texts = fc.array(text, { maxLength: 5 })
const usage = fc.record({ prompt: fc.nat(9_999), completion: fc.nat(9_999) }).map(
  ({ prompt, completion }): ModelUsage => ({
    promptTokens: prompt,
    completionTokens: completion,
    totalTokens: prompt + completion,
    estimated: false,
    cachedTokens: prompt >> 1,
    reasoningTokens: completion >> 1,
  }),
)
const calls = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z_]{1,8}$/),
    args: fc.array(fc.integer()),
    cuts: fc.nat(9),
    whole: fc.boolean(),
  }),
  { maxLength: 3 },
)
const reason = fc.constantFrom<FinishReason>('stop', 'length', 'content-filter')

/** A call, in fragments or whole; fragments of several calls may stand side by side. */
const callParts = (
  all: readonly { name: string; args: number[]; cuts: number; whole: boolean }[],
): ChatStreamPart[] => {
  const ends: ChatStreamPart[] = []
  const starts: ChatStreamPart[] = []
  const deltas: ChatStreamPart[] = []
  // The whole ones come after those that were begun before.
  for (const [index, { name, args, cuts, whole }] of all
    .toSorted((a, b) => Number(a.whole) - Number(b.whole))
    .entries()) {
    const id = `call_${index}`
    const argumentsJson = JSON.stringify({ args })
    if (!whole) {
      starts.push({ type: 'tool-start', index, id, name })
      const size = Math.max(1, Math.ceil(argumentsJson.length / (cuts + 1)))
      for (let at = 0; at < argumentsJson.length; at += size) {
        deltas.push({ type: 'tool-delta', index, argumentsJson: argumentsJson.slice(at, at + size) })
      }
    }
    ends.push({ type: 'tool-call', call: { id, name, argumentsJson } })
  }
  return [...starts, ...deltas, ...ends]
}

const answer = fc
  .record({ thoughts: texts, words: texts, calls, usage, reason })
  .map((one): ChatStreamPart[] => [
    ...one.thoughts.map((thought): ChatStreamPart => ({ type: 'reasoning-delta', text: thought })),
    ...one.words.map((word): ChatStreamPart => ({ type: 'text-delta', text: word })),
    ...callParts(one.calls),
    { type: 'finish', reason: one.calls.length > 0 ? 'tool-calls' : one.reason, usage: one.usage },
  ])

const written = (parts: readonly ChatStreamPart[]): string => {
  const body = { model: 'm', messages: [], stream: true, stream_options: { include_usage: true } }
  const writer = openAiChatDoor.open(body, {}).openWriter({ id: 'a', createdAt: 0, model: 'm' })
  return parts.map((part) => writer.push(part)).join('') + writer.end()
}

const readBack = (text: string, size: number): Promise<ChatResult> => {
  const turn = new Turn(REQUEST, { next: (prefix) => `${prefix}_0` as never })
  const call = { model: 'm', request: REQUEST, streaming: true, dialect: wire.initialDialect('m') }
  const reader = wire.openReader(turn, call)
  const events = createSseDecoder()
  const bytes = Buffer.from(text)
  const frames: string[] = []
  for (let at = 0; at < bytes.length; at += size) {
    frames.push(...events.push(bytes.subarray(at, at + size)).map(({ data }) => data))
  }
  expect(frames.at(-1)).toBe('[DONE]')
  for (const frame of frames.slice(0, -1)) reader.push(JSON.parse(frame))
  return collectResult([...turn.take(), ...turn.close()], 'test')
}

/** Reasoning travels once more with the first call, for vendors that want it there. */
const plain = ({ model: _, reasoningBlocks: __, toolCalls, ...rest }: ChatResult) => ({
  ...rest,
  toolCalls: toolCalls.map(({ id, name, argumentsJson }) => ({ id, name, argumentsJson })),
})

it('a stream is read back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(answer, fc.integer({ min: 1, max: 40 }), async (parts, size) => {
      const before = await collectResult(parts, 'test')
      expect(plain(await readBack(written(parts), size))).toEqual(plain(before))
    }),
    { numRuns: 300 },
  )
})

it('a whole answer is read back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(answer, async (parts) => {
      const before = await collectResult(parts, 'test')
      const body = openAiChatDoor.open({ model: 'm' }, {}).whole(before, { id: 'a', createdAt: 0, model: 'm' })
      const turn = new Turn(REQUEST, { next: (prefix) => `${prefix}_0` as never })
      wire.readWhole(body, turn, { model: 'm', request: REQUEST, streaming: false, dialect: wire.initialDialect('m') })
      expect(plain(await collectResult([...turn.take(), ...turn.close()], 'test'))).toEqual(plain(before))
    }),
    { numRuns: 200 },
  )
})
