// Routers as their definitions read: which rule decides, who is left out, what a decision holds, and everything that is wrong.

import { describe, expect, it } from 'vitest'
import { asks, everything, routerOf, routersOf, state, worldOf } from '../../../test/support/routing.ts'
import { checkRouters } from './compile.ts'
import { parseRouter } from './definition.ts'
import type { RouteFacts } from './spec.ts'

const A = state('p/a')
const B = state('p/b')
const C = state('p/c')
const world = worldOf([A, B, C])
const image = { type: 'media', kind: 'image', mimeType: 'image/png', data: { type: 'base64', base64: 'AA==' } } as const

describe('rules', () => {
  const holds = (when: object, facts: RouteFacts): boolean =>
    routerOf({ default: { targets: 'p/a' }, rules: [{ name: 'it', when, targets: 'p/b' }] }).decide(facts, world)
      .rule === 'it'

  it.each<[boolean, object, RouteFacts]>([
    [true, { contains: 'POEM' }, asks('Write a poem')],
    [true, { contains: ['novel', 'poem'] }, asks('Write a poem')],
    [false, { contains: { all: ['novel', 'poem'] } }, asks('Write a poem')],
    [true, { contains: { all: ['write', 'poem'], any: ['a', 'b'] } }, asks('Write a poem')],
    [false, { contains: { all: ['write', 'poem'], any: ['x', 'z'] } }, asks('Write a poem')],
    [true, { contains: 'story' }, asks('history')],
    [false, { contains: { any: 'story', wholeWords: true } }, asks('history')],
    [true, { contains: '故事' }, asks('讲一个故事吧')],
    [false, { inputCharacters: { gt: 3 } }, asks('abc')],
    [true, { inputCharacters: { gt: 3 } }, asks('abcd')],
    [true, { inputCharacters: { gte: 3, lte: 3 } }, asks('abc')],
    [false, { inputCharacters: { lt: 3 } }, asks('abc')],
    [true, { inputCharacters: { lt: 1 } }, asks('')],
    [
      true,
      { characters: { gt: 5 } },
      asks({
        messages: [
          { role: 'system', content: 'abcdef' },
          { role: 'user', content: '' },
        ],
      }),
    ],
    [true, { promptTokens: { gt: 100 } }, asks('word '.repeat(100))],
    [false, { promptTokens: { gt: 100 } }, asks('word')],
    [true, { language: ['de', 'fr'] }, asks('Was ist das und wie geht es?')],
    [false, { language: 'en' }, asks('Was ist das und wie geht es?')],
    [true, { hasImage: true }, asks({ messages: [{ role: 'user', content: [image] }] })],
    [true, { hasImage: false }, asks('x')],
    [true, { hasCode: true }, asks('```js\n1\n```')],
    [true, { metadata: { tier: 'gold' } }, asks('x', { tier: 'gold' })],
    [true, { metadata: { tier: ['silver', 'gold'] } }, asks('x', { tier: 'gold' })],
    [true, { metadata: { level: 3 } }, asks('x', { level: '3' })],
    [false, { metadata: { tier: 'gold', team: 'a' } }, asks('x', { tier: 'gold' })],
    [false, { metadata: { constructor: 'x' } }, asks('x')],
    [true, { kind: 'chat' }, asks('x')],
    [false, { kind: ['embedding', 'rerank'] }, asks('x')],
    [true, { needs: 'tools' }, asks({ messages: [], tools: [{ name: 't', parameters: {} }] })],
    [false, { needs: ['tools', 'vision'] }, asks({ messages: [], tools: [{ name: 't', parameters: {} }] })],
    [true, { any: [{ contains: 'x' }, { contains: 'y' }] }, asks('y')],
    [false, { all: [{ contains: 'x' }, { contains: 'y' }] }, asks('y')],
    [true, { not: { contains: 'x' } }, asks('y')],
    [false, { contains: 'y', not: { inputCharacters: { lt: 5 } } }, asks('y')],
  ])('%s: %j', (expected, when, facts) => {
    expect(holds(when, facts)).toBe(expected)
  })

  it('are asked in order; the first that holds decides', () => {
    const router = routerOf({
      default: { targets: 'p/a', parameters: { temperature: 0.2, top_p: 1 }, stages: ['mask'] },
      rules: [
        { name: 'no', when: { contains: 'zebra' }, targets: 'p/c' },
        { name: 'first', when: { contains: 'poem' }, targets: 'p/b', parameters: { temperature: 0.9 } },
        { name: 'second', when: { contains: 'poem' }, targets: 'p/c' },
      ],
    })
    expect(router.decide(asks('a poem'), world)).toMatchObject({
      router: 'r',
      rule: 'first',
      targets: ['p/b'],
      overrides: { temperature: 0.9, top_p: 1 },
      stages: ['mask'],
      panel: null,
      reasons: ['rule first holds: the input contains "poem"', 'round-robin: it is the turn of p/b, 100 % of calls'],
    })
    expect(router.decide(asks('else'), world)).toMatchObject({
      rule: null,
      targets: ['p/a'],
      overrides: { temperature: 0.2, top_p: 1 },
    })
    expect(router.targets).toEqual(['p/a', 'p/c', 'p/b'])
  })

  it('explain themselves in a preview, each of them', () => {
    const router = routerOf({
      default: { targets: 'p/a' },
      rules: [
        { name: 'long', when: { inputCharacters: { gt: 500 } }, targets: 'p/b' },
        { name: 'both', when: { contains: 'poem', hasImage: true }, targets: 'p/b' },
      ],
    })
    const { reasons } = router.preview(asks('a poem'), world)
    expect(reasons.slice(0, 3)).toEqual([
      'rule long does not hold: inputCharacters 6 is not > 500',
      'rule both does not hold: there is no image',
      'no rule holds: the default',
    ])
  })
})

