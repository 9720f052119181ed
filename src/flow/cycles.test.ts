import { expect, it } from 'vitest'
import { findCycles } from './cycles.ts'

const graph = (text: string) => {
  const edges = text.split(' ').map((pair) => {
    const [source = '', target = ''] = pair.split('>')
    return { source, target, sourceHandle: 'source' }
  })
  const ids = new Set(edges.flatMap(({ source, target }) => [source, target]))
  return { nodes: [...ids].map((id) => ({ id, data: {} })), edges }
}

it.each([
  ['a>b b>c a>c', []],
  ['a>b b>b', [['b']]],
  ['a>b b>c c>a', [['a', 'b', 'c']]],
  [
    'a>b b>a c>d d>c',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
])('%s', (text, cycles) => {
  expect(findCycles(graph(text))).toEqual(cycles)
})
