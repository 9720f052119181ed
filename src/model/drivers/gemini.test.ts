import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startGemini } from '../../../test/support/vendors/gemini.ts'
import { TEST_KEY, type VendorServer } from '../../../test/support/vendors/vendor-server.ts'
import { createIds, systemClock } from '../../base/seams.ts'
import type { ValueObject } from '../../base/value.ts'
import type { ChatModel, ChatRequest } from '../spec.ts'
import { toGeminiSchema } from './gemini/schema.ts'
import { createGeminiProvider } from './gemini.ts'

const seams = { fetch, clock: systemClock, ids: createIds(systemClock) }

describe('gemini', () => {
  let server: VendorServer
  beforeEach(async () => {
    server = await startGemini()
  })
  afterEach(() => server.close())

  const model = () =>
    createGeminiProvider({ name: 'acme', baseUrl: `${server.url}/v1beta`, apiKey: TEST_KEY }, seams).chat(
      'models/gemini-x',
    ) as ChatModel
  const sent = async (request: Partial<ChatRequest>) => {
    await model().generate({ messages: [{ role: 'user', content: 'Hi' }], ...request })
    return server.requests.at(-1)?.body
  }

  it('maps the request', async () => {
    const body = await sent({
      messages: [
        { role: 'system', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'QUJD' } },
          ],
        },
        {
          role: 'assistant',
          content: 'Yes',
          toolCalls: [
            { id: 'c1', name: 'f', argumentsJson: '{"a":1.0}', vendorState: { gemini: { thoughtSignature: 'sig' } } },
          ],
        },
        { role: 'tool', content: 'plain', toolCallId: 'c1' },
        { role: 'tool', content: '{"b":2}', toolCallId: 'c2', name: 'g' },
      ],
      parameters: {
        temperature: 0.5,
        top_k: 3,
        max_tokens: 9,
        thinking_budget: 100,
        include_thoughts: true,
        unknown: 1,
      },
      stop: ['END'],
      tools: [
        { name: 'f', parameters: { type: 'object', properties: { a: { type: 'integer' } } } },
        { name: 'g', description: 'G', parameters: { type: 'object', properties: {} } },
      ],
      toolChoice: 'required',
    })
    expect(server.requests[0]?.path).toBe('/v1beta/models/gemini-x:generateContent')
    expect(body).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: 'QUJD' } }] },
        {
          role: 'model',
          parts: [{ text: 'Yes' }, { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'sig' }],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'f', response: { result: 'plain' } } },
            { functionResponse: { name: 'g', response: { b: 2 } } },
          ],
        },
      ],
      systemInstruction: { parts: [{ text: 'Be kind.' }] },
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              description: 'f',
              parameters: { type: 'OBJECT', properties: { a: { type: 'INTEGER' } }, propertyOrdering: ['a'] },
            },
            { name: 'g', description: 'G' },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: {
        temperature: 0.5,
        topK: 3,
        maxOutputTokens: 9,
        stopSequences: ['END'],
        thinkingConfig: { includeThoughts: true, thinkingBudget: 100 },
      },
    })
  })

  it('keeps the signature of a call', async () => {
    server.reply({ toolCalls: [{ name: 'f', arguments: {} }] })
    const { toolCalls } = await model().generate({ messages: [{ role: 'user', content: 'Hi' }] })
    expect(toolCalls[0]).toMatchObject({ vendorState: { gemini: { thoughtSignature: 'sig-1' } } })
  })

  it('thinks as hard as asked, in the words of the generation', async () => {
    const config = async (name: string, reasoning: NonNullable<ChatRequest['reasoning']>) => {
      const options = { name: 'acme', baseUrl: `${server.url}/v1beta`, apiKey: TEST_KEY }
      const chat = createGeminiProvider(options, seams).chat(name) as ChatModel
      await chat.generate({ messages: [{ role: 'user', content: 'Hi' }], reasoning })
      return server.requests.at(-1)?.body.generationConfig.thinkingConfig
    }
    expect(await config('gemini-2.5-flash', { effort: 'low' })).toEqual({
      includeThoughts: true,
      thinkingBudget: 2_048,
    })
    expect(await config('gemini-2.5-flash', { effort: 'none' })).toEqual({ includeThoughts: false, thinkingBudget: 0 })
    expect(await config('gemini-3.5-flash', { effort: 'low' })).toEqual({ includeThoughts: true, thinkingLevel: 'low' })
    expect(await config('gemini-3.5-flash', { effort: 'none' })).toEqual({
      includeThoughts: false,
      thinkingLevel: 'minimal',
    })
    expect(await config('gemini-3.5-flash', { budgetTokens: 7 })).toEqual({ includeThoughts: true, thinkingBudget: 7 })
    expect((await sent({ json: true })).generationConfig).toEqual({ responseMimeType: 'application/json' })
  })

  it('brings a signature back that came with a text, or with nothing', async () => {
    const body = {
      candidates: [
        {
          content: {
            parts: [
              { text: 'Hm', thought: true },
              { text: 'Yes', thoughtSignature: 's-9' },
            ],
          },
          finishReason: 'STOP',
        },
      ],
    }
    server.fault({ type: 'status', status: 200, body: JSON.stringify(body) })
    const { reasoningBlocks, text } = await model().generate({ messages: [{ role: 'user', content: 'Hi' }] })
    expect([text, reasoningBlocks]).toEqual([
      'Yes',
      [{ text: 'Hm', vendorState: { gemini: { thoughtSignature: 's-9' } } }],
    ])
    const reasoning = reasoningBlocks ?? []
    const toolCalls = [{ id: 'c', name: 'f', argumentsJson: '{}' }]
    const turn = async (said: object) =>
      (
        await sent({
          messages: [
            { role: 'user', content: 'Hi' },
            { role: 'assistant', content: '', ...said },
            { role: 'user', content: 'Go on' },
          ],
        })
      ).contents[1].parts
    expect(await turn({ content: 'Yes', reasoning })).toEqual([{ text: 'Yes', thoughtSignature: 's-9' }])
    expect(await turn({ reasoning, toolCalls })).toEqual([
      { functionCall: { name: 'f', args: {} }, thoughtSignature: 's-9' },
    ])
    expect(
      await turn({ content: 'Yes', reasoning: [{ text: 'x', vendorState: { anthropic: { signature: 'y' } } }] }),
    ).toEqual([{ text: 'Yes' }])
  })

  it('knows a wrong key, and a wait, from the details of an error', async () => {
    const body = (code: number, detail: object) =>
      JSON.stringify({ error: { code, message: 'no', status: 'X', details: [detail] } })
    server.fault({ type: 'status', status: 400, body: body(400, { reason: 'API_KEY_INVALID' }) })
    await expect(sent({})).rejects.toMatchObject({ code: 'model/auth' })
    server.fault({ type: 'status', status: 429, body: body(429, { retryDelay: '34.5s' }) })
    await expect(sent({})).rejects.toMatchObject({ code: 'model/rate-limited', details: { retryAfterMs: 34_500 } })
  })
})

