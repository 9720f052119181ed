import { describe, expect, it } from 'vitest'
import { systemSeams } from './base/seams.ts'
import { parseConfig } from './config.ts'
import { createEngine } from './engine.ts'

const open = (providers: object) => {
  const parsed = parseConfig({ file: { providers }, environment: {} })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return createEngine(parsed.value, systemSeams())
}

describe('engine', () => {
  it('has an account for every key, and asks the first by name', async () => {
    const engine = open({
      many: { type: 'openai', apiKeys: ['key-a-1', 'key-b-2', 'key-c-3'] },
      one: { type: 'anthropic', apiKey: 'key-d-4' },
      cloud: { type: 'bedrock', region: 'eu-central-1', apiKey: 'key-e-5' },
      azure: { type: 'azure', baseUrl: 'https://our.openai.azure.com', apiKey: 'key-f-6' },
      here: { type: 'local', models: ['m'] },
    })
    const accounts = engine.accounts.map(({ id, provider }) => [id, provider.name, provider.type])
    expect(accounts).toEqual([
      ['many', 'many', 'openai'],
      ['many#2', 'many', 'openai'],
      ['many#3', 'many', 'openai'],
      ['one', 'one', 'anthropic'],
      ['cloud', 'cloud', 'bedrock'],
      ['azure', 'azure', 'azure'],
      ['here', 'here', 'local'],
      ['offline', 'offline', 'offline'],
    ])
    const keys = engine.accounts.slice(0, 3).map(({ provider }) => provider.native?.('openai-chat', 'm')?.headers(''))
    expect(keys).toEqual(['key-a-1', 'key-b-2', 'key-c-3'].map((key) => ({ authorization: `Bearer ${key}` })))
    expect(engine.providers().map(({ name }) => name)).toEqual(['many', 'one', 'cloud', 'azure', 'here', 'offline'])
    const offline = engine.providers().find(({ name }) => name === 'offline')
    expect(offline?.models.map(({ name, kind, isDefault }) => [name, kind, isDefault])).toContainEqual([
      'heddle-rerank',
      'rerank',
      true,
    ])
    expect(engine.models.rerank()?.name).toBe('heddle-rerank')
    expect(engine.models.moderation()).toBeUndefined()
    await engine.close()
  })
})