describe('decisions', () => {
  it('leave out who cannot, and say why', () => {
    const states = [
      state('p/a', { features: new Set(['tools']) }),
      state('p/b', { features: new Set(['vision']), contextTokens: 10 }),
      state('p/c', { features: new Set(['vision']), contextTokens: 100_000 }),
    ]
    const router = routerOf({ default: { targets: ['p/a', 'p/b', 'p/gone'], fallback: ['p/c'] } })
    const facts = asks({ messages: [{ role: 'user', content: [image, { type: 'text', text: 'What is it?' }] }] })
    const decision = router.decide(facts, worldOf(states))
    expect(decision.targets).toEqual(['p/c'])
    expect(decision.reasons).toEqual([
      'left out p/a: it has no vision',
      `left out p/b: about ${facts.promptTokens} tokens do not fit its 10`,
      'left out p/gone: it is not configured',
    ])
    expect(() => router.decide(facts, worldOf(states.slice(0, 2)))).toThrow(
      expect.objectContaining({ code: 'route/no-target', message: expect.stringContaining('it has no vision') }),
    )
  })

  it('try those last to whom calls fail, after the fallback chain', () => {
    const down = { healthy: false }
    const router = routerOf({ default: { targets: ['p/a', 'p/b'], strategy: 'in-order', fallback: ['p/c'] } })
    const targets = (...states: Parameters<typeof worldOf>[0][number][]) =>
      router.decide(asks('x'), worldOf(states)).targets
    expect(targets(A, B, C)).toEqual(['p/a', 'p/b', 'p/c'])
    expect(targets({ ...A, ...down }, B, C)).toEqual(['p/b', 'p/c', 'p/a'])
    expect(targets({ ...A, ...down }, { ...B, ...down }, { ...C, ...down })).toEqual(['p/a', 'p/b', 'p/c'])
  })

  it('obey a caller who insists on a target', () => {
    const router = routerOf({ default: { targets: ['p/a', 'p/b'], fallback: 'p/c', parameters: { seed: 1 } } })
    expect(router.decide(asks('x'), world, 'p/c')).toMatchObject({
      strategy: 'manual',
      targets: ['p/c'],
      overrides: { seed: 1 },
    })
    expect(() => router.decide(asks('x'), world, 'p/z')).toThrow(
      expect.objectContaining({ code: 'route/not-a-target' }),
    )
    expect(() => router.decide(asks('x'), worldOf([A]), 'p/c')).toThrow(
      expect.objectContaining({ code: 'route/no-target' }),
    )
  })

  it('name a panel and stages', () => {
    const router = routerOf({
      default: { targets: 'p/a' },
      rules: [{ name: 'hard', when: { contains: 'prove' }, panel: 'experts', stages: ['mask', 'format'] }],
    })
    expect(router.decide(asks('prove it'), world)).toMatchObject({
      panel: 'experts',
      stages: ['mask', 'format'],
      targets: ['p/a'],
    })
  })

  it('are handed over to other routers, with parameters laid over theirs', () => {
    const routers = routersOf({
      outer: {
        default: { router: 'inner' },
        rules: [
          { name: 'own', when: { contains: 'own' }, targets: 'p/c' },
          { name: 'hot', when: { contains: 'hot' }, router: 'inner', parameters: { temperature: 1 } },
        ],
      },
      inner: { default: { targets: ['p/a', 'p/b'], strategy: 'in-order', parameters: { temperature: 0, seed: 3 } } },
    })
    const outer = routers.get('outer')
    expect(outer?.targets).toEqual(['p/c', 'p/a', 'p/b'])
    expect(outer?.decide(asks('x hot'), world)).toMatchObject({
      router: 'outer',
      rule: 'hot',
      strategy: 'in-order',
      targets: ['p/a', 'p/b'],
      overrides: { temperature: 1, seed: 3 },
      version: `${outer?.version}+${routers.get('inner')?.version}`,
    })
    expect(outer?.decide(asks('own'), world).targets).toEqual(['p/c'])
    expect(outer?.decide(asks('x'), world, 'p/b').targets).toEqual(['p/b'])
  })

  it('are the same for the same world, facts and chance', () => {
    const definition = { default: { targets: ['p/a', 'p/b', 'p/c'], strategy: 'latency' } }
    const decideAll = () => {
      const router = routerOf(definition)
      const same = worldOf([A, B, C])
      return Array.from({ length: 20 }, () => router.decide(asks('x'), same))
    }
    expect(decideAll()).toEqual(decideAll())
    expect(new Set(decideAll().map(({ targets }) => targets[0])).size).toBeGreaterThan(1)
  })

  it('have a version that changes with the definition alone', () => {
    const version = (given: unknown) => routerOf(given).version
    expect(version({ default: { targets: ['p/a'] } })).toBe(version({ default: { targets: { target: 'p/a' } } }))
    expect(version({ default: { targets: 'p/a' } })).not.toBe(version({ default: { targets: 'p/b' } }))
  })
})

