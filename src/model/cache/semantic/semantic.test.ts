// Similar questions: what is ruled out, what is found, how much is believed.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  answering,
  ask,
  collect,
  createTestCache,
  FINISH,
  ON,
  offlineEmbedding,
  STRANGER,
  say,
} from '../../../../test/support/chat-caches.ts'
import type { ChatStreamPart } from '../../spec.ts'
import type { CacheMode, CacheQuestion } from '../spec.ts'
import { fitCurve, fitOffset, type Label, lowerBound, reachedFrom } from './calibration.ts'
import { Category, MIN_LABELS } from './category.ts'
import { sameAnswer } from './compare.ts'
import { VectorBlocks } from './vectors.ts'
import { vetoOf } from './vetoes.ts'

describe('vetoes', () => {
  const rows: [string, string, ReturnType<typeof vetoOf>][] = [
    ['How do I reset my password?', 'how can I reset the password', undefined],
    ['Convert 5 miles', 'Convert 6 miles', 'numbers'],
    ['a table for two', 'a table for three', 'numbers'],
    ['a table for two', 'a table for 2', undefined],
    ['1,000 users', '1000 users', undefined],
    ['10% off', '10 off', 'numbers'],
    ['退款要三天吗', '退款要五天吗', 'numbers'],
    ['退款要三天吗', '退款要3天吗', undefined],
    ['二十五个用户', '25个用户', undefined],
    ['一般怎么退款', '怎么退一下款', undefined],
    ['Is the shop open on Monday?', 'Is the shop open on Tuesday?', 'dates'],
    ['sales of last month', 'sales of this month', 'dates'],
    ['明天开门吗', '今天开门吗', 'dates'],
    ['Can I pay by card?', "Can't I pay by card?", 'negation'],
    ['recipes with nuts', 'recipes without nuts', 'negation'],
    ['可以退款', '不可以退款', 'negation'],
    ['能不能退款', '能退款吗', undefined],
    ['有没有发票', '是否有发票', undefined],
    ['不同级别的区别', '不同级别的差别', undefined],
    ['How do I enable sync?', 'How do I disable sync?', 'opposites'],
    ['the day before the event', 'the day after the event', 'opposites'],
    ['如何开启通知', '如何关闭通知', 'opposites'],
    ['How do I add and remove users?', 'How do I remove and add users?', undefined],
    ['the weather in Paris', 'the weather in London', 'names'],
    ['the weather in Paris', 'the weather in paris', undefined],
    ['Weather please', 'weather please', undefined],
    ['tell me about IBM', 'tell me about SAP', 'names'],
    ['北京的天气', '上海的天气', 'names'],
    ['怎么用iPhone付款', '怎么用iPad付款', 'code'],
    ['怎么用windows付款', '怎么用linux付款', 'names'],
    ['打开《红楼梦》', '打开《西游记》', 'names'],
    ['what does array.map() do', 'what does array.filter() do', 'code'],
    ['the option --force', 'the option --quiet', 'code'],
    ['explain user_id', 'explain group_id', 'code'],
    ['explain `a`', 'explain `b`', 'code'],
  ]
  it.each(rows)('%s | %s: %s', (a, b, veto) => {
    expect(vetoOf(a, b)).toBe(veto)
    expect(vetoOf(b, a)).toBe(veto)
  })

  it('never speak against a question itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })), (text) => vetoOf(text, text) === undefined),
      { numRuns: 300 },
    )
  })
})

