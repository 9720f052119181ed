// What a door writes, the vendors' own wire readers read back as the same neutral answer, cut at any byte; and bodies that the
// vendors' encoders write, the doors read back as the same request.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIds, systemClock } from '../../base/seams.ts'
import { createSseDecoder } from '../../base/sse.ts'
import { createAnthropicWire } from '../../model/drivers/anthropic/wire.ts'
import { geminiWire } from '../../model/drivers/gemini/wire.ts'
import { Turn } from '../../model/drivers/http/turn.ts'
import type { Wire } from '../../model/drivers/http/wire.ts'
import { createOpenAiWire } from '../../model/drivers/openai-compatible/wire.ts'
import { createResponsesWire } from '../../model/drivers/openai-responses/wire.ts'
import { collectResult } from '../../model/fold.ts'
import type { ChatRequest, ChatResult, ChatStreamPart, Protocol, VendorState } from '../../model/spec.ts'
import { anthropicDoor } from '../anthropic/door.ts'
import { geminiDoor } from '../gemini/door.ts'
import { openAiChatDoor } from '../openai/chat-door.ts'
import { openAiResponsesDoor } from '../openai/responses-door.ts'
import { isSealed, openSeal } from './sealed-state.ts'
import type { DoorCall, JsonObject } from './spec.ts'

const ANSWER = { id: 'abc', createdAt: 0, model: 'acme/large' }
const REQUEST: ChatRequest = { messages: [{ role: 'user', content: 'Hi' }], toolFragments: true }

interface Side {
  readonly wire: Wire<never>
  readonly call: DoorCall
  /** How the protocol's vendor signs thinking. Absent: it does not. */
  readonly sign?: (signature: string) => Extract<ChatStreamPart, { type: 'reasoning-end' }>
}

const SIDES: Readonly<Record<Protocol, Side>> = {
  'openai-chat': {
    wire: createOpenAiWire(new Set()) as unknown as Wire<never>,
    call: openAiChatDoor.open(
      {
        model: 'm',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        stream_options: { include_usage: true },
      },
      {},
    ),
  },
  'openai-responses': {
    wire: createResponsesWire(new Set()) as unknown as Wire<never>,
    call: openAiResponsesDoor.open({ model: 'm', input: 'Hi', stream: true }, {}),
    sign: (encrypted_content) => ({
      type: 'reasoning-end',
      vendorState: { 'openai-responses': { encrypted_content } },
    }),
  },
  anthropic: {
    wire: createAnthropicWire(4096) as Wire<never>,
    call: anthropicDoor.open({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] }, {}),
    sign: (signature) => ({ type: 'reasoning-end', vendorState: { anthropic: { signature } } }),
  },
  gemini: {
    wire: geminiWire as Wire<never>,
    call: geminiDoor.open({ contents: [{ parts: [{ text: 'Hi' }] }] }, { model: 'm', streaming: true }),
    sign: (thoughtSignature) => ({ type: 'reasoning-end', vendorState: { gemini: { thoughtSignature } } }),
  },
}
const sides = Object.entries(SIDES)

const wireCall = <Dialect>(wire: Wire<Dialect>, request: ChatRequest) => ({
  model: 'm',
  request,
  streaming: true,
  dialect: wire.initialDialect('m'),
})

/** What the vendor's driver makes of the bytes. */
const reread = async (wire: Wire<never>, chunks: readonly Uint8Array[]): Promise<ChatResult> => {
  const turn = new Turn(REQUEST, createIds(systemClock))
  const reader = wire.openReader(turn, wireCall(wire, REQUEST))
  const events = createSseDecoder()
  const parts: ChatStreamPart[] = []
  for (const frame of [...chunks.flatMap((chunk) => events.push(chunk)), ...events.end()]) {
    if (frame.data === wire.terminator) break
    const last = reader.push(JSON.parse(frame.data)) === 'done'
    parts.push(...turn.take())
    if (last) break
  }
  return collectResult([...parts, ...turn.close()], 'p')
}

const text = fc.oneof(fc.string({ minLength: 1, unit: 'binary' }), fc.constantFrom('"', '\\', '\n\n', 'data: x', 'ä😀'))
const json = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })

interface Told {
  readonly thoughts: readonly { readonly deltas: readonly string[]; readonly signature: string }[]
  readonly texts: readonly string[]
  /** Calls come in fragments, too. */
  readonly streamed: boolean
  readonly calls: readonly { readonly args: object; readonly fragments: number }[]
}

const told: fc.Arbitrary<Told> = fc.record({
  thoughts: fc.array(
    fc.record({
      deltas: fc.array(text, { minLength: 1, maxLength: 3 }),
      signature: fc.stringMatching(/^[A-Za-z0-9+/=]{1,20}$/),
    }),
    { maxLength: 2 },
  ),
  texts: fc.array(text, { maxLength: 4 }),
  streamed: fc.boolean(),
  calls: fc.array(fc.record({ args: json, fragments: fc.integer({ min: 1, max: 3 }) }), { maxLength: 3 }),
})

const USAGE = { promptTokens: 11, completionTokens: 7, totalTokens: 18, estimated: false }

