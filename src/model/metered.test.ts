// What is noted of calls of models, and that nothing else about the models changes.

import { describe, expect, it } from 'vitest'
import { ModelError } from './errors.ts'
import { type ModelCall, meterChat, meterEmbedding, meterModels } from './metered.ts'
import type { ChatModel, ChatStreamPart, ModelDirectory } from './spec.ts'
import { estimatedUsage, estimateTokens } from './usage.ts'

const REQUEST = { messages: [{ role: 'user', content: 'Why is the sky blue?' }] } as const
const usage = { promptTokens: 7, completionTokens: 2, totalTokens: 9, estimated: false }
const finish: ChatStreamPart = { type: 'finish', reason: 'stop', usage }
const text = (words: string): ChatStreamPart => ({ type: 'text-delta', text: words })

/** Streams these parts; an error among them is thrown. */
const modelOf = (...parts: readonly (ChatStreamPart | Error)[]) => {
  const left: string[] = []
  const model: ChatModel = {
    provider: 'p',
    name: 'm',
    features: new Set(['vision']),
    contextTokens: 100,
    async *stream() {
      try {
        for (const part of parts) {
          if (part instanceof Error) throw part
          yield part
        }
      } finally {
        left.push('closed')
      }
    },
    async generate() {
      return { text: 'x', reasoning: '', toolCalls: [], finishReason: 'stop', usage }
    },
  }
  return { model, left }
}

const noted = (model: ChatModel) => {
  const calls: ModelCall[] = []
  return { model: meterChat(model, (call) => void calls.push(call)), calls }
}
const CALL = { provider: 'p', model: 'm', promptTokens: 7, completionTokens: 2 }
const estimate = (said: string) => {
  const { promptTokens, completionTokens } = estimatedUsage(REQUEST, estimateTokens(said))
  return { provider: 'p', model: 'm', promptTokens, completionTokens, estimated: true }
}

describe('a metered model', () => {
  it('is the same model to everybody else', async () => {
    const { model, calls } = noted(modelOf(text('Ray'), text('leigh'), finish).model)
    expect(model).toMatchObject({ provider: 'p', name: 'm', features: new Set(['vision']), contextTokens: 100 })
    const parts: ChatStreamPart[] = []
    for await (const part of model.stream(REQUEST)) parts.push(part)
    expect(parts).toEqual([text('Ray'), text('leigh'), finish])
    expect((await model.generate(REQUEST)).usage).toEqual(usage)
    expect(calls).toEqual([CALL, CALL])
  })

  it('notes a call once, also when the reader leaves at its finish', async () => {
    const { model: inner, left } = modelOf(text('Ray'), finish)
    const { model, calls } = noted(inner)
    for await (const part of model.stream(REQUEST)) if (part.type === 'finish') break
    expect(calls).toEqual([CALL])
    expect(left).toEqual(['closed'])
  })

  it('estimates a call whose reader left, and lets the model know', async () => {
    const { model: inner, left } = modelOf(text('Ray'), text('leigh'), finish)
    const { model, calls } = noted(inner)
    for await (const _ of model.stream(REQUEST)) break
    expect(calls).toEqual([estimate('Ray')])
    expect(left).toEqual(['closed'])
  })

  it.each<[string, readonly ChatStreamPart[], readonly ModelCall[]]>([
    ['before its first word, as nothing', [], []],
    ['after thinking, by estimate', [{ type: 'reasoning-delta', text: 'Hm, light' }], [estimate('Hm, light')]],
    ['after words, by estimate', [text('Ray'), text('leigh')], [estimate('Rayleigh')]],
    ['after its finish, as it said', [text('Ray'), finish], [CALL]],
  ])('counts a call that broke off %s', async (_, parts, expected) => {
    const broken = new ModelError('model/unavailable', { details: { provider: 'p', message: 'gone' } })
    const { model, calls } = noted(modelOf(...parts, broken).model)
    const read = async () => {
      for await (const _part of model.stream(REQUEST));
    }
    await expect(read()).rejects.toBe(broken)
    expect(calls).toEqual(expected)
  })

  it.each([
    [-3, 0],
    [Number.NaN, 0],
    [2.7, 2],
    [1e300, 1_000_000_000],
  ])('takes %d tokens of a vendor as %d', async (promptTokens, counted) => {
    const { model, calls } = noted(modelOf({ ...finish, usage: { ...usage, promptTokens } }).model)
    for await (const _part of model.stream(REQUEST));
    expect(calls).toEqual([{ ...CALL, promptTokens: counted }])
  })
})

describe('metered models', () => {
  it('count a substitute as itself, and vectors as tokens that were read', async () => {
    const calls: ModelCall[] = []
    const vectors = { provider: 'p', name: 'v', embed: async () => ({ vectors: [], promptTokens: 5 }) }
    const { model } = modelOf(finish)
    const models: ModelDirectory = {
      resolve: ({ name }) => (name === 'none' ? { type: 'missing', reason: 'r' } : { type: 'substitute', model }),
      defaultModel: model,
      embedding: () => vectors,
      transcription: () => undefined,
      speech: () => undefined,
      rerank: () => undefined,
      moderation: () => undefined,
      list: () => [],
    }
    const metered = meterModels(models, (call) => void calls.push(call))
    const match = metered.resolve({ provider: 'other', name: 'x' })
    expect(match.type).toBe('substitute')
    if (match.type !== 'missing') await match.model.generate(REQUEST)
    expect(metered.resolve({ provider: 'other', name: 'none' })).toEqual({ type: 'missing', reason: 'r' })
    await metered.defaultModel?.generate(REQUEST)
    await metered.embedding()?.embed(['a'])
    await meterEmbedding(vectors, (call) => void calls.push(call)).embed(['a'])
    const ofVectors = { provider: 'p', model: 'v', promptTokens: 5, completionTokens: 0 }
    expect(calls).toEqual([CALL, CALL, ofVectors, ofVectors])
  })
})
