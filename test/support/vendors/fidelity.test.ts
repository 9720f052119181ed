// The simulated vendors against the vendors' own clients: what those accept, our drivers may rely on.

import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { startAnthropic } from './anthropic.ts'
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