/** The parts that a driver would send: thinking, text, fragments one call after the other, then whole calls. */
const partsOf = ({ thoughts, texts, streamed, calls }: Told, sign: Side['sign']): readonly ChatStreamPart[] => {
  const whole = calls.map(({ args }, i) => ({ id: `call_${i}`, name: `f${i}`, argumentsJson: JSON.stringify(args) }))
  return [
    ...thoughts.flatMap(({ deltas, signature }): ChatStreamPart[] => [
      ...deltas.map((delta): ChatStreamPart => ({ type: 'reasoning-delta', text: delta })),
      ...(sign ? [sign(signature)] : []),
    ]),
    ...texts.map((delta): ChatStreamPart => ({ type: 'text-delta', text: delta })),
    ...whole.flatMap(({ id, name, argumentsJson }, index): ChatStreamPart[] => {
      if (!streamed) return []
      const pieces = calls[index]?.fragments ?? 1
      const size = Math.ceil(argumentsJson.length / pieces)
      const deltas = Array.from({ length: pieces }, (_, i) => argumentsJson.slice(i * size, (i + 1) * size))
      return [
        { type: 'tool-start', index, id, name },
        ...deltas
          .filter((piece) => piece !== '')
          .map((piece): ChatStreamPart => ({ type: 'tool-delta', index, argumentsJson: piece })),
      ]
    }),
    ...whole.map((call): ChatStreamPart => ({ type: 'tool-call', call })),
    { type: 'finish', reason: calls.length > 0 ? 'tool-calls' : 'stop', usage: USAGE, model: ANSWER.model },
  ]
}

const bytesOf = (parts: readonly ChatStreamPart[], call: DoorCall): Uint8Array => {
  const writer = call.openWriter(ANSWER)
  return Buffer.from(parts.map((part) => writer.push(part)).join('') + writer.end())
}

/** The responses door seals all that belongs to an item of reasoning, whoever signed it. */
const unsealed = (state: VendorState | undefined) => {
  const { id: _, encrypted_content: text, ...own } = state?.['openai-responses'] ?? {}
  if (typeof text !== 'string') return state
  return isSealed(text) ? openSeal(text) : { 'openai-responses': { ...own, encrypted_content: text } }
}

/** Signatures stand with calls, too, arguments may be written anew, and doors name items: none of it changes what was meant. */
const meant = (result: ChatResult) => ({
  ...result,
  toolCalls: result.toolCalls.map(({ name, argumentsJson }) => ({ name, args: JSON.parse(argumentsJson) })),
  reasoningBlocks: (result.reasoningBlocks ?? []).map(({ text: thought, vendorState }) => [
    thought,
    unsealed(vendorState),
  ]),
  usage: [result.usage.promptTokens, result.usage.completionTokens],
})

test.each(sides)('what the door of %s writes is what its drivers read', async (_, { wire, call, sign }) => {
  await fc.assert(
    fc.asyncProperty(told, async (given) => {
      const parts = partsOf(given, sign)
      expect(meant(await reread(wire, [bytesOf(parts, call)]))).toEqual(meant(await collectResult(parts, 'p')))
    }),
    { numRuns: 150 },
  )
})

test.each(sides)('a stream of %s cut at any byte is the same stream', async (_, { wire, call, sign }) => {
  const given: Told = {
    thoughts: [{ deltas: ['Höm', '😀'], signature: 'sig/+=' }],
    texts: ['a\n\nb', 'data: "x"', '日本'],
    streamed: true,
    calls: [
      { args: { a: 'ü', b: [1, null] }, fragments: 3 },
      { args: {}, fragments: 1 },
    ],
  }
  const bytes = bytesOf(partsOf(given, sign), call)
  const whole = meant(await reread(wire, [bytes]))
  expect(whole.text).toBe('a\n\nbdata: "x"日本')
  for (let at = 1; at < bytes.length; at++) {
    expect(meant(await reread(wire, [bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(whole)
  }
  expect(
    meant(
      await reread(
        wire,
        [...bytes].map((byte) => Uint8Array.of(byte)),
      ),
    ),
  ).toEqual(whole)
})

const RICH: ChatRequest = {
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'AA==' } },
      ],
    },
    {
      role: 'assistant',
      content: [{ type: 'text', text: 'I call.' }],
      toolCalls: [
        { id: 'call_0', name: 'f', argumentsJson: '{"a":1}' },
        { id: 'call_1', name: 'f', argumentsJson: '{"a":2}' },
      ],
    },
    { role: 'tool', toolCallId: 'call_0', name: 'f', content: 'one' },
    { role: 'tool', toolCallId: 'call_1', name: 'f', content: 'two', failed: true },
    { role: 'user', content: [{ type: 'text', text: 'And?' }] },
  ],
  parameters: { max_tokens: 99, temperature: 0.5, top_k: 3 },
  stop: ['END'],
  tools: [{ name: 'f', description: 'F', parameters: { type: 'object', properties: { a: { type: 'integer' } } } }],
  toolChoice: 'required',
}

test.each(sides.filter(([protocol]) => !protocol.startsWith('openai')))(
  'what the drivers of %s write is what its door reads',
  (protocol, { wire }) => {
    const { body } = wire.encode({ ...wireCall(wire, RICH), streaming: false })
    const door = protocol === 'gemini' ? geminiDoor : anthropicDoor
    expect(door.open(JSON.parse(JSON.stringify(body)) as JsonObject, { model: 'm' }).read()).toEqual(
      protocol === 'anthropic'
        ? { ...RICH, messages: [{ role: 'system', content: 'Be brief.' }, ...RICH.messages.slice(1)] }
        : RICH,
    )
  },
)
