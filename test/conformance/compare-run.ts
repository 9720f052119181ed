// What a finished run is compared by: status, outputs, records of nodes, text, updates, conversation variables.

import { stringifyJson } from '../../src/base/json.ts'
import { equalValues, isObject, toPlain, type Value, type ValueObject } from '../../src/base/value.ts'
import type { FlowEvent, FramePosition } from '../../src/flow/events.ts'

export type RunRecord =
  | { readonly status: 'ran'; readonly events: readonly FlowEvent[] }
  | { readonly status: 'invalid' | 'failed'; readonly reasons: readonly string[] }

type NodeEnd = Extract<FlowEvent, { type: 'node-end' }>

/** @returns what differs, a line each */
export const compareRun = (expected: ValueObject, record: RunRecord, tags: readonly string[]): string[] => {
  if (record.status !== 'ran') {
    return record.status === expected.status
      ? []
      : [`expected ${expected.status}, refused: ${record.reasons.join('; ')}`]
  }
  const { events } = record
  const end = events.at(-1)
  if (end?.type !== 'run-end') return ['the run did not end']
  const differences: string[] = []
  const check = (name: string, wanted: Value | undefined, got: Value) => {
    if (wanted !== undefined && !matches(wanted, got))
      differences.push(`${name}: expected ${show(wanted)}, got ${show(got)}`)
  }
  check('status', expected.status, end.status)
  if (end.status !== expected.status && end.failure)
    differences.push(`failure: ${end.failure.type} ${end.failure.message}`)
  if (expected.status === 'stopped') return differences
  // With parallel branches and a fatal failure the other branches may have come further or less far.
  const lenient = tags.includes('parallel-failure')
  const succeeded = end.status === 'succeeded' || end.status === 'partial-succeeded'
  if (succeeded) {
    check('outputs', expected.outputs, toPlain(end.outputs))
    if (expected.answer !== undefined) check('answer', expected.answer, (end.outputs.answer ?? '') as Value)
  }
  if (!lenient) {
    check('exceptionsCount', expected.exceptionsCount, end.exceptions)
    checkNodes(expected, events, tags, differences)
    check('skipped', sorted(expected.skipped), sorted(skippedOf(events)) as Value)
    // The reference shows a stream that is referred to twice only once; here each reference shows it.
    if (expected.stream !== null && !tags.includes('reference-quirk:stream-repeat'))
      check('stream', expected.stream, textOf(events))
    check('updates', sorted(expected.updates), sorted(updatesOf(events)) as Value)
    check('retries', sorted(expected.retries), sorted(retriesOf(events)) as Value)
    check('conversation', expected.conversation, toPlain(end.conversation))
  } else {
    checkFailingRecord(expected, events, differences)
  }
  return differences
}

const show = (value: Value): string => {
  const text = stringifyJson(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

const sorted = (list: Value | undefined): Value | undefined =>
  Array.isArray(list) ? list.map((item: Value) => stringifyJson(item)).sort() : undefined

/** Deep equality where `"*"` stands for any text that is not empty. */
const matches = (wanted: Value, got: Value): boolean => {
  if (wanted === '*') return typeof got === 'string' && got !== ''
  if (Array.isArray(wanted) && Array.isArray(got)) {
    return wanted.length === got.length && wanted.every((item: Value, i) => matches(item, got[i] as Value))
  }
  if (isObject(wanted) && isObject(got)) {
    const keys = Object.keys(wanted)
    return (
      keys.length === Object.keys(got).length &&
      keys.every((key) => Object.hasOwn(got, key) && matches(wanted[key] as Value, got[key] as Value))
    )
  }
  return equalValues(wanted, got)
}

/** Never equal between two systems: removed on both sides. */
const REMOVED = new Set(['usage', '__usage', '__error'])

const recordOf = (event: NodeEnd): ValueObject => {
  const { iterationId, iterationIndex, loopId, loopIndex } = event.frame
  const outputs = Object.fromEntries(Object.entries(event.outputs).filter(([key]) => !REMOVED.has(key)))
  return toPlain({
    id: event.nodeId,
    type: event.nodeType,
    status: event.status,
    outputs,
    ...(event.handle !== undefined && { handle: event.handle }),
    ...(event.failure && { errorType: event.failure.type }),
    ...(iterationId !== undefined && { iteration: iterationId, iterationIndex: iterationIndex ?? 0 }),
    ...(loopId !== undefined && { loop: loopId, loopIndex: loopIndex ?? 0 }),
  }) as ValueObject
}

const recordsOf = (events: readonly FlowEvent[]): ValueObject[] =>
  events.flatMap((event) => (event.type === 'node-end' && event.status !== 'stopped' ? [recordOf(event)] : []))

const checkNodes = (
  expected: ValueObject,
  events: readonly FlowEvent[],
  tags: readonly string[],
  differences: string[],
): void => {
  if (!Array.isArray(expected.nodes)) return
  const left = recordsOf(events)
  for (const wanted of expected.nodes as ValueObject[]) {
    const found = left.findIndex((got) => sameRecord(wanted, got, tags))
    if (found >= 0) left.splice(found, 1)
    else {
      const near = left.find((got) => got.id === wanted.id)
      differences.push(`node ${wanted.id}: expected ${show(wanted)}, got ${near ? show(near) : 'nothing'}`)
    }
  }
  for (const got of left) differences.push(`node ${got.id}: not expected ${show(got)}`)
}

const sameRecord = (wanted: ValueObject, got: ValueObject, tags: readonly string[]): boolean => {
  // Where Jinja runs decides the class name of its errors; only the failure counts.
  if (tags.includes('jinja2') && wanted.errorType !== undefined && got.errorType !== undefined) {
    return matches({ ...wanted, errorType: got.errorType } as ValueObject, got)
  }
  return matches(wanted, got)
}

const checkFailingRecord = (expected: ValueObject, events: readonly FlowEvent[], differences: string[]): void => {
  const wanted = (expected.nodes as ValueObject[] | undefined)?.filter((node) => node.status === 'failed') ?? []
  const got = recordsOf(events)
  for (const record of wanted) {
    if (!got.some((one) => matches(record, one))) differences.push(`failing node: expected ${show(record)}`)
  }
}

const skippedOf = (events: readonly FlowEvent[]): Value[] =>
  events.flatMap((event) => (event.type === 'node-skip' && isRoot(event.frame) ? [...event.nodeIds] : []))

/** The text of responses at the root. Those inside containers are compared by their node records: the reference's bare
 *  engine keeps their text to itself, its product shows it. */
const textOf = (events: readonly FlowEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' && isRoot(event.frame) ? event.text : '')).join('')

const isRoot = (frame: FramePosition): boolean => frame.iterationId === undefined && frame.loopId === undefined

const updatesOf = (events: readonly FlowEvent[]): Value[] =>
  events.flatMap((event) =>
    event.type === 'variable-update' ? [{ selector: [...event.selector], value: toPlain(event.value) }] : [],
  )

const retriesOf = (events: readonly FlowEvent[]): Value[] =>
  events.flatMap((event) => (event.type === 'node-retry' ? [event.nodeId] : []))
