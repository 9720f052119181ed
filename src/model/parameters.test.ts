// The table of parameters against the encoders: what it calls taken stands in the body, and what it calls unsupported changes
// nothing.

import { describe, expect, it } from 'vitest'
import { protocolsPage } from '../../scripts/protocols-page.mjs'
import { read } from '../../test/support/project-files.ts'
import type { ValueObject } from '../base/value.ts'
import { createAnthropicWire } from './drivers/anthropic/wire.ts'
import { bedrockWire } from './drivers/bedrock/wire.ts'
import { geminiWire } from './drivers/gemini/wire.ts'
import type { Wire } from './drivers/http/wire.ts'
import { ollamaWire } from './drivers/ollama/wire.ts'
import { createOpenAiWire } from './drivers/openai-compatible/wire.ts'
import { createResponsesWire } from './drivers/openai-responses/wire.ts'
import { type Parameter, parameterAt, parameters, type Verdict, verdictsOf } from './parameters.ts'
import type { ChatRequest, Family, Protocol, VendorState } from './spec.ts'

const encoder =
  <Dialect>(wire: Wire<Dialect>) =>
  (request: ChatRequest): ValueObject =>
    wire.encode({ model: 'm', request, streaming: false, dialect: wire.initialDialect('m') }).body

const ENCODERS: Readonly<Record<Exclude<Family, 'offline'>, (request: ChatRequest) => ValueObject>> = {
  'openai-chat': encoder(createOpenAiWire(new Set())),
  'openai-responses': encoder(createResponsesWire(new Set())),
  anthropic: encoder(createAnthropicWire(4096)),
  gemini: encoder(geminiWire),
  ollama: encoder(ollamaWire),
  bedrock: encoder(bedrockWire),
}
const families = Object.keys(ENCODERS) as (keyof typeof ENCODERS)[]

