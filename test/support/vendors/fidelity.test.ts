// The simulated vendors against the vendors' own clients: what those accept, our drivers may rely on.

import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { startAnthropic } from './anthropic.ts'
import { startGemini } from './gemini.ts'
import { startOpenAi } from './openai.ts'
import { TEST_KEY, vectorOf } from './vendor-server.ts'

describe('simulated vendors', () => {
  it('speak to the client of OpenAI', async () => {
    const server = await startOpenAi()
    const client = new OpenAI({ apiKey: TEST_KEY, baseURL: `${server.url}/v1`, maxRetries: 0 })
    const body = { model: 'acme-large', messages: [{ role: 'user' as const, content: 'Hi' }] }
    server.reply({ text: 'Hello, 世界', toolCalls: [{ name: 'f', arguments: { a: [1, 'x'] } }] })
    try {
      const whole = await client.chat.completions.create(body)
      expect(whole.choices[0]?.message.content).toBe('Hello, 世界')
      const final = await client.chat.completions
        .stream({ ...body, stream_options: { include_usage: true } })
        .finalChatCompletion()
      expect(final.choices[0]?.message).toEqual({ ...whole.choices[0]?.message, parsed: null })
      expect(final.choices[0]?.finish_reason).toBe('tool_calls')
      expect(final.usage).toEqual(whole.usage)
      server.fault({ type: 'status', status: 429, message: 'slow down' })
      await expect(client.chat.completions.create(body)).rejects.toBeInstanceOf(OpenAI.RateLimitError)
      server.fault({ type: 'stream-error', kind: 'overloaded' })
      await expect(client.chat.completions.stream(body).finalChatCompletion()).rejects.toBeInstanceOf(OpenAI.APIError)
      expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['acme-large'])
    } finally {
      await server.close()
    }
  })

  it('speak to the client of OpenAI: responses', async () => {
    const server = await startOpenAi()
    const client = new OpenAI({ apiKey: TEST_KEY, baseURL: `${server.url}/v1`, maxRetries: 0 })
    const body = { model: 'gpt-5', input: 'Hi', include: ['reasoning.encrypted_content' as const], store: false }
    server.reply({ text: 'Hello, 世界', reasoning: 'hm', toolCalls: [{ name: 'f', arguments: { a: [1, 'x'] } }] })
    try {
      const whole = await client.responses.create(body)
      expect(whole.output_text).toBe('Hello, 世界')
      expect(whole.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call'])
      const final = await client.responses.stream(body).finalResponse()
      expect(final.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call'])
      expect(final.output_text).toBe('Hello, 世界')
      expect(final.usage).toEqual(whole.usage)
      server.fault({ type: 'status', status: 429, message: 'slow down' })
      await expect(client.responses.create(body)).rejects.toBeInstanceOf(OpenAI.RateLimitError)
      expect(
        (await client.moderations.create({ model: 'omni-moderation-latest', input: ['bad', 'good'] })).results[0]
          ?.flagged,
      ).toBe(true)
    } finally {
      await server.close()
    }
  })

  it('speak to the client of Google', async () => {
    const server = await startGemini()
    const client = new GoogleGenAI({ apiKey: TEST_KEY, httpOptions: { baseUrl: server.url, apiVersion: 'v1beta' } })
    const body = { model: 'acme-large', contents: 'Hi' }
    server.reply({ text: 'Hello, 世界', reasoning: 'hm', toolCalls: [{ name: 'f', arguments: { a: 1 } }] })
    try {
      const whole = await client.models.generateContent(body)
      expect([whole.text, whole.functionCalls?.[0]?.args]).toEqual(['Hello, 世界', { a: 1 }])
      let text = ''
      for await (const chunk of await client.models.generateContentStream(body)) text += chunk.text ?? ''
      expect(text).toBe('Hello, 世界')
    } finally {
      await server.close()
    }
  })

  it('speak to the client of OpenAI: vectors and sound', async () => {
    const server = await startOpenAi()
    const client = new OpenAI({ apiKey: TEST_KEY, baseURL: `${server.url}/v1`, maxRetries: 0 })
    server.reply({ text: 'Hello, 世界' })
    try {
      for (const encoding_format of [undefined, 'float', 'base64'] as const) {
        const { data, usage } = await client.embeddings.create({
          model: 'acme-embed',
          input: ['a', 'bc'],
          ...(encoding_format && { encoding_format }),
        })
        const sorted = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding)
        const expected = ['a', 'bc'].map(vectorOf)
        expect(sorted).toEqual(
          encoding_format === 'base64'
            ? expected.map((vector) => Buffer.from(Float32Array.from(vector).buffer).toString('base64'))
            : expected,
        )
        expect(usage.prompt_tokens).toBe(4)
      }
      const file = new File(['RIFF'], 'a.wav', { type: 'audio/wav' })
      expect((await client.audio.transcriptions.create({ model: 'acme-ears', file })).text).toBe('Hello, 世界')
      const speech = await client.audio.speech.create({ model: 'acme-voice', input: 'Hi.', voice: 'alloy' })
      expect(await speech.text()).toBe('mp3 of alloy: Hi.')
      await expect(client.embeddings.create({ model: 'acme-embed', input: [] })).rejects.toBeInstanceOf(
        OpenAI.BadRequestError,
      )
    } finally {
      await server.close()
    }
  })

  it('speak to the client of Anthropic', async () => {
    const server = await startAnthropic()
    const client = new Anthropic({ apiKey: TEST_KEY, baseURL: server.url, maxRetries: 0 })
    const body = { model: 'acme-large', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] }
    server.reply({ text: 'Hello, 世界', reasoning: 'hm', toolCalls: [{ name: 'f', arguments: { a: [1, 'x'] } }] })
    try {
      const whole = await client.messages.create(body)
      expect(whole.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use'])
      const final = await client.messages.stream(body).finalMessage()
      expect(final.content).toEqual(whole.content)
      expect(final.stop_reason).toBe('tool_use')
      expect(final.usage.output_tokens).toBe(whole.usage.output_tokens)
      server.fault({ type: 'status', status: 429, message: 'slow down' })
      await expect(client.messages.create(body)).rejects.toBeInstanceOf(Anthropic.RateLimitError)
      server.fault({ type: 'stream-error', kind: 'overloaded' })
      await expect(client.messages.stream(body).finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError)
    } finally {
      await server.close()
    }
  })
})
