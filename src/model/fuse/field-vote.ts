// The vote over JSON: field by field, as the members' answers allow, then a look at the whole.
//
// V1  Every scalar in the result was said by a member at that place.
// V2  What goes out fits the schema whenever some member's answer does.

import { stringifyJson } from '../../base/json.ts'
import { isNumber, toNumber } from '../../base/number.ts'
import { equalValues, isList, isObject, objectFrom, own, type Value, type ValueObject } from '../../base/value.ts'
import { readJsonAnswer } from '../json-answer.ts'
import { type Candidate, compare, countOf, type Fused, groupBy } from './candidate.ts'
import { weightedMedian } from './median.ts'

/** The problems of a value under a schema, empty when it fits. */
export type SchemaCheck = (value: Value) => readonly string[]

/** One member's value at some place, with what the member counts. */
interface Ballot {
  readonly value: Value
  readonly count: number
}

/** @param fits undefined: any JSON will do */
export const fieldVote = (candidates: readonly Candidate[], fits?: SchemaCheck): Fused | undefined => {
  const values = candidates.map(({ text }) => readJsonAnswer(text))
  const ballots = candidates.flatMap((candidate, i) => {
    const value = values[i]
    return value === undefined ? [] : [{ value, count: countOf(candidate, Math.max(2, candidates.length)) }]
  })
  const isValid = (value: Value): boolean => fits === undefined || fits(value).length === 0
  // One that breaks the schema has misunderstood the question: it votes only where nobody has understood it.
  const valid = ballots.filter(({ value }) => isValid(value))
  const voting = valid.length > 0 ? valid : ballots
  if (voting.length === 0) return undefined
  const voted = voteOn(voting)
  const winner = isValid(voted) ? voted : mostAgreed(voting)
  return {
    text: stringifyJson(winner),
    agreed: values.map((value) => value !== undefined && agreement(value, winner) >= AGREES),
  }
}

/** A part of the leaves at least. */
const AGREES = 0.75

const voteOn = (ballots: readonly Ballot[]): Value => {
  const kind = heaviest(ballots, ({ value }) => kindOf(value))
  if (kind.every(({ value }) => isObject(value)))
    return voteOnObject(kind as readonly (Ballot & { value: ValueObject })[])
  if (kind.every(({ value }) => isList(value)))
    return voteOnList(kind as readonly (Ballot & { value: readonly Value[] })[])
  return voteOnScalar(kind)
}

/** Those of the ballots that are in the group with most weight. */
const heaviest = <B extends Ballot>(ballots: readonly B[], keyOf: (ballot: B) => string): readonly B[] => {
  const counts = ballots.map(({ count }) => count)
  const [first] = groupBy(ballots.map(keyOf), counts)
  return first ? first.indices.map((i) => ballots[i] as B) : []
}

const kindOf = (value: Value): string =>
  isObject(value)
    ? 'object'
    : isList(value)
      ? 'list'
      : isNumber(value)
        ? 'number'
        : value === null
          ? 'null'
          : typeof value

const voteOnObject = (ballots: readonly (Ballot & { value: ValueObject })[]): ValueObject => {
  const names = new Set(ballots.flatMap(({ value }) => Object.keys(value)))
  const total = sumOf(ballots)
  const fields: (readonly [string, Value])[] = []
  for (const name of names) {
    const having = ballots.flatMap(({ value, count }) =>
      Object.hasOwn(value, name) ? [{ value: own(value, name) as Value, count }] : [],
    )
    if (compare(sumOf(having) * 2, total) >= 0) fields.push([name, voteOn(having)])
  }
  // As the member that counts most orders them; names only decide what that leaves open.
  const lead = strongest(ballots)
  const order = Object.keys(lead?.value ?? {})
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  fields.sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
  return objectFrom(fields)
}

/** Lists of one length are voted on place by place, others as sets: their members say different things at one place. */
const voteOnList = (ballots: readonly (Ballot & { value: readonly Value[] })[]): readonly Value[] => {
  const first = ballots[0]?.value ?? []
  if (ballots.every(({ value }) => value.length === first.length && hasNoRepeats(value) === hasNoRepeats(first))) {
    if (sameItems(ballots)) return strongest(heaviest(ballots, ({ value }) => keyOf(value)))?.value ?? []
    return first.map((_, i) => voteOn(ballots.map(({ value, count }) => ({ value: value[i] as Value, count }))))
  }
  const whole = heaviest(ballots, ({ value }) => keyOf(value))
  const total = sumOf(ballots)
  if (compare(sumOf(whole) * 2, total) > 0) return strongest(whole)?.value ?? []
  const isShared = (item: Value): boolean =>
    compare(sumOf(ballots.filter(({ value }) => value.some((other) => keyOf(other) === keyOf(item)))) * 2, total) > 0
  const distinct = new Map<string, Value>()
  // As the member that counts most writes it.
  for (const { value } of byStrength(ballots)) {
    for (const item of value) if (!distinct.has(keyOf(item)) && isShared(item)) distinct.set(keyOf(item), item)
  }
  return [...distinct]
    .map(([key, item]) => ({ key, item, place: meanPlace(key, ballots) }))
    .sort((a, b) => compare(a.place, b.place) || (a.key < b.key ? -1 : 1))
    .map(({ item }) => item)
}

