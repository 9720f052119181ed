import { describe, expect, it } from 'vitest'
import { invokeErrorName } from '../../src/model/errors.ts'
import type { ChatMessage, ChatModel, ChatRequest } from '../../src/model/spec.ts'
import { scriptedModels } from './scripted-model.ts'

const resolve = (name: string, llm?: Record<string, string>): ChatModel => {
  const match = scriptedModels(llm ? { llm } : {}).resolve({ provider: 'p', name })
  if (match.type === 'missing') throw new Error('never missing')
  return match.model
}

const user = (content: string): ChatRequest => ({ messages: [{ role: 'user', content }] })

const pieces = async (model: ChatModel, request: ChatRequest): Promise<{ texts: string[]; error?: string }> => {
  const texts: string[] = []
  try {
    for await (const part of model.stream(request)) if (part.type === 'text-delta') texts.push(part.text)
    return { texts }
  } catch (error) {
    return { texts, error: invokeErrorName(error) }
  }
}

describe('scripted model', () => {
  it('echoes in pieces of three code points', async () => {
    expect(await pieces(resolve('m'), user('a😀b世'))).toEqual({ texts: ['ech', 'o:a', '😀b世'] })
    expect((await resolve('m').generate({ messages: [] })).text).toBe('echo:')
  })

  it('replies by node id, else dumps, else echoes', async () => {
    const llm = { n1: 'fixed' }
    expect((await resolve('dump', llm).generate({ ...user('x'), caller: 'n1' })).text).toBe('fixed')
    const messages: ChatMessage[] = [
      { role: 'system', content: 's' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ]
    expect((await resolve('dump', llm).generate({ messages, caller: 'n2' })).text).toBe('system: s\nuser: ab')
    expect((await resolve('m', llm).generate({ ...user('x'), caller: 'constructor' })).text).toBe('echo:x')
  })

  it('thinks and fails on demand', async () => {
    expect((await resolve('m').generate(user('[[think]]'))).text).toBe('<think>plan 1</think>\n\necho:[[think]]')
    expect(await pieces(resolve('m'), user('[[fail]]'))).toEqual({ texts: [], error: 'InvokeServerUnavailableError' })
    expect(await pieces(resolve('m'), user('[[midfail]]'))).toEqual({
      texts: ['ech', 'o:['],
      error: 'InvokeServerUnavailableError',
    })
    expect(await pieces(resolve('m', { n: 'short' }), { ...user('[[midfail]]'), caller: 'n' })).toEqual({
      texts: ['sho', 'rt'],
    })
  })
})
