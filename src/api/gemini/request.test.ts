import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../model/spec.ts'
import type { JsonObject } from '../doors/spec.ts'
import { readGeminiAddress } from './address.ts'
import { geminiDoor } from './door.ts'
import { fromGeminiSchema } from './schema.ts'

const BASE = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] } as const
const open = (rest: JsonObject) => geminiDoor.open({ ...BASE, ...rest }, { model: 'm' })
const read = (rest: JsonObject): ChatRequest => open(rest).read()
const said = (...contents: JsonObject[]) => read({ contents }).messages

describe('a body of generateContent is read whole', () => {
  it.each<[string, JsonObject, Partial<ChatRequest>]>([
    [
      'a system text, by either name',
      { system_instruction: { parts: [{ text: 'Be' }, { text: ' brief.' }] } },
      {
        messages: [
          {
            role: 'system',
            content: [
              { type: 'text', text: 'Be' },
              { type: 'text', text: ' brief.' },
            ],
          },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
      },
    ],
    [
      'numbers, by either name',
      { generation_config: { temperature: 1.5, top_p: 0.9, topK: 4, max_output_tokens: 9, seed: 1 } },
      { parameters: { temperature: 1.5, top_p: 0.9, top_k: 4, max_tokens: 9, seed: 1 } },
    ],
    ['stop texts', { generationConfig: { stopSequences: ['a'] } }, { stop: ['a'] }],
    ['any JSON', { generationConfig: { responseMimeType: 'application/json' } }, { json: true }],
    [
      'JSON by a schema of the dialect',
      {
        generationConfig: {
          responseMimeType: 'application/json',
          responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
        },
      },
      {
        responseSchema: {
          name: 'answer',
          schema: { type: 'object', properties: { a: { type: ['string', 'null'] } } },
        },
      },
    ],
    [
      'JSON by JSON Schema',
      { generationConfig: { responseJsonSchema: { type: 'object', additionalProperties: false } } },
      { responseSchema: { name: 'answer', schema: { type: 'object', additionalProperties: false } } },
    ],
    [
      'thinking by budget',
      { generationConfig: { thinkingConfig: { thinkingBudget: 99 } } },
      { reasoning: { budgetTokens: 99 } },
    ],
    ['no thinking', { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }, { reasoning: { effort: 'none' } }],
    [
      'thinking by level',
      { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true } } },
      {
        reasoning: { effort: 'low' },
        vendorState: {
          gemini: { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true } } },
        },
      },
    ],
    [
      'one function',
      { toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } } },
      { toolChoice: { name: 'f' } },
    ],
    ['any function', { tool_config: { function_calling_config: { mode: 'any' } } }, { toolChoice: 'required' }],
    ['no function', { toolConfig: { functionCallingConfig: { mode: 'NONE' } } }, { toolChoice: 'none' }],
    [
      'what only the vendor knows',
      {
        safetySettings: [{ category: 'C', threshold: 'T' }],
        cachedContent: 'c',
        brandNew: 1,
        generationConfig: { speechConfig: { a: 1 } },
        tools: [{ googleSearch: {} }],
      },
      {
        vendorState: {
          gemini: {
            safetySettings: [{ category: 'C', threshold: 'T' }],
            cachedContent: 'c',
            brandNew: 1,
            generationConfig: { speechConfig: { a: 1 } },
            tools: [{ googleSearch: {} }],
          },
        },
      },
    ],
    [
      'functions by either schema',
      {
        tools: [
          {
            functionDeclarations: [
              { name: 'f', description: 'F', parameters: { type: 'OBJECT', properties: { a_b: { type: 'INTEGER' } } } },
              { name: 'g', parametersJsonSchema: { type: 'object' }, behavior: 'BLOCKING' },
              { name: 'h' },
            ],
          },
        ],
      },
      {
        tools: [
          { name: 'f', description: 'F', parameters: { type: 'object', properties: { a_b: { type: 'integer' } } } },
          { name: 'g', parameters: { type: 'object' }, vendorState: { gemini: { behavior: 'BLOCKING' } } },
          { name: 'h', parameters: { type: 'object', properties: {} } },
        ],
      },
    ],
  ])('%s', (_, body, expected) => expect(read(body)).toMatchObject(expected))

  it('parts of every kind', () => {
    const code = { executableCode: { language: 'PYTHON', code: '1' } }
    const parts = [
      { inline_data: { mime_type: 'image/png', data: 'a-_=' } },
      { fileData: { fileUri: 'https://x/y.mp4', mimeType: 'video/mp4' }, videoMetadata: { fps: 1 } },
      { text: 'x', thoughtSignature: 'S' },
      code,
    ]
    expect(said({ parts })[0]?.content).toEqual([
      { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'a+/=' } },
      {
        type: 'media',
        kind: 'video',
        mimeType: 'video/mp4',
        data: { type: 'url', url: 'https://x/y.mp4' },
        vendorState: { gemini: { videoMetadata: { fps: 1 } } },
      },
      { type: 'text', text: 'x', vendorState: { gemini: { thoughtSignature: 'S' } } },
      { type: 'text', text: '', vendorState: { gemini: code } },
    ])
  })

  it('calls without ids are answered in their order', () => {
    const call = (name: string, a: number) => ({ functionCall: { name, args: { a } } })
    const result = (name: string, response: JsonObject) => ({ functionResponse: { name, response } })
    expect(
      said(
        {
          role: 'model',
          parts: [
            { text: 'Hm', thought: true },
            { ...call('f', 1), thoughtSignature: 'S' },
            call('f', 2),
            { functionCall: { id: 'own', name: 'g' } },
          ],
        },
        {
          role: 'user',
          parts: [
            result('f', { result: 'one' }),
            { functionResponse: { id: 'own', name: 'g', response: { error: 'no' } } },
            result('f', { rows: [] }),
            { text: 'And?' },
          ],
        },
      ),
    ).toEqual([
      {
        role: 'assistant',
        content: [],
        reasoning: [{ text: 'Hm' }],
        toolCalls: [
          { id: 'call_0', name: 'f', argumentsJson: '{"a":1}', vendorState: { gemini: { thoughtSignature: 'S' } } },
          { id: 'call_1', name: 'f', argumentsJson: '{"a":2}' },
          { id: 'own', name: 'g', argumentsJson: '{}' },
        ],
      },
      { role: 'tool', toolCallId: 'call_0', name: 'f', content: 'one' },
      { role: 'tool', toolCallId: 'own', name: 'g', content: 'no', failed: true },
      { role: 'tool', toolCallId: 'call_1', name: 'f', content: '{"rows":[]}' },
      { role: 'user', content: [{ type: 'text', text: 'And?' }] },
    ])
  })
})

