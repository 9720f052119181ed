// The official clients of the four protocols, asked the same things and understood the same way.

import Anthropic from '@anthropic-ai/sdk'
import { type Content, type FunctionDeclaration, GoogleGenAI, type Part } from '@google/genai'
import OpenAI from 'openai'
import type { TestedFamily } from './protocol-house.ts'

export interface Asked {
  readonly model: string
  readonly text: string
  /** PNG in base64. */
  readonly image?: string
  readonly withTools?: boolean
  /** Calls that were made before, and what they brought. */
  readonly results?: readonly { readonly id: string; readonly name: string; readonly result: string }[]
  readonly schema?: Readonly<Record<string, unknown>>
}

export interface Told {
  readonly text: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[]
  readonly usage: readonly [prompt: number, completion: number]
  /** How many pieces of text, or of arguments, came. */
  readonly pieces: number
}

export interface ProtocolClient {
  whole(asked: Asked): Promise<Told>
  stream(asked: Asked): Promise<Told>
}

export const TOOL = {
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

interface Server {
  readonly url: string
  readonly key: string
}

export const clientOf = (door: TestedFamily, server: Server): ProtocolClient => {
  switch (door) {
    case 'openai-chat':
      return chatClient(server)
    case 'openai-responses':
      return responsesClient(server)
    case 'anthropic':
      return anthropicClient(server)
    case 'gemini':
      return geminiClient(server)
  }
}

const openAi = ({ url, key }: Server) => new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 })
const parse = (text: string): unknown => (text === '' ? {} : JSON.parse(text))

const chatClient = (server: Server): ProtocolClient => {
  const client = openAi(server)
  const body = ({ model, text, image, withTools, results, schema }: Asked) => ({
    model,
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text },
          ...(image ? [{ type: 'image_url' as const, image_url: { url: `data:image/png;base64,${image}` } }] : []),
        ],
      },
      ...(results
        ? [
            {
              role: 'assistant' as const,
              content: null,
              tool_calls: results.map(({ id, name }) => ({
                id,
                type: 'function' as const,
                function: { name, arguments: '{"city":"Oslo"}' },
              })),
            },
            ...results.map(({ id, result }) => ({ role: 'tool' as const, tool_call_id: id, content: result })),
          ]
        : []),
    ],
    ...(withTools && { tools: [{ type: 'function' as const, function: TOOL }] }),
    ...(schema && {
      response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema: { ...schema } } },
    }),
  })
  return {
    async whole(asked) {
      const { choices, usage } = await client.chat.completions.create(body(asked))
      const message = choices[0]?.message
      return {
        text: message?.content ?? '',
        calls: (message?.tool_calls ?? []).flatMap((call) =>
          call.type === 'function'
            ? [{ id: call.id, name: call.function.name, args: parse(call.function.arguments) }]
            : [],
        ),
        usage: [usage?.prompt_tokens ?? -1, usage?.completion_tokens ?? -1],
        pieces: 1,
      }
    },
    async stream(asked) {
      const stream = client.chat.completions.stream({ ...body(asked), stream_options: { include_usage: true } })
      let pieces = 0
      for await (const { choices } of stream) {
        const delta = choices[0]?.delta
        if (delta?.content || delta?.tool_calls?.some((call) => call.function?.arguments)) pieces++
      }
      const final = await stream.finalChatCompletion()
      const message = final.choices[0]?.message
      return {
        text: message?.content ?? '',
        calls: (message?.tool_calls ?? []).map((call) => ({
          id: call.id,
          name: call.function.name,
          args: parse(call.function.arguments),
        })),
        usage: [final.usage?.prompt_tokens ?? -1, final.usage?.completion_tokens ?? -1],
        pieces,
      }
    },
  }
}

const responsesClient = (server: Server): ProtocolClient => {
  const client = openAi(server)
  const body = ({ model, text, image, withTools, results, schema }: Asked) => ({
    model,
    store: false,
    input: [
      {
        role: 'user' as const,
        content: [
          { type: 'input_text' as const, text },
          ...(image
            ? [
                {
                  type: 'input_image' as const,
                  image_url: `data:image/png;base64,${image}`,
                  detail: 'auto' as const,
                },
              ]
            : []),
        ],
      },
      ...(results ?? []).map(({ id, name }) => ({
        type: 'function_call' as const,
        call_id: id,
        name,
        arguments: '{"city":"Oslo"}',
      })),
      ...(results ?? []).map(({ id, result }) => ({
        type: 'function_call_output' as const,
        call_id: id,
        output: result,
      })),
    ],
    ...(withTools && { tools: [{ type: 'function' as const, ...TOOL, strict: false }] }),
    ...(schema && {
      text: { format: { type: 'json_schema' as const, name: 'answer', schema: { ...schema }, strict: false } },
    }),
  })
  const told = (response: OpenAI.Responses.Response, pieces: number): Told => ({
    text: response.output_text,
    calls: response.output.flatMap((item) =>
      item.type === 'function_call' ? [{ id: item.call_id, name: item.name, args: parse(item.arguments) }] : [],
    ),
    usage: [response.usage?.input_tokens ?? -1, response.usage?.output_tokens ?? -1],
    pieces,
  })
  return {
    whole: async (asked) => told(await client.responses.create(body(asked)), 1),
    async stream(asked) {
      const stream = client.responses.stream(body(asked))
      let pieces = 0
      for await (const { type } of stream) {
        if (type === 'response.output_text.delta' || type === 'response.function_call_arguments.delta') pieces++
      }
      return told(await stream.finalResponse(), pieces)
    },
  }
}

