import { expect, it } from 'vitest'
import { compileBody, createNodeContext } from '../../test/support/node-context.ts'
import type { Value } from '../base/value.ts'
import { FileValue } from '../flow/file.ts'
import { listOperator } from './list-operator.ts'

const work = async (list: Value | undefined, settings: Record<string, unknown>): Promise<Value> => {
  const data = { variable: ['v', 'l'], filter_by: {}, order_by: {}, limit: {}, ...settings }
  const { context } = createNodeContext({ pool: { v: { ...(list !== undefined && { l: list }), two: '2' } } })
  const outcome = await compileBody(listOperator, data).run(context)
  if (outcome.type === 'failure') return `failure ${outcome.failure.type}`.trim()
  const { result, first_record, last_record } = outcome.outputs
  const list_ = result as readonly Value[]
  expect([first_record, last_record]).toEqual([list_[0] ?? null, list_.at(-1) ?? null])
  return list_
}

const filter = (...conditions: [string, unknown, string?][]) => ({
  filter_by: {
    enabled: true,
    conditions: conditions.map(([comparison_operator, value, key = '']) => ({ key, comparison_operator, value })),
  },
})
const order = (value: string, key = '') => ({ order_by: { enabled: true, key, value } })
const limit = (size: number) => ({ limit: { enabled: true, size } })
const extract = (serial: string) => ({ extract_by: { enabled: true, serial } })

const rows: [Value | undefined, Record<string, unknown>, Value][] = [
  [[3, 1, 2], { ...order('desc'), ...limit(2) }, [3, 2]],
  [[3, 1, 2], extract('2'), [1]],
  [[3, 1, 2], extract('{{#v.two#}}'), [1]],
  [[3, 1, 2], extract('9'), 'failure'],
  [[3, 1, 2], extract('0'), 'failure WorkflowNodeError'],
  [[3, 1, 2], extract('x'), 'failure WorkflowNodeError'],
  [[], order('asc'), []],
  [null, order('asc'), []],
  [undefined, {}, 'failure'],
  [[{ a: 1 }], {}, 'failure'],
  [{ a: 1 }, {}, 'failure'],
  [['apple', 'b'], filter(['contains', 'pp']), ['apple']],
  [['apple', 'b', ''], filter(['in', 'b or a']), ['b', '']],
  [['a', 'ab', 'abc'], filter(['contains', 'b'], ['not contains', 'c']), ['ab']],
  [['a'], filter(['=', 'a']), 'failure'],
  [['a'], filter(['is', ['a']]), 'failure'],
  [[3, 1.5, -1], filter(['≤', '1.5']), [1.5, -1]],
  [[3], filter(['>', 'abc']), 'failure WorkflowNodeError'],
  [[3], filter(['contains', '3']), 'failure'],
  [[true, false], filter(['is not', true]), [false]],
  [[true], filter(['is', 'true']), 'failure WorkflowNodeError'],
  [[true, false, true], order('asc'), [false, true, true]],
  [['b', 'B', '10', '9', '\u{1f600}', '\uffff'], order('asc'), ['10', '9', 'B', 'b', '\uffff', '\u{1f600}']],
  [['a', 'b'], limit(0), []],
]
it.each(rows)('%j with %j', async (list, settings, expected) => {
  expect(await work(list, settings)).toEqual(expected)
})

it('knows the attributes of files', async () => {
  const file = (filename: string, size: number) =>
    new FileValue({
      id: null,
      type: 'document',
      transferMethod: 'local_file',
      remoteUrl: null,
      relatedId: null,
      filename,
      extension: '.txt',
      mimeType: null,
      size,
      url: null,
    })
  const files = [file('b.txt', 2), file('a.txt', 30)]
  expect(await work(files, order('asc', 'name'))).toEqual([files[1], files[0]])
  expect(await work(files, filter(['>', '3', 'size']))).toEqual([files[1]])
  expect(await work(files, filter(['in', ['image'], 'type']))).toEqual([])
  expect(await work(files, filter(['is', 'x', 'colour']))).toBe('failure WorkflowNodeError')
})
