// Keys: everything that can change the answer counts, nothing else does, and no scope shares with another.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ask } from '../../../test/support/chat-caches.ts'
import { float } from '../../base/number.ts'
import type { ChatRequest } from '../spec.ts'
import { categoryOf, keyOf, neighbourhoodOf } from './key.ts'
import { isWithin, ownerOf, scopeOf } from './scope.ts'
import type { CacheQuestion } from './spec.ts'

const FULL: ChatRequest = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'assistant',
      content: 'Hello',
      reasoning: [{ text: 'hm', vendorState: { anthropic: { signature: 's' } } }],
    },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        {
          type: 'media',
          kind: 'image',
          mimeType: 'image/png',
          data: { type: 'base64', base64: 'AAAA' },
          filename: 'a.png',
          detail: 'low',
        },
      ],
    },
  ],
  parameters: { temperature: 0, nested: { a: [1, 2], b: null } },
  stop: ['x', 'y'],
  tools: [{ name: 't', description: 'd', parameters: { type: 'object' }, strict: true }],
  toolChoice: 'auto',
  parallelToolCalls: false,
  reasoning: { effort: 'low', budgetTokens: 5 },
  json: true,
  vendorState: { gemini: { cached: 'c' } },
  responseSchema: { name: 'r', schema: { type: 'object', required: ['a', 'b'] } },
}
const base: CacheQuestion = { ...ask(''), scope: 'tenant_a/app', variant: 'v', request: FULL }

/** Every place of a document, with the document that differs there and nowhere else. */
const changesOf = (value: unknown, path = ''): [string, unknown][] => {
  if (Array.isArray(value)) {
    const inside = value.flatMap((item, i) =>
      changesOf(item, `${path}[${i}]`).map(([at, changed]): [string, unknown] => [at, value.with(i, changed)]),
    )
    const turned: [string, unknown][] = value.length > 1 ? [[`${path} reversed`, value.toReversed()]] : []
    return [...inside, ...turned, [`${path} longer`, [...value, 'more']]]
  }
  if (typeof value === 'object' && value !== null) {
    const inside = Object.entries(value).flatMap(([name, item]) =>
      changesOf(item, `${path}.${name}`).map(([at, changed]): [string, unknown] => [at, { ...value, [name]: changed }]),
    )
    const without = Object.keys(value).map((name): [string, unknown] => {
      const { [name]: _gone, ...rest } = value as Record<string, unknown>
      return [`${path}.${name} gone`, rest]
    })
    return [...inside, ...without, [`${path} wider`, { ...value, further: 1 }]]
  }
  if (typeof value === 'string') return [[path, `${value}!`]]
  if (typeof value === 'number') return [[path, value + 1]]
  return [[path, value === null ? 0 : !value]]
}