const anthropicClient = ({ url, key }: Server): ProtocolClient => {
  const client = new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0 })
  const body = ({ model, text, image, withTools, results, schema }: Asked) => ({
    model,
    max_tokens: 1_000,
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text },
          ...(image
            ? [
                {
                  type: 'image' as const,
                  source: { type: 'base64' as const, media_type: 'image/png' as const, data: image },
                },
              ]
            : []),
        ],
      },
      ...(results
        ? [
            {
              role: 'assistant' as const,
              content: results.map(({ id, name }) => ({
                type: 'tool_use' as const,
                id,
                name,
                input: { city: 'Oslo' },
              })),
            },
            {
              role: 'user' as const,
              content: results.map(({ id, result }) => ({
                type: 'tool_result' as const,
                tool_use_id: id,
                content: result,
              })),
            },
          ]
        : []),
    ],
    ...(withTools && {
      tools: [
        {
          name: TOOL.name,
          description: TOOL.description,
          input_schema: { ...TOOL.parameters, type: 'object' as const },
        },
      ],
    }),
    ...(schema && { output_config: { format: { type: 'json_schema' as const, schema: { ...schema } } } }),
  })
  const told = (message: Anthropic.Message, pieces: number): Told => ({
    text: message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
    calls: message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, args: block.input }] : [],
    ),
    usage: [message.usage.input_tokens, message.usage.output_tokens],
    pieces,
  })
  return {
    whole: async (asked) => told(await client.messages.create(body(asked)), 1),
    async stream(asked) {
      const stream = client.messages.stream(body(asked))
      let pieces = 0
      for await (const event of stream) if (event.type === 'content_block_delta') pieces++
      return told(await stream.finalMessage(), pieces)
    },
  }
}

const geminiClient = ({ url, key }: Server): ProtocolClient => {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } } })
  const request = ({ model, text, image, withTools, results, schema }: Asked) => {
    const contents: Content[] = [
      { role: 'user', parts: [{ text }, ...(image ? [{ inlineData: { mimeType: 'image/png', data: image } }] : [])] },
      ...(results
        ? [
            {
              role: 'model',
              parts: results.map(({ id, name }) => ({
                functionCall: { ...(id && { id }), name, args: { city: 'Oslo' } },
              })),
            },
            {
              role: 'user',
              parts: results.map(({ id, name, result }) => ({
                functionResponse: { ...(id && { id }), name, response: { result } },
              })),
            },
          ]
        : []),
    ]
    return {
      model,
      contents,
      config: {
        ...(withTools && {
          tools: [
            {
              functionDeclarations: [
                {
                  name: TOOL.name,
                  description: TOOL.description,
                  parametersJsonSchema: TOOL.parameters,
                } satisfies FunctionDeclaration,
              ],
            },
          ],
        }),
        ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
      },
    }
  }
  const callsIn = (parts: readonly Part[]) =>
    parts.flatMap(({ functionCall: call }) =>
      call ? [{ id: call.id ?? '', name: call.name ?? '', args: call.args ?? {} }] : [],
    )
  return {
    async whole(asked) {
      const answer = await client.models.generateContent(request(asked))
      const parts = answer.candidates?.[0]?.content?.parts ?? []
      const usage = answer.usageMetadata
      return {
        text: parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join(''),
        calls: callsIn(parts),
        usage: [usage?.promptTokenCount ?? -1, usage?.candidatesTokenCount ?? -1],
        pieces: 1,
      }
    },
    async stream(asked) {
      const all: Part[] = []
      let usage: Told['usage'] = [-1, -1]
      let pieces = 0
      for await (const chunk of await client.models.generateContentStream(request(asked))) {
        const parts = chunk.candidates?.[0]?.content?.parts ?? []
        if (parts.some((part) => part.text || part.functionCall)) pieces++
        all.push(...parts)
        const { promptTokenCount, candidatesTokenCount } = chunk.usageMetadata ?? {}
        if (promptTokenCount !== undefined) usage = [promptTokenCount, candidatesTokenCount ?? -1]
      }
      return {
        text: all.map((part) => (part.thought ? '' : (part.text ?? ''))).join(''),
        calls: callsIn(all),
        usage,
        pieces,
      }
    },
  }
}
