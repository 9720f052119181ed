// Old graphs get today's shape for running, while the document stays as written.

import { describe, expect, it } from 'vitest'
import { readSampleApp } from '../../../../test/support/sample-apps.ts'
import { parseAppFile, readAppFile } from './parse.ts'
import type { AppFile } from './spec.ts'

const start = { id: 's', data: { type: 'start' } }

const read = (nodes: readonly object[], mode = 'workflow', edges: readonly object[] = []): AppFile => {
  const result = readAppFile({ app: { mode }, workflow: { graph: { nodes: [start, ...nodes], edges } } })
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}
const dataOf = (file: AppFile, id: string) => file.graph?.nodes.find((node) => node.id === id)?.data

describe('single nodes', () => {
  it('conditions become one case', () => {
    const conditions = [{ comparison_operator: 'empty', variable_selector: ['s', 'x'] }]
    const old = { type: 'if-else', logical_operator: 'or', conditions }
    const file = read([
      { id: 'a', data: old },
      { id: 'b', data: { ...old, cases: [] } },
      { id: 'c', data: { type: 'if-else', conditions } },
    ])
    expect(dataOf(file, 'a')?.cases).toEqual([{ case_id: 'true', logical_operator: 'or', conditions }])
    expect(dataOf(file, 'b')?.cases).toEqual([])
    expect(dataOf(file, 'c')).not.toHaveProperty('cases')
  })
  it('short provider names are expanded where models are chosen', () => {
    const model = { provider: 'google', name: 'm' }
    const types = ['llm', 'question-classifier', 'parameter-extractor', 'agent']
    const file = read([
      ...types.map((type) => ({ id: type, data: { type, model } })),
      {
        id: 'k',
        data: { type: 'knowledge-retrieval', multiple_retrieval_config: { reranking_model: { provider: 'cohere' } } },
      },
    ])
    const full = { provider: 'langgenius/gemini/google', name: 'm' }
    expect(types.map((type) => dataOf(file, type)?.model)).toEqual([full, full, full, model])
    expect(dataOf(file, 'k')?.multiple_retrieval_config).toEqual({
      reranking_model: { provider: 'langgenius/cohere/cohere' },
    })
  })
  it('a plain workflow has no memory; a chat keeps it', () => {
    const node = { id: 'l', data: { type: 'llm', memory: { window: { enabled: false } } } }
    expect(dataOf(read([node]), 'l')).not.toHaveProperty('memory')
    expect(dataOf(read([node], 'advanced-chat'), 'l')).toHaveProperty('memory')
  })
})

describe('containers', () => {
  const child = (id: string, parentId: string, type = 'code') => ({ id, parentId, data: { type } })
  const shape = (file: AppFile, id: string) => ({
    start: dataOf(file, id)?.start_node_id,
    entries: file.graph?.nodes
      .filter((node) => node.parentId === id && `${node.data.type}`.endsWith('-start'))
      .map((n) => n.id),
    edges: file.graph?.edges.map((edge) => `${edge.source} ${edge.sourceHandle} ${edge.target}`),
  })

  it('a normal child as start gets an entry before it', () => {
    const file = read([{ id: '1', data: { type: 'iteration', start_node_id: '2' } }, child('2', '1')])
    expect(shape(file, '1')).toEqual({ start: '1start0', entries: ['1start0'], edges: ['1start0 source 2'] })
    expect(file.graph?.nodes.at(-1)).toMatchObject({
      parentId: '1',
      data: { type: 'iteration-start', isInIteration: true },
    })
    expect(file.document).toMatchObject({ workflow: { graph: { nodes: { length: 3 }, edges: [] } } })
  })
  it('a missing start is the one child nothing leads to', () => {
    const nodes = [{ id: '1', data: { type: 'loop' } }, child('3', '1'), child('2', '1')]
    const file = read(nodes, 'workflow', [{ source: '2', target: '3' }])
    expect(shape(file, '1')).toEqual({
      start: '1start0',
      entries: ['1start0'],
      edges: ['2 source 3', '1start0 source 2'],
    })
  })
  it('a missing start with an entry at hand takes it', () => {
    const file = read([{ id: '1', data: { type: 'loop' } }, child('e', '1', 'loop-start'), child('2', '1')])
    expect(shape(file, '1')).toEqual({ start: 'e', entries: ['e'], edges: [] })
  })
  it('what cannot be told stays as it is', () => {
    const empty = read([{ id: '1', data: { type: 'iteration' } }])
    expect(shape(empty, '1')).toEqual({ start: undefined, entries: [], edges: [] })
    const two = read([{ id: '1', data: { type: 'iteration' } }, child('2', '1'), child('3', '1')])
    expect(shape(two, '1').start).toBeUndefined()
    const ghost = read([{ id: '1', data: { type: 'iteration', start_node_id: 'ghost' } }])
    expect(shape(ghost, '1').start).toBe('ghost')
  })
  it('ids are counted per kind and never collide', () => {
    const file = read([
      { id: '1', data: { type: 'iteration', start_node_id: 'a' } },
      { id: '2', data: { type: 'iteration', start_node_id: 'b' } },
      child('a', '1'),
      child('b', '2'),
      child('2start1', '2'),
    ])
    expect([dataOf(file, '1')?.start_node_id, dataOf(file, '2')?.start_node_id]).toEqual(['1start0', '2start2'])
  })
  for (const name of ['Jina Reader Jinja.yml', '搜索大师.yml', '文章仿写-单图_多图自动搭配.yml']) {
    it(name, () => {
      const result = parseAppFile(readSampleApp(name))
      const nodes = result.ok ? (result.value.graph?.nodes ?? []) : []
      const containers = nodes.filter((node) => node.data.type === 'iteration')
      const starts = containers.map((node) => nodes.find((other) => other.id === node.data.start_node_id)?.data.type)
      expect(starts).toEqual(containers.map(() => 'iteration-start'))
    })
  }
})
