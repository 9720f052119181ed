// Two hundred broken variants of sample files: reading never throws, and each refusal says where.

import { expect, it } from 'vitest'
import { mutatedApps } from '../../../../test/support/mutated-apps.ts'
import { parseAppFile } from './parse.ts'
import { reportOnApp } from './report.ts'
import { writeAppFile } from './write.ts'

const VARIANTS = 200

const located = (issue: { path: string; message: string }): boolean =>
  issue.path !== '' || /line \d+, column \d+/.test(issue.message)

const surroundings = {
  hasTool: () => false,
  hasModel: () => 'missing' as const,
  hasDataset: () => false,
  hasAgentStrategy: () => false,
  hasKind: () => 'runs' as const,
  pythonPackages: () => [],
}

const outcomes = { read: 0, refused: 0 }

const check = (name: string, result: ReturnType<typeof parseAppFile>): void => {
  if (result.ok) {
    outcomes.read++
    // What was read can also be used.
    reportOnApp(result.value, surroundings)
    const written = writeAppFile(result.value)
    const again = parseAppFile(written)
    expect(again.ok ? [] : again.issues, name).toEqual([])
    return
  }
  outcomes.refused++
  expect(result.issues.length, name).toBeGreaterThan(0)
  expect(
    result.issues.filter((issue) => !located(issue)),
    name,
  ).toEqual([])
}

it(`${VARIANTS} variants`, () => {
  for (const { name, text } of mutatedApps(VARIANTS)) check(name, parseAppFile(text))
  // Both happen often, or the variants are too mild or too wild to mean anything.
  expect(outcomes.read).toBeGreaterThan(VARIANTS / 5)
  expect(outcomes.refused).toBeGreaterThan(VARIANTS / 5)
})
