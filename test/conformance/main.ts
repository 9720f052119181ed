// Runs reference cases through the real engine: `npm run conformance -- FILE.jsonl …`
// A file holds one JSON object per line; its form (template, app graph, sample app) is recognised by its fields.
// Prints the ids that differ with what differs, then `N passed, N failed`. Exit code 1 when anything failed.

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { parseJson } from '../../src/base/json.ts'
import type { ValueObject } from '../../src/base/value.ts'
import { createFlowCases } from './flow-cases.ts'
import { checkJinjaCase } from './jinja-cases.ts'

export interface CaseResult {
  readonly id: string
  /** What differs, a line each; empty when the case passed. */
  readonly differences: readonly string[]
}

/** Runs every case of the files, in order. */
export const runConformance = async (files: readonly string[], report: (result: CaseResult) => void): Promise<void> => {
  await using flow = createFlowCases()
  for (const file of files) {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
    for await (const line of lines) {
      if (line.trim() === '') continue
      const row = parseJson(line) as ValueObject
      report('template' in row ? checkJinjaCase(row) : await flow.check(row, file))
    }
  }
}

const main = async (files: readonly string[]): Promise<void> => {
  if (files.length === 0) {
    console.error('Usage: npm run conformance -- FILE.jsonl …')
    process.exitCode = 2
    return
  }
  let passed = 0
  let failed = 0
  await runConformance(files, ({ id, differences }) => {
    if (differences.length === 0) {
      passed++
      return
    }
    failed++
    console.log(id)
    for (const difference of differences.slice(0, 5)) console.log(`  ${difference}`)
  })
  console.log(`${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2))