/** Where the item stands in the lists that have it, on average. */
const meanPlace = (key: string, ballots: readonly (Ballot & { value: readonly Value[] })[]): number => {
  const having = ballots.flatMap(({ value, count }) => {
    const at = value.findIndex((item) => keyOf(item) === key)
    return at < 0 ? [] : [{ value: at * count, count }]
  })
  const sum = having
    .map(({ value }) => value)
    .sort((a, b) => a - b)
    .reduce((total, part) => total + part, 0)
  return sum / sumOf(having)
}

const hasNoRepeats = (items: readonly Value[]): boolean => new Set(items.map(keyOf)).size === items.length

/** Whether the lists differ in order alone: then the order is what is voted on. */
const sameItems = (ballots: readonly (Ballot & { value: readonly Value[] })[]): boolean => {
  const sorted = ballots.map(({ value }) => value.map(keyOf).sort().join('\n'))
  return sorted.every((items) => items === sorted[0])
}

/** Numbers without a majority: their median, which one of them said. */
const voteOnScalar = (ballots: readonly Ballot[]): Value => {
  const group = heaviest(ballots, ({ value }) => keyOf(value))
  const winner = strongest(group)?.value ?? null
  if (!isNumber(winner) || compare(sumOf(group) * 2, sumOf(ballots)) > 0) return winner
  const values = ballots.map(({ value }) => (isNumber(value) ? toNumber(value) : 0))
  const middle = weightedMedian(
    values,
    ballots.map(({ count }) => count),
  )
  return ballots[values.indexOf(middle)]?.value ?? winner
}

/** Who counts most first; among equals the smaller text. */
const byStrength = <B extends Ballot>(ballots: readonly B[]): readonly B[] =>
  ballots.toSorted((a, b) => compare(b.count, a.count) || (stringifyJson(a.value) < stringifyJson(b.value) ? -1 : 1))

const strongest = <B extends Ballot>(ballots: readonly B[]): B | undefined => byStrength(ballots)[0]

const sumOf = (ballots: readonly Ballot[]): number =>
  ballots
    .map(({ count }) => count)
    .sort((a, b) => a - b)
    .reduce((sum, count) => sum + count, 0)

/** Values that mean the same have one key: case, width and blanks of texts and the order of fields do not count. */
const keyOf = (value: Value): string => {
  if (typeof value === 'string') return `s${value.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()}`
  if (isNumber(value)) return `n${toNumber(value)}`
  if (isList(value)) return `[${value.map((item) => JSON.stringify(keyOf(item))).join()}]`
  if (!isObject(value)) return String(value)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => JSON.stringify([name, keyOf(own(value, name) as Value)])).join()}}`
}

/** The member's answer that agrees most with all of them. */
const mostAgreed = (ballots: readonly Ballot[]): Value => {
  const scored = ballots.map(({ value, count }) => ({
    value,
    count,
    score: ballots
      .map((other) => agreement(value, other.value) * other.count)
      .sort((a, b) => a - b)
      .reduce((sum, part) => sum + part, 0),
  }))
  scored.sort(
    (a, b) =>
      compare(b.score, a.score) ||
      compare(b.count, a.count) ||
      (stringifyJson(a.value) < stringifyJson(b.value) ? -1 : 1),
  )
  return scored[0]?.value ?? null
}

/** The part of the leaves of both that are the same, 0 to 1. */
const agreement = (a: Value, b: Value): number => {
  if (equalValues(a, b)) return 1
  const mine = new Set(leavesOf(a, ''))
  const theirs = new Set(leavesOf(b, ''))
  let shared = 0
  for (const leaf of mine) if (theirs.has(leaf)) shared++
  return shared / Math.max(1, mine.size + theirs.size - shared)
}

const leavesOf = (value: Value, path: string): readonly string[] => {
  if (isList(value)) return value.flatMap((item, i) => leavesOf(item, `${path}/${i}`))
  if (isObject(value))
    return Object.keys(value).flatMap((name) => leavesOf(own(value, name) as Value, `${path}/${name}`))
  return [`${path} ${keyOf(value)}`]
}
