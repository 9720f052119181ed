// Each fusion against noisy members with known answers: it must beat the best single member and the vote of equals. And tables
// of what is read as what.

import { describe, expect, it, test } from 'vitest'
import { seeded } from '../../../test/support/routing.ts'
import { compileSchema } from '../../nodes/drivers/json-schema.ts'
import { readJsonAnswer } from '../json-answer.ts'
import { toLabel } from '../label.ts'
import type { Candidate } from './candidate.ts'
import { fieldVote } from './field-vote.ts'
import { fusionFor } from './kinds.ts'
import { mean, readNumber } from './mean.ts'
import { medoid } from './medoid.ts'
import { ranking, readList } from './ranking.ts'
import { vote } from './vote.ts'

const QUESTIONS = 1_500
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const candidate = (text: string, more: Partial<Candidate> = {}): Candidate => ({
  target: 'm',
  weight: 1,
  text,
  ...more,
})

interface Trial {
  /** What members with what they count said. */
  readonly candidates: readonly Candidate[]
  /** Greater is better. */
  readonly score: (text: string) => number
}

/** Mean scores of the fusion, of the same with equal members, and of each member alone. */
const measure = (trial: (random: () => number) => Trial, fuse: (candidates: readonly Candidate[]) => string) => {
  const random = seeded(7)
  const scores: { fused: number; equals: number; alone: readonly number[] }[] = []
  for (let i = 0; i < QUESTIONS; i++) {
    const { candidates, score } = trial(random)
    scores.push({
      fused: score(fuse(candidates)),
      equals: score(fuse(candidates.map(({ target, text }) => ({ target, text, weight: 1 })))),
      alone: candidates.map(({ text }) => score(text)),
    })
  }
  const members = scores[0]?.alone.length ?? 0
  const alone = Array.from({ length: members }, (_, i) => sum(scores.map((one) => one.alone[i] ?? 0)) / QUESTIONS)
  return {
    fused: sum(scores.map(({ fused }) => fused)) / QUESTIONS,
    equals: sum(scores.map(({ equals }) => equals)) / QUESTIONS,
    best: Math.max(...alone),
  }
}

const beatsBoth = ({ fused, equals, best }: ReturnType<typeof measure>, margin: number) => {
  expect(fused).toBeGreaterThan(best + margin)
  expect(fused).toBeGreaterThan(equals + margin)
}

const ACCURACIES = [0.85, 0.72, 0.68, 0.4, 0.35]
const LABELS = ['billing', 'refund', 'technical', 'other']
const guess = (random: () => number, right: string, accuracy: number, labels: readonly string[]): string => {
  const wrong = labels.filter((label) => label !== right)
  return random() < accuracy ? right : (wrong[Math.floor(random() * wrong.length)] ?? right)
}