const tool = { name: 'f', description: 'F', parameters: { type: 'object', properties: { a: { type: 'string' } } } }
const BASE: ChatRequest = {
  messages: [
    { role: 'system', content: 'S' },
    { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    { role: 'assistant', content: '', toolCalls: [{ id: 'c', name: 'f', argumentsJson: '{}' }] },
    { role: 'tool', toolCallId: 'c', name: 'f', content: 'broken' },
  ],
  tools: [tool, { ...tool, name: 'g' }],
}
const withResult = (rest: object): ChatRequest => ({
  ...BASE,
  messages: BASE.messages.map((message) => (message.role === 'tool' ? { ...message, ...rest } : message)),
})

/** How a request has a parameter, by name; other names are of `ChatRequest.parameters`. */
const SAMPLES: Readonly<Record<string, ChatRequest>> = {
  stop: { ...BASE, stop: ['END'] },
  tools: BASE,
  'tools.strict': { ...BASE, tools: BASE.tools?.map((one) => ({ ...one, strict: true })) ?? [] },
  toolChoice: { ...BASE, toolChoice: { name: 'f' } },
  parallelToolCalls: { ...BASE, parallelToolCalls: false },
  'reasoning.effort': { ...BASE, reasoning: { effort: 'low' } },
  'reasoning.budgetTokens': { ...BASE, reasoning: { budgetTokens: 2_048 } },
  json: { ...BASE, json: true },
  responseSchema: { ...BASE, responseSchema: { name: 'answer', schema: { type: 'object', properties: {} } } },
  user: { ...BASE, user: 'u-1' },
  failed: withResult({ failed: true }),
}
const VALUES: Readonly<Record<string, ValueObject[string]>> = {
  logit_bias: { '1': 1 },
  metadata: { a: 'b' },
  store: true,
  logprobs: true,
  verbosity: 'low',
}

const sampleOf = ({ name, passThroughOnly, doors }: Parameter, family: Family): ChatRequest => {
  const [, protocol, path] = /^vendorState\.([\w-]+)\.(.+)$/.exec(name) ?? []
  if (protocol && path) return stateSample(protocol as Protocol, path)
  const place = doors[family as Protocol]
  if (passThroughOnly && name !== 'n' && family === 'gemini' && place) return stateSample('gemini', place)
  return SAMPLES[name] ?? { ...BASE, parameters: { [name]: VALUES[name] ?? 0.5 } }
}

/** Vendor state at its place: of the request, of a tool or of a part. */
const stateSample = (protocol: Protocol, path: string): ChatRequest => {
  const [, list, rest = ''] = /^(tools|system|(?:messages|contents)\[\]\.(?:content|parts))\[\]\.(.+)$/.exec(path) ?? []
  const state: VendorState = { [protocol]: nested(rest || path) }
  if (list === 'system') return withContent('system', [{ type: 'text', text: 'S', vendorState: state }])
  if (list === 'tools' && isToolMark(rest))
    return { ...BASE, tools: BASE.tools?.map((one) => ({ ...one, vendorState: state })) ?? [] }
  if (list === 'tools') return { ...BASE, vendorState: { [protocol]: { tools: [nested(rest)] } } }
  if (rest === 'signature') return withThinking(state)
  if (list) return withContent('user', [{ type: 'text', text: 'Hi', vendorState: state }])
  return { ...BASE, vendorState: state }
}

const isToolMark = (name: string): boolean => name === 'cache_control'

const nested = (path: string): ValueObject =>
  path.split('.').reduceRight<ValueObject[string]>((value, key) => ({ [key]: value }), 'mark-xyz') as ValueObject

const withContent = (role: 'system' | 'user', content: ChatRequest['messages'][number]['content']): ChatRequest => ({
  ...BASE,
  messages: BASE.messages.map((message) => (message.role === role ? { ...message, content } : message)) as never,
})

const withThinking = (vendorState: VendorState): ChatRequest => ({
  ...BASE,
  messages: BASE.messages.map((message) =>
    message.role === 'assistant' ? { ...message, reasoning: [{ text: 'Hm', vendorState }] } : message,
  ),
})

/** What stands at a place; `*` is any entry of a list. */
const valuesAt = (body: unknown, path: string): readonly unknown[] =>
  path.split('.').reduce<readonly unknown[]>(
    (values, key) =>
      values.flatMap((value) => {
        if (key === '*') return Array.isArray(value) ? value : []
        const found = (value as ValueObject | undefined)?.[key]
        return found === undefined || found === null ? [] : [found]
      }),
    [body],
  )

describe.each(families)('the encoder of %s', (family) => {
  const encode = ENCODERS[family]
  const takes: [string, Parameter, Exclude<Verdict, { type: 'unsupported' }>][] = []
  const refuses: [string, Parameter][] = []
  for (const parameter of parameters) {
    const verdict = parameter.families[family]
    if (verdict.type === 'unsupported') refuses.push([parameter.name, parameter])
    else takes.push([parameter.name, parameter, verdict])
  }
  it.each(takes)('takes %s', (_, parameter, verdict) => {
    const body = encode(sampleOf(parameter, family))
    expect(valuesAt(body, verdict.as), `${verdict.as} in ${JSON.stringify(body)}`).not.toEqual([])
    // Otherwise the place proves nothing.
    if (parameter.name !== 'tools') expect(body).not.toEqual(encode(BASE))
  })
  it.each(refuses)('leaves %s out', (_, parameter) => {
    const sample = sampleOf(parameter, family)
    const without = JSON.stringify(encode(BASE))
    const body = JSON.stringify(encode(sample))
    // Thinking may go back as text where nothing is signed.
    expect(body.includes('mark-xyz') ? body : without).toBe(without)
    if (!parameter.name.endsWith('.signature')) expect(JSON.parse(body)).toEqual(JSON.parse(without))
  })
})

describe('verdicts of fields', () => {
  const doors: readonly Protocol[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini']
  it.each(doors)('every field of %s is found by its place', (door) => {
    for (const parameter of parameters) {
      const place = parameter.doors[door]
      if (place) expect(parameterAt(door, place.replaceAll('[]', '[7]'))).toBe(parameter)
    }
  })
  it.each<[Protocol, string, Parameters<typeof verdictsOf>[2], string[]]>([
    ['openai-chat', 'anthropic', ['seed', 'max_tokens'], ['seed unsupported']],
    ['openai-chat', 'openai-chat', ['seed', 'n', 'unheard_of'], ['n unsupported']],
    [
      'openai-chat',
      'gemini',
      ['unheard_of', 'tools[3].function.strict'],
      ['unheard_of unsupported', 'tools[3].function.strict unsupported'],
    ],
    ['openai-chat', 'anthropic', [['temperature', 1]], []],
    ['openai-chat', 'anthropic', [['temperature', 1.2]], ['temperature approximated']],
    ['openai-chat', 'anthropic', [['temperature', 1], 'top_p'], ['top_p approximated']],
    ['openai-chat', 'gemini', [['stop', [1, 2, 3, 4, 5]]], []],
    ['openai-chat', 'gemini', [['stop', [1, 2, 3, 4, 5, 6]]], ['stop approximated']],
    ['anthropic', 'anthropic', [['temperature', 2], 'top_p', 'brand_new'], []],
    [
      'anthropic',
      'bedrock',
      ['brand_new', 'system[0].cache_control'],
      ['brand_new unsupported', 'system[0].cache_control approximated'],
    ],
    ['gemini', 'a-family-to-come', ['safetySettings'], ['safetySettings unsupported']],
  ])('%s at %s: %j', (door, family, fields, expected) => {
    expect(verdictsOf(door, family, fields).map(({ field, verdict }) => `${field} ${verdict}`)).toEqual(expected)
  })
  it('no parameter has two rows, and no door names a field twice', () => {
    const names = parameters.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const door of doors) {
      const places = parameters.flatMap((parameter) => parameter.doors[door] ?? [])
      expect(new Set(places).size).toBe(places.length)
    }
  })
})

it('the page of parameters is that of the table; otherwise: npm run generate', () => {
  expect(protocolsPage(parameters) === read('docs/protocols.md')).toBe(true)
})
