// Every door in front of every family of vendors: the official client of the one protocol, a simulated vendor of the other.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf, type ProtocolClient, TOOL, type Told } from '../support/protocol-clients.ts'
import {
  FAMILIES,
  MODELS,
  openProtocolHouse,
  type ProtocolHouse,
  type TestedFamily,
} from '../support/protocol-house.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

interface Cell {
  readonly client: ProtocolClient
  readonly vendor: VendorServer
  readonly model: string
  readonly family: TestedFamily
}

const TEXT = 'Grüße 😀, "it" rains.\nStill.'
const USAGE: Told['usage'] = [11, 7]
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const CALLS = [
  { id: 'call_a', name: TOOL.name, arguments: { city: 'Oslo "N"' } },
  { id: 'call_b', name: TOOL.name, arguments: { city: 'Łódź' } },
]
const SCHEMA = {
  type: 'object',
  properties: { mood: { type: 'string' } },
  required: ['mood'],
  additionalProperties: false,
}

const sent = ({ vendor }: Cell) => vendor.requests.at(-1)
const namesAndArguments = ({ calls }: Told) => calls.map(({ name, args }) => [name, args])

const kinds: Readonly<Record<string, (cell: Cell) => Promise<void>>> = {
  async plain({ client, vendor, model }) {
    vendor.reply({ text: TEXT })
    expect(await client.whole({ model, text: 'Hi' })).toMatchObject({ text: TEXT, calls: [], usage: USAGE })
  },
  async stream({ client, vendor, model }) {
    vendor.reply({ text: TEXT })
    const told = await client.stream({ model, text: 'Hi' })
    expect(told).toMatchObject({ text: TEXT, calls: [], usage: USAGE })
    expect(told.pieces).toBeGreaterThan(3)
  },
  async tools(cell) {
    const { client, vendor, model } = cell
    vendor.reply({ toolCalls: CALLS })
    const told = await client.whole({ model, text: 'Hi', withTools: true })
    expect(namesAndArguments(told)).toEqual(CALLS.map(({ name, arguments: args }) => [name, args]))
    vendor.reply({ text: 'It rains.' })
    const results = told.calls.map(({ id, name }, i) => ({ id, name, result: `rain-${i}` }))
    // Google's own answers have no ids where the bytes pass through; everybody else's calls have one each.
    expect(new Set(results.map(({ id }, i) => id || i)).size).toBe(2)
    expect((await client.whole({ model, text: 'Hi', withTools: true, results })).text).toBe('It rains.')
    const body = JSON.stringify(sent(cell)?.body)
    for (const word of [TOOL.name, TOOL.description, 'city', 'rain-0', 'rain-1']) expect(body).toContain(word)
  },
  async 'tool stream'({ client, vendor, model }) {
    vendor.reply({ text: 'Let me see.', toolCalls: CALLS })
    const told = await client.stream({ model, text: 'Hi', withTools: true })
    expect(told.text).toBe('Let me see.')
    expect(namesAndArguments(told)).toEqual(CALLS.map(({ name, arguments: args }) => [name, args]))
    expect(told.usage).toEqual(USAGE)
  },
  async image(cell) {
    const { client, vendor, model } = cell
    vendor.reply({ text: 'A dot.' })
    expect((await client.whole({ model, text: 'What?', image: PNG })).text).toBe('A dot.')
    expect(JSON.stringify(sent(cell)?.body)).toContain(PNG)
  },
  async structured(cell) {
    const { client, vendor, model, family } = cell
    // A call of the answering tool, where the vendor has been asked for one.
    vendor.reply({ text: '{"mood":"good"}' })
    const told = await client.whole({ model, text: 'Mood?', schema: SCHEMA })
    expect(JSON.parse(told.text), family).toEqual({ mood: 'good' })
    expect(JSON.stringify(sent(cell)?.body)).toContain('mood')
  },
  async error({ client, vendor, model }) {
    vendor.fault({ type: 'status', status: 400, message: 'the prompt is odd' })
    const failure = await client.whole({ model, text: 'Hi' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ status: 400 })
    expect(String(failure)).toContain('the prompt is odd')
  },
}

let house: ProtocolHouse
const done = new Map<string, boolean>()

beforeAll(async () => {
  house = await openProtocolHouse()
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
  process.stdout.write(tableOf(done))
})

describe.each(FAMILIES)('the door of %s', (door) => {
  describe.each(FAMILIES)('in front of %s', (family) => {
    test.each(Object.keys(kinds))('%s', async (kind) => {
      const name = `${door}|${family}|${kind}`
      done.set(name, false)
      const cell = { client: clientOf(door, house), vendor: house.vendors[family], model: MODELS[family], family }
      await kinds[kind]?.(cell)
      done.set(name, true)
    })
  })
})

/** Rows are doors, columns are families, in each cell the kinds that went well. */
const tableOf = (cells: ReadonlyMap<string, boolean>): string => {
  const all = Object.keys(kinds)
  const cellOf = (door: string, family: string) => {
    const failed = all.filter((kind) => cells.get(`${door}|${family}|${kind}`) !== true)
    return (failed.length === 0 ? `${all.length}/${all.length}` : `no ${failed.join(', ')}`).padEnd(18)
  }
  const rows = FAMILIES.map((door) => `${door.padEnd(18)}${FAMILIES.map((family) => cellOf(door, family)).join('')}`)
  const ok = [...cells.values()].filter(Boolean).length
  const head = `${''.padEnd(18)}${FAMILIES.map((family) => family.padEnd(18)).join('')}`
  return `${[`door \\ vendor: ${all.join(', ')}`, head, ...rows, `${ok} of ${cells.size} cells`].join('\n')}\n`
}