describe('the key', () => {
  it('changes with every part of the request', () => {
    const keys = changesOf(FULL).map(
      ([at, request]) => [at, keyOf({ ...base, request: request as ChatRequest })] as const,
    )
    expect(keys.length).toBeGreaterThan(80)
    expect(keys.filter(([, key]) => key === keyOf(base))).toEqual([])
    expect(new Set(keys.map(([, key]) => key)).size).toBe(keys.length)
  })

  it('changes with scope, target and variant, and never mixes them up', () => {
    const key = (given: Partial<CacheQuestion>) => keyOf({ ...base, ...given })
    const keys = [
      key({}),
      key({ scope: 'tenant_a' }),
      key({ scope: 'tenant_b/app' }),
      key({ target: 'other' }),
      key({ variant: '' }),
      key({ scope: 'tenant_a/ap', target: 'p' }),
      key({ target: `${base.target}v`, variant: '' }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('leaves out who asks, how the answer travels, and the mode', () => {
    const request = { ...FULL, user: 'u', caller: 'c', toolFragments: true }
    expect(keyOf({ ...base, request, mode: { read: false, write: true, maxAgeMs: 3 } })).toBe(keyOf(base))
  })

  it('knows no order of properties, no absent ones, and one number for each value', () => {
    const arbitrary = fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.boolean()), { maxKeys: 8 })
    fc.assert(
      fc.property(arbitrary, (parameters) => {
        const turned = Object.fromEntries(Object.entries(parameters).toReversed())
        const key = (given: object) => keyOf({ ...base, request: { ...FULL, parameters: given as never } })
        expect(key({ ...turned, absent: undefined })).toBe(key(parameters))
      }),
      { numRuns: 100 },
    )
    const temperature = (value: unknown) =>
      keyOf({ ...base, request: { ...FULL, parameters: { temperature: value as never } } })
    expect(temperature(float(1))).toBe(temperature(1))
    expect(temperature('1')).not.toBe(temperature(1))
  })

  it('is shared by no two scopes', () => {
    const name = fc.option(
      fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('-', '/', '%2D', 'a/b', '../a', '\ud800')),
    )
    const parts = fc.record({ owner: fc.constantFrom('tenant_a', 'tenant_b'), app: name, user: name })
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const [left, right] = [scopeOf(a, 'user'), scopeOf(b, 'user')]
        const plain = (text: string | null) => text?.replace(/\p{Surrogate}/gu, '\ufffd') ?? null
        const same = a.owner === b.owner && plain(a.app) === plain(b.app) && plain(a.user) === plain(b.user)
        expect(keyOf({ ...base, scope: left }) === keyOf({ ...base, scope: right })).toBe(same)
        expect(ownerOf(left)).toBe(a.owner)
        expect(isWithin(left, a.owner)).toBe(true)
        expect(isWithin(left, b.owner)).toBe(a.owner === b.owner)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the fingerprint', () => {
  const at = (content: unknown, rest: Partial<ChatRequest> = {}) =>
    neighbourhoodOf({
      ...base,
      request: { ...FULL, ...rest, messages: [...FULL.messages.slice(0, 2), { role: 'user', content } as never] },
    })

  it('leaves out the text of the last turn alone', () => {
    const valid = changesOf(FULL).filter(([place]) => !/^\.messages(\[2\]\.content)? gone$/.test(place))
    const changed = valid.map(([place, request]) => {
      const near = neighbourhoodOf({ ...base, request: request as ChatRequest })
      return [place, near?.fingerprint] as const
    })
    const same = changed.filter(([, fingerprint]) => fingerprint === neighbourhoodOf(base)?.fingerprint)
    expect(same.map(([place]) => place)).toEqual(['.messages[2].content[0].text'])
    expect(at('a')?.fingerprint).toBe(at('b')?.fingerprint)
    expect(at('a')?.fingerprint).not.toBe(at([{ type: 'text', text: 'a' }])?.fingerprint)
    expect(neighbourhoodOf({ ...base, scope: 'tenant_b/app' })?.fingerprint).not.toBe(
      neighbourhoodOf(base)?.fingerprint,
    )
  })

  it('is no key, and there is none without a text of the user', () => {
    expect(at('')).toBeUndefined()
    expect(at([])).toBeUndefined()
    expect(neighbourhoodOf(ask('', { request: { messages: [] } }))).toBeUndefined()
    expect(neighbourhoodOf(ask('', { request: { messages: [{ role: 'assistant', content: 'a' }] } }))).toBeUndefined()
    expect(at('a')?.text).toBe('a')
  })

  it('has categories by script, prompt, target and scope', () => {
    const names = [
      categoryOf(base, 'refund'),
      categoryOf(base, '怎么退款'),
      categoryOf({ ...base, scope: 'tenant_b' }, 'refund'),
      categoryOf({ ...base, target: 'other' }, 'refund'),
      categoryOf({ ...base, request: { messages: [] } }, 'refund'),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect(categoryOf(base, 'anything else')).toBe(names[0])
  })
})
