// Reuse of results: the same settings and variables spare the work, anything else does not.

import { expect, it } from 'vitest'
import { createIds, systemClock } from '../../base/seams.ts'
import type { Value, ValueObject } from '../../base/value.ts'
import { compile } from '../../flow/compile.ts'
import type { FlowEvent } from '../../flow/events.ts'
import { run } from '../../flow/run.ts'
import type { NodeKind, ResultCache } from '../../flow/spec.ts'
import { parseTemplate } from '../../flow/template.ts'
import { createResultCache } from './result-cache.ts'

const cacheOf = (now = () => 0) => createResultCache({ clock: { now }, maxEntries: 100, maxBytes: 1_000_000 })

/** Says its input in upper case, reads a second variable only after `deep`, streams, counts its executions. */
const createKinds = () => {
  const calls: string[] = []
  const simple = (type: string, role: NodeKind['role'], compileBody: NodeKind['compile']): NodeKind => ({
    types: [type],
    role,
    compile: compileBody,
  })
  const kinds: NodeKind[] = [
    simple('start', 'root', () => ({ ok: true, value: { run: (c) => ({ type: 'success', outputs: c.inputs }) } })),
    simple('shout', 'task', (node) => ({
      ok: true,
      value: {
        run: async (c) => {
          const text = String(c.get(['s', 'text']))
          const more = text === 'deep' ? String(c.get(['s', 'more'])) : ''
          calls.push(`${text}${more}`)
          if (text === 'fail') return { type: 'failure', failure: { type: 'E', message: 'no' } }
          await c.write('out', text.toUpperCase() + more)
          c.close('out')
          return { type: 'success', outputs: { out: text.toUpperCase() + more, mark: String(node.data.mark ?? '') } }
        },
      },
    })),
    simple('answer', 'response', () => ({
      ok: true,
      value: {
        run: (c) => ({ type: 'success', outputs: { answer: c.get(['n', 'out']) ?? '' } }),
        template: parseTemplate('{{#n.out#}}!').segments,
      },
    })),
  ]
  return { calls, kinds }
}

const createPlayer = (settings: ValueObject) => {
  const { calls, kinds } = createKinds()
  const play = async (inputs: ValueObject, results?: ResultCache, more: ValueObject = {}) => {
    const nodes = [
      { id: 's', data: { type: 'start' } },
      { id: 'n', data: { type: 'shout', ...settings, ...more } },
      { id: 'a', data: { type: 'answer' } },
    ]
    const edges = [
      { source: 's', target: 'n', sourceHandle: 'source' },
      { source: 'n', target: 'a', sourceHandle: 'source' },
    ]
    const compiled = compile({ nodes, edges }, { kinds, mode: 'workflow' })
    if (!compiled.ok) throw new Error(compiled.issues.map((issue) => issue.message).join())
    const events: FlowEvent[] = []
    const request = { inputs, system: {}, environment: {}, conversation: {}, services: {}, clock: systemClock }
    for await (const event of run(compiled.value, {
      ...request,
      ids: createIds(systemClock),
      ...(results && { results }),
    })) {
      events.push(event)
    }
    return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
  }
  return { calls, play }
}

const ON = { result_cache: { enabled: true } }

it('spares the work for equal variables, and streams what was kept', async () => {
  const { calls, play } = createPlayer(ON)
  const cache = cacheOf()('tenant')
  expect(await play({ text: 'hi', other: 1 }, cache)).toBe('HI!')
  expect(await play({ text: 'hi', other: 2 }, cache)).toBe('HI!')
  expect(calls).toEqual(['hi'])
  expect(await play({ text: 'ho' }, cache)).toBe('HO!')
  expect(calls).toEqual(['hi', 'ho'])
})

it('follows variables that are read on one path only', async () => {
  const { calls, play } = createPlayer(ON)
  const cache = cacheOf()('tenant')
  for (const more of ['1', '2', '1']) expect(await play({ text: 'deep', more }, cache)).toBe(`DEEP${more}!`)
  await play({ text: 'hi', more: '3' }, cache)
  expect(calls).toEqual(['deep1', 'deep2', 'hi'])
})

it.each<[string, ValueObject, ValueObject]>([
  ['nothing is asked for', {}, {}],
  ['it is switched off', { result_cache: { enabled: false } }, {}],
  ['the settings differ', ON, { mark: 'x' }],
])('does the work when %s', async (_, settings, change) => {
  const { calls, play } = createPlayer(settings)
  const cache = cacheOf()('tenant')
  await play({ text: 'hi' }, cache)
  await play({ text: 'hi' }, cache, change)
  expect(calls).toHaveLength(2)
})

it('keeps no failure', async () => {
  const { calls, play } = createPlayer(ON)
  const cache = cacheOf()('tenant')
  await play({ text: 'fail' }, cache)
  await play({ text: 'fail' }, cache)
  expect(calls).toHaveLength(2)
})

it('keeps scopes apart and forgets after the time', async () => {
  let now = 0
  const { calls, play } = createPlayer({ result_cache: { enabled: true, ttl_seconds: 10 } })
  const caches = cacheOf(() => now)
  await play({ text: 'hi' }, caches('a'))
  await play({ text: 'hi' }, caches('b'))
  expect(calls).toHaveLength(2)
  now = 9_999
  await play({ text: 'hi' }, caches('a'))
  expect(calls).toHaveLength(2)
  now = 10_000
  await play({ text: 'hi' }, caches('a'))
  expect(calls).toHaveLength(3)
})

it('holds no more than it may', () => {
  const cache = createResultCache({ clock: { now: () => 0 }, maxEntries: 2, maxBytes: 1000 })('t')
  const texts: Value[] = ['a', 'b', 'c']
  for (const text of texts) cache.set(String(text), text, 1)
  expect(texts.map((text) => cache.get(String(text)))).toEqual([undefined, 'b', 'c'])
  cache.set('large', 'x'.repeat(200), 1)
  expect(cache.get('large')).toBeUndefined()
})

it('names a wrong setting', () => {
  const { kinds } = createKinds()
  const nodes = [
    { id: 's', data: { type: 'start' } },
    { id: 'n', data: { type: 'shout', result_cache: { enabled: true, ttl_seconds: 0 } } },
  ]
  const compiled = compile({ nodes, edges: [] }, { kinds, mode: 'workflow' })
  expect(compiled).toMatchObject({ ok: false, issues: [{ path: 'nodes[1].data.result_cache.ttl_seconds' }] })
})