describe('gemini schema', () => {
  it.each<[string, ValueObject, ValueObject]>([
    [
      'types and bounds',
      { type: 'integer', minimum: 1, maximum: 5, format: 'int32', multipleOf: 2 },
      { type: 'INTEGER', minimum: 1, maximum: 5, format: 'int32' },
    ],
    [
      'lengths are strings',
      { type: 'string', minLength: 1, maxLength: 5, format: 'email', pattern: '^a' },
      { type: 'STRING', minLength: '1', maxLength: '5', pattern: '^a' },
    ],
    [
      'null is nullable',
      { type: ['string', 'null'], description: 'd' },
      { type: 'STRING', description: 'd', nullable: true },
    ],
    ['anyOf with null', { anyOf: [{ type: 'number' }, { type: 'null' }] }, { type: 'NUMBER', nullable: true }],
    [
      'const and enum',
      { type: 'object', properties: { a: { const: 'x' }, b: { enum: ['p', 'q'] } }, additionalProperties: false },
      {
        type: 'OBJECT',
        properties: {
          a: { type: 'STRING', format: 'enum', enum: ['x'] },
          b: { type: 'STRING', format: 'enum', enum: ['p', 'q'] },
        },
        propertyOrdering: ['a', 'b'],
      },
    ],
    [
      'references are inlined',
      { type: 'array', items: { $ref: '#/$defs/n' }, $defs: { n: { type: 'number' } } },
      { type: 'ARRAY', items: { type: 'NUMBER' } },
    ],
    [
      'allOf is merged',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'boolean' } } },
        ],
      },
      {
        type: 'OBJECT',
        properties: { a: { type: 'STRING' }, b: { type: 'BOOLEAN' } },
        required: ['a'],
        propertyOrdering: ['a', 'b'],
      },
    ],
    ['several types', { type: ['string', 'number'] }, { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] }],
  ])('%s', (_, schema, expected) => expect(toGeminiSchema(schema)).toEqual(expected))

  it('ends where a schema refers to itself', () => {
    const schema = { $ref: '#/$defs/n', $defs: { n: { type: 'object', properties: { next: { $ref: '#/$defs/n' } } } } }
    expect(JSON.stringify(toGeminiSchema(schema)).length).toBeLessThan(2000)
    expect(toGeminiSchema({ $ref: '#' })).toBeTypeOf('object')
  })
})