describe('beats the best member and the vote of equals', () => {
  const labels = (random: () => number): Trial => {
    const right = LABELS[Math.floor(random() * LABELS.length)] ?? ''
    const candidates = ACCURACIES.map((accuracy) => candidate(guess(random, right, accuracy, LABELS), { accuracy }))
    return { candidates, score: (text) => (text === right ? 1 : 0) }
  }

  it('vote', () =>
    beatsBoth(
      measure(labels, (candidates) => vote(candidates, LABELS.length)?.text ?? ''),
      0.01,
    ))

  it('field-vote', () => {
    const trial = (random: () => number): Trial => {
      const right = [0, 1, 2].map(() => LABELS[Math.floor(random() * LABELS.length)] ?? '')
      const write = (fields: readonly string[]) =>
        JSON.stringify({ kind: fields[0], place: { town: fields[1] }, tags: [fields[2]] })
      const candidates = ACCURACIES.map((accuracy) =>
        candidate(write(right.map((field) => guess(random, field, accuracy, LABELS))), { accuracy }),
      )
      return { candidates, score: (text) => (text === write(right) ? 1 : 0) }
    }
    beatsBoth(
      measure(trial, (candidates) => fieldVote(candidates)?.text ?? ''),
      0.05,
    )
  })

  const DEVIATIONS = [2, 3, 4, 9, 12]
  it('mean', () => {
    const trial = (random: () => number): Trial => {
      const right = 200 + random() * 100
      const candidates = DEVIATIONS.map((deviation) => {
        // One answer in twenty is off by a factor of ten.
        const value = (right + normal(random) * deviation) * (random() < 0.05 ? 10 : 1)
        return candidate(value.toFixed(2), { weight: 1 / deviation ** 2 })
      })
      return { candidates, score: (text) => -Math.abs(Number(text) - right) }
    }
    const { fused, equals, best } = measure(trial, (candidates) => mean(candidates)?.text ?? '')
    expect(-fused).toBeLessThan(-best * 0.5)
    expect(-fused).toBeLessThan(-equals * 0.9)
  })

  it('mean of probabilities', () => {
    const trial = (random: () => number): Trial => {
      const right = normal(random) * 2
      const toProbability = (odds: number) => 1 / (1 + Math.exp(-odds))
      const candidates = [0.6, 0.9, 1, 2, 3].map((noise) =>
        candidate(toProbability(right + normal(random) * noise).toFixed(3), { weight: 1 / noise ** 2 }),
      )
      return { candidates, score: (text) => -Math.abs(Number(text) - toProbability(right)) }
    }
    beatsBoth(
      measure(trial, (candidates) => mean(candidates)?.text ?? ''),
      0.005,
    )
  })

  it('ranking', () => {
    const items = ['ash', 'birch', 'cedar', 'elm', 'fir', 'oak', 'pine', 'yew']
    const trial = (random: () => number): Trial => {
      const right = items
        .map((item) => ({ item, at: random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item)
      const rank = (noise: number) =>
        right
          .map((item, i) => ({ item, at: i + normal(random) * noise }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }, i) => `${i + 1}. ${item}`)
          .join('\n')
      const candidates = [1.5, 2, 2, 6, 6].map((noise) => candidate(rank(noise), { weight: 1 / noise ** 2 }))
      const score = (text: string) => {
        const got = (readList(text)?.items ?? []).map((item) => right.indexOf(item))
        return sum(got.flatMap((a, i) => got.slice(i + 1).map((b) => (a < b ? 1 : 0)))) / 28
      }
      return { candidates, score }
    }
    beatsBoth(
      measure(trial, (candidates) => ranking(candidates)?.text ?? ''),
      0.01,
    )
  })

  it('the choice of the text that most agrees', () => {
    const words = [
      'river',
      'stone',
      'lamp',
      'cloud',
      'bread',
      'glass',
      'wheel',
      'paper',
      'smoke',
      'grain',
      'salt',
      'iron',
    ]
    const trial = (random: () => number): Trial => {
      const sentence = () => Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)])
      const right = sentence()
      const candidates = ACCURACIES.map((accuracy) => {
        // Those who know say nearly the same in other words; those who do not say something of their own.
        const said = random() < accuracy ? [...right.slice(0, 7), words[Math.floor(random() * 12)]] : sentence()
        return candidate(said.join(' '), { accuracy })
      })
      return { candidates, score: (text) => (text.startsWith(right.slice(0, 7).join(' ')) ? 1 : 0) }
    }
    const { fused, best, equals } = measure(trial, (candidates) => medoid(candidates)?.text ?? '')
    expect(fused).toBeGreaterThan(best + 0.02)
    expect(fused).toBeGreaterThanOrEqual(equals)
  })
})

describe('reads', () => {
  const labels = (text: string, expected: string) =>
    test(`the label ${JSON.stringify(text)}`, () => expect(toLabel(text)).toBe(expected))
  labels(' Yes. ', 'yes')
  labels('**Refund**', 'refund')
  labels('The answer is: B', 'b')
  labels('答案：「退款」。', '退款')
  labels('ＹＥＳ', 'yes')
  labels('```\nno\n```', 'no')
  labels('result', 'result')
  labels('...', '...')

  const numbers = (text: string, expected: number | undefined) =>
    test(`the number ${JSON.stringify(text)}`, () => expect(readNumber(text)?.value).toBe(expected))
  numbers('7', 7)
  numbers('Score: 7/10', 7)
  numbers('-0.5', -0.5)
  numbers('85 %', 85)
  numbers('1,234.5', 1234.5)
  numbers('评分：8分', 8)
  numbers('It is 7, or 8', undefined)
  numbers('seven', undefined)
  numbers('2024-01-01', undefined)

  const lists = (text: string, expected: readonly string[] | undefined) =>
    test(`the list ${JSON.stringify(text)}`, () => expect(readList(text)?.items).toEqual(expected))
  lists('Here:\n1. a\n2) b\n3. A', ['a', 'b'])
  lists('- a\n- b', ['a', 'b'])
  lists('["a","b"]', ['a', 'b'])
  lists('[1,2]', undefined)
  lists('one line', undefined)

  const json = (text: string, expected: unknown) =>
    test(`the JSON ${JSON.stringify(text)}`, () => expect(readJsonAnswer(text)).toEqual(expected))
  json('Sure [as ever]: {"a": "}"} done', { a: '}' })
  json('```json\n[1]\n```', [1])
  json('none', undefined)
})