it.each<[JsonObject, JsonObject]>([
  [
    { type: 'STRING', format: 'enum', enum: ['a'] },
    { type: 'string', enum: ['a'] },
  ],
  [
    { type: 'STRING', enum: ['a'], nullable: true },
    { type: ['string', 'null'], enum: ['a', null] },
  ],
  [
    { type: 'ARRAY', items: { type: 'NUMBER' }, minItems: '2' },
    { type: 'array', items: { type: 'number' }, minItems: 2 },
  ],
  [{ anyOf: [{ type: 'STRING' }], nullable: true }, { anyOf: [{ type: 'string' }, { type: 'null' }] }],
  [
    { type: 'OBJECT', properties: { type: { type: 'STRING' } }, propertyOrdering: ['type'], required: ['type'] },
    { type: 'object', properties: { type: { type: 'string' } }, required: ['type'] },
  ],
])('a schema of the dialect is JSON Schema: %j', (given, expected) => expect(fromGeminiSchema(given)).toEqual(expected))

it.each<[string, ReturnType<typeof readGeminiAddress>]>([
  ['/v1beta/models/m:generateContent', { model: 'm', action: 'generateContent', framing: 'list' }],
  [
    '/v1beta/models/a/b:streamGenerateContent?alt=sse',
    { model: 'a/b', action: 'streamGenerateContent', framing: 'sse' },
  ],
  ['/v1beta/models/a%2Fb%3A1:countTokens?key=x', { model: 'a/b:1', action: 'countTokens', framing: 'list' }],
  ['/v1/models/a:b:generateContent', { model: 'a:b', action: 'generateContent', framing: 'list' }],
  ['/v1beta/models/m:destroy', undefined],
  ['/v1beta/models/:generateContent', undefined],
  ['/v1beta/models/%E0%A4:generateContent', undefined],
  ['/v1beta/models', undefined],
])('the address %s', (url, expected) => expect(readGeminiAddress(url)).toEqual(expected))

