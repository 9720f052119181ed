// Every row of the reference set: the same text, or a failure of the same family; probes reveal nothing.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseJson } from '../../base/json.ts'
import type { ValueObject } from '../../base/value.ts'
import { compileTemplate, JinjaError } from './template.ts'

interface Row {
  readonly id: string
  readonly template: string
  readonly inputs: ValueObject
  readonly expected?: string
  readonly error?: string
  readonly mustNotEscape?: boolean
}

const FAMILIES: Readonly<Record<string, string>> = {
  TemplateAssertionError: 'TemplateSyntaxError',
  UndefinedError: 'TemplateRuntimeError',
  FilterArgumentError: 'TemplateRuntimeError',
  SecurityError: 'TemplateRuntimeError',
}
const familyOf = (kind: string): string => FAMILIES[kind] ?? kind

const outcome = (row: Row): { text: string } | { kind: string } => {
  try {
    return { text: compileTemplate(row.template).render(row.inputs) }
  } catch (error) {
    if (error instanceof JinjaError) return { kind: error.kind }
    throw error
  }
}

/** Words that only the host language would print. */
const REVEALING = /class '|\[object|function|=>|native code|process|globalThis|prototype|PATH|root:|object at|uid=/

const differs = (row: Row): string | undefined => {
  const result = outcome(row)
  if (row.mustNotEscape)
    return 'text' in result && REVEALING.test(result.text) ? `${row.id} reveals ${result.text}` : undefined
  if (row.error !== undefined) {
    const got = 'kind' in result ? familyOf(result.kind) : `the text ${JSON.stringify(result.text)}`
    return got === familyOf(row.error) ? undefined : `${row.id} ${row.template}: wants ${row.error}, got ${got}`
  }
  if ('text' in result && result.text === row.expected) return undefined
  return `${row.id} ${row.template}: wants ${JSON.stringify(row.expected)}, got ${JSON.stringify(result)}`
}

const rows = readFileSync(new URL('../../../test/data/jinja-cases.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => parseJson(line) as unknown as Row)

test('the reference set is complete', () => {
  expect(rows.length).toBe(1452)
})

test('every row renders or fails as the reference does', () => {
  const different = rows.map(differs).filter((text) => text !== undefined)
  expect(different).toEqual([])
})
