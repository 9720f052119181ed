import { describe, expect, test } from 'vitest'
import type { Value } from '../../base/value.ts'
import { readContext } from './context.ts'

describe('the text of a context', () => {
  const check = (value: Value | undefined, text: string) =>
    test(JSON.stringify(value) ?? 'missing', () => expect(readContext(value).text).toBe(text))
  check(undefined, '')
  check(null, '')
  check(' as is ', ' as is ')
  check(['p', 'q'], 'p\nq')
  check([' p', 'q\n'], 'p\nq')
  check(
    [
      { content: 'C1', title: 'T' },
      { content: 'C2', summary: 'SUM' },
    ],
    'C1\nSUM\nC2',
  )
  check({ content: 'an object is no list' }, '')
})

describe('other items are refused', () => {
  const check = (value: Value) => test(JSON.stringify(value), () => expect(() => readContext(value)).toThrow(/item 1/))
  check(['a', 1])
  check(['a', { x: 1 }])
  check(['a', { content: null }])
})

test('retrieved segments are cited', () => {
  const metadata = { _source: 'knowledge', position: 1, dataset_id: 'd', score: 0.5, segment_word_count: 9 }
  const { citations } = readContext([{ content: 'C', metadata }, { content: 'own' }])
  expect(citations).toHaveLength(1)
  expect(citations[0]).toMatchObject({
    position: 1,
    dataset_id: 'd',
    score: 0.5,
    word_count: 9,
    content: 'C',
    page: null,
  })
})