describe('a body of another form is refused by the name of its field', () => {
  it.each<[JsonObject, string]>([
    [{ contents: null }, 'contents'],
    [{ contents: [] }, 'contents'],
    [{ contents: 'Hi' }, 'contents'],
    [{ contents: ['Hi'] }, 'contents[0]'],
    [{ contents: [{ role: 'bard', parts: [] }] }, 'contents[0].role'],
    [{ contents: [{ parts: 'x' }] }, 'contents[0].parts'],
    [{ contents: [{ parts: [1] }] }, 'contents[0].parts[0]'],
    [{ contents: [{ parts: [{ text: 1 }] }] }, 'contents[0].parts[0].text'],
    [{ contents: [{ parts: [{ inlineData: {} }] }] }, 'contents[0].parts[0].inlineData.mimeType'],
    [{ contents: [{ parts: [{ functionResponse: {} }] }] }, 'contents[0].parts[0].functionResponse.name'],
    [{ contents: [{ role: 'model', parts: [{ functionCall: {} }] }] }, 'contents[0].parts[0].functionCall.name'],
    [
      { contents: [{ role: 'model', parts: [{ functionCall: { name: 'f', args: 'x' } }] }] },
      'contents[0].parts[0].functionCall.args',
    ],
    [{ systemInstruction: 7 }, 'systemInstruction'],
    [{ generationConfig: [] }, 'generationConfig'],
    [{ generationConfig: { temperature: 'x' } }, 'generationConfig.temperature'],
    [{ generationConfig: { maxOutputTokens: -1 } }, 'generationConfig.maxOutputTokens'],
    [{ generationConfig: { stopSequences: [1] } }, 'generationConfig.stopSequences'],
    [{ tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name'],
    [{ toolConfig: { functionCallingConfig: { mode: 'SOME' } } }, 'toolConfig.functionCallingConfig.mode'],
  ])('%j', (body, param) => {
    expect(() => read(body)).toThrow(
      expect.objectContaining({ code: 'api/invalid-param', details: expect.objectContaining({ param }) }),
    )
  })
})

it('what a vendor of another protocol cannot take is named', () => {
  const body: JsonObject = {
    safetySettings: [],
    brand_new: 1,
    generationConfig: { topK: 3, candidateCount: 2, speechConfig: {}, responseMimeType: 'text/plain' },
    tools: [{ googleSearch: {} }, { functionDeclarations: [{ name: 'f', behavior: 'X' }] }],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a', 'b'] } },
    contents: [{ parts: [{ executableCode: {} }, { text: 'x', thought_signature: 'S' }] }],
  }
  const named = (family: string) =>
    open(body)
      .verdicts(family)
      .map(({ field }) => field)
  expect(named('gemini')).toEqual(['generationConfig.candidateCount'])
  expect(named('openai-chat')).toEqual([
    'safetySettings',
    'brandNew',
    'generationConfig.topK',
    'generationConfig.candidateCount',
    'generationConfig.speechConfig',
    'toolConfig.functionCallingConfig.allowedFunctionNames',
    'tools[0].googleSearch',
    'tools[1].functionDeclarations[0].behavior',
    'contents[0].parts[0]',
    'contents[0].parts[1].thoughtSignature',
  ])
})
