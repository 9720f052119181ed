import { describe, expect, it } from 'vitest'
import { knownModel, pricesOn } from './known-models.ts'
import { sheet } from './models-2026-11.ts'

describe('known models', () => {
  it.each<[string | undefined, string, string | undefined]>([
    ['openai', 'gpt-4o', 'gpt-4o'],
    ['openai', 'gpt-4o-2024-08-06', 'gpt-4o'],
    ['openai', 'gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
    ['openai', 'gpt-4o-audio-preview', undefined],
    ['openai', 'gpt-4-0613', 'gpt-4'],
    ['openai', 'gpt-5-chat-latest', 'gpt-5-chat'],
    ['openai', 'gpt-5.9', undefined],
    ['openai', 'omni-moderation-latest', 'omni-moderation'],
    ['anthropic', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-opus-4-20250514', 'claude-opus-4'],
    ['anthropic', 'claude-opus-4-9', undefined],
    ['anthropic', 'gpt-4o', undefined],
    [undefined, 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
    [undefined, 'amazon.nova-pro-v1:0', 'nova-pro'],
    [undefined, 'openai/gpt-4.1-mini', 'gpt-4.1-mini'],
    ['gemini', 'models/gemini-2.5-pro-preview-06-05', 'gemini-2.5-pro'],
    ['gemini', 'gemini-2.5-flash-001', 'gemini-2.5-flash'],
    ['gemini', 'gemini-embedding-001', 'gemini-embedding'],
    ['open', 'llama3.2:latest', 'llama3.2'],
    ['open', 'deepseek-chat', undefined],
    [undefined, 'mistral-large-2411', 'mistral-large'],
    [undefined, 'command-r-08-2024', 'command-r'],
    [undefined, 'constructor', undefined],
    [undefined, '', undefined],
  ])('%s %s is %s', (vendor, name, expected) =>
    expect(knownModel(vendor as Parameters<typeof knownModel>[0], name)?.name).toBe(expected),
  )

  it('knows a price that changes', () => {
    const model = knownModel('gemini', 'gemini-3.8-flash')
    if (!model) throw new Error('no model')
    expect(pricesOn(model, Date.UTC(2026, 11, 31, 23, 59))?.prompt).toBe(0.75)
    expect(pricesOn(model, Date.UTC(2027, 0, 1))?.prompt).toBe(1.5)
  })

  it('has one entry a name and vendor, and sane numbers', () => {
    const seen = new Set<string>()
    for (const { vendor, name, prices, contextTokens, quality } of sheet.models) {
      expect(seen.has(`${vendor}/${name}`), name).toBe(false)
      seen.add(`${vendor}/${name}`)
      expect(name).toBe(name.toLowerCase())
      if (contextTokens !== undefined) expect(Number.isInteger(contextTokens)).toBe(true)
      if (quality !== undefined) expect(quality >= 0 && quality <= 100, name).toBe(true)
      if (!prices) continue
      expect(prices.cachedPrompt ?? 0, name).toBeLessThanOrEqual(prices.prompt)
      expect(prices.longContext?.prompt ?? prices.prompt, name).toBeGreaterThanOrEqual(prices.prompt)
    }
    expect(Object.keys(sheet.sources).sort()).toEqual([...new Set(sheet.models.map(({ vendor }) => vendor))].sort())
  })
})