describe('vectors', () => {
  const unit = (values: readonly number[]) => {
    const length = Math.hypot(...values)
    return Float32Array.from(values, (value) => value / length)
  }
  const vector = fc
    .array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 })
    .filter((v) => v.some((x) => x !== 0))

  it('finds what a plain comparison of all finds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(vector, { minLength: 1, maxLength: 40 }), vector, async (vectors, wanted) => {
        const blocks = new VectorBlocks(100)
        blocks.make('f', 6)
        for (const [i, values] of vectors.entries())
          blocks.add('f', { key: `${i}`, question: `q${i}`, values: unit(values) })
        const found = (await blocks.find('f')?.nearest(unit(wanted), 5)) ?? []
        const cosine = (i: number) =>
          [...unit(vectors[i] as number[])].reduce((sum, x, at) => sum + x * (unit(wanted)[at] as number), 0)
        const all = vectors.map((_, i) => cosine(i)).sort((a, b) => b - a)
        expect(found.map(({ similarity }) => similarity.toFixed(4))).toEqual(all.slice(0, 5).map((x) => x.toFixed(4)))
        for (const { key, similarity } of found) expect(similarity).toBeCloseTo(cosine(Number(key)), 4)
      }),
      { numRuns: 60 },
    )
  })

  it('are bounded, and go with their entries', async () => {
    const blocks = new VectorBlocks(3)
    const add = (name: string, key: string) => {
      if (!blocks.find(name)) blocks.make(name, 2)
      blocks.add(name, { key, question: key, values: unit([1, 0]) })
    }
    for (const key of ['1', '2', '3', '4']) add('a', key)
    expect(blocks.size).toBe(3)
    expect((await blocks.find('a')?.nearest(unit([1, 0]), 5))?.map(({ key }) => key)).toEqual(['4', '2', '3'])
    blocks.remove('a', '4')
    blocks.remove('a', 'unknown')
    add('a', '2')
    expect((await blocks.find('a')?.nearest(unit([1, 0]), 5))?.map(({ key }) => key)).toEqual(['3', '2'])
    for (const key of ['5', '6']) add('b', key)
    expect([blocks.size, blocks.find('a')]).toEqual([2, undefined])
  })
})