describe('what is wrong', () => {
  const problems = (given: unknown): string[] => {
    const read = parseRouter(given, 'r')
    if (!read.ok) return read.issues.map(({ path, code }) => `${path} ${code}`)
    const known = {
      ...everything,
      whyNoTarget: (id: string) => (id.startsWith('p/') ? undefined : 'no such provider'),
      hasPanel: () => false,
      hasRouter: (name: string) => name === 'r',
      hasStage: () => false,
    }
    const found = checkRouters(new Map([['r', read.value]]), known, (name) => name)
    return [...found.values()].flat().map(({ path, code }) => `${path} ${code}`)
  }
  it.each<[string, unknown, string[]]>([
    ['nothing', null, ['r route/invalid']],
    ['no default', {}, ['r.default route/invalid']],
    ['no targets', { default: {} }, ['r.default route/invalid']],
    ['an empty pool', { default: { targets: [] } }, ['r.default.targets route/invalid']],
    ['not a target', { default: { targets: 'gpt' } }, ['r.default.targets[0].target route/invalid']],
    [
      'a weight',
      { default: { targets: [{ target: 'p/a', weight: 0 }] } },
      ['r.default.targets[0].weight route/invalid'],
    ],
    ['an unknown target', { default: { targets: 'q/a' } }, ['r.default.targets[0] route/unknown-target']],
    ['a target twice', { default: { targets: ['p/a', 'p/a'] } }, ['r.default.targets[1] route/duplicate-name']],
    [
      'a fallback that is a target',
      { default: { targets: 'p/a', fallback: ['p/a', 'q/b'] } },
      ['r.default.fallback[0] route/duplicate-name', 'r.default.fallback[1] route/unknown-target'],
    ],
    [
      'an unknown key',
      { default: { targets: 'p/a', tragets: 1 }, x: 1 },
      ['r.default.tragets route/unknown-key', 'r.x route/unknown-key'],
    ],
    ['a strategy', { default: { targets: 'p/a', strategy: 'best' } }, ['r.default.strategy route/invalid']],
    ['a panel', { default: { targets: 'p/a', panel: 'x' } }, ['r.default.panel route/unknown-panel']],
    ['a stage', { default: { targets: 'p/a', stages: ['x'] } }, ['r.default.stages[0] route/unknown-stage']],
    ['a router', { default: { router: 'x' } }, ['r.default.router route/unknown-router']],
    ['itself', { default: { router: 'r' } }, ['r route/cycle']],
    [
      'a router and targets',
      { default: { router: 'r', targets: 'p/a' } },
      ['r.default.router route/invalid', 'r route/cycle'],
    ],
    [
      'rules',
      {
        default: { targets: 'p/a' },
        rules: [
          { name: 'a', when: {} },
          { name: 'b', when: { inputCharacters: { gt: 5, lt: 6 } } },
          { name: 'c', when: { contains: { any: ['', 'x'] }, language: 'English' } },
          { name: 'd', when: { any: [{ metadata: { a: [] } }] } },
          { name: 'e' },
          { name: 'f', when: { not: { inputCharacters: {} } } },
        ],
      },
      [
        'r.rules[0].when route/invalid',
        'r.rules[1].when.inputCharacters route/invalid',
        'r.rules[2].when.contains.any[0] route/invalid',
        'r.rules[2].when.language[0] route/invalid',
        'r.rules[3].when.any[0].metadata.a route/invalid',
        'r.rules[4].when route/invalid',
        'r.rules[5].when.not.inputCharacters route/invalid',
      ],
    ],
    [
      'names twice',
      { default: { targets: 'p/a' }, rules: [1, 2].map(() => ({ name: 'a', when: { hasCode: true } })) },
      ['r.rules[1].name route/duplicate-name'],
    ],
    [
      'a rule with nothing to choose from',
      { default: { router: 'r' }, rules: [{ name: 'a', when: { hasCode: true }, strategy: 'cost' }] },
      ['r.rules[0] route/invalid', 'r route/cycle'],
    ],
    [
      'conditions without end',
      {
        default: { targets: 'p/a' },
        rules: [{ name: 'a', when: Array.from({ length: 12 }).reduce((inner) => ({ not: inner }), { hasCode: true }) }],
      },
      ['r.rules[0].when route/invalid'],
    ],
  ])('%s', (_, given, expected) => {
    expect(problems(given)).toEqual(expected)
  })

  it('routers that lead in a circle are all named', () => {
    const definitions = ['a', 'b', 'c', 'd'].map((name, i) => {
      const read = parseRouter({ default: { router: ['b', 'c', 'a', 'a'][i] } })
      if (!read.ok) throw new Error('unreadable')
      return [name, read.value] as const
    })
    const issues = [
      ...checkRouters(new Map(definitions), { ...everything, hasRouter: () => true }, (name) => name).values(),
    ].flat()
    expect(issues.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'a: The routers lead in a circle: a → b → c → a.',
      'b: The routers lead in a circle: b → c → a → b.',
      'c: The routers lead in a circle: c → a → b → c.',
    ])
  })
})
