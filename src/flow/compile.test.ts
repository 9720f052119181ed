// What a graph is refused for, all at once, each with its place.

import { expect, it } from 'vitest'
import { testKinds } from '../../test/support/flow-kinds.ts'
import { compile } from './compile.ts'
import type { Graph, GraphEdge, GraphNode } from './spec.ts'

const node = (id: string, type: string, data: object = {}): GraphNode => ({
  id,
  data: { type, ...data },
  path: `at.${id}`,
})
const edge = (source: string, target: string): GraphEdge => ({
  source,
  target,
  sourceHandle: 'source',
  path: `at.${source}>${target}`,
})

const problems = (graph: Graph): string[] => {
  const compiled = compile(graph, { kinds: testKinds, mode: 'workflow' })
  return compiled.ok ? [] : compiled.issues.map(({ path, message }) => `${path}: ${message}`)
}

const START = node('s', 'start')

it.each<[string, Graph, string[]]>([
  [
    'an edge to nowhere',
    { nodes: [START], edges: [edge('s', 'x')] },
    ["at.s>x: the edge leads to node 'x', which does not exist"],
  ],
  [
    'an edge from nowhere',
    { nodes: [START], edges: [edge('x', 's')] },
    ["at.x>s: the edge leaves from node 'x', which does not exist"],
  ],
  [
    'a type nobody knows',
    { nodes: [START, node('a', 'magic')], edges: [] },
    ["at.a.data.type: 'magic' is not a known node type"],
  ],
  ['an id used twice', { nodes: [START, START], edges: [] }, ["at.s: the node id 's' is used twice"]],
  ['no start', { nodes: [node('a', 'task')], edges: [] }, [': there is no node a run could start from']],
  [
    'a container without an entry',
    { nodes: [START, node('e', 'each')], edges: [edge('s', 'e')] },
    ['at.e.data.start_node_id: does not name a container start'],
  ],
  [
    'an unknown error strategy',
    { nodes: [START, node('a', 'task', { error_strategy: 'pray' })], edges: [] },
    ["at.a.data.error_strategy: 'pray' is not an error strategy"],
  ],
  [
    'a default value of the wrong type',
    {
      nodes: [
        START,
        node('a', 'task', {
          error_strategy: 'default-value',
          default_value: [{ key: 'n', type: 'number', value: 'x' }],
        }),
      ],
      edges: [],
    },
    ["at.a.data.default_value[0].value: 'x' is not a number"],
  ],
  [
    'several things',
    { nodes: [START, node('a', 'magic'), node('b', 'spell')], edges: [edge('s', 'x')] },
    [
      "at.s>x: the edge leads to node 'x', which does not exist",
      "at.a.data.type: 'magic' is not a known node type",
      "at.b.data.type: 'spell' is not a known node type",
    ],
  ],
])('%s', (_, graph, expected) => {
  expect(problems(graph)).toEqual(expected)
})

it('a container that contains itself', () => {
  const nodes = [START, node('e', 'each'), node('estart', 'entry')]
  expect(problems({ nodes, edges: [edge('s', 'e'), edge('estart', 'e')] })).toEqual([
    "at.e: the container 'e' contains itself",
  ])
})

it('a graph beyond all measure', () => {
  const many = (count: number, of: (i: number) => GraphNode) => Array.from({ length: count }, (_, i) => of(i))
  expect(problems({ nodes: [START, ...many(2000, (i) => node(`n${i}`, 'task'))], edges: [] })).toEqual([
    ': the graph has 2001 nodes; at most 2000 can run',
  ])
  const edges = Array.from({ length: 10_001 }, () => edge('s', 'a'))
  expect(problems({ nodes: [START, node('a', 'task')], edges })).toEqual([
    ': the graph has 10001 edges; at most 10000 can run',
  ])
})

it('the largest graph of responses compiles', () => {
  const answers = Array.from({ length: 1999 }, (_, i) => node(`n${i}`, 'answer', { answer: 'x' }))
  const edges = answers.map((answer) => edge('s', answer.id))
  expect(problems({ nodes: [START, ...answers], edges })).toEqual([])
})
