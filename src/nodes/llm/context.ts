// The knowledge an llm node gives its model: a text, or a list of texts and of retrieved segments.

import { isList, isObject, own, type Value, type ValueObject } from '../../base/value.ts'
import type { FileValue } from '../../flow/file.ts'
import { NodeError } from '../errors.ts'
import { filesIn } from '../model/media.ts'

export interface ContextText {
  readonly text: string
  /** Where retrieved segments came from, for the reader. */
  readonly citations: readonly ValueObject[]
  /** Files attached to segments. */
  readonly files: readonly FileValue[]
}

export const NO_CONTEXT: ContextText = { text: '', citations: [], files: [] }

/** @throws NodeError `node/context-shape` */
export const readContext = (value: Value | undefined): ContextText => {
  if (typeof value === 'string') return { ...NO_CONTEXT, text: value }
  if (!isList(value)) return NO_CONTEXT
  const lines: string[] = []
  const citations: ValueObject[] = []
  const files: FileValue[] = []
  value.forEach((item, index) => {
    if (typeof item === 'string') {
      lines.push(item)
      return
    }
    const content = isObject(item) ? own(item, 'content') : undefined
    if (!isObject(item) || typeof content !== 'string')
      throw new NodeError('node/context-shape', { details: { index } })
    const summary = own(item, 'summary')
    if (typeof summary === 'string' && summary !== '') lines.push(summary)
    lines.push(content)
    files.push(...filesIn(own(item, 'files') as Value | undefined))
    const metadata = own(item, 'metadata')
    if (isObject(metadata) && own(metadata, '_source') === 'knowledge') citations.push(citation(item, metadata))
  })
  return { text: lines.join('\n').trim(), citations, files }
}

const FROM_METADATA = {
  position: 'position',
  dataset_id: 'dataset_id',
  dataset_name: 'dataset_name',
  document_id: 'document_id',
  document_name: 'document_name',
  data_source_type: 'data_source_type',
  segment_id: 'segment_id',
  retriever_from: 'retriever_from',
  score: 'score',
  hit_count: 'segment_hit_count',
  word_count: 'segment_word_count',
  segment_position: 'segment_position',
  index_node_hash: 'segment_index_node_hash',
  page: 'page',
  doc_metadata: 'doc_metadata',
} as const

const citation = (item: ValueObject, metadata: ValueObject): ValueObject => {
  const entries = Object.entries(FROM_METADATA).map(([name, key]) => [
    name,
    (own(metadata, key) as Value | undefined) ?? null,
  ])
  return {
    ...Object.fromEntries(entries),
    content: (own(item, 'content') as Value | undefined) ?? null,
    files: (own(item, 'files') as Value | undefined) ?? [],
    summary: (own(item, 'summary') as Value | undefined) ?? null,
  }
}
