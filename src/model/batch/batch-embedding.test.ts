// Callers of a batched model: who waits for whom, who gets what. The model is held by hand, the clock stands still.

import { describe, expect, it } from 'vitest'
import { createScriptedEmbedding } from '../../../test/support/scripted-embedding.ts'
import { createManualClock } from '../../../test/support/vendors/manual-clock.ts'
import { nextTurn } from '../../base/seams.ts'
import { ModelError } from '../errors.ts'
import type { EmbeddingModel } from '../spec.ts'
import { batchEmbedding } from './batch-embedding.ts'

const VECTORS = { a: [1], b: [2], c: [3], d: [4], e: [5] }

/** A batched model of whom the first call is held until `model.release()`. */
const createRig = (maxTexts = 4) => {
  const model = createScriptedEmbedding(VECTORS)
  void model.hold()
  const clock = createManualClock()
  const batched = batchEmbedding(model, { clock, maxTexts, maxWaitMs: 100 })
  const embed = async (texts: readonly string[], signal?: AbortSignal) =>
    (await batched.embed(texts, signal)).vectors.map(([first]) => first)
  return { model, clock, batched, embed }
}

describe('a batched model', () => {
  it('asks at once when nothing is under way, and together what comes meanwhile', async () => {
    const { model, embed } = createRig()
    const answers = [embed(['a']), embed(['b', 'c']), embed(['d'])]
    expect(model.calls).toEqual([['a']])
    model.release()
    expect(await Promise.all(answers)).toEqual([[1], [2, 3], [4]])
    expect(model.calls).toEqual([['a'], ['b', 'c', 'd']])
    expect(await embed(['e'])).toEqual([5])
    expect(model.calls).toHaveLength(3)
  })

  it('waits no longer than told', async () => {
    const { model, clock, embed } = createRig()
    const answers = [embed(['a']), embed(['b'])]
    clock.advance(99)
    const late = embed(['c'])
    expect(model.calls).toHaveLength(1)
    clock.advance(1)
    expect(model.calls).toEqual([['a'], ['b', 'c']])
    model.release()
    expect(await Promise.all([...answers, late])).toEqual([[1], [2], [3]])
  })

  it('goes as soon as it is full, and no fuller', async () => {
    const { model, embed } = createRig()
    const answers = [embed(['a']), embed(['b', 'c', 'd']), embed(['e', 'a']), embed(['b', 'c'])]
    expect(model.calls).toEqual([['a'], ['b', 'c', 'd'], ['e', 'a', 'b', 'c']])
    const many = embed(['a', 'b', 'c', 'd', 'e'])
    expect(model.calls.at(-1)).toHaveLength(5)
    model.release()
    expect(await Promise.all([...answers, many])).toEqual([[1], [2, 3, 4], [5, 1], [2, 3], [1, 2, 3, 4, 5]])
  })

  it('lets a caller leave without hurting the others', async () => {
    const { model, embed } = createRig()
    const leaving = new AbortController()
    const answers = [embed(['a']), embed(['b'], leaving.signal), embed(['c'])]
    leaving.abort(new Error('gone'))
    await expect(answers[1]).rejects.toThrow('gone')
    model.release()
    expect(await Promise.all([answers[0], answers[2]])).toEqual([[1], [3]])
    expect(model.calls).toEqual([['a'], ['c']])
  })

  it('ends the call when all of its callers have left, not before', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const model: EmbeddingModel = {
      provider: 'p',
      name: 'm',
      embed: (_, signal) => {
        signals.push(signal)
        return new Promise(() => {})
      },
    }
    const clock = createManualClock()
    const batched = batchEmbedding(model, { clock, maxTexts: 4, maxWaitMs: 100 })
    void batched.embed(['a'])
    const callers = [new AbortController(), new AbortController()]
    const answers = callers.map(({ signal }) => batched.embed(['b'], signal).catch((error: Error) => error.message))
    clock.advance(100)
    callers[0]?.abort(new Error('one'))
    expect(await answers[0]).toBe('one')
    expect(signals[1]?.aborted).toBe(false)
    callers[1]?.abort(new Error('two'))
    expect(signals[1]?.aborted).toBe(true)
  })

  it('lets a refused text fail alone, and everything else fail together', async () => {
    const failures: Record<string, unknown> = {}
    const scripted = createScriptedEmbedding(VECTORS)
    const model: EmbeddingModel = {
      ...scripted,
      embed: async (texts) => {
        const failing = texts.find((text) => text in failures)
        await nextTurn()
        if (failing !== undefined) throw failures[failing]
        return scripted.embed(texts)
      },
    }
    const batched = batchEmbedding(model, { clock: createManualClock(), maxTexts: 4, maxWaitMs: 100 })
    const ask = () =>
      Promise.all(
        ['a', 'b', 'c'].map((text) =>
          batched.embed([text]).then(
            ({ vectors }) => vectors[0]?.[0],
            (error: Error) => error.message,
          ),
        ),
      )
    failures.b = new ModelError('model/bad-request', { details: { provider: 'p', message: 'too long' } })
    expect(await ask()).toEqual([1, 'The provider p refused the request: too long', 3])
    await nextTurn()
    failures.b = new Error('down')
    expect(await ask()).toEqual([1, 'down', 'down'])
  })

  it('shares out the tokens of a call', async () => {
    const model: EmbeddingModel = {
      provider: 'p',
      name: 'm',
      embed: async (texts) => ({ vectors: texts.map(() => new Float32Array(1)), promptTokens: 10 }),
    }
    const batched = batchEmbedding(model, { clock: createManualClock(), maxTexts: 10, maxWaitMs: 100 })
    const answers = await Promise.all([batched.embed(['x']), batched.embed(['aaa']), batched.embed(['b', 'b', 'b'])])
    expect(answers.map(({ promptTokens }) => promptTokens)).toEqual([10, 5, 5])
  })

  it('gives nobody the vectors of somebody else', async () => {
    const model: EmbeddingModel = {
      provider: 'p',
      name: 'm',
      embed: async () => ({ vectors: [new Float32Array(1)], promptTokens: 1 }),
    }
    const batched = batchEmbedding(model, { clock: createManualClock(), maxTexts: 10, maxWaitMs: 100 })
    const answers = [batched.embed(['x']), batched.embed(['a']), batched.embed(['b'])]
    await expect(answers[1]).rejects.toMatchObject({ code: 'model/bad-response' })
    await expect(answers[2]).rejects.toMatchObject({ code: 'model/bad-response' })
  })
})