describe('fuses', () => {
  const said = (...texts: readonly (string | [string, number])[]) =>
    texts.map((text) => (typeof text === 'string' ? candidate(text) : candidate(text[0], { weight: text[1] })))
  const check = (name: string, actual: string | undefined, expected: string | undefined) =>
    test(name, () => expect(actual).toBe(expected))
  check('a tie by who counts most', vote(said(['a', 2], ['b', 1], ['b', 1]))?.text, 'a')
  check('without outliers', mean(said('10', '11', '12', '500'))?.text, '11')
  check('what more than half say, and what is near it', mean(said('100', '100', '100', '101'))?.text, '100.25')
  check('percents and parts', mean(said('80%', '90 %', '0.7'))?.text, '80%')
  check('zeros and ones as numbers', mean(said('0', '1', '1', '1'))?.text, '1')
  check('no numbers', mean(said('a', 'b'))?.text, undefined)
  check('fields that nobody else has', fieldVote(said('{"a":1,"x":true}', '{"a":1}', '{"a":2}'))?.text, '{"a":1}')
  check('numbers without a majority by their median', fieldVote(said('{"n":1}', '{"n":5}', '{"n":9}'))?.text, '{"n":5}')
  check(
    'lists of different lengths by item',
    fieldVote(said('["a","b"]', '["b","a","c"]', '["b","d"]'))?.text,
    '["b","a"]',
  )
  const open = { type: 'boolean' }
  const isTrue = (name: string) => ({ properties: { [name]: { const: true } } })
  const schema = compileSchema({
    type: 'object',
    properties: { a: open, b: open, c: open },
    anyOf: [isTrue('a'), isTrue('b'), isTrue('c')],
    required: ['a', 'b', 'c'],
  })
  test('fields that do not go together: the whole answer with most agreement', () => {
    const mixed = said(
      '{"a":true,"b":false,"c":false}',
      ['{"a":false,"b":true,"c":false}', 1.2],
      '{"a":false,"b":false,"c":true}',
    )
    expect(fieldVote(mixed)?.text).toBe('{"a":false,"b":false,"c":false}')
    expect(fieldVote(mixed, schema)?.text).toBe('{"a":false,"b":true,"c":false}')
  })
  test('only answers that fit the schema, where some do', () => {
    const broken = said('{"a":"x"}', '{"a":"x"}', '{"a":true,"b":false,"c":true}')
    expect(fieldVote(broken, schema)?.text).toBe('{"a":true,"b":false,"c":true}')
  })
})

describe('auto', () => {
  const check = (texts: readonly string[], expected: string, request = {}, hasArbiter = false) =>
    test(`${JSON.stringify(texts)} by ${expected}`, () =>
      expect(
        fusionFor(
          texts.map((text) => candidate(text)),
          request,
          hasArbiter,
        ),
      ).toBe(expected))
  const prose = 'A long answer that says many things, each of them in a sentence of its own, as prose does.'
  check(['{"a":1}', 'x'], 'field-vote', { json: true })
  check(['1.5', '1.7', '1.9'], 'mean')
  check(['1969', '1969', '1968'], 'vote')
  check(['yes', 'no', 'Yes.'], 'vote')
  check(['1. a\n2. b', '1. b\n2. a'], 'ranking')
  check([prose, 'yes'], 'best-of')
  check([prose, prose], 'synthesis', {}, true)
})
