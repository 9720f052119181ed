// All reference cases, as `npm run conformance` runs them. A case that differs fails unless docs/compatibility.md lists it.

import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { type CaseResult, runConformance } from './main.ts'

const data = (name: string) => fileURLToPath(new URL(`../data/${name}`, import.meta.url))

it.each([
  ['jinja-cases.jsonl', 1452],
  ['flow-cases.jsonl', 2204],
  ['sample-app-cases.jsonl', 49],
])('%s: all %i cases', { timeout: 300_000 }, async (name, count) => {
  const results: CaseResult[] = []
  await runConformance([data(name)], (result) => results.push(result))
  const differing = results.filter((result) => result.differences.length > 0)
  expect(differing.map(({ id, differences }) => `${id}: ${differences[0]}`)).toEqual([])
  expect(results).toHaveLength(count)
})
