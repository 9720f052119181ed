// Broken variants of the sample files: as text, and as data that was changed and written again. The same in every run.

import { parseAppFile } from '../../src/product/apps/file/parse.ts'
import { readSampleApp, sampleApps } from './sample-apps.ts'

/** Numbers that look random and are the same in every run (mulberry32, public domain). */
const createRandom = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
type Random = ReturnType<typeof createRandom>

type Mutable = Record<string, unknown> | unknown[]
interface Spot {
  readonly holder: Mutable
  readonly key: string | number
}

const spotsIn = (value: unknown, spots: Spot[] = []): readonly Spot[] => {
  if (typeof value !== 'object' || value === null) return spots
  for (const key of Object.keys(value)) {
    const holder = value as Record<string, unknown>
    spots.push({ holder, key })
    spotsIn(holder[key], spots)
  }
  return spots
}

/** Half of the spots are near the top, where the structure is. */
const pick = (spots: readonly Spot[], random: Random): Spot => {
  const near = spots.filter(
    ({ key, holder }) =>
      /^(app|workflow|graph|nodes|edges|id|data|type|mode|version|source|target)$/.test(String(key)) && holder,
  )
  const from = random(2) === 0 && near.length > 0 ? near : spots
  return from[random(from.length)] as Spot
}

const at = ({ holder, key }: Spot): unknown => (holder as Record<string, unknown>)[key]
const put = ({ holder, key }: Spot, value: unknown): void => {
  ;(holder as Record<string, unknown>)[key] = value
}

const nested = (depth: number): unknown => {
  let value: unknown = 'x'
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { k: value }
  return value
}

type DataMutation = (spot: Spot, random: Random, other: Spot) => void
const dataMutations: Readonly<Record<string, DataMutation>> = {
  delete: ({ holder, key }) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  },
  replace: (spot, random) => put(spot, [null, 0, 1.5, true, '', 'text', [], {}, [null], { a: null }][random(10)]),
  retype: (spot) => {
    const value = at(spot)
    put(
      spot,
      Array.isArray(value) ? Object.fromEntries(value.entries()) : typeof value === 'string' ? [value] : String(value),
    )
  },
  swap: (spot, _random, other) => {
    const [mine, theirs] = [at(spot), at(other)]
    put(spot, structuredClone(theirs))
    put(other, structuredClone(mine))
  },
  repeat: (spot) => put(spot, [at(spot), at(spot)]),
  deepen: (spot, random) => put(spot, nested(50 + random(400))),
  huge: (spot, random) => put(spot, 'x'.repeat(random(400_000))),
  rename: ({ holder, key }, random) => {
    if (Array.isArray(holder)) return
    const name = ['__proto__', 'constructor', '', 'a.b', 'x y'][random(5)] as string
    Object.defineProperty(holder, name, { value: holder[key], enumerable: true, configurable: true, writable: true })
    delete holder[key]
  },
}

type TextMutation = (text: string, random: Random) => string
const splice = (text: string, from: number, to: number, put: string) => text.slice(0, from) + put + text.slice(to)
const textMutations: Readonly<Record<string, TextMutation>> = {
  truncate: (text, random) => text.slice(0, random(text.length)),
  garbage: (text, random) => {
    const noise = Array.from({ length: 1 + random(40) }, () => String.fromCharCode(random(0x10000))).join('')
    const from = random(text.length)
    return splice(text, from, from + random(40), noise)
  },
  binary: (_text, random) => Buffer.from(Array.from({ length: 500 }, () => random(256))).toString('latin1'),
  syntax: (text, random) => {
    const from = random(text.length)
    return splice(
      text,
      from,
      from,
      ['"', "'", '{', ']', ': ', '- ', '\t', '*x ', '&x ', '!!x ', '\n', '|', '%', '\0'][random(14)] as string,
    )
  },
  'line twice': (text, random) => {
    const lines = text.split('\n')
    const index = random(lines.length)
    lines.splice(index, 0, lines[index] as string)
    return lines.join('\n')
  },
  indent: (text, random) => {
    const lines = text.split('\n')
    const index = random(lines.length)
    lines[index] = ' '.repeat(random(6)) + (lines[index] as string).trimStart()
    return lines.join('\n')
  },
  brackets: (text, random) => splice(text, random(text.length), text.length, '['.repeat(random(50_000))),
}

export interface MutatedApp {
  readonly name: string
  readonly text: string
}

export function* mutatedApps(count: number): Generator<MutatedApp> {
  const data = Object.entries(dataMutations)
  const texts = Object.entries(textMutations)
  for (let seed = 0; seed < count; seed++) {
    const random = createRandom(seed)
    const file = sampleApps[random(sampleApps.length)]?.file as string
    const source = readSampleApp(file)
    if (seed % 2 === 0) {
      const [name, mutate] = texts[random(texts.length)] as (typeof texts)[number]
      yield { name: `${seed} ${name} ${file}`, text: mutate(source, random) }
      continue
    }
    const [name, mutate] = data[random(data.length)] as (typeof data)[number]
    const parsed = parseAppFile(source)
    const document = structuredClone(parsed.ok ? parsed.value.document : {}) as Record<string, unknown>
    for (let count = 1 + random(3); count > 0; count--) {
      const spots = spotsIn(document)
      mutate(pick(spots, random), random, pick(spots, random))
    }
    yield { name: `${seed} ${name} ${file}`, text: JSON.stringify(document) }
  }
}
