// Template cases: text must be equal code point by code point; errors must be of the same family.

import { PlatformError } from '../../src/base/errors.ts'
import type { ValueObject } from '../../src/base/value.ts'
import { compileTemplate, JinjaError } from '../../src/sandbox/jinja/template.ts'
import type { CaseResult } from './main.ts'

const PARENTS: Record<string, string> = {
  TemplateAssertionError: 'TemplateSyntaxError',
  UndefinedError: 'TemplateRuntimeError',
  FilterArgumentError: 'TemplateRuntimeError',
}
const family = (kind: string): string => PARENTS[kind] ?? kind

export const checkJinjaCase = (row: ValueObject): CaseResult => {
  const id = String(row.id)
  let text: string | undefined
  let error: unknown
  try {
    text = compileTemplate(String(row.template)).render(row.inputs as ValueObject)
  } catch (caught) {
    error = caught
  }
  return { id, differences: compare(row, text, error) }
}

const compare = (row: ValueObject, text: string | undefined, error: unknown): string[] => {
  if (error !== undefined && !(error instanceof JinjaError)) {
    const what = error instanceof PlatformError ? error.code : String(error)
    return [`failed outside the evaluator: ${what}`]
  }
  if (row.mustNotEscape === true)
    return text !== undefined && revealing(text) ? [`revealed ${JSON.stringify(text.slice(0, 200))}`] : []
  if ('error' in row) {
    if (error === undefined) return [`expected ${row.error}, got ${JSON.stringify(text)}`]
    const { kind } = error as JinjaError
    return family(kind) === family(String(row.error)) ? [] : [`expected ${row.error}, got ${kind}`]
  }
  if (error !== undefined)
    return [`expected ${JSON.stringify(row.expected)}, got ${(error as JinjaError).kind}: ${(error as Error).message}`]
  return text === row.expected ? [] : [`expected ${JSON.stringify(row.expected)}, got ${JSON.stringify(text)}`]
}

/** Words that only the host language could have put there. */
const revealing = (text: string): boolean =>
  /\[native code\]|\[object |function\s*\(|=>\s*\{|class\s+\w+\s*\{|process\.|\/etc\/|node:internal|<class '|<built-in|<module|<function|0x[0-9a-f]{8,}/.test(
    text,
  )
