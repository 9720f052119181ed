import { describe, expect, it } from 'vitest'
import { createModelDirectory } from './directory.ts'
import type { ChatModel, ModelProvider } from './spec.ts'

const model = (provider: string, name: string): ChatModel => ({
  provider,
  name,
  features: new Set(['tools']),
  stream: () => {
    throw new Error('not called')
  },
  generate: () => Promise.reject(new Error('not called')),
})

/** Without a list, every name is served. */
const provider = (name: string, names?: readonly string[]): ModelProvider => ({
  name,
  type: 'test',
  chat: (asked) => (names && !names.includes(asked) ? undefined : model(name, asked)),
  models: () => names ?? [],
})

const directory = (options: { allowSubstitute?: boolean; defaultModel?: { provider: string; name: string } } = {}) =>
  createModelDirectory({
    providers: [
      provider('openai', ['gpt-4o']),
      provider('gemini'),
      provider('azure', ['gpt-5']),
      provider('openai-compatible', ['qwen']),
      provider('our-qwen', ['qwen-max']),
      provider('offline', ['heddle-offline']),
    ],
    aliases: { tongyi: 'our-qwen', 'acme/cloud/llm': 'openai' },
    allowSubstitute: options.allowSubstitute ?? false,
    ...(options.defaultModel && { defaultModel: options.defaultModel }),
  })

const offline = { provider: 'offline', name: 'heddle-offline' }

describe('model directory', () => {
  it.each<[string, string, string]>([
    ['openai', 'gpt-4o', 'openai'],
    ['langgenius/openai/openai', 'gpt-4o', 'openai'],
    ['google', 'gemini-2.5-pro', 'gemini'],
    ['langgenius/gemini/google', 'gemini-2.5-pro', 'gemini'],
    ['openai_api_compatible', 'qwen', 'openai-compatible'],
    ['langgenius/openai_api_compatible/openai_api_compatible', 'qwen', 'openai-compatible'],
    ['langgenius/azure_openai/azure_openai', 'gpt-5', 'azure'],
    ['tongyi', 'qwen-max', 'our-qwen'],
    ['langgenius/tongyi/tongyi', 'qwen-max', 'our-qwen'],
    ['acme/cloud/llm', 'gpt-4o', 'openai'],
    ['our-qwen', 'qwen-max', 'our-qwen'],
  ])('%s %s is served by %s', (written, name, expected) => {
    const match = directory().resolve({ provider: written, name })
    expect(match).toMatchObject({ type: 'exact', model: { provider: expected, name } })
  })

  it.each<[string, string, string]>([
    ['bedrock', 'x', 'no provider named bedrock is configured'],
    ['langgenius/bedrock/bedrock', 'x', 'no provider named bedrock (langgenius/bedrock/bedrock) is configured'],
    ['openai', 'gpt-9', 'the provider openai does not serve the model gpt-9'],
    ['openai', '', 'the app names the provider openai but no model'],
    ['', '', 'the app names no model'],
    ['constructor', 'x', 'no provider named constructor is configured'],
  ])('%s %s is missing, and says why', (written, name, expected) => {
    expect(directory().resolve({ provider: written, name })).toEqual({ type: 'missing', reason: expected })
  })

  it('lets the default model stand in only by leave', () => {
    const reference = { provider: 'bedrock', name: 'x' }
    const allowed = directory({ allowSubstitute: true, defaultModel: offline })
    expect(allowed.resolve(reference)).toMatchObject({ type: 'substitute', model: offline })
    expect(allowed.resolve({ provider: 'openai', name: 'gpt-4o' }).type).toBe('exact')
    expect(directory({ defaultModel: offline }).resolve(reference).type).toBe('missing')
  })

  it('says when no default model can stand in', () => {
    const reference = { provider: 'bedrock', name: 'x' }
    const reasonOf = (options: Parameters<typeof directory>[0]) => {
      const match = directory(options).resolve(reference)
      return match.type === 'missing' ? match.reason : match.type
    }
    expect(reasonOf({ allowSubstitute: true })).toContain('there is no default model to stand in')
    expect(reasonOf({ allowSubstitute: true, defaultModel: { provider: 'gone', name: 'x' } })).toContain(
      'not configured either',
    )
  })

  it('lists what is known to be served', () => {
    expect(directory().list()).toContainEqual({
      provider: 'our-qwen',
      kind: 'chat',
      name: 'qwen-max',
      features: ['tools'],
    })
    expect(directory({ defaultModel: offline }).defaultModel).toMatchObject(offline)
    expect(directory().defaultModel).toBeUndefined()
  })
})