describe('calibration', () => {
  const labels = (count: number, similarity: number, rightShare: number): Label[] =>
    Array.from({ length: count }, (_, i) => ({ similarity, right: i < count * rightShare }))

  it('follows the shares it was shown, and is surer with more of them', () => {
    const shown = (times: number) => [...labels(20 * times, 0.7, 0.1), ...labels(20 * times, 0.9, 0.9)]
    const [few, many] = [fitCurve(shown(1)), fitCurve(shown(20))]
    const middle = (curve: typeof few, s: number) => 1 / (1 + Math.exp(-(curve.b0 + curve.b1 * (s - 0.8) * 10)))
    expect(middle(many, 0.9)).toBeCloseTo(0.9, 1)
    expect(middle(many, 0.7)).toBeCloseTo(0.1, 1)
    const known = { u: 0, variance: 0 }
    expect(lowerBound(many, known, 0.9)).toBeGreaterThan(lowerBound(few, known, 0.9))
    expect(lowerBound(many, known, 0.9)).toBeLessThan(0.9)
  })

  it('moves an entry by what is known of it, and never further than that', () => {
    const curve = fitCurve([...labels(100, 0.7, 0.2), ...labels(100, 0.9, 0.8)])
    const none = fitOffset(curve, [])
    expect(none).toEqual({ u: 0, variance: 1 })
    const good = fitOffset(curve, labels(5, 0.8, 1))
    const bad = fitOffset(curve, labels(5, 0.8, 0))
    expect(good.u).toBeGreaterThan(0.5)
    expect(bad.u).toBeLessThan(-0.5)
    expect(good.variance).toBeLessThan(1)
    expect(fitOffset(curve, labels(50, 0.8, 1)).u).toBeGreaterThan(good.u)
  })

  it('says from where an unknown entry is sure enough, or that none is', () => {
    const sure = fitCurve([...labels(300, 0.6, 0), ...labels(300, 0.9, 1)])
    const from = reachedFrom(sure, 0.95) ?? 0
    expect(from).toBeGreaterThan(0.7)
    expect(lowerBound(sure, { u: 0, variance: 1 }, from)).toBeGreaterThanOrEqual(0.95)
    expect(reachedFrom(fitCurve(labels(300, 0.9, 0.5)), 0.95)).toBeUndefined()
  })

  it('stays finite whatever it is shown', () => {
    const label = fc.record({ similarity: fc.double({ min: -1, max: 1, noNaN: true }), right: fc.boolean() })
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 60 }), (shown) => {
        const curve = fitCurve(shown)
        const bound = lowerBound(curve, fitOffset(curve, shown), 0.9)
        expect(Object.values(curve).every(Number.isFinite)).toBe(true)
        expect(bound).toBeGreaterThanOrEqual(0)
        expect(bound).toBeLessThanOrEqual(1)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a category', () => {
  const bounds = { epsilon: 0.05, delta: 0.02 }
  const teach = (
    category: Category,
    count: number,
    given: { right: boolean; similarity?: number; audit?: boolean; now?: number },
  ) => {
    for (let i = 0; i < count; i++) {
      const { right, similarity = 0.97, audit = false, now = 0 } = given
      const { passes } = category.judge(similarity, `key ${i}`, now)
      category.learn({ similarity, right }, { key: `key ${i}`, passed: passes, audit, now })
    }
  }
  const trained = () => {
    const category = new Category(bounds)
    for (let i = 0; i < 300; i++) {
      teach(category, 1, { right: true })
      teach(category, 1, { right: false, similarity: 0.6 })
    }
    return category
  }

  it('serves nothing before it has learned, and nothing before its hits were compared', () => {
    const category = new Category(bounds)
    teach(category, MIN_LABELS - 1, { right: true })
    expect(category.judge(1, 'k', 0)).toEqual({ serve: false, passes: false, why: 'learning' })
    teach(category, 1, { right: true })
    expect(category.judge(1, 'k', 0)).toMatchObject({ serve: false, why: 'uncertain' })
    for (let i = 0; i < 1_000 && category.report(0).compared < 24; i++) teach(category, 1, { right: true })
    expect(category.judge(0.97, 'key 0', 0)).toEqual({ serve: false, passes: true, why: 'bound' })
    teach(category, 1, { right: true })
    expect(category.judge(0.97, 'key 0', 0)).toEqual({ serve: true, passes: true })
  })

  it('serves what is sure and abstains from what is not', () => {
    const category = trained()
    expect(category.judge(0.97, 'new', 0)).toEqual({ serve: true, passes: true })
    expect(category.judge(0.7, 'new', 0)).toMatchObject({ serve: false, why: 'uncertain' })
    expect(category.report(0)).toMatchObject({ state: 'serving', labels: 600, wrong: 0 })
  })

  it('stops when the share of wrong hits passes the bound', () => {
    const category = trained()
    teach(category, 100, { right: true })
    teach(category, 1, { right: false })
    expect(category.judge(0.97, 'new', 0).serve).toBe(true)
    for (let i = 0; i < 60 && category.judge(0.97, 'x', 0).serve; i++) {
      teach(category, 20, { right: true })
      teach(category, 1, { right: false })
    }
    expect(category.judge(0.97, 'x', 0)).toMatchObject({ serve: false })
  })

  it('forgets and rests when answers have changed', () => {
    const category = trained()
    teach(category, 5, { right: false, audit: true, now: 1_000 })
    expect(category.judge(0.97, 'x', 1_000)).toMatchObject({ why: 'disabled' })
    expect(category.report(1_000)).toMatchObject({ state: 'disabled', servesFrom: null })
    expect(category.judge(0.97, 'x', 3_601_000)).toMatchObject({ why: 'learning' })
  })

  it('goes on after a restart where it was, and takes no nonsense', () => {
    const category = trained()
    const again = new Category(bounds)
    again.restore(category.takeChanges() ?? '')
    expect(category.takeChanges()).toBeUndefined()
    expect(again.report(0)).toEqual(category.report(0))
    for (const text of ['', '[]', '{"labels":[[1]],"compared":"x"}', 'null']) {
      const odd = new Category(bounds)
      odd.restore(text)
      expect(odd.report(0)).toMatchObject({ state: 'learning', labels: 0 })
    }
  })
})

describe('answers', () => {
  const rows: [readonly ChatStreamPart[], readonly ChatStreamPart[], boolean][] = [
    [say('Yes, ', 'do it.'), say('yes do it'), true],
    [say('Yes'), say('No'), false],
    [say('{"a":1,"b":[1,2]}'), say('```json\n{ "b": [1, 2], "a": 1.0 }\n```'), true],
    [say('{"a":1}'), say('{"a":2}'), false],
    [say('[1,2]'), say('[2,1]'), false],
    [say('你好，世界'), say('你好 世界！'), true],
    [say('x'), [{ type: 'media', mimeType: 'image/png', base64: 'A' }, ...say('x')], false],
  ]
  it.each(rows)('%j and %j say the same: %s', (a, b, same) => expect(sameAnswer(a, b)).toBe(same))
})

describe('the semantic tier', () => {
  const simple: CacheMode = { ...ON, semantic: 'simple' }
  const open = (given: Parameters<typeof createTestCache>[0] = {}) => {
    const { cache } = createTestCache({ embedding: offlineEmbedding(), ...given })
    const get = async (question: CacheQuestion, answer: string) => {
      const source = answering(say(answer))
      const { status, explanation, parts } = await cache.through(question, source.fresh)
      return { status, explanation, parts: await collect(parts), calls: source.calls }
    }
    return { cache, get }
  }
  const first = 'How do I reset my password?'
  const second = 'how do I reset the password'

  it('serves another wording of the same question, and never keeps that under the new key', async () => {
    const { get } = open()
    await get(ask(first, { mode: simple }), 'link')
    const hit = await get(ask(second, { mode: simple }), 'other')
    expect(hit).toMatchObject({ status: 'semantic-hit', parts: say('link'), calls: 0 })
    expect(hit.explanation).toMatch(/^semantic; similarity=0\.\d\d; age=0$/)
    expect(await get(ask(second), 'own')).toMatchObject({ status: 'miss', parts: say('own') })
  })

  it('needs everything else to be equal, and its own mode', async () => {
    const { get } = open()
    await get(ask(first, { mode: simple }), 'link')
    const others: Partial<Parameters<typeof ask>[1]>[] = [
      { scope: STRANGER },
      { variant: 'v' },
      { request: { parameters: { temperature: 1 } } },
      {
        request: {
          messages: [
            { role: 'system', content: 's' },
            { role: 'user', content: second },
          ],
        },
      },
      { mode: ON },
      { mode: { ...simple, read: false } },
    ]
    for (const given of others) expect((await get(ask(second, { mode: simple, ...given }), 'x')).status).toBe('miss')
  })

  it('says why it did not serve', async () => {
    const { get } = open()
    await get(ask('Convert 5 miles to km', { mode: simple }), 'eight')
    expect((await get(ask('Convert 6 miles to km', { mode: simple }), 'x')).explanation).toBe('miss; veto=numbers')
    expect((await get(ask('Tell me a joke', { mode: simple }), 'x')).explanation).toBe('miss; nothing-similar')
    const bounded = { ...ON, semantic: 'bounded' as const }
    expect((await get(ask('please convert 5 miles to km', { mode: bounded }), 'x')).explanation).toMatch(
      /^miss; similarity=0\.\d\d; abstained=learning$/,
    )
  })

  it('misses without a vector, and fails nobody', async () => {
    const broken = { provider: 'p', name: 'm', embed: () => Promise.reject(new Error('down')) }
    const { get } = open({ embedding: broken })
    expect(await get(ask(first, { mode: simple }), 'link')).toMatchObject({
      status: 'miss',
      explanation: 'miss; no-vector',
    })
    expect((await get(ask(first, { mode: simple }), 'link')).status).toBe('hit')
  })

  it('audits beside the request, and a judge decides where texts differ', async () => {
    const asked: string[] = []
    const judge = async ({ kept, fresh }: { kept: string; fresh: string }) => asked.push(`${kept}/${fresh}`) > 0
    const { get, cache } = open({ settings: { auditShare: 1 }, judge })
    await get(ask(first, { mode: simple }), 'link')
    expect(await get(ask(second, { mode: simple }), 'other')).toMatchObject({ parts: say('link') })
    await cache.idle()
    expect(asked).toEqual(['link/other'])
    const { categories } = await cache.control.report(ask('').scope)
    expect(categories).toMatchObject([{ served: 1, audits: 1, compared: 1, wrong: 0 }])
    // What the audit was told is kept, as any fresh answer is.
    expect(await get(ask(second, { mode: simple }), 'x')).toMatchObject({ status: 'hit', parts: say('other') })
  })

  it('serves nothing that is gone', async () => {
    const { get, cache } = open({ maxEntries: 1 })
    await get(ask(first, { mode: simple }), 'link')
    await get(ask('Tell me a joke', { mode: simple }), 'joke')
    expect((await get(ask(second, { mode: simple }), 'own')).status).toBe('miss')
    await cache.control.invalidate(ask('').scope, {}, { dryRun: false })
    expect((await get(ask(`${second}!`, { mode: simple }), 'own')).status).toBe('miss')
    expect(FINISH.type).toBe('finish')
  })
})
